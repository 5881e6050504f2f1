/* The ground of the map: plain land, or a basemap's pictures, which come from this server like all else. */

import { address } from "./api.js";
import { config } from "./config.js";
import { fill, make } from "./dom.js";
import { say } from "./i18n.js";
import { followTheme, palette } from "./palette.js";
import { streets } from "./streets.js";

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

function source({ name, zooms, bounds, vector }, part) {
  const tiles = decodeURI(address(`basemap/${name}/${part}/{z}/{x}/{y}`)).replace(/\?.*$/, "");
  return { ...(vector ? { type: "vector" } : { type: "raster", tileSize: TILE_PX }), tiles: [tiles], minzoom: zooms[0], maxzoom: zooms[1], ...(bounds ? { bounds } : {}) };
}

/** Pictures are drawn paler than they are, and darker in the dark: what lies on them is what is looked at. */
const paint = () => ({ "raster-fade-duration": 0, "raster-saturation": SATURATION, "raster-brightness-min": palette().least, "raster-brightness-max": palette().most });

const basemapOf = (name) => config.basemaps.find((one) => one.name === name);
const parts = (basemap) => Array.from({ length: basemap?.layers ?? 0 }, (_, part) => `${SOURCE}${part}`);

/** Give the layers that draw a basemap, in the colours that hold now. */
const layers = (basemap) => parts(basemap).flatMap((id) => (basemap.vector ? streets(id) : [{ id, type: "raster", source: id, paint: paint() }]));

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
  let shown;

  const show = (basemap) => {
    if (basemap === shown) return;
    for (const { id } of layers(shown)) map.removeLayer(id);
    parts(shown).forEach((id) => map.removeSource(id));
    parts(basemap).forEach((id, part) => map.addSource(id, source(basemap, part)));
    for (const layer of layers(basemap)) map.addLayer(layer, BELOW);
    shown = basemap;
    notices.dismiss(NOTICE);
    credit.hidden = !basemap;
    fill(credit, basemap?.attribution);
  };

  followTheme(() => {
    for (const { id, paint: tint } of layers(shown)) for (const [name, value] of Object.entries(tint)) map.setPaintProperty(id, name, value);
  });

  return {
    /** Lay a ground under everything else. */
    show(name) {
      show(basemapOf(name));
      chooser.value = name;
    },
    /** Lift the pictures above what was laid under the map since. */
    lift: () => layers(shown).forEach(({ id }) => map.moveLayer(id, BELOW)),
  };
}
