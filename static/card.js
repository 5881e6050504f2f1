/* A record's card: what it is, where, how well that is known, and every field of its kind. */

import { address } from "./api.js";
import { kinds } from "./config.js";
import { make } from "./dom.js";
import { placeText, say } from "./i18n.js";
import { icon } from "./symbols.js";

const fact = (name, value) => [make("dt", {}, name), make("dd", {}, value)];

/** The line under a title: kind, code, status, marks. */
export function badges(record, ...more) {
  return make("p", { class: "badges" },
    icon(kinds.get(record.kind), { active: record.active }),
    make("span", {}, [record.kind_label, record.code, ...more].filter(Boolean).join(" · ")),
    record.status_label && make("span", { class: record.active ? "status" : "status off" }, record.status_label),
    record.synthetic && make("span", { class: "mark" }, say("synthetic")));
}

export const priority = (value, label, score) => make("span", { class: `priority ${value}` }, `${label} ${score}`);

function position(record) {
  const { lon, lat, x_given, y_given, datum, accuracy_m } = record.position;
  if (lon === null) return [fact(say("card_position"), say("card_unlocated"))];
  return [
    fact(say("card_lon_lat"), placeText(lon, lat)),
    x_given && fact(say("card_as_sent"), `${x_given}, ${y_given} (${datum})`),
    fact(say("card_accuracy"), accuracy_m === null ? say("card_accuracy_unknown") : `± ${say("metres", { amount: accuracy_m })}`),
  ].filter(Boolean);
}

function own(record) {
  if (record.role !== "source") return [];
  const { priority: found } = record;
  return [fact(say("card_score"), found ? priority(found.priority, found.priority_label, found.score) : say("card_no_score"))];
}

/** Write a card. */
export function card(record) {
  const filled = record.fields.filter((field) => field.text !== "");
  const blank = record.fields.filter((field) => field.text === "");
  return make("article", { class: "card", "data-id": record.id },
    badges(record),
    make("dl", { class: "facts" }, own(record).flat(), position(record).flat()),
    make("h3", {}, say("card_fields")),
    make("dl", { class: "facts" }, filled.flatMap((field) => fact(field.label, field.text))),
    blank.length > 0 && make("details", {}, make("summary", {}, say("card_empty", { count: blank.length })), make("p", { class: "quiet" }, blank.map((field) => field.label).join(" · "))),
    make("p", { class: "quiet" }, say("card_origin", { batch: record.batch, version: record.version })),
    make("p", {}, make("a", { class: "button", href: address(`sources/${encodeURIComponent(record.id)}`) }, say("card_page"))));
}
