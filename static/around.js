/* What is round here: a spot, a circle, a box or a polygon on the map, audited at once and ready to be taken away. */

import { read } from "./api.js";
import { config, kinds } from "./config.js";
import { choice, fill, make } from "./dom.js";
import { downloads, papers } from "./downloads.js";
import { circle, distanceM } from "./geodesy.js";
import { count, direction, distanceText, placeText, ringText, say } from "./i18n.js";
import { failed, waiting } from "./panel.js";
import { pointAt, sketch } from "./sketch.js";
import { icon } from "./symbols.js";

const SHAPES = ["spot", "circle", "box", "polygon"];
const LISTED = 200;
const DRAG_PX = 4;
const CLOSING_PX = 10;
const CORNERS = 3;
const SAID_TO = 6;

const box = ([lon, lat], [lon2, lat2]) => [Math.min(lon, lon2), Math.min(lat, lat2), Math.max(lon, lon2), Math.max(lat, lat2)];
const corners = ([west, south, east, north]) => [[west, south], [east, south], [east, north], [west, north]];
const written = (numbers) => numbers.map((number) => Number(number.toFixed(SAID_TO))).join(",");

/** Lay out how many of each kind there are, a column a radius. */
function table(heads, rows) {
  return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": say("counts") }, make("table", { class: "counts" },
    make("thead", {},
      make("tr", {}, make("th", { scope: "col", rowspan: 2 }, say("counts_kind")), heads.map((head) => make("th", { scope: "colgroup", colspan: 2 }, head))),
      make("tr", {}, heads.flatMap(() => [make("th", { scope: "col", class: "number" }, say("counts_active")), make("th", { scope: "col", class: "number" }, say("counts_all"))]))),
    make("tbody", {}, rows.map(([kind, numbers]) => make("tr", { "data-kind": kind ?? "all", class: kind ? null : "sum" },
      make("th", { scope: "row" }, make("span", {}, kind && icon(kinds.get(kind)), kind ? kinds.get(kind).label : say("counts_total"))),
      numbers.map((number, at) => make("td", { class: at % 2 ? "number all" : "number" }, count(number))))))));
}

function list(rows, { map, choose }) {
  const line = (found) => make("li", { "data-id": found.id, onmouseenter: () => pointAt(map, found), onmouseleave: () => pointAt(map, null) },
    make("button", { type: "button", onclick: () => choose(found.id) }, icon(kinds.get(found.kind), { active: found.active }), make("span", { class: "what" }, found.name || found.code || found.id)),
    make("p", { class: "quiet" }, [kinds.get(found.kind).label, found.distance_m !== undefined && say("ranked_row", { distance: distanceText(found.distance_m), direction: direction(found.bearing_deg), bearing: Math.round(found.bearing_deg) % 360 })].filter(Boolean).join(" · ")));
  return [make("ol", { class: "ranked" }, rows.slice(0, LISTED).map(line)), rows.length > LISTED && make("p", { class: "quiet" }, say("around_more", { count: count(rows.length - LISTED) }))];
}

/** Count sources by kind within radii, from what is near. */
function counted(sources, radii) {
  const within = (rows, radius) => rows.filter((one) => one.distance_m <= radius);
  const numbers = (rows) => radii.flatMap((radius) => [within(rows, radius).filter((one) => one.active).length, within(rows, radius).length]);
  const names = [...new Set(sources.map((one) => one.kind))].sort();
  return [...names.map((kind) => [kind, numbers(sources.filter((one) => one.kind === kind))]), [null, numbers(sources)]];
}

async function circular(centre, radii, tools) {
  const widest = radii.at(-1);
  const [lon, lat] = centre.map((degrees) => Number(degrees.toFixed(SAID_TO)));
  const { found } = await read("api/near", { lon, lat, radius_m: widest });
  const sources = found.filter((one) => one.role === "source");
  const selection = { near: written([lon, lat, widest]) };
  return [
    make("p", { class: "quiet" }, placeText(lon, lat)),
    table(radii.map((radius) => say("within", { ring: radius % 1 ? distanceText(radius) : ringText(radius) })), counted(sources, radii)),
    make("h3", {}, say("around_export")), downloads(selection), make("h3", {}, say("around_report")), papers(selection),
    make("h3", {}, say("around_list")), list(found, tools),
  ];
}

/** Audit what a choice holds, all of it at once. */
async function chosen(selection, head, tools) {
  const [counts, rows] = await Promise.all([read("api/choice/counts", selection), read("api/list", { ...selection, per_page: LISTED })]);
  const some = Object.entries(counts.kinds).filter(([, { all }]) => all > 0).map(([kind, { active, all }]) => [kind, [active, all]]);
  return [
    table([head], [...some, [null, [counts.active, counts.total]]]),
    make("h3", {}, say("around_export")), downloads(selection), make("h3", {}, say("around_report")), papers(selection),
    make("h3", {}, say("around_list")), list(rows.rows, tools),
    counts.total > rows.rows.length && make("p", { class: "quiet" }, say("around_more", { count: count(counts.total - rows.rows.length) })),
  ];
}

