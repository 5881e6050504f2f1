/* The ground of the map: plain land, or a basemap's pictures, which come from this server like all else. */

import { address } from "./api.js";
import { config } from "./config.js";
import { fill, make } from "./dom.js";
import { say } from "./i18n.js";
import { followTheme, palette } from "./palette.js";

/** The plain ground, which is always there. */
export const LAND = "land";
/** What the map lies on before anybody chooses: the first basemap that is set, if any is. */
export const USUAL = config.basemaps[0]?.name ?? LAND;
/** Name of the line that says that a basemap cannot be read. */
export const NOTICE = "basemap";
const BELOW = "graticule";
const SOURCE = "basemap-";
const TILE_PX = 256;
const SATURATION = -0.3;

/** Tell whether there is a ground of this name. */
export const isGround = (name) => name === LAND || config.basemaps.some((one) => one.name === name);

/** Tell whether a source of the map is a basemap's. */
export const isBasemap = (source) => source.startsWith(SOURCE);

function source({ name, zooms, bounds }, part) {
  const tiles = decodeURI(address(`basemap/${name}/${part}/{z}/{x}/{y}`)).replace(/\?.*$/, "");
  return { type: "raster", tiles: [tiles], tileSize: TILE_PX, minzoom: zooms[0], maxzoom: zooms[1], ...(bounds ? { bounds } : {}) };
}

/** Pictures are drawn paler than they are, and darker in the dark: what lies on them is what is looked at. */
const paint = () => ({ "raster-fade-duration": 0, "raster-saturation": SATURATION, "raster-brightness-min": palette().least, "raster-brightness-max": palette().most });

/** A control of the map made of one element. */
const control = (element) => ({ onAdd: () => element, onRemove: () => element.remove() });

/** Let a map lie on what is chosen; `choose` is called with a ground's name, where there is more than one. */
export function buildGround(map, notices, choose) {
  const chooser = make("select", { name: "base", "aria-label": say("basemap") },
    [...config.basemaps, { name: LAND, label: say("basemap_land") }].map(({ name, label }) => make("option", { value: name }, label)));
  chooser.addEventListener("change", () => choose(chooser.value));
  const credit = make("p", { class: "maplibregl-ctrl credit", hidden: true });
  if (config.basemaps.length) {
    map.addControl(control(make("div", { class: "maplibregl-ctrl ground" }, chooser)), "bottom-right");
    map.addControl(control(credit), "bottom-left");
  }
  let [shown, laid] = [LAND, []];

  const show = (name) => {
    if (name === shown) return;
    for (const id of laid) {
      map.removeLayer(id);
      map.removeSource(id);
    }
    const basemap = config.basemaps.find((one) => one.name === name);
    laid = Array.from({ length: basemap?.layers ?? 0 }, (_, part) => `${SOURCE}${part}`);
    laid.forEach((id, part) => {
      map.addSource(id, source(basemap, part));
      map.addLayer({ id, type: "raster", source: id, paint: paint() }, BELOW);
    });
    shown = name;
    notices.dismiss(NOTICE);
    credit.hidden = !basemap;
    fill(credit, basemap?.attribution);
  };

  followTheme(() => {
    for (const id of laid) for (const [name, value] of Object.entries(paint())) map.setPaintProperty(id, name, value);
  });

  return {
    /** Lay a ground under everything else. */
    show(name) {
      show(name);
      chooser.value = name;
    },
    /** Lift the pictures above what was laid under the map since. */
    lift: () => laid.forEach((id) => map.moveLayer(id, BELOW)),
  };
}
