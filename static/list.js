/* The list beside the map: what is chosen, in the server's order, page by page. */

import { read } from "./api.js";
import { priority } from "./card.js";
import { parametersOf } from "./choice.js";
import { config, kinds } from "./config.js";
import { fill, make } from "./dom.js";
import { downloads } from "./downloads.js";
import { count, say } from "./i18n.js";
import { failed, waiting } from "./panel.js";
import { pointAt } from "./sketch.js";
import { icon } from "./symbols.js";

const PER_PAGE = 50;
/** Columns that the list always has, with what they are sorted by. */
const HEADS = ["name", "status", "score", "district"];

function row(found, columns, { map, choose }) {
  const name = found.name || found.code || found.id;
  const show = () => pointAt(map, found);
  const hide = () => pointAt(map, null);
  return make("tr", { "data-id": found.id, class: found.flagged ? "flagged" : null, onmouseenter: show, onmouseleave: hide, onfocusin: show, onfocusout: hide },
    make("th", { scope: "row" }, make("button", { type: "button", onclick: () => choose(found.id) }, icon(kinds.get(found.kind), { active: found.active }), make("span", { class: "what" }, name))),
    make("td", {}, found.status_label),
    make("td", {}, found.score === null ? "–" : priority(found.priority, found.priority_label, found.score)),
    make("td", {}, found.district ?? ""),
    columns.map(({ name: column }) => make("td", {}, found.columns[column]?.text ?? "")));
}

function columnChoice(options, wanted, changed) {
  const tick = ({ name, label }) => {
    const input = make("input", { type: "checkbox", name: `column-${name}`, checked: wanted.has(name) });
    input.addEventListener("change", () => {
      wanted[input.checked ? "add" : "delete"](name);
      changed();
    });
    return make("label", {}, input, ` ${label}`);
  };
  return make("details", { class: "columns" }, make("summary", {}, say("list_columns")), make("div", {}, options.map(tick)));
}

/** Make the list; it follows every choice while it is open. */
export function buildList({ map, panel, choosing, choose }) {
  const wanted = new Set();
  let [sort, page, options, asking] = ["-score", 1, [], null];
  const place = make("div", { class: "list" });

  const head = (name) => {
    const down = sort === `-${name}`;
    const sorted = down || sort === name;
    const turn = () => {
      sort = sorted && !down ? `-${name}` : sorted ? name : name === "score" ? "-score" : name;
      page = 1;
      show(name);
    };
    return make("th", { scope: "col", "aria-sort": sorted ? (down ? "descending" : "ascending") : null },
      make("button", { type: "button", "data-sort": name, onclick: turn }, say(`list_${name}`), sorted && (down ? " ↓" : " ↑")));
  };

  const turnTo = (to) => {
    page = to;
    show("page");
  };

  function pager(found) {
    const step = (name, to, possible) => make("button", { type: "button", class: "button", "data-page": name, disabled: !possible, onclick: () => turnTo(to) }, say(`list_${name}`));
    return make("p", { class: "pager" }, step("before", page - 1, page > 1), make("span", {}, say("list_page", { page, pages: Math.max(found.pages, 1) })), step("after", page + 1, page < found.pages));
  }

  function draw(found, focus) {
    const columns = make("div", { class: "list-foot" }, columnChoice(options, wanted, () => show("columns")), make("div", {}, say("list_download"), downloads(parametersOf(choosing.shown))));
    columns.firstChild.open = focus === "columns";
    fill(place,
      make("p", { role: "status", id: "listed", "data-total": found.total }, say("list_total", { total: count(found.total) })),
      make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": say("list") },
        make("table", {}, make("thead", {}, make("tr", {}, HEADS.map(head), found.columns.map(({ label, unit }) => make("th", { scope: "col" }, unit ? `${label}（${unit}）` : label)))),
          make("tbody", {}, found.rows.map((one) => row(one, found.columns, { map, choose: open })))),
        found.rows.length === 0 && make("p", { class: "quiet" }, say("list_none"))),
      pager(found), columns);
    place.querySelector(`[data-sort="${focus}"]`)?.focus();
  }

  async function show(focus = null) {
    asking?.abort();
    asking = new AbortController();
    if (!place.firstChild) fill(place, waiting());
    try {
      if (options.length === 0) ({ columns: options } = await read("api/choice/options"));
      const asked = { kind: "sources", ...parametersOf(choosing.shown), sort, page, per_page: PER_PAGE };
      if (wanted.size) asked.columns = [...wanted].join(",");
      draw(await read("api/list", asked, asking.signal), focus);
    } catch (fault) {
      if (fault.name !== "AbortError") fill(place, failed(fault, () => show(focus)));
    }
  }

  function open(id) {
    choose(id, { from: { name: say("list"), go: () => start() }, focus: true });
  }

  function start() {
    panel.show(say("list"), place, { focus: true, broad: true });
    show();
  }

  choosing.follow(() => {
    page = 1;
    if (place.isConnected) show();
  });
  return {
    start,
    /** Mark the row of the record that the map's pointer is on. */
    mark(id) {
      if (!place.isConnected) return;
      for (const line of place.querySelectorAll("tr.pointed")) line.classList.remove("pointed");
      place.querySelector(`tr[data-id="${CSS.escape(id)}"]`)?.classList.add("pointed");
    },
  };
}

/** Whether there is a list: strangers who see counts alone have none. */
export const hasList = () => config.shows_each;
