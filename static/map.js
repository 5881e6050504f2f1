/* The map page: puts the map, the legend, the search box and the panel together. */

import { Map as MapView, NavigationControl, ScaleControl } from "./node_modules/maplibre-gl/dist/maplibre-gl.mjs";
import { addressed, isPlaced, keepLanguageLinks, remember } from "./address.js";
import { address, read } from "./api.js";
import { aroundHere } from "./around.js";
import { buildGround } from "./basemap.js";
import { card } from "./card.js";
import { parametersOf } from "./choice.js";
import { buildChoosing } from "./choosing.js";
import { config, kinds } from "./config.js";
import { graticule } from "./graticule.js";
import { drawRings } from "./groups.js";
import { placeText, say } from "./i18n.js";
import { awaitLand } from "./land.js";
import { buildList, hasList } from "./list.js";
import { measuring } from "./measure.js";
import { neighbourhood } from "./neighbourhood.js";
import { buildNotices, greet, tellOfTiles } from "./notices.js";
import { buildPanel, failed, waiting } from "./panel.js";
import { answerClicks, followPointing } from "./pointing.js";
import { buildSearch } from "./search.js";
import { makeStyle, markRings } from "./style.js";
import { pointAt, sketch } from "./sketch.js";
import { addSymbols } from "./symbols.js";
import { buildTools } from "./tools.js";

const CLOSE_ZOOM = 14;
const DEGREE_M = 111_320;

const at = (id) => document.getElementById(id);

/* ---- the map */

/** How much of the map the open legend covers from the left, in pixels; on a narrow screen it lies folded. */
function legendWidth() {
  return matchMedia("(min-width: 760px)").matches && at("legend").querySelector("details[open]") ? at("legend").offsetWidth : 0;
}

