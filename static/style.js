/* The map's style: what each layer of our tiles looks like, and what the choice lets through. */

import { address } from "./api.js";
import { activityOf, tileParametersOf } from "./choice.js";
import { kindsOf } from "./config.js";
import { groupCount, groupRing, groupText, loneSymbol } from "./groups.js";
import { say } from "./i18n.js";
import { under } from "./land.js";
import { palette } from "./palette.js";

const FONT = ["Noto Sans SC"];
const FONT_BOLD = ["Noto Sans SC Bold", "Noto Sans SC"];
const TILE_ZOOM_MAX = 14;
const LAYERS = ["sources", "stations", "rings", "zones", "assets"];

const isPoint = ["==", ["geometry-type"], "Point"];
const isGroup = ["has", "n"];
const isActive = ["to-boolean", ["get", "active"]];
const isFlagged = ["to-boolean", ["get", "flagged"]];
const label = ["coalesce", ["get", "name"], ["get", "code"], ""];
const colours = (role, other) => ["match", ["get", "kind"], ...kindsOf(role, { empty: true }).flatMap((kind) => [kind.kind, kind.symbol.colour]), other];
const byZoom = (...stops) => ["interpolate", ["linear"], ["zoom"], ...stops];
const haloOf = ({ halo }) => ({ "text-halo-color": halo, "text-halo-width": 1.4 });

/** Give the addresses of a layer's tiles; they hold no words, so no language is asked for. */
function tileAddress(layer, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return decodeURI(address(`tiles/${layer}/{z}/{x}/{y}.mvt`)).replace(/\?.*$/, "") + (query && `?${query}`);
}

const tiles = (layer, parameters) => ({
  type: "vector",
  tiles: [tileAddress(layer, parameters)],
  maxzoom: TILE_ZOOM_MAX,
  promoteId: "id",
});

const empty = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

/** A layer of the style; the layer of the tiles has the name of their source. */
const layer = (id, type, source, { filter, minzoom, layout, paint }) => ({
  id,
  type,
  source,
  ...(LAYERS.includes(source) ? { "source-layer": source } : {}),
  ...(filter ? { filter } : {}),
  ...(minzoom ? { minzoom } : {}),
  layout: layout ?? {},
  paint: paint ?? {},
});

