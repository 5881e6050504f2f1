/* The legend: what is drawn how, how many of it there are, and the switches and filters that narrow it. */

import { parametersOf, statusesOf } from "./choice.js";
import { config, kindsOf } from "./config.js";
import { fill, make } from "./dom.js";
import { downloads, papers } from "./downloads.js";
import { filters } from "./filters.js";
import { count, say } from "./i18n.js";
import { icon } from "./symbols.js";

function toggle(text, checked, onchange, { sample = null, amount = null, name }) {
  const input = make("input", { type: "checkbox", checked, name });
  input.addEventListener("change", () => onchange(input.checked));
  return make("label", { class: "switch" }, input, sample, make("span", { class: "what" }, text), amount !== null && make("span", { class: "amount", "data-amount": name }, amount === "" ? "" : count(amount)));
}

function kindToggle(kind, set, changed) {
  const flip = (on) => {
    set[on ? "add" : "delete"](kind.kind);
    changed("kind");
  };
  return toggle(kind.label, set.has(kind.kind), flip, { sample: icon(kind), amount: kind.count, name: kind.kind });
}

/** Switches of the kinds of sources, each with a button that leaves it alone on the map. */
function sourceKinds(shown, changed) {
  const switches = [];
  const only = (kind) => {
    shown.kinds.clear();
    shown.kinds.add(kind);
    for (const input of switches) input.checked = input.name === kind;
    changed("only");
  };
  return kindsOf("source").map((kind) => {
    const label = kindToggle(kind, shown.kinds, changed);
    switches.push(label.querySelector("input"));
    const text = { "aria-label": say("legend_only_kind", { kind: kind.label }), title: say("legend_only_kind", { kind: kind.label }) };
    return make("div", { class: "kind-row" }, label, make("button", { type: "button", class: "only", ...text, onclick: () => only(kind.kind) }, say("legend_only")));
  });
}

const section = (title, ...rows) => rows.length > 0 && make("fieldset", {}, make("legend", {}, title), ...rows);

function activityToggle(shown, active, redraw) {
  const [sample] = kindsOf("source");
  const { group, all, some } = statusesOf(shown, active);
  const flip = (on) => {
    group.forEach((status) => shown.statuses[on ? "add" : "delete"](status));
    redraw();
  };
  const name = active ? "active" : "inactive";
  const label = toggle(active ? say("legend_active") : say("legend_inactive"), all, flip, { sample: sample && icon(sample, { active }), name });
  label.querySelector("input").indeterminate = some && !all;
  return label;
}

function statusToggle({ status, label }, shown, redraw) {
  return toggle(label, shown.statuses.has(status), (on) => { shown.statuses[on ? "add" : "delete"](status); redraw(); }, { sample: make("span"), name: `status-${status}` });
}

function statuses(shown, changed) {
  const place = make("div", {});
  let open = !statusesOf(shown, true).all && statusesOf(shown, true).some;
  const draw = () => {
    const focused = document.activeElement?.name;
    const each = make("details", { open, ontoggle: (event) => { open = event.target.open; } }, make("summary", {}, say("legend_statuses")),
      config.catalog.statuses.map((one) => statusToggle(one, shown, redraw)));
    fill(place, activityToggle(shown, true, redraw), activityToggle(shown, false, redraw), each);
    if (focused) place.querySelector(`[name="${focused}"]`)?.focus();
  };
  const redraw = () => {
    draw();
    changed("status");
  };
  draw();
  return place;
}

function sourceSections(shown, changed) {
  const kindsOfSources = section(say("legend_sources"), ...sourceKinds(shown, changed));
  if (!config.shows_each) return [kindsOfSources];
  const own = filters(shown, changed, toggle);
  const flagged = toggle(say("legend_flagged"), shown.flagged, (on) => { shown.flagged = on; changed("flagged"); }, { sample: make("span", { class: "flag-sample" }), name: "flagged" });
  return [
    make("div", { class: "filters" }, own.text, own.places),
    kindsOfSources,
    section(say("legend_status"), statuses(shown, changed)),
    section(say("legend_priority"), ...own.priorities, flagged, own.late),
  ];
}

/** Build the legend into its place; `onchange` is called with what changed, `clear` when all is wanted again. */
export function buildLegend(place, shown, { onchange, clear }) {
  const stations = kindsOf("station").map((kind) =>
    make("p", { class: "switch" }, make("span", { class: "box" }), icon(kind), make("span", { class: "what" }, kind.label), make("span", { class: "amount" }, count(kind.count))));
  const rings = toggle(say("legend_rings"), shown.rings, (on) => { shown.rings = on; onchange("rings"); }, { sample: make("span", { class: "ring-sample" }), name: "rings" });
  const others = [...kindsOf("asset").map((kind) => kindToggle(kind, shown.assets, onchange)), ...kindsOf("zone").map((kind) => kindToggle(kind, shown.zones, onchange))];
  const wide = matchMedia("(min-width: 760px)").matches;
  const total = make("span", { id: "total", role: "status" });
  const reset = make("button", { type: "button", class: "button clear", hidden: true, onclick: clear }, say("filter_clear"));
  const files = make("div", { class: "legend-files", role: "group", "aria-label": say("list_download"), hidden: true });
  const box = make("details", { open: place.querySelector("details")?.open ?? wide },
    make("summary", {}, say("legend"), " ", total),
    make("div", { class: "legend-body" },
      reset,
      sourceSections(shown, onchange),
      section(say("legend_more"), ...stations, rings, ...others),
      make("p", { id: "group-note", class: "quiet", hidden: true }, say("legend_group")),
      make("p", { class: "quiet" }, say("land"))),
    files);
  fill(place, box);

  return {
    /** Write how many there are of each kind and priority, and of what is chosen. */
    tell({ kinds, priorities, total: chosen, unlocated, narrowed }) {
      const amounts = { ...Object.fromEntries(Object.entries(kinds).map(([name, { all }]) => [name, all])), ...Object.fromEntries(Object.entries(priorities).map(([name, all]) => [`priority-${name}`, all])) };
      for (const place_ of box.querySelectorAll("[data-amount]")) {
        if (place_.dataset.amount in amounts) place_.textContent = count(amounts[place_.dataset.amount]);
      }
      const whole = kindsOf("source").reduce((sum, kind) => sum + kind.count, 0);
      const sentence = narrowed ? say("total_of", { chosen: count(chosen), whole: count(whole) }) : say("total", { chosen: count(chosen) });
      total.dataset.total = chosen;
      total.textContent = sentence + (unlocated ? say("total_unlocated", { unlocated: count(unlocated) }) : "");
      reset.hidden = !narrowed;
      files.hidden = chosen === 0;
      fill(files, make("span", { class: "quiet" }, say("list_download")), downloads(parametersOf(shown)), papers(parametersOf(shown)));
    },
  };
}
