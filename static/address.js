/* The address of the map page: the choice in its query; the view and what is open behind the #. */

import { queryOf } from "./choice.js";

/** The step by which the page leaves out what there is no more. */
export const LEFT_OUT = "left-out";

/** Give the id of the record that the address opens. */
export const addressed = () => new URLSearchParams(location.hash.slice(1)).get("record");

/** Tell whether the address says where the map looks. */
export const isPlaced = () => new URLSearchParams(location.hash.slice(1)).has("map");

/** Write into the address which record is open; MapLibre keeps the map's own part. */
export function remember(id) {
  const parts = new URLSearchParams(location.hash.slice(1));
  if (id) parts.set("record", id);
  else parts.delete("record");
  history.replaceState(history.state, "", `#${decodeURIComponent(parts.toString())}`);
}

/** Write a choice into the address: a new step back, but for a word being typed on, and for what the page itself left out. */
export function rememberChoice(shown, { step }) {
  const url = location.pathname + queryOf(shown) + location.hash;
  if (url === location.pathname + location.search + location.hash) return;
  const goesOn = step === LEFT_OUT || (step === "text" && history.state?.step === "text");
  history[goesOn ? "replaceState" : "pushState"]({ step }, "", url);
}

/** Let the links to the other language lead to what is seen now. */
export function keepLanguageLinks() {
  for (const link of document.querySelectorAll("a.language")) {
    link.addEventListener("click", () => {
      const query = new URLSearchParams(location.search);
      query.set("lang", link.hreflang);
      link.href = `${location.pathname}?${query}${location.hash}`;
    });
  }
}
