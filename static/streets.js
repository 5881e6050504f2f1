/* A basemap of vector tiles, drawn quietly: water, roads, buildings and names, and no border. */

import { config } from "./config.js";
import { palette } from "./palette.js";

const MAIN = ["highway", "major_road", "motorway", "trunk", "primary"];
const GEOMETRY = { fill: "Polygon", line: "LineString", symbol: "Point" };
const byZoom = (...stops) => ["interpolate", ["exponential", 1.6], ["zoom"], ...stops];

/** What each layer of the tiles is drawn as; the names are those of Protomaps, then of OpenMapTiles. */
const DRAWN = [
  ["water", "fill", "water"], ["water", "line", "river"], ["waterway", "line", "river"],
  ["buildings", "fill", "building"], ["building", "fill", "building"],
  ["roads", "line", "road"], ["transportation", "line", "road"],
  ["places", "symbol", "name"], ["place", "symbol", "name"],
];

function looks() {
  const tint = palette();
  const isMain = ["any", ["in", ["get", "kind"], ["literal", MAIN]], ["in", ["get", "class"], ["literal", MAIN]]];
  const wide = (width) => ["case", isMain, 2.4 * width, width];
  return {
    water: { paint: { "fill-color": tint.sea } },
    river: { paint: { "line-color": tint.sea, "line-width": byZoom(8, 0.5, 14, 2) } },
    building: { minzoom: 13, paint: { "fill-color": tint.grid, "fill-opacity": 0.25 } },
    road: { paint: { "line-color": tint.grid, "line-opacity": 0.75, "line-width": byZoom(6, wide(0.3), 12, wide(1.2), 16, wide(4)) } },
    name: {
      layout: {
        "text-field": ["coalesce", ["get", `name:${config.lang}`], ["get", "name"], ""],
        "text-font": ["Noto Sans SC"], "text-size": byZoom(6, 10, 14, 13), "text-max-width": 8,
      },
      paint: { "text-color": tint.muted, "text-halo-color": tint.halo, "text-halo-width": 1.4 },
    },
  };
}

/** Give the layers that draw the vector tiles of a source. */
export function streets(source) {
  const look = looks();
  return DRAWN.map(([layer, type, name]) => ({
    id: `${source}-${layer}-${type}`, type, source, "source-layer": layer, filter: ["==", ["geometry-type"], GEOMETRY[type]], ...look[name],
  }));
}
