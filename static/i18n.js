/* The texts of the page, and numbers as its reader writes them. */

import { config } from "./config.js";

const plain = new Intl.NumberFormat(config.lang === "zh" ? "zh-CN" : "en-GB");
const KILOMETRE_M = 1000;

/** Give a text with its places {name} filled. */
export function say(key, values = {}) {
  return config.texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "–"));
}

/** Write a whole number. */
export function count(number) {
  return plain.format(number);
}

/** Write a radius: 500 m, 3 km. */
export function ringText(radiusM) {
  const near = radiusM < KILOMETRE_M;
  return say(near ? "metres" : "kilometres", { amount: near ? radiusM : radiusM / KILOMETRE_M });
}

/** Write a distance: to a metre while that says something. */
export function distanceText(distanceM) {
  if (distanceM < KILOMETRE_M) return say("metres", { amount: distanceM.toFixed(distanceM < 100 ? 1 : 0) });
  return say("kilometres", { amount: (distanceM / KILOMETRE_M).toFixed(2) });
}

/** Name the direction of a bearing, one of eight. */
export function direction(bearingDeg) {
  const names = say("compass").split(" ");
  return names[Math.round(bearingDeg / (360 / names.length)) % names.length];
}

/** Write a place as people read it. */
export function placeText(lon, lat) {
  const part = (value, positive, negative) => `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
  return `${part(lon, "E", "W")}  ${part(lat, "N", "S")}`;
}

/** Write an area: square metres, hectares, square kilometres. */
export function areaText(areaM2) {
  const [key, unitM2] = areaM2 < 1e4 ? ["square_metres", 1] : areaM2 < 1e6 ? ["hectares", 1e4] : ["square_kilometres", 1e6];
  return say(key, { amount: (areaM2 / unitM2).toFixed(unitM2 === 1 ? 0 : 2) });
}
