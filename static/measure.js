/* Measuring: click places, read the way along them and the area inside. */

import { areaM2, lengthM } from "./geodesy.js";
import { make } from "./dom.js";
import { areaText, distanceText, say } from "./i18n.js";
import { sketch } from "./sketch.js";

/** Make the tool; its result stands in the hint of the tools and in `data-length-m` and `data-area-m2` there. */
export function measuring(map, tools) {
  let places = [];

  const tell = () => {
    if (places.length === 0) return tools.tell(say("measure_hint"));
    const [length, area] = [lengthM(places), places.length > 2 ? areaM2(places) : 0];
    tools.tell(
      make("span", { id: "measured", "data-length-m": length, "data-area-m2": area },
        say("measure_length", { length: distanceText(length) }), area > 0 && ` · ${say("measure_area", { area: areaText(area) })}`),
      make("button", { type: "button", class: "button", onclick: undo }, say("measure_undo")),
      make("button", { type: "button", class: "button", onclick: () => { places = []; draw(); } }, say("measure_anew")));
  };
  const draw = () => {
    sketch(map, { line: places, area: places, points: places });
    tell();
  };
  const undo = () => {
    places.pop();
    draw();
  };
  const add = ({ lngLat }) => {
    places.push(lngLat.toArray());
    draw();
  };
  // without a pointer: Enter takes the middle of the map
  const key = (event) => event.key === "Enter" && event.target === map.getCanvas() && add({ lngLat: map.getCenter() });

  return {
    name: "measure",
    start() {
      places = [];
      map.on("click", add);
      map.getCanvas().addEventListener("keydown", key);
      map.doubleClickZoom.disable();
      draw();
    },
    stop() {
      map.off("click", add);
      map.getCanvas().removeEventListener("keydown", key);
      map.doubleClickZoom.enable();
      sketch(map);
    },
  };
}
