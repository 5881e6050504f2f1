/* What tools draw on the map: one sketch at a time, and the place a list points at. */

const feature = (type, coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type, coordinates } });
const NOTHING = { type: "FeatureCollection", features: [] };

/** Show lines, an area and points of a tool; nothing where none are given. */
export function sketch(map, { line = [], area = [], points = [] } = {}) {
  const features = points.map((point) => feature("Point", point));
  if (line.length > 1) features.push(feature("LineString", line));
  if (area.length > 2) features.push(feature("Polygon", [[...area, area[0]]]));
  map.getSource("sketch").setData({ ...NOTHING, features });
}

/** Mark the place that a list points at; none where it has no place. */
export function pointAt(map, row) {
  map.getSource("pointed").setData(row?.lon == null ? NOTHING : { ...NOTHING, features: [feature("Point", [row.lon, row.lat])] });
}
