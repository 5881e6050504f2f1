/* What follows from a choice: the map, the tiles, the address; all at once, and on Back too. */

import { LEFT_OUT, rememberChoice } from "./address.js";
import { choiceIn, everything, isNarrowed } from "./choice.js";
import { say } from "./i18n.js";
import { buildLegend } from "./legend.js";
import { applyShown, askTiles } from "./style.js";

/** Build the legend into its place and keep everything in step with it. */
export function buildChoosing(place, notices) {
  const { shown, dropped } = choiceIn(location.search);
  let map = null;


  function follow() {
    if (!map) return;
    applyShown(map, shown);
    askTiles(map, shown);
  }

  function changed(step) {
    rememberChoice(shown, { step });
    follow();
  }

  function draw() {
    buildLegend(place, shown, { onchange: changed, clear, narrowed: () => isNarrowed(shown) });
  }

  function clear() {
    const { zones, assets, rings } = shown;
    Object.assign(shown, everything(), { zones, assets, rings });
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
  if (dropped.length) {
    notices.show("dropped", say("filter_dropped", { names: dropped.join(say("comma")) }));
    rememberChoice(shown, { step: LEFT_OUT });
  }

  return {
    shown,
    /** Let a map follow, once its style is there. */
    attach(view) {
      map = view;
      applyShown(map, shown);
    },
  };
}
