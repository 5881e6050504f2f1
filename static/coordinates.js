/* Coordinates in the search box: which two numbers were written, and which of them is which. */

import { read } from "./api.js";
import { placeText, say } from "./i18n.js";

export const DATUMS = ["wgs84", "gcj02", "bd09", "cgcs2000"];
const LAT_LIMIT = 90;
const WORDS = { "东经": "E", "西经": "W", "北纬": "N", "南纬": "S" };
const LON_LETTER = /[EW]/i;
const LAT_LETTER = /[NS]/i;
/** What an angle may be written with; what it means is read by the server. */
const ANGLE = /^[-+]?[NSEW]?\s*[-+]?\d{1,3}([.\d\s°º度分秒'′’"″”:dms-]*)[NSEW]?$/i;

/** Split what is written into two angles, by a comma or semicolon, else in its middle. */
function halves(text) {
  const parts = text.split(/[,，;；、]/).map((part) => part.trim()).filter(Boolean);
  if (parts.length > 1) return parts.length === 2 ? parts : null;
  const lettered = text.match(/^(.*?[NSEW])\s*(\S.*[NSEW])$/i) ?? text.match(/^([NSEW].*?)\s*([NSEW].*)$/i);
  if (lettered) return [lettered[1], lettered[2]];
  const words = text.split(/\s+/);
  return words.length === 2 ? words : null;
}

/** Give longitude and latitude as they are written, null where a text is no pair of coordinates. */
export function coordinatesIn(written) {
  const text = Object.entries(WORDS).reduce((held, [word, letter]) => held.replaceAll(word, letter), written.normalize("NFKC").trim());
  const pair = halves(text);
  if (!pair || !pair.every((part) => ANGLE.test(part))) return null;
  const [one, other] = pair;
  const size = (part) => Math.abs(Number.parseFloat(part.replace(/^[^\d.]*/, "")));
  // letters decide; else a number beyond 90 is the longitude; else the longitude comes first, as in every file here
  const isSwapped = LAT_LETTER.test(one) || LON_LETTER.test(other) || (!LON_LETTER.test(one) && !LAT_LETTER.test(other) && size(other) > LAT_LIMIT && size(one) <= LAT_LIMIT);
  return isSwapped ? { x: other, y: one } : { x: one, y: other };
}

/** Ask where a pair lies if it is in each of the datums; the reader says which it is. */
export async function placesOf({ x, y }, signal) {
  const found = await Promise.all(DATUMS.map((datum) => read("api/place", { x, y, datum }, signal)));
  return found.map((place) => ({ ...place, name: say(`datum_${place.datum}`), place: placeText(place.lon, place.lat) }));
}
