"""What the map costs in a browser, beside a bare page of its own library and beside folium."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import folium
import numpy as np
from playwright.sync_api import Page, Response, Route, ViewportSize

from geo_registry.settings import Settings
from tests.bench.child import Missing, Ready
from tests.bench.runs.maps import DRAWN, PATIENCE_S, visited

SIZE: ViewportSize = {"width": 1440, "height": 900}
LIBRARY = "static/node_modules/maplibre-gl/dist"
VIEW = "document.getElementById('map').view"
BARE = f"""<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="{LIBRARY}/maplibre-gl.css">
<style>html, body, #map {{ margin: 0; height: 100% }}</style><div id="map"></div>
<script type="module">
import * as maplibre from "./{LIBRARY}/maplibre-gl.mjs";
document.getElementById("map").view = new maplibre.Map({{ container: "map", ...GIVEN }});
</script>"""
IDLE = f"""() => new Promise((done) => {{
    document.querySelector(".legend input[type=checkbox], #legend input[type=checkbox]").click();
    {VIEW}.once("idle", () => requestAnimationFrame(() => done()));
}})"""
PLACED = "() => document.querySelectorAll('.leaflet-marker-icon').length"


def ours(url: str) -> Ready:
    """Open our map, until every tile in view is drawn.

    Parameters
    ----------
    url
        The store.
    """
    place = visited(url)
    weights: list[int] = []

    def work() -> None:
        page, answers = place.browser.new_context(viewport=SIZE).new_page(), list[Response]()
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 (it is given an attribute)
        _until_drawn(page, place.address)
        weights.append(sum(_bytes(one) for one in answers if ".mvt" not in one.url))
        page.context.close()

    return Ready(work, lambda _: {"page_kb": weights[-1] / 1e3}, place.close, has_cpu=False)


def bare(url: str) -> Ready:
    """Open a page that has nothing but MapLibre, in the same view and with the same tiles as ours.

    Parameters
    ----------
    url
        The store.
    """
    place = visited(url)
    page = place.browser.new_context(viewport=SIZE).new_page()
    _until_drawn(page, place.address)
    given = page.evaluate(
        f"() => ({{ center: {VIEW}.getCenter(), zoom: {VIEW}.getZoom(), sources: Object.fromEntries("
        f"Object.entries({VIEW}.getStyle().sources).filter(([, one]) => one.type === 'vector')) }})"
    )
    page.context.close()
    layers = [
        {"id": name, "type": "circle", "source": name, "source-layer": name} for name in given["sources"]
    ]
    style = {"version": 8, "sources": given["sources"], "layers": layers}
    html = BARE.replace(
        "GIVEN", json.dumps({"style": style, "center": given["center"], "zoom": given["zoom"]})
    )

    def work() -> None:
        page = place.browser.new_context(viewport=SIZE).new_page()
        page.route("**/bare.html", lambda route: route.fulfill(body=html, content_type="text/html"))
        _until_drawn(page, f"{place.address}bare.html")
        page.context.close()

    return Ready(work, close=place.close, has_cpu=False)


def filtered(url: str) -> Ready:
    """Switch one kind off or on, until the map has drawn what is left.

    Parameters
    ----------
    url
        The store.
    """
    place = visited(url)
    page = place.browser.new_context(viewport=SIZE).new_page()
    _until_drawn(page, place.address)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    spent: list[float] = []

    def busy() -> float:
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(found["TaskDuration"])

    def work() -> None:
        before = busy()
        page.evaluate(IDLE)
        page.wait_for_load_state("networkidle")
        spent.append(busy() - before)

    return Ready(work, lambda _: {"main_thread_ms": median(spent) * 1e3}, place.close, has_cpu=False)


def markers(url: str, count: int) -> Ready:
    """Open a page that folium wrote, until every marker stands in it.

    Parameters
    ----------
    url
        A store; it is served, and not asked.
    count
        Markers.
    """
    leaflet = Settings().static / "node_modules/leaflet/dist"
    if not leaflet.exists():
        raise Missing("leaflet is not installed")
    drawn = np.random.default_rng(count)
    made = folium.Map((33.58, 114.02), zoom_start=11, tiles=None)
    for lat, lon in zip(drawn.uniform(33.4, 33.8, count), drawn.uniform(113.8, 114.3, count), strict=True):
        folium.Marker((lat, lon)).add_to(made)
    html = made.get_root().render()
    place = visited(url)

    def answer(route: Route) -> None:
        asked = route.request.url
        name = "leaflet.js" if asked.endswith("leaflet.js") else "leaflet.css"
        if asked.endswith("folium.html"):
            route.fulfill(body=html, content_type="text/html")
        elif asked.endswith(("leaflet.js", "leaflet.css")):
            route.fulfill(path=Path(leaflet / name))
        else:
            route.fulfill(body="")

    def work() -> None:
        page = place.browser.new_context(viewport=SIZE).new_page()
        page.route("**/*", answer)
        page.goto(f"{place.address}folium.html", timeout=PATIENCE_S * 1e3)
        while page.evaluate(PLACED) < count:
            page.wait_for_timeout(20)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.context.close()

    return Ready(work, lambda _: {"page_kb": len(html) / 1e3}, place.close, has_cpu=False)


def _until_drawn(page: Page, address: str) -> None:
    page.goto(address, timeout=PATIENCE_S * 1e3)
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(20)


def _bytes(answer: Response) -> int:
    return answer.request.sizes()["responseBodySize"]
