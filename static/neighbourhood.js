/* A station's neighbourhood: counts by kind and ring, the ranked list, and what can be taken away. */

import { address } from "./api.js";
import { badges, priority } from "./card.js";
import { config, kinds } from "./config.js";
import { choice, fill, make } from "./dom.js";
import { count, direction, distanceText, ringText, say } from "./i18n.js";
import { icon } from "./symbols.js";

const EVERY_KIND = "all";
const STEP = 40;
const FORMATS = ["shp", "gpkg", "xlsx"];

function ringHeads(rings, exclusive) {
  return rings.map((ring, at) => say(exclusive ? "between" : "within", { ring: ringText(ring), inner: at ? ringText(rings[at - 1]) : "0" }));
}

function countRow(name, rows, exclusive) {
  const label = name === EVERY_KIND ? say("counts_total") : kinds.get(name).label;
  const cells = rows.flatMap((row) => (exclusive ? [row.exclusive_active, row.exclusive_all] : [row.cumulative_active, row.cumulative_all]));
  return make("tr", { "data-kind": name, class: name === EVERY_KIND ? "sum" : null },
    make("th", { scope: "row" }, make("span", {}, name !== EVERY_KIND && icon(kinds.get(name)), label)),
    cells.map((cell, at) => make("td", { class: at % 2 ? "number all" : "number" }, count(cell))));
}

function countTable(summary, rings, exclusive) {
  const names = [...new Set(summary.map((row) => row.kind))];
  const some = names.map((name) => [name, summary.filter((row) => row.kind === name)]).filter(([name, rows]) => name === EVERY_KIND || rows.at(-1).cumulative_all > 0);
  if (some.length === 1) return make("p", {}, say("counts_none", { ring: ringText(rings.at(-1)) }));
  return make("table", { class: "counts", "data-mode": exclusive ? "exclusive" : "cumulative" },
    make("thead", {},
      make("tr", {}, make("th", { scope: "col", rowspan: 2 }, say("counts_kind")), ringHeads(rings, exclusive).map((head) => make("th", { scope: "colgroup", colspan: 2 }, head))),
      make("tr", {}, rings.flatMap(() => [make("th", { scope: "col", class: "number" }, say("counts_active")), make("th", { scope: "col", class: "number" }, say("counts_all"))]))),
    make("tbody", {}, some.map(([name, rows]) => countRow(name, rows, exclusive))));
}

function counts(audit) {
  const rings = audit.request.rings_m;
  const place = make("div", { class: "scroll" });
  const show = (mode) => fill(place, countTable(audit.summary, rings, mode === "exclusive"));
  show("cumulative");
  const modes = [["cumulative", say("counts_cumulative")], ["exclusive", say("counts_exclusive")]];
  return make("section", {},
    make("div", { class: "head" }, make("h3", {}, say("counts")), choice(say("counts_mode"), modes, "cumulative", show)), place,
    audit.scope && make("p", { class: "quiet", id: "scope" }, audit.scope));
}

function rankedRow(pair, words, choose) {
  const name = pair.name ?? pair.source_code ?? pair.source_id;
  const where = say("ranked_row", { distance: distanceText(pair.distance_m), direction: direction(pair.bearing_deg), bearing: Math.round(pair.bearing_deg) % 360 });
  return make("li", { "data-id": pair.source_id, class: pair.flagged ? "flagged" : null },
    make("button", { type: "button", onclick: () => choose(pair.source_id) },
      icon(kinds.get(pair.kind), { active: pair.active }),
      make("span", { class: "what" }, name),
      priority(pair.priority, config.catalog.priorities[pair.priority], pair.score)),
    make("p", { class: "quiet" }, `${kinds.get(pair.kind).label} · ${where}`, pair.uncertain && make("abbr", { title: say("uncertain") }, " ±")),
    make("p", { class: "why" }, words[pair.reasons]));
}

function ranked(audit, choose) {
  const list = make("ol", { class: "ranked" });
  const more = make("button", { type: "button", class: "button", hidden: true });
  const none = make("p", { class: "quiet" }, say("ranked_none"));
  let [rows, shown] = [[], 0];
  const extend = () => {
    const next = rows.slice(shown, shown + STEP);
    list.append(...next.map((pair) => rankedRow(pair, audit.words, choose)));
    shown += next.length;
    const left = rows.length - shown;
    more.hidden = left === 0;
    more.textContent = say("ranked_more", { count: Math.min(left, STEP) });
  };
  const show = (mode) => {
    rows = mode === "all" ? audit.pairs : audit.pairs.filter((pair) => pair.active);
    shown = 0;
    list.replaceChildren();
    none.hidden = rows.length > 0;
    extend();
  };
  more.addEventListener("click", extend);
  show("active");
  const active = audit.pairs.filter((pair) => pair.active).length;
  const modes = [["active", `${say("ranked_active")} ${count(active)}`], ["all", `${say("ranked_all")} ${count(audit.pairs.length)}`]];
  return make("section", {},
    make("div", { class: "head" }, make("h3", {}, say("ranked")), choice(say("ranked_mode"), modes, "active", show)), list, none, more);
}

function reports(id) {
  const path = (form) => `api/stations/${encodeURIComponent(id)}/report.${form}`;
  const link = (form, lang) => make("a", { class: "button", "data-file": true, href: address(path(form), { lang }), target: form === "html" ? "_blank" : null, rel: "noopener" }, `${say(`report_${form}`)} ${say(`in_${lang}`)}`);
  return make("section", {}, make("h3", {}, say("report")), make("p", { class: "actions" }, ["pdf", "html"].flatMap((form) => ["zh", "en"].map((lang) => link(form, lang)))));
}

function exports(station, rings) {
  const links = FORMATS.map((format) => [format, make("a", { class: "button", "data-file": true, "data-format": format }, format.toUpperCase())]);
  const aim = (ring) => links.forEach(([format, link]) => { link.href = address("api/export", { format, station, ring }); });
  const widest = rings.at(-1);
  aim(widest);
  return make("section", {},
    make("div", { class: "head" }, make("h3", {}, say("export")), choice(say("export_ring"), rings.map((ring) => [ring, ringText(ring)]), widest, aim)),
    make("p", { class: "actions" }, links.map(([, link]) => link)));
}

/** Write a station's neighbourhood; `choose` is called with the id of a source that is wanted. */
export function neighbourhood(station, audit, choose) {
  const told = Object.fromEntries(station.fields.map((field) => [field.name, field.text]));
  const path = `stations/${encodeURIComponent(station.id)}`;
  return make("article", { class: "neighbourhood", "data-id": station.id },
    badges(station, told.level),
    make("dl", { class: "facts" }, make("dt", {}, say("station_warden")), make("dd", {}, told.warden || say("station_no_warden"))),
    make("p", { class: "actions" },
      make("a", { class: "button", href: address(path) }, say("station_page")),
      config.shows_each && make("a", { class: "button", href: address(`${path}/changes`) }, say("station_changes"))),
    counts(audit),
    config.shows_each && [reports(station.id), exports(station.id, audit.request.rings_m), ranked(audit, choose)]);
}