function openMap(shown) {
  const map = new MapView({
    container: at("map"),
    style: makeStyle(shown),
    bounds: config.bounds,
    fitBoundsOptions: { padding: { top: 20, bottom: 20, right: 20, left: 20 + legendWidth() }, maxZoom: 13 },
    hash: "map",
    maxZoom: 18,
    attributionControl: false,
    fadeDuration: 0,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    localIdeographFontFamily: false,
    locale: { "Map.Title": say("map_label"), "NavigationControl.ZoomIn": say("zoom_in"), "NavigationControl.ZoomOut": say("zoom_out") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
  // the one door for tests and for the console: document.getElementById("map").view
  at("map").view = map;
  return map;
}

function drawGraticule(map, panel) {
  map.getSource("graticule")?.setData(graticule(map, { left: legendWidth(), right: panel.padding.right }));
}

function followPointer(map) {
  const place = at("coordinates");
  place.hidden = false;
  const tell = ({ lng, lat }) => { place.textContent = placeText(lng, lat); };
  map.on("mousemove", (event) => tell(event.lngLat.wrap()));
  map.on("move", () => tell(map.getCenter().wrap()));
  tell(map.getCenter());
}

/* ---- what is chosen, on the map and in the panel */

function chooser(map, panel, { rings, notices }) {
  let current = null;

  const mark = (record) => {
    const feature = record?.lon == null ? [] : [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [record.lon, record.lat] } }];
    map.getSource("chosen").setData({ type: "FeatureCollection", features: feature });
    rings.chosen = record?.role === "station" ? record.id : "";
    markRings(map, rings);
  };

  const frame = (record) => {
    if (record.lon == null) return;
    const padding = { top: 30, left: 30 + legendWidth(), right: 30 + panel.padding.right, bottom: 30 + panel.padding.bottom };
    if (record.role !== "station") {
      const inView = map.getBounds().contains([record.lon, record.lat]);
      map.easeTo({ center: [record.lon, record.lat], zoom: Math.max(map.getZoom(), inView ? 0 : CLOSE_ZOOM), offset: [(legendWidth() - panel.padding.right) / 2, -panel.padding.bottom / 2] });
      return;
    }
    const [dLat, dLon] = [Math.max(...config.rings_m) / DEGREE_M, Math.max(...config.rings_m) / (DEGREE_M * Math.cos((record.lat * Math.PI) / 180))];
    map.fitBounds([[record.lon - dLon, record.lat - dLat], [record.lon + dLon, record.lat + dLat]], { padding });
  };

  async function content(record, from) {
    if (record.role !== "station") return card(record);
    const audit = await read(`api/stations/${encodeURIComponent(record.id)}/audit`, { status: "all" });
    return neighbourhood(record, audit, (id) => choose(id, { from: { name: record.name, go: () => choose(record.id, { focus: true }) }, focus: true }));
  }

  async function choose(id, { from = null, focus = false, move = true } = {}) {
    current = id;
    remember(id);
    notices.dismiss("hint");
    panel.show("…", waiting(), { from });
    try {
      const record = await read(`api/records/${encodeURIComponent(id)}`);
      if (current !== id) return;
      mark(record);
      if (move) frame(record);
      const shown = await content(record);
      if (current === id) panel.show(record.name, shown, { from, focus });
    } catch (fault) {
      if (current === id) panel.show(say("panel"), failed(fault, () => choose(id, { from, focus })), { from });
    }
  }

  const forget = () => {
    current = null;
    remember(null);
    mark(null);
    sketch(map);
    pointAt(map, null);
  };

  return { choose, forget };
}

/** Go to a place that was written down, and say what is round it. */
function visit(map, around, centre) {
  map.jumpTo({ center: centre, zoom: Math.max(map.getZoom(), CLOSE_ZOOM - 2) });
  if (hasList()) around.at(centre);
  else sketch(map, { points: [centre] });
}

/** Open the sheet of what is in view and chosen. */
function openSheet(map, shown) {
  const view = map.getBounds();
  const inside = (degrees, most) => Math.min(most, Math.max(-most, degrees)).toFixed(6);
  const bbox = [inside(view.getWest(), 180), inside(view.getSouth(), 90), inside(view.getEast(), 180), inside(view.getNorth(), 90)];
  open(address("api/map.pdf", { ...parametersOf(shown), bbox: bbox.join(",") }), "_blank", "noopener");
}

function explainGroups(map) {
  map.on("idle", () => { at("group-note").hidden = map.queryRenderedFeatures({ layers: ["sources-group"] }).length === 0; });
}

function start() {
  const placed = isPlaced();
  const notices = buildNotices(at("notices"));
  const choosing = buildChoosing(at("legend"), notices);
  const map = openMap(choosing.shown);
  addSymbols(map, kinds.values());
  drawRings(map);
  tellOfTiles(map, notices);
  const rings = { chosen: "", pointed: "" };
  let chosen = null;
  const panel = buildPanel(at("panel"), { changed: () => drawGraticule(map, panel), closed: () => chosen.forget() });
  chosen = chooser(map, panel, { rings, notices });
  const tools = buildTools(at("tools"), map, () => notices.dismiss("hint"));
  const list = buildList({ map, panel, choosing, choose: chosen.choose });
  const around = aroundHere({ map, panel, tools, choose: chosen.choose });
  if (hasList()) {
    tools.addButton("list", list.start);
    tools.addButton("print", () => openSheet(map, choosing.shown));
    tools.add(around);
  }
  tools.add(measuring(map, tools));
  buildSearch(at("search"), { choose: (row) => chosen.choose(row.id, { focus: true }), go: ({ lon, lat }) => visit(map, around, [lon, lat]) });
  const ground = buildGround(map, notices, choosing.ground);
  map.once("style.load", () => {
    choosing.attach(map, ground.show);
    drawGraticule(map, panel);
    followPointer(map);
    answerClicks(map, tools, chosen.choose);
    followPointing(map, rings, list.mark);
    explainGroups(map);
    if (addressed()) chosen.choose(addressed(), { move: !placed });
    else greet(notices);
  });
  map.on("moveend", () => drawGraticule(map, panel));
  map.once("idle", () => {
    performance.mark("map-drawn");
    awaitLand(map, ground.lift);
  });
}

const drawable = document.createElement("canvas").getContext("webgl2") !== null;
if (drawable) start();
else at("fallback").hidden = false;

keepLanguageLinks();