function ground(tint) {
  return [
    { id: "ground", type: "background", paint: { "background-color": tint.land } },
    layer("graticule", "line", "graticule", { paint: { "line-color": tint.grid, "line-width": 0.6, "line-opacity": 0.45 } }),
    layer("graticule-label", "symbol", "graticule", {
      filter: isPoint,
      layout: {
        "text-field": ["get", "text"],
        "text-font": FONT,
        "text-size": 10,
        "text-anchor": ["match", ["get", "edge"], "top", "top", "right"],
        "text-offset": ["match", ["get", "edge"], "top", ["literal", [0, 0]], ["literal", [0, -0.7]]],
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": tint.muted, ...haloOf(tint) },
    }),
  ];
}

function zones(tint) {
  const matter = kindsOf("zone", { empty: true }).filter((kind) => kind.condition_zone).map((kind) => kind.kind);
  const strict = ["in", ["get", "kind"], ["literal", matter]];
  return [
    layer("zones-fill", "fill", "zones", { filter: strict, paint: { "fill-color": colours("zone", tint.muted), "fill-opacity": 0.035 } }),
    layer("zones-hatch", "fill", "zones", { filter: strict, paint: { "fill-pattern": ["concat", "hatch:", ["get", "kind"]], "fill-opacity": 0.5 } }),
    layer("zones-edge", "line", "zones", { filter: strict, paint: { "line-color": colours("zone", tint.muted), "line-width": 1.4, "line-opacity": 0.8 } }),
    layer("zones-border", "line", "zones", {
      filter: ["!", strict],
      paint: { "line-color": tint.border, "line-width": byZoom(7, 0.8, 12, 1.5), "line-dasharray": [5, 2.5], "line-opacity": 0.85 },
    }),
  ];
}

function rings(tint) {
  const radius = ["get", "radius_m"];
  const [metres, kilometres] = ["metres", "kilometres"].map((key) => say(key, { amount: "\u0000" }).split("\u0000"));
  const text = ["case", ["<", radius, 1000], ["concat", metres[0], ["to-string", radius], metres[1]],
    ["concat", kilometres[0], ["to-string", ["/", radius, 1000]], kilometres[1]]];
  return [
    layer("rings-line", "line", "rings", { minzoom: 8, paint: { "line-color": tint.ring, "line-width": byZoom(8, 0.6, 13, 1.4), "line-opacity": byZoom(8, 0.3, 11, 0.42, 13, 0.65) } }),
    layer("rings-chosen", "line", "rings", {
      minzoom: 8,
      filter: ["==", ["get", "station_id"], ""],
      paint: { "line-color": tint.ring, "line-width": 3, "line-opacity": 0.9 },
    }),
    layer("rings-label", "symbol", "rings", {
      minzoom: 8,
      filter: ["==", ["get", "station_id"], ""],
      layout: { "symbol-placement": "line", "symbol-spacing": byZoom(10, 150, 13, 520), "text-field": text, "text-font": FONT_BOLD, "text-size": 12, "text-max-angle": 90, "text-rotation-alignment": "viewport", "symbol-sort-key": ["-", 0, radius] },
      paint: { "text-color": tint.ring, ...haloOf(tint), "text-halo-width": 2 },
    }),
  ];
}

/** The size of a group by what it counts, of a ring of full size. */
const groupSize = ["interpolate", ["linear"], ["log10", ["max", ["get", "n"], 1]], 0, 0.62, 3, 1];

function sources(tint) {
  const size = byZoom(7, 0.42, 10, 0.6, 12, 0.82, 13, 0.95, 16, 1.4);
  const colour = colours("source", tint.muted);
  return [
    layer("sources-area", "fill", "sources", { paint: { "fill-color": colour, "fill-opacity": ["case", isActive, 0.28, 0.1] } }),
    layer("sources-edge", "line", "sources", { paint: { "line-color": colour, "line-width": byZoom(9, 0.8, 14, 2.2), "line-opacity": ["case", isActive, 0.95, 0.55] } }),
    layer("sources-flag", "circle", "sources", {
      paint: {
        "circle-radius": byZoom(7, 3.2, 10, 5.2, 12, 7.2, 13, 9.5, 16, 15),
        "circle-color": tint.flag,
        "circle-opacity": byZoom(11, 0, 13, 0.12),
        "circle-stroke-color": tint.flag,
        "circle-stroke-width": byZoom(7, 0.8, 11, 1.2, 13, 2, 16, 2.6),
        "circle-stroke-opacity": byZoom(10, 0.7, 13, 1),
      },
    }),
    layer("sources-symbol", "symbol", "sources", {
      layout: {
        "icon-image": ["case", isActive, ["get", "kind"], ["concat", ["get", "kind"], ":off"]],
        "icon-size": size,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "symbol-sort-key": ["+", ["case", isFlagged, 200, 0], ["case", isActive, 100, 0], ["coalesce", ["get", "score"], 0]],
        "text-field": ["step", ["zoom"], "", 14.5, label],
        "text-font": FONT,
        "text-size": 11,
        "text-anchor": "top",
        "text-offset": [0, 1],
        "text-max-width": 9,
        "text-optional": true,
      },
      paint: { "icon-opacity": ["case", isActive, 1, 0.75], "text-color": tint.ink, ...haloOf(tint) },
    }),
    layer("sources-lone", "symbol", "sources", { layout: { "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true } }),
    layer("sources-group", "symbol", "sources", {
      layout: {
        "icon-size": groupSize,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "symbol-sort-key": ["get", "n"],
      },
    }),
    // numbers are a layer of their own: the largest are placed first, and none on another
    layer("sources-group-count", "symbol", "sources", {
      layout: { "text-font": FONT_BOLD, "text-size": ["interpolate", ["linear"], ["get", "n"], 1, 10, 1000, 9.5], "text-padding": 0, "symbol-sort-key": ["-", 0, ["get", "n"]] },
    }),
  ];
}

function points(tint) {
  const national = ["==", ["get", "level"], "national"];
  return [
    layer("assets-symbol", "symbol", "assets", {
      minzoom: 10,
      filter: isPoint,
      layout: { "icon-image": ["get", "kind"], "icon-size": byZoom(10, 0.6, 15, 1.1), "icon-allow-overlap": true, "icon-ignore-placement": true },
      paint: { "icon-opacity": 0.9 },
    }),
    layer("zones-label", "symbol", "zones", {
      minzoom: 7,
      filter: isPoint,
      layout: {
        "text-field": label, "text-font": FONT, "text-size": byZoom(8, 11, 12, 14), "text-letter-spacing": 0.12,
        "text-padding": 6, "text-max-width": 8,
      },
      paint: { "text-color": tint.muted, ...haloOf(tint) },
    }),
    layer("stations-symbol", "symbol", "stations", {
      layout: {
        "icon-image": ["get", "kind"],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 4, ["case", national, 0.5, 0.25], 9, ["case", national, 0.85, 0.5], 13, ["case", national, 1.25, 0.8]],
        "icon-allow-overlap": true,
        "symbol-sort-key": ["case", national, 1, 0],
        "text-field": ["step", ["zoom"], "", 9.5, label],
        "text-font": ["case", national, ["literal", FONT_BOLD], ["literal", FONT]],
        "text-size": ["case", national, 13, 11],
        "text-variable-anchor": ["top", "bottom", "left", "right"],
        "text-radial-offset": 1.15,
        "text-optional": true,
      },
      paint: { "text-color": ["case", national, tint.station, tint.local], "text-halo-color": tint.halo, "text-halo-width": 1.8 },
    }),
    layer("sketch-area", "fill", "sketch", { filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": tint.sketch, "fill-opacity": 0.1 } }),
    layer("sketch-line", "line", "sketch", { filter: ["!", isPoint], paint: { "line-color": tint.sketch, "line-width": 2.2, "line-dasharray": [3, 1.5] } }),
    layer("sketch-point", "circle", "sketch", { filter: isPoint, paint: { "circle-radius": 4.5, "circle-color": tint.paper, "circle-stroke-color": tint.sketch, "circle-stroke-width": 2.2 } }),
    layer("pointed", "circle", "pointed", {
      paint: { "circle-radius": 13, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": tint.sketch, "circle-stroke-width": 3 },
    }),
    layer("chosen", "circle", "chosen", {
      paint: { "circle-radius": 17, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": tint.ink, "circle-stroke-width": 2.5 },
    }),
  ];
}

/** Make the style of a map whose tiles hold what is chosen; `applyShown` does the rest. */
export function makeStyle(shown) {
  const tint = palette();
  const asked = (name) => (name === "sources" ? tileParametersOf(shown) : {});
  return {
    version: 8,
    sources: { ...Object.fromEntries(LAYERS.map((name) => [name, tiles(name, asked(name))])), graticule: empty, sketch: empty, pointed: empty, chosen: empty },
    layers: [...ground(tint), ...zones(tint), ...rings(tint), ...sources(tint), ...points(tint)],
  };
}

/** Tell which features of the sources the legend's switches let through. */
export function sourceFilter(shown) {
  const parts = [["!", isGroup], ["in", ["get", "kind"], ["literal", [...shown.kinds]]]];
  const { active, inactive } = activityOf(shown);
  if (!active) parts.push(["!", isActive]);
  if (!inactive) parts.push(isActive);
  if (shown.flagged) parts.push(isFlagged);
  return parts;
}

const among = (kinds) => ["in", ["get", "kind"], ["literal", [...kinds]]];

/** Let a map show what the legend's switches say. */
export function applyShown(map, shown) {
  const [wanted, tint] = [sourceFilter(shown), palette()];
  const asked = {
    "sources-area": ["all", ["==", ["geometry-type"], "Polygon"], ...wanted],
    "sources-edge": ["all", ["!", isPoint], ...wanted],
    "sources-flag": ["all", isPoint, isFlagged, ...wanted],
    "sources-symbol": ["all", isPoint, ...wanted],
    "sources-lone": ["all", isGroup, ["==", groupCount(shown), 1]],
    "sources-group": ["all", isGroup, [">", groupCount(shown), 1]],
    "sources-group-count": ["all", isGroup, [">", groupCount(shown), 1]],
    "assets-symbol": ["all", isPoint, among(shown.assets)],
    "zones-label": ["all", isPoint, among(shown.zones)],
  };
  for (const [id, filter] of Object.entries(asked)) map.setFilter(id, filter);
  map.setLayoutProperty("sources-lone", "icon-image", loneSymbol(shown));
  map.setLayoutProperty("sources-group", "icon-image", groupRing(shown));
  map.setLayoutProperty("sources-group-count", "text-field", groupText(shown));
  map.setPaintProperty("sources-group-count", "text-color", ["case", [">", groupCount(shown, true), 0], tint.flag, tint.ink]);
  const strict = kindsOf("zone", { empty: true }).filter((kind) => kind.condition_zone && shown.zones.has(kind.kind)).map((kind) => kind.kind);
  for (const id of ["zones-fill", "zones-hatch", "zones-edge"]) map.setFilter(id, among(strict));
  map.setFilter("zones-border", among([...shown.zones].filter((kind) => !strict.includes(kind))));
  for (const id of ["rings-line", "rings-chosen", "rings-label"]) {
    map.setLayoutProperty(id, "visibility", shown.rings ? "visible" : "none");
  }
}

/** Give a map the colours that hold now, where it is drawn by now; `applyShown` does the rest. */
export function repaint(map, shown) {
  const tint = palette();
  const drawn = (id) => map.getLayer(id);
  for (const { id, paint } of makeStyle(shown).layers) {
    for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
  }
  if (drawn("land")) {
    map.setPaintProperty("land", "fill-color", tint.land);
    map.setPaintProperty("ground", "background-color", under(tint));
  }
}

/** Ask for the tiles of a choice, where they are not those that are there. */
export function askTiles(map, shown) {
  const [source, wanted] = [map.getSource("sources"), tileAddress("sources", tileParametersOf(shown))];
  if (source.tiles[0] !== wanted) source.setTiles([wanted]);
}

/** Mark the rings of the station that is chosen, and write the radii of these and of the one pointed at. */
export function markRings(map, { chosen = "", pointed = "" }) {
  map.setFilter("rings-chosen", ["==", ["get", "station_id"], chosen]);
  map.setFilter("rings-label", ["in", ["get", "station_id"], ["literal", [chosen, pointed]]]);
}

/** Layers that answer a click, the first one first. */
export const CLICKED = ["stations-symbol", "sources-symbol", "sources-lone", "sources-group", "assets-symbol", "sources-edge", "sources-area", "zones-label"];
