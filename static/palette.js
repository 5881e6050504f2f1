/* The map's colours, as site.css has them for light and for dark. */

const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Give the colours that hold now. */
export const palette = () => ({
  land: read("--stage"), sea: read("--map-sea"), grid: read("--map-grid"), border: read("--map-border"),
  ink: read("--ink"), muted: read("--muted"), flag: read("--flag"), paper: read("--paper"), halo: read("--map-halo"),
  ring: read("--accent"), station: read("--accent-deep"), local: read("--map-local"), sketch: read("--map-sketch"),
  rim: read("--map-rim"), edge: read("--map-edge"),
  least: Number(read("--basemap-least")), most: Number(read("--basemap-most")),
});

/** Call somebody whenever the page turns light or dark. */
export function followTheme(listener) {
  document.documentElement.addEventListener("theme", listener);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
}
