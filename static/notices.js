/* Lines across the head of the map: what failed, what was left out, a word to a newcomer. */

import { isBasemap, NOTICE } from "./basemap.js";
import { fill, make } from "./dom.js";
import { say } from "./i18n.js";

/** Build the place of notices; each has a name, so that the same one never stands twice. */
export function buildNotices(place) {
  const standing = new Map();

  const dismiss = (name) => {
    standing.get(name)?.remove();
    standing.delete(name);
  };

  /** Show a sentence; `action` is a button's text and what it does, `urgent` interrupts a screen reader. */
  const show = (name, sentence, { action = null, urgent = false, closed = () => {} } = {}) => {
    const bar = standing.get(name) ?? make("div", { class: urgent ? "notice urgent" : "notice", role: urgent ? "alert" : "status", "data-notice": name });
    const shut = () => {
      dismiss(name);
      closed();
    };
    fill(bar,
      make("p", {}, sentence),
      action && make("button", { type: "button", class: "button", onclick: () => { dismiss(name); action.go(); } }, action.text),
      make("button", { type: "button", class: "close", "aria-label": say("notice_close"), title: say("notice_close"), onclick: shut }, "×"));
    standing.set(name, bar);
    place.append(bar);
  };

  return { show, dismiss };
}

/** Say when tiles cannot be read, and read them again when asked. */
export function tellOfTiles(map, notices) {
  const missing = new Set();
  const again = () => {
    const sources = new Set(missing);
    missing.clear();
    for (const source of sources) if (map.getSource(source)) map.refreshTiles(source);
  };
  map.on("error", ({ sourceId, tile, error }) => {
    if (!tile) {
      console.error(error);
      return notices.show("fault", say("failed", { message: error.message }), { urgent: true });
    }
    // MapLibre 6.17 waits for ever on a tile that failed once and is asked for again: it takes the worker
    // that has it for one still at work (vector_tile_source.ts, loadTile). Without a worker it asks anew.
    delete tile.actor;
    missing.add(sourceId);
    const retry = { action: { text: say("retry"), go: again } };
    if (isBasemap(sourceId)) notices.show(NOTICE, say("basemap_failed"), retry);
    else notices.show("tiles", say("tiles_failed"), { urgent: true, ...retry });
  });
}

const GREETED = "greeted";

function greeted(note) {
  try {
    return note ? localStorage.setItem(GREETED, "1") : localStorage.getItem(GREETED) !== null;
  } catch {
    return false; // a browser that keeps nothing greets each time
  }
}

/** Say to a newcomer what to do first, until that is shut or done. */
export function greet(notices) {
  if (!greeted()) notices.show("hint", say("hint"), { closed: () => greeted(true) });
}
