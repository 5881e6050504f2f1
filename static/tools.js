/* The tools at the head of the map: one at work at a time, told by its button, ended by Escape. */

import { fill, make } from "./dom.js";
import { say } from "./i18n.js";

/** Build the row of tools; `begun` is called when one is taken up. */
export function buildTools(place, map, begun) {
  const buttons = new Map();
  const hint = make("p", { class: "tool-hint", role: "status", hidden: true });
  let current = null;

  const stop = () => {
    if (!current) return;
    const ended = current;
    current = null;
    buttons.get(ended.name).setAttribute("aria-pressed", "false");
    map.getContainer().classList.remove("drawing");
    hint.hidden = true;
    ended.stop();
  };

  const start = (tool) => {
    const again = current === tool;
    stop();
    if (again) return;
    current = tool;
    begun();
    buttons.get(tool.name).setAttribute("aria-pressed", "true");
    map.getContainer().classList.add("drawing");
    tool.start();
  };

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !current || event.defaultPrevented) return;
    event.stopPropagation();
    const { name } = current;
    stop();
    buttons.get(name).focus();
  }, { capture: true });
  place.append(make("div", { class: "tool-row", role: "toolbar", "aria-label": say("tools") }), hint);

  return {
    /** Add a tool that takes the pointer over until it is stopped. */
    add(tool) {
      const button = make("button", { type: "button", class: "button", "aria-pressed": "false", "data-tool": tool.name, onclick: () => start(tool) }, say(`tool_${tool.name}`));
      buttons.set(tool.name, button);
      place.firstChild.append(button);
    },
    /** Add a button that does one thing. */
    addButton(name, go) {
      place.firstChild.append(make("button", { type: "button", class: "button", "data-tool": name, onclick: go }, say(`tool_${name}`)));
    },
    /** Say what to do next with the tool at work. */
    tell(...content) {
      hint.hidden = content.length === 0;
      fill(hint, ...content);
    },
    stop,
    /** Whether a tool has the pointer. */
    get isBusy() { return current !== null; },
  };
}
