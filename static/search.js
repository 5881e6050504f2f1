/* The search box: a combobox that keyboard and pointer work alike. */

import { read } from "./api.js";
import { coordinatesIn, placesOf } from "./coordinates.js";
import { kinds } from "./config.js";
import { fill, make } from "./dom.js";
import { say } from "./i18n.js";
import { icon } from "./symbols.js";

const PAUSE_MS = 180;
const SHOWN = 12;

/** Build the search box into its place; `choose` is called with the record that was chosen, `go` with the place. */
export function buildSearch(place, { choose, go }) {
  const list = make("ul", { id: "found", role: "listbox", "aria-label": say("search"), hidden: true });
  const status = make("p", { class: "unseen", role: "status" });
  const input = make("input", {
    type: "search", role: "combobox", placeholder: say("search"), "aria-label": say("search"), "aria-controls": "found",
    "aria-expanded": "false", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", maxlength: 100,
  });
  let [found, at, timer, asking] = [[], -1, 0, null];

  const open = (on) => {
    list.hidden = !on;
    input.setAttribute("aria-expanded", String(on));
    if (!on) mark(-1);
  };

  function mark(next) {
    at = next;
    const rows = [...list.querySelectorAll("[role=option]")];
    rows.forEach((row, place_) => row.setAttribute("aria-selected", String(place_ === at)));
    if (at >= 0) rows[at].scrollIntoView({ block: "nearest" });
    if (at >= 0) input.setAttribute("aria-activedescendant", rows[at].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(row) {
    open(false);
    if (row.datum) return go(row);
    input.value = row.name;
    choose(row);
  }

  function show() {
    const rows = found.map((row, number) =>
      make("li", { id: `found-${number}`, role: "option", "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => take(row) },
        row.datum ? make("span", { class: "pin" }) : icon(kinds.get(row.kind), { active: row.active }),
        make("span", { class: "what" }, row.name),
        make("span", { class: "quiet" }, row.datum ? row.place : [row.kind_label, row.code].filter(Boolean).join(" · "))));
    fill(list, found[0]?.datum && make("li", { class: "quiet", role: "presentation" }, say("search_datum")), rows.length ? rows : make("li", { class: "quiet", role: "option", "aria-disabled": "true" }, say("search_none")));
    status.textContent = found[0]?.datum ? say("search_datum") : rows.length ? say("search_count", { count: rows.length }) : say("search_none");
    open(true);
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const wanted = input.value.trim();
    if (!wanted) return open(false);
    try {
      const pair = coordinatesIn(wanted);
      if (pair) found = await placesOf(pair, asking.signal);
      else ({ found } = await read("api/search", { q: wanted, limit: SHOWN }, asking.signal));
      show();
    } catch (fault) {
      if (fault.name === "AbortError") return;
      found = [];
      show();
      fill(list, make("li", { class: "quiet", role: "option", "aria-disabled": "true" }, fault.message));
      status.textContent = fault.message;
    }
  }

  const keys = {
    ArrowDown: () => (list.hidden ? ask() : mark(found.length ? (at + 1) % found.length : -1)),
    ArrowUp: () => mark(found.length ? (at - 1 + found.length) % found.length : -1),
    Enter: () => found.length && !list.hidden && take(found[Math.max(at, 0)]),
    Escape: () => (list.hidden ? (input.value = "") : open(false)),
  };
  input.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("blur", () => open(false));
  place.append(input, list, status);
}
