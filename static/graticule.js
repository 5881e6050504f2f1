/* Lines of equal longitude and latitude, as close as the view needs. */

const MINUTE = 1 / 60;
const SECOND = MINUTE / 60;
const STEPS = [30, 10, 5, 2, 1, 30 * MINUTE, 10 * MINUTE, 5 * MINUTE, 2 * MINUTE, MINUTE, 30 * SECOND, 10 * SECOND, 5 * SECOND, SECOND];
const LINES_AT_MOST = 7;
const POLE = 85;
const EDGE_PX = 6;
/** Half a label's width, about. */
const LABEL_PX = 34;

function stepFor(span) {
  return STEPS.findLast((step) => span / step <= LINES_AT_MOST) ?? STEPS[0];
}

function between(low, high, step) {
  const lines = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) lines.push(at * step);
  return lines;
}

function angleText(value, positive, negative) {
  const seconds = Math.round(Math.abs(value) * 3600);
  const [degrees, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part) => String(part).padStart(2, "0");
  const fine = rest ? `${two(minutes)}′${two(rest)}″` : minutes ? `${two(minutes)}′` : "";
  return `${degrees}°${fine}${seconds === 0 ? "" : value < 0 ? negative : positive}`;
}

const feature = (type, coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type, coordinates } });
const wrapped = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;

/** Give the lines of a map's view, each labelled at an edge where nothing covers it: `left` and `right` pixels are. */
export function graticule(map, { left, right }) {
  const bounds = map.getBounds();
  const [west, east] = [bounds.getWest(), bounds.getEast()];
  const [south, north] = [Math.max(bounds.getSouth(), -POLE), Math.min(bounds.getNorth(), POLE)];
  const { clientWidth, clientHeight } = map.getContainer();
  const step = stepFor(Math.max(east - west, north - south));
  const labelLon = map.unproject([clientWidth - right - EDGE_PX, clientHeight / 2]).lng;
  const freeFrom = map.unproject([left && left + LABEL_PX, 0]).lng;
  const labelLat = map.unproject([clientWidth / 2, EDGE_PX]).lat;
  const features = [];
  for (const lon of between(west, east, step)) {
    features.push(feature("LineString", [[lon, south], [lon, north]]));
    if (lon > freeFrom) features.push(feature("Point", [lon, labelLat], { text: angleText(wrapped(lon), "E", "W"), edge: "top" }));
  }
  for (const lat of between(south, north, step)) {
    features.push(feature("LineString", [[west, lat], [east, lat]]));
    features.push(feature("Point", [labelLon, lat], { text: angleText(lat, "N", "S"), edge: "right" }));
  }
  return { type: "FeatureCollection", features };
}
