/* The symbols of the layer files, drawn: a shape beside a colour, so that neither alone must tell kinds apart. */

import { palette } from "./palette.js";

/** Pixels of a picture for one of the page. */
export const RATIO = 2;
const MARGIN = 3;
const HALF = Math.PI / 2;

/** Corners on circles of given radii, the first one up. */
function corners(count, radii, turn = 0) {
  return Array.from({ length: count }, (_, at) => {
    const angle = (at * 2 * Math.PI) / count - HALF + turn;
    const radius = radii[at % radii.length];
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });
}

const ARM = 0.36;
/** Outlines within the unit circle, sized so that all look equally big. */
const OUTLINES = {
  square: corners(4, [1.16], Math.PI / 4),
  triangle: corners(3, [1.18]).map(([x, y]) => [x, y + 0.18]),
  diamond: corners(4, [1.16]),
  star: corners(10, [1.22, 0.54]),
  hexagon: corners(6, [1.04]),
  cross: [[-ARM, -1], [ARM, -1], [ARM, -ARM], [1, -ARM], [1, ARM], [ARM, ARM], [ARM, 1], [-ARM, 1], [-ARM, ARM], [-1, ARM], [-1, -ARM], [-ARM, -ARM]],
};

function outline(context, shape, radius) {
  context.beginPath();
  if (shape === "circle") context.arc(0, 0, radius, 0, 2 * Math.PI);
  else OUTLINES[shape].forEach(([x, y]) => context.lineTo(x * radius, y * radius));
  context.closePath();
}

/** What stands on light and on dark pages; a hollow symbol is seen through. */
const EVERYWHERE = { halo: "rgba(255,255,255,.95)", rim: "rgba(255,255,255,.95)", edge: "rgba(20,28,38,.55)", inside: null };
const SEEN_THROUGH = "destination-out";

/** Draw a symbol into a canvas: filled when active, hollow when not. */
function drawn(symbol, { active = true, sizePx, tint = EVERYWHERE }) {
  const edge = Math.ceil((sizePx + 2 * MARGIN) * RATIO);
  const canvas = Object.assign(document.createElement("canvas"), { width: edge, height: edge });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.translate(edge / 2, edge / 2);
  context.scale(RATIO, RATIO);
  context.lineJoin = "round";
  outline(context, symbol.shape, sizePx / 2);
  context.lineWidth = active ? 2.4 : 3.4;
  context.strokeStyle = active ? tint.halo : tint.rim;
  context.stroke();
  if (!active) context.globalCompositeOperation = SEEN_THROUGH;
  context.fillStyle = symbol.colour;
  context.fill();
  context.globalCompositeOperation = "source-over";
  if (!active && tint.inside) {
    context.fillStyle = tint.inside;
    context.fill();
  }
  context.lineWidth = active ? 0.8 : 1.5;
  context.strokeStyle = active ? tint.edge : symbol.colour;
  context.stroke();
  return canvas;
}

function hatched(colour) {
  const edge = 16 * RATIO;
  const canvas = Object.assign(document.createElement("canvas"), { width: edge, height: edge });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.strokeStyle = colour;
  context.globalAlpha = 0.4;
  context.lineWidth = RATIO;
  for (const from of [-edge, 0, edge]) {
    context.moveTo(from, edge);
    context.lineTo(from + edge, 0);
  }
  context.stroke();
  return canvas;
}

function add(map, name, canvas) {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  if (map.hasImage(name)) map.updateImage(name, pixels);
  else map.addImage(name, pixels, { pixelRatio: RATIO });
}

/** Give a map the images that the style names, in the colours that hold now: kind, kind:off, hatch:kind. */
export function addSymbols(map, kinds) {
  const { halo, rim, edge } = palette();
  const tint = { halo, rim, edge, inside: halo };
  for (const kind of kinds) {
    if (kind.role === "zone") {
      add(map, `hatch:${kind.kind}`, hatched(kind.symbol.colour));
      continue;
    }
    const sizePx = kind.symbol.size_px * (kind.role === "station" ? 1.15 : 1.2);
    add(map, kind.kind, drawn(kind.symbol, { sizePx, tint }));
    add(map, `${kind.kind}:off`, drawn(kind.symbol, { active: false, sizePx, tint }));
  }
}

/** Draw a kind's symbol for a list or the legend. */
export function icon(kind, { active = true } = {}) {
  const canvas = kind.role === "zone" ? swatch(kind) : drawn(kind.symbol, { active, sizePx: Math.min(kind.symbol.size_px + 3, 15) });
  canvas.className = "icon";
  canvas.setAttribute("aria-hidden", "true");
  canvas.style.width = `${canvas.width / RATIO}px`;
  canvas.style.height = `${canvas.height / RATIO}px`;
  return canvas;
}

function swatch(kind) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 18 * RATIO, height: 14 * RATIO });
  const context = canvas.getContext("2d");
  if (kind.condition_zone) {
    context.fillStyle = context.createPattern(hatched(kind.symbol.colour), "repeat");
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.strokeStyle = kind.symbol.colour;
  context.lineWidth = 1.4 * RATIO;
  if (!kind.condition_zone) context.setLineDash([4 * RATIO, 2 * RATIO]);
  context.strokeRect(RATIO, RATIO, canvas.width - 2 * RATIO, canvas.height - 2 * RATIO);
  return canvas;
}
