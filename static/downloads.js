/* Links to files of exactly what is chosen. */

import { address } from "./api.js";
import { make } from "./dom.js";

const FORMATS = ["shp", "gpkg", "xlsx", "csv"];

/** Give a link a format to what some parameters choose; all kinds of sources unless they name some. */
export function downloads(parameters) {
  const link = (format) => make("a", { class: "button", "data-format": format, href: address("api/export", { kind: "sources", ...parameters, format }) }, format.toUpperCase());
  return make("p", { class: "actions" }, FORMATS.map(link));
}
