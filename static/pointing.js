/* What the pointer is on, and what follows from it. */

import { CLICKED, markRings } from "./style.js";

const REACH_PX = 6;
const RINGS_REACH_PX = 4;

const around = (point, reach) => [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];

/** Give the feature at a point of the screen that answers a click: of the first layer, the nearest. */
export function hit(map, point) {
  const away = ({ geometry }) => (geometry.type === "Point" ? map.project(geometry.coordinates).dist(point) : 0);
  const ranked = map.queryRenderedFeatures(around(point, REACH_PX), { layers: CLICKED }).map((found) => [CLICKED.indexOf(found.layer.id), away(found), found]);
  return ranked.sort((one, other) => one[0] - other[0] || one[1] - other[1])[0]?.[2];
}

/** Open what is clicked: a group by going nearer, a record in the panel. */
export function answerClicks(map, tools, choose) {
  map.on("click", (event) => {
    if (tools.isBusy) return;
    const found = hit(map, event.point);
    if (!found) return;
    if (found.properties.n) map.easeTo({ center: found.geometry.coordinates, zoom: map.getZoom() + 2 });
    else choose(found.properties.id, { move: found.layer.id === "stations-symbol" });
  });
}

function stationAt(map, point, found) {
  if (found) return found.layer.id === "stations-symbol" ? found.properties.id : "";
  return map.queryRenderedFeatures(around(point, RINGS_REACH_PX), { layers: ["rings-line"] })[0]?.properties.station_id ?? "";
}

/** Show by the pointer's shape what answers a click, and write the radii of the rings that are pointed at. */
export function followPointing(map, rings, mark) {
  let marked = "";
  const point = (station) => {
    if (station === rings.pointed) return;
    rings.pointed = station;
    markRings(map, rings);
  };
  map.on("mousemove", (event) => {
    const found = hit(map, event.point);
    map.getCanvas().style.cursor = found ? "pointer" : "";
    const id = found?.properties.id ?? "";
    if (id !== marked) mark(id);
    marked = id;
    point(stationAt(map, event.point, found));
  });
  map.on("mouseout", () => point(""));
}
