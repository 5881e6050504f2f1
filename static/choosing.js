/* What follows from a choice: the map, the tiles, the address, the counts; all at once, and on Back too. */

import { read } from "./api.js";
import { LEFT_OUT, rememberChoice } from "./address.js";
import { choiceIn, everything, isEmpty, isNarrowed, parametersOf } from "./choice.js";
import { config, kinds } from "./config.js";
import { redrawRings } from "./groups.js";
import { say } from "./i18n.js";
import { buildLegend } from "./legend.js";
import { followTheme } from "./palette.js";
import { applyShown, askTiles, repaint } from "./style.js";
import { addSymbols } from "./symbols.js";

const NOBODY = { total: 0, unlocated: 0, unknown: {}, priorities: {}, query: "" };

async function counted(shown, signal) {
  const kinds = read("api/choice/counts", parametersOf(shown, { without: ["kind"] }), signal);
  if (isEmpty(shown)) return { ...NOBODY, kinds: shown.statuses.size && shown.priorities.size ? (await kinds).kinds : {} };
  const asked = parametersOf(shown);
  const whole = "kind" in asked ? read("api/choice/counts", { ...asked, kind: asked.kind }, signal) : kinds;
  const [found, every] = await Promise.all([whole, kinds]);
  return { ...found, kinds: every.kinds };
}

/** Build the legend into its place and keep everything in step with it; give who wants to know a word. */
export function buildChoosing(place, notices) {
  const { shown, dropped } = choiceIn(location.search);
  const followers = [];
  let [map, lay, legend, asking] = [null, null, null, null];

  const gone = [];
  const tellDropped = (names) => {
    gone.push(...names);
    if (names.length) notices.show("dropped", say("filter_dropped", { names: gone.join(say("comma")) }), { closed: () => gone.splice(0) });
  };

  async function count() {
    if (!config.shows_each) return;
    asking?.abort();
    asking = new AbortController();
    try {
      const counts = await counted(shown, asking.signal);
      const unknown = Object.entries(counts.unknown);
      if (unknown.length) return forget(unknown);
      notices.dismiss("counts");
      legend.tell({ ...counts, narrowed: isNarrowed(shown) });
      for (const follow of followers) follow(shown, counts);
    } catch (fault) {
      if (fault.name !== "AbortError") notices.show("counts", say("failed", { message: fault.message }), { urgent: true, action: { text: say("retry"), go: count } });
    }
  }

  /** Leave out names that nobody bears, and say so. */
  function forget(unknown) {
    for (const [name] of unknown) shown[name] = "";
    tellDropped(unknown.flatMap(([, values]) => values));
    draw();
    changed(LEFT_OUT);
  }

  function follow() {
    count();
    if (!map) return;
    applyShown(map, shown);
    lay(shown.base);
    askTiles(map, shown);
  }

  function changed(step) {
    rememberChoice(shown, { step });
    follow();
  }

  function draw() {
    legend = buildLegend(place, shown, { onchange: changed, clear });
  }

  function clear() {
    const { zones, assets, rings, base } = shown;
    Object.assign(shown, everything(), { zones, assets, rings, base });
    draw();
    changed("clear");
    place.querySelector("summary").focus();
  }

  addEventListener("popstate", () => {
    const read_ = choiceIn(location.search);
    Object.assign(shown, read_.shown);
    draw();
    follow();
  });
  draw();
  tellDropped(dropped);
  if (dropped.length) rememberChoice(shown, { step: LEFT_OUT });
  count();

  return {
    shown,
    /** Let a map follow, once its style is there; `layGround` lays it on the ground of a name. */
    attach(view, layGround) {
      [map, lay] = [view, layGround];
      applyShown(map, shown);
      lay(shown.base);
      followTheme(() => {
        repaint(map, shown);
        addSymbols(map, kinds.values());
        redrawRings(map);
        applyShown(map, shown);
      });
    },
    /** Choose another ground. */
    ground(name) {
      shown.base = name;
      changed(name);
    },
    /** Tell somebody of every choice, with what it holds. */
    follow: (listener) => followers.push(listener),
  };
}
