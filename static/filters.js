/* Filters that are no part of the legend: words, places, priorities, deadlines. */

import { read } from "./api.js";
import { PRIORITIES } from "./choice.js";
import { config } from "./config.js";
import { fill, make } from "./dom.js";
import { count, say } from "./i18n.js";

const PAUSE_MS = 250;

function words(shown, changed) {
  const input = make("input", { type: "search", name: "text", value: shown.text, placeholder: say("filter_text"), "aria-label": say("filter_text"), autocomplete: "off", spellcheck: "false", maxlength: 100 });
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      shown.text = input.value;
      changed("text");
    }, PAUSE_MS);
  });
  return input;
}

function places(shown, changed) {
  const district = make("select", { name: "district", "aria-label": say("filter_district") });
  const township = make("select", { name: "township", "aria-label": say("filter_township") });
  let options = { districts: [], townships: [] };
  const list = (select, every, rows, chosen) => {
    // a name that an address asks for and nobody bears is listed too, until the server has said so
    const named = chosen && !rows.some((row) => row.name === chosen) ? [{ name: chosen }] : [];
    const texts = new Map();
    for (const row of [...rows, ...named]) texts.set(row.name, (texts.get(row.name) ?? 0) + (row.count ?? 0));
    fill(select, make("option", { value: "" }, every), [...texts].map(([name, amount]) => make("option", { value: name }, amount ? `${name}（${count(amount)}）` : name)));
    select.value = chosen;
  };
  const draw = () => {
    list(district, say("filter_district_all"), options.districts, shown.district);
    list(township, say("filter_township_all"), options.townships.filter((row) => !shown.district || row.district === shown.district), shown.township);
  };
  district.addEventListener("change", () => {
    shown.district = district.value;
    shown.township = "";
    draw();
    changed("district");
  });
  township.addEventListener("change", () => {
    shown.township = township.value;
    changed("township");
  });
  draw();
  // without the lists the other filters work as before
  read("api/choice/options").then((found) => { options = found; draw(); }, (fault) => console.warn(fault));
  return [district, township];
}

/** Build the filters; `tick` makes a switch of the legend's own form. */
export function filters(shown, changed, tick) {
  const flip = (set, name) => (on) => {
    set[on ? "add" : "delete"](name);
    changed("priority");
  };
  const priorities = PRIORITIES.map((name) =>
    tick(config.catalog.priorities[name], shown.priorities.has(name), flip(shown.priorities, name), { sample: make("span", { class: `priority dot ${name}` }), name: `priority-${name}`, amount: "" }));
  const late = tick(say("filter_overdue"), shown.overdue, (on) => { shown.overdue = on; changed("overdue"); }, { sample: make("span"), name: "overdue" });
  return { text: words(shown, changed), places: places(shown, changed), priorities, late };
}
