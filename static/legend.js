/* The legend: what is drawn how, and the switches that show and hide it. */

import { config, kindsOf } from "./config.js";
import { make } from "./dom.js";
import { count, say } from "./i18n.js";
import { icon } from "./symbols.js";

/** What is shown before anybody switches anything. */
export function everything() {
  const names = (role) => new Set(kindsOf(role, { empty: true }).map((kind) => kind.kind));
  return { kinds: names("source"), zones: names("zone"), assets: names("asset"), active: true, inactive: true, flagged: false, rings: true };
}

function toggle(text, checked, onchange, { sample = null, amount = null, name }) {
  const input = make("input", { type: "checkbox", checked, name });
  input.addEventListener("change", () => onchange(input.checked));
  return make("label", { class: "switch" }, input, sample, make("span", { class: "what" }, text), amount !== null && make("span", { class: "amount" }, count(amount)));
}

function kindToggle(kind, set, changed) {
  const flip = (on) => {
    set[on ? "add" : "delete"](kind.kind);
    changed();
  };
  return toggle(kind.label, set.has(kind.kind), flip, { sample: icon(kind), amount: kind.count, name: kind.kind });
}

const section = (title, ...rows) => rows.length > 0 && make("fieldset", {}, make("legend", {}, title), ...rows);

function statusToggles(shown, changed) {
  const sample = kindsOf("source")[0];
  const flip = (key) => (on) => {
    shown[key] = on;
    changed();
  };
  return [
    toggle(say("legend_active"), shown.active, flip("active"), { sample: sample && icon(sample), name: "active" }),
    toggle(say("legend_inactive"), shown.inactive, flip("inactive"), { sample: sample && icon(sample, { active: false }), name: "inactive" }),
    toggle(say("legend_flagged"), shown.flagged, flip("flagged"), { sample: make("span", { class: "flag-sample" }), name: "flagged" }),
  ];
}

/** Build the legend into its place; `changed` is called with what is to be shown. */
export function buildLegend(place, shown, onchange) {
  const changed = () => onchange(shown);
  const sources = kindsOf("source");
  const stations = kindsOf("station").map((kind) =>
    make("p", { class: "switch" }, make("span", { class: "box" }), icon(kind), make("span", { class: "what" }, kind.label), make("span", { class: "amount" }, count(kind.count))));
  const rings = toggle(say("legend_rings"), shown.rings, (on) => { shown.rings = on; changed(); }, { sample: make("span", { class: "ring-sample" }), name: "rings" });
  const others = [...kindsOf("asset").map((kind) => kindToggle(kind, shown.assets, changed)), ...kindsOf("zone").map((kind) => kindToggle(kind, shown.zones, changed))];
  const wide = matchMedia("(min-width: 760px)").matches;
  const box = make("details", { open: wide },
    make("summary", {}, say("legend")),
    make("div", { class: "legend-body" },
      section(say("legend_sources"), ...sources.map((kind) => kindToggle(kind, shown.kinds, changed))),
      section(say("legend_status"), ...(config.shows_each ? statusToggles(shown, changed) : [])),
      section(say("legend_more"), ...stations, rings, ...others),
      make("p", { id: "group-note", class: "quiet", hidden: true }, say("legend_group")),
      make("p", { class: "quiet" }, say("land"))));
  place.append(box);
}
