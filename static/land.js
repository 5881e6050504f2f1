/* The ground: land against sea, nothing else. No border is drawn but those the registry holds. */

import { palette } from "./palette.js";

const DETAIL = 6;
/** From here on a screen shows some fifty times what an outline for 1:50 million is made for: all is plain ground. */
const NEAR_ZOOM = 9;

/** What lies under the outline of the land: sea from afar, plain ground near by. */
export const under = ({ sea, land }) => ["step", ["zoom"], sea, NEAR_ZOOM, land];

/** Add the outline of the land below everything else, once the map is seen from afar; until then all is land. */
export function awaitLand(map, added) {
  if (map.getZoom() < NEAR_ZOOM) addLand(map).then(added);
  else map.once("zoomend", () => awaitLand(map, added));
}

async function addLand(map) {
  const [answer, { default: feature }] = await Promise.all([
    fetch(new URL("./node_modules/world-atlas/land-50m.json", import.meta.url)),
    import("./node_modules/topojson-client/src/feature.js"),
  ]);
  if (!answer.ok) return;
  const land = feature(await answer.json(), "land");
  map.addSource("land", { type: "geojson", data: land, maxzoom: DETAIL, tolerance: 0.2, buffer: 8 });
  map.addLayer({ id: "land", type: "fill", source: "land", maxzoom: NEAR_ZOOM, paint: { "fill-color": palette().land, "fill-antialias": false } }, "graticule");
  map.once("idle", () => map.setPaintProperty("ground", "background-color", under(palette())));
}
