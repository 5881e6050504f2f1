/* The panel beside the map, on a narrow screen a sheet at its foot; it holds one thing at a time. */

import { fill, make } from "./dom.js";
import { say } from "./i18n.js";

/** Build the panel; `changed` is called when it opens or shuts, `closed` when its reader shuts it. */
export function buildPanel(place, { changed, closed }) {
  const title = make("h2", { tabindex: "-1" });
  const back = make("button", { type: "button", class: "back", hidden: true });
  const grow = make("button", { type: "button", class: "grow", "aria-expanded": "false" });
  const close = make("button", { type: "button", class: "close", "aria-label": say("panel_close"), title: say("panel_close") }, "×");
  const body = make("div", { class: "panel-body" });
  place.setAttribute("aria-label", say("panel"));
  place.append(make("header", {}, back, make("div", { class: "panel-title" }, title, grow, close)), body);
  let onback = null;

  const enlarge = (on) => {
    place.classList.toggle("grown", on);
    grow.setAttribute("aria-expanded", String(on));
    fill(grow, say(on ? "panel_shrink" : "panel_grow"));
  };

  const hide = () => {
    place.hidden = true;
    enlarge(false);
    closed();
    changed();
  };

  back.addEventListener("click", () => onback?.());
  grow.addEventListener("click", () => enlarge(!place.classList.contains("grown")));
  close.addEventListener("click", hide);
  addEventListener("keydown", (event) => event.key === "Escape" && !place.hidden && hide());
  enlarge(false);

  return {
    /** Show something under a title; `from` is where "back" leads: its name and what to do. */
    show(name, content, { from = null, focus = false, broad = false } = {}) {
      place.classList.toggle("broad", broad);
      onback = from?.go ?? null;
      back.hidden = !from;
      fill(back, from && say("panel_back", { name: from.name }));
      fill(title, name);
      fill(body, content);
      body.scrollTop = 0;
      const opens = place.hidden;
      place.hidden = false;
      if (opens) changed();
      if (focus) title.focus({ preventScroll: true });
    },
    hide,
    /** How much of the map the panel covers, in pixels. */
    get padding() {
      if (place.hidden) return { right: 0, bottom: 0 };
      const wide = matchMedia("(min-width: 760px)").matches;
      return wide ? { right: place.offsetWidth + 12, bottom: 0 } : { right: 0, bottom: place.offsetHeight };
    },
  };
}

/** What is shown while something is read, and when it cannot be. */
export const waiting = () => make("p", { class: "quiet", role: "status" }, say("loading"));

export const failed = (fault, again) =>
  make("div", { role: "alert" }, make("p", {}, say("failed", { message: fault.message })), make("button", { type: "button", class: "button", onclick: again }, say("retry")));