/** Make the tool. */
export function aroundHere({ map, panel, tools, choose }) {
  let [shape, from, corner, closed] = ["spot", null, [], false];
  const canvas = () => map.getCanvas();

  async function show(draw, ask) {
    sketch(map, draw);
    const body = make("div", { class: "around" }, waiting());
    const again = () => show(draw, ask);
    const open = (id) => choose(id, { from: { name: say("around"), go: () => { sketch(map, draw); panel.show(say("around"), body, { focus: true }); } }, focus: true });
    panel.show(say("around"), body);
    try {
      fill(body, make("p", { class: "quiet" }, say("around_note")), await ask({ map, choose: open }));
    } catch (fault) {
      fill(body, failed(fault, again));
    }
  }

  const round = (centre, radii) => show({ area: circle(centre, radii.at(-1)), points: [centre] }, (own) => circular(centre, radii, own));
  const inside = (edges) => show({ area: corners(edges) }, (own) => chosen({ bbox: written(edges) }, say("around_inside"), own));
  const bounded = (places) => show({ area: places }, (own) => chosen({ within: written([...places, places[0]].flat()) }, say("around_bounded"), own));

  // a polygon is clicked corner by corner; a click on the first one, a second on the last one or a button closes it
  const drawCorners = () => {
    sketch(map, { line: corner, area: corner, points: corner });
    tell();
  };
  const isAt = (place, point) => map.project(place).dist(point) <= CLOSING_PX;
  const addCorner = (place) => {
    if (closed) [corner, closed] = [[], false];
    corner.push(place);
    drawCorners();
  };
  const takeBack = () => {
    corner.pop();
    closed = false;
    drawCorners();
  };
  const close = () => {
    if (closed || corner.length < CORNERS) return;
    closed = true;
    tell();
    bounded([...corner]);
  };

  const begin = (event) => {
    if (shape === "spot" || shape === "polygon") return;
    event.preventDefault();
    from = event;
  };
  const drag = (event) => {
    if (!from) return;
    const [start, end] = [from.lngLat.toArray(), event.lngLat.toArray()];
    sketch(map, { area: shape === "circle" ? circle(start, distanceM(start, end)) : corners(box(start, end)), points: [start] });
  };
  const end = (event) => {
    const begun = from;
    from = null;
    if (!begun || begun.point.dist(event.point) < DRAG_PX) return;
    const [start, stop] = [begun.lngLat.toArray(), event.lngLat.toArray()];
    if (shape === "circle") round(start, [distanceM(start, stop)]);
    else inside(box(start, stop));
  };
  const click = ({ lngLat, point }) => {
    if (shape === "spot") return round(lngLat.toArray(), config.rings_m);
    if (shape !== "polygon") return undefined;
    const open = closed ? [] : corner;
    const closes = open.length >= CORNERS && [open[0], open.at(-1)].some((place) => isAt(place, point));
    if (closes) return close();
    return open.length && isAt(open.at(-1), point) ? undefined : addCorner(lngLat.toArray());
  };
  // without a pointer: Enter asks round the middle of the map or for all that is in view, or sets a corner
  const key = (event) => {
    if (event.key !== "Enter" || event.target !== canvas()) return;
    if (shape === "box") inside(map.getBounds().toArray().flat());
    else if (shape === "polygon") addCorner(map.getCenter().toArray());
    else round(map.getCenter().toArray(), config.rings_m);
  };
  const listeners = { mousedown: begin, touchstart: begin, mousemove: drag, touchmove: drag, mouseup: end, touchend: end, click };
  const tell = () => tools.tell(choice(say("around_shape"), SHAPES.map((one) => [one, say(`around_${one}`)]), shape, take), make("span", {}, say(`around_${shape}_hint`)),
    shape === "polygon" && corner.length > 0 && make("span", { class: "buttons" },
      make("button", { type: "button", class: "button", "data-do": "close", disabled: closed || corner.length < CORNERS, onclick: close }, say("around_close")),
      make("button", { type: "button", class: "button", "data-do": "undo", onclick: takeBack }, say("measure_undo"))));
  const drop = () => {
    if (corner.length && !closed) sketch(map);
    [corner, closed] = [[], false];
  };
  const take = (taken) => {
    drop();
    shape = taken;
    map.doubleClickZoom[shape === "polygon" ? "disable" : "enable"]();
    tell();
  };

  return {
    name: "around",
    /** Audit round a place that was found otherwise. */
    at: (centre) => round(centre, config.rings_m),
    start() {
      for (const [name, listener] of Object.entries(listeners)) map.on(name, listener);
      canvas().addEventListener("keydown", key);
      take(shape);
    },
    stop() {
      from = null;
      drop();
      map.doubleClickZoom.enable();
      for (const [name, listener] of Object.entries(listeners)) map.off(name, listener);
      canvas().removeEventListener("keydown", key);
    },
  };
}
