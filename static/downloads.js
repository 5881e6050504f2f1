/* Links to files of exactly what is chosen. */

import { address } from "./api.js";
import { make } from "./dom.js";

const FORMATS = ["shp", "gpkg", "xlsx", "csv"];
const PAPERS = ["pdf", "docx"];

const link = (format, href) => make("a", { class: "button", "data-file": true, "data-format": format, href }, format.toUpperCase());

/** Give a link a format to what some parameters choose; all kinds of sources unless they name some. */
export function downloads(parameters) {
  const files = FORMATS.map((format) => link(format, address("api/export", { kind: "sources", ...parameters, format })));
  return make("p", { class: "actions" }, files);
}

/** Give a link a format to the report of what some parameters choose. */
export function papers(parameters) {
  return make("p", { class: "actions" }, PAPERS.map((format) => link(format, address(`api/sources/report.${format}`, parameters))));
}
