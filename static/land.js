/* The ground: land against sea, nothing else. No border is drawn but those the registry holds. */

import feature from "./node_modules/topojson-client/src/feature.js";
import { palette } from "./palette.js";

const DETAIL = 6;

/** Add the outline of the land below everything else; until it is there all is land. */
export async function addLand(map) {
  const answer = await fetch(new URL("./node_modules/world-atlas/land-50m.json", import.meta.url));
  if (!answer.ok) return;
  const land = feature(await answer.json(), "land");
  map.addSource("land", { type: "geojson", data: land, maxzoom: DETAIL, tolerance: 0.2, buffer: 8 });
  map.addLayer({ id: "land", type: "fill", source: "land", paint: { "fill-color": palette().land, "fill-antialias": false } }, "graticule");
  map.once("idle", () => map.setPaintProperty("ground", "background-color", palette().sea));
}
