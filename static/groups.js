/* Groups of sources: what of a group is counted, and the ring chart that shows of which kinds it is. */

import { activityOf } from "./choice.js";
import { kindsOf } from "./config.js";
import { palette } from "./palette.js";
import { RATIO } from "./symbols.js";

/** Parts that a ring is divided into; a kind that has less than half of one is not seen in it. */
const PARTS = 12;
/** Radius of the largest group, in pixels; the cells that groups stand for are 32 wide. */
const OUTER_PX = 15;
const RING_PX = 4;
const UP = -Math.PI / 2;
const PREFIX = "ring";

const own = () => kindsOf("source", { empty: true });
const attribute = (prefix, kind) => ["coalesce", ["get", `${prefix}_${kind}`], 0];

/** Count what of one kind a group holds that the choice lets through; groups carry their sums by kind. */
function countOf(kind, shown, flagged) {
  if (!shown.kinds.has(kind)) return 0;
  const [all, running] = (flagged ? ["f", "fa"] : ["k", "a"]).map((prefix) => attribute(prefix, kind));
  const { active, inactive } = activityOf(shown);
  if (active && inactive) return all;
  if (active) return running;
  return inactive ? ["-", all, running] : 0;
}

const sum = (parts) => ["+", 0, ...parts];

/** Count what of a group the choice lets through. */
export const groupCount = (shown, flagged = shown.flagged) => sum(own().map(({ kind }) => countOf(kind, shown, flagged)));

/** Write a group's number, shortened from ten thousand on. */
export function groupText(shown) {
  const number = groupCount(shown);
  return ["case", [">=", number, 10_000], ["concat", ["to-string", ["round", ["/", number, 1000]]], "k"], ["to-string", number]];
}

/** Name the ring chart of a group: the parts of each kind, in the order of the catalog. */
export function groupRing(shown) {
  const part = ({ kind }) => ["to-string", ["round", ["/", ["*", PARTS, countOf(kind, shown, shown.flagged)], ["var", "whole"]]]];
  return ["let", "whole", ["max", groupCount(shown), 1], ["concat", PREFIX, ...own().flatMap((kind) => ["-", part(kind)])]];
}

/** Name the symbol of a group of one: that of its only source. */
export function loneSymbol(shown) {
  const there = ({ kind }) => [[">", countOf(kind, shown, shown.flagged), 0], ["case", [">", attribute("a", kind), 0], kind, `${kind}:off`]];
  return ["case", ...own().flatMap(there), ""];
}

/** Draw the ring chart of a name; null where it is no such name. */
function drawn(name) {
  const [prefix, ...parts] = name.split("-");
  if (prefix !== PREFIX) return null;
  const edge = 2 * (OUTER_PX + 1) * RATIO;
  const canvas = Object.assign(document.createElement("canvas"), { width: edge, height: edge });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.translate(edge / 2, edge / 2);
  context.scale(RATIO, RATIO);
  const disc = (radius, colour) => {
    context.beginPath();
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
  };
  const tint = palette();
  disc(OUTER_PX + 1, tint.halo);
  const numbers = parts.map(Number);
  const whole = Math.max(numbers.reduce((some, one) => some + one, 0), 1);
  let from = UP;
  numbers.forEach((number, at) => {
    const to = from + (number / whole) * 2 * Math.PI;
    context.beginPath();
    context.moveTo(0, 0);
    context.arc(0, 0, OUTER_PX, from, to);
    context.fillStyle = own()[at].symbol.colour;
    if (number) context.fill();
    from = to;
  });
  disc(OUTER_PX - RING_PX, tint.paper);
  return canvas.getContext("2d").getImageData(0, 0, edge, edge);
}

/** Draw the ring charts anew, in the colours that hold now. */
export function redrawRings(map) {
  for (const name of map.listImages()) {
    const image = drawn(name);
    if (image) map.updateImage(name, image);
  }
}

/** Let a map draw the ring charts that its groups name, each once. */
export function drawRings(map) {
  map.setMissingStyleImageResolver(async (name) => {
    const image = drawn(name);
    if (image) map.addImage(name, image, { pixelRatio: RATIO });
  });
}
