"""One page of the map as a reader meets it, and a watch on its console and its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Response

PATIENCE_MS = 120_000
VIEW = "document.getElementById('map').view"
"""The map itself: the page hands it out there for tests (static/map.js)."""


class MapPage:
    """A page in a context of its own.

    Parameters
    ----------
    browser
        Where it is opened.
    address
        Of the server.
    size
        Width and height of the window in pixels.
    lang
        Language of the reader's browser.
    """

    def __init__(self, browser: Browser, address: str, size: tuple[int, int], lang: str) -> None:
        # who asked for less motion is taken there at once; software draws a journey frame by frame
        self._context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=lang, reduced_motion="reduce"
        )
        self._address = address
        self.page = self._context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "GPU stall" not in message.text:
            self.complaints.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def go(self, path: str) -> MapPage:
        """Open an address and, where it has a map, wait until that is drawn."""
        self.page.goto(self._address + path)
        self.until("!document.getElementById('map') || performance.getEntriesByName('map-drawn').length > 0")
        return self

    def until(self, condition: str) -> None:
        """Wait until a condition of the page holds, looked at some forty times a second."""
        looked = (
            "([patience]) => new Promise((done, fail) => {"
            "  const late = setTimeout(() => fail(new Error('waited in vain')), patience);"
            f" const look = () => ({condition}) ? (clearTimeout(late), done()) : setTimeout(look, 25);"
            "  look(); })"
        )
        self.page.evaluate(looked, [PATIENCE_MS])

    def settle(self) -> None:
        """Wait until the map has drawn everything it was told."""
        # nothing is given back: Playwright would write out the whole map to hand over its event
        waited = f"new Promise((done) => {{ {VIEW}.once('idle', () => done()); {VIEW}.triggerRepaint(); }})"
        self.page.evaluate(waited)

    def show(self, bounds: tuple[float, float, float, float]) -> None:
        """Bring a box of degrees wholly into view."""
        west, south, east, north = bounds
        box = [[west, south], [east, north]]
        fitted = f"(box) => {{ {VIEW}.fitBounds(box, {{ padding: 30, animate: false }}); }}"
        self.page.evaluate(fitted, box)
        self.settle()

    def drawn(self, layer: str, what: str = "id") -> list[Any]:
        """List an attribute of every feature that a layer draws in view."""
        asked = f"([layer, what]) => {VIEW}.queryRenderedFeatures({{ layers: [layer] }})"
        return list(self.page.evaluate(f"{asked}.map((one) => one.properties[what])", [layer, what]))

    def where(self, lon: float, lat: float) -> tuple[float, float]:
        """Tell where on the page a place of the map is, in pixels."""
        x, y = self.page.evaluate(
            f"(place) => {{ const {{ x, y }} = {VIEW}.project(place);"
            " const { left, top } = document.getElementById('map').getBoundingClientRect();"
            " return [x + left, y + top]; }",
            [lon, lat],
        )
        return float(x), float(y)

    def click_map(self, lon: float, lat: float) -> None:
        """Click the map at a place."""
        self.page.mouse.click(*self.where(lon, lat))

    def point(self, lon: float, lat: float) -> None:
        """Move the pointer to a place of the map."""
        self.page.mouse.move(*self.where(lon, lat))

    def counts(self) -> list[tuple[str, list[int]]]:
        """Read the panel's table of counts: each kind with its numbers."""
        rows = self.page.evaluate(
            "[...document.querySelectorAll('.panel .counts tbody tr')].map((row) =>"
            " [row.dataset.kind, [...row.querySelectorAll('td')].map((cell) => cell.textContent)])"
        )
        return [(kind, [int(cell.replace(",", "")) for cell in cells]) for kind, cells in rows]

    def picture(self, path: Path) -> None:
        """Keep what is seen."""
        self.settle()
        self.page.screenshot(path=path)

    def close(self) -> None:
        """Close the page and its context."""
        self._context.close()
