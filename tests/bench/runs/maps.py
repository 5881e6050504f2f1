"""How long a stranger waits for the map: a real server, a real browser with nothing in its cache."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.bench.child import Ready

FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
)
PATIENCE_S = 300.0
DRAWN = """() => {
    const map = document.getElementById("map")?.view;
    return Boolean(map && map.loaded() && map.areTilesLoaded());
}"""


class Visited(NamedTuple):
    """A server of its own and a browser.

    Attributes
    ----------
    address
        Where the server answers.
    browser
        With nothing in its cache.
    ready_s
        Seconds from starting the server to its being ready.
    server
        Its process.
    close
        Ends both.
    """

    address: str
    browser: Browser
    ready_s: float
    server: int
    close: Callable[[], None]


def visited(url: str) -> Visited:
    """Serve a store on loopback and start a browser.

    Parameters
    ----------
    url
        The store.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "geo_registry", "--store", url, "serve", "--port", str(port)]
    began = time.monotonic()
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(port)
    ready_s = time.monotonic() - began
    playwright = sync_playwright().start()
    program = shutil.which("chromium") or playwright.chromium.executable_path
    browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))

    def close() -> None:
        browser.close()
        playwright.stop()
        server.terminate()
        server.wait(PATIENCE_S)

    return Visited(f"http://127.0.0.1:{port}/", browser, ready_s, server.pid, close)


def drawn(url: str) -> Ready:
    """Open the map of a store that is served on loopback, until every tile in view is drawn.

    Parameters
    ----------
    url
        The store.
    """
    place = visited(url)
    visits: list[tuple[float, float, int]] = []

    def judge(_: object) -> dict[str, Any]:
        return {
            "loaded_s": median(loaded for loaded, _, _ in visits[1:]),
            "first_visit_s": visits[0][1],
            "tiles": visits[-1][2],
            "served_after_s": place.ready_s,
            "server_peak_mb": sum(map(_peak_mb, _family(place.server))),
        }

    return Ready(
        lambda: visits.append(_open(place.browser, place.address)), judge, place.close, has_cpu=False
    )


def _wait_for(port: int) -> None:
    """Wait until the server says that it is ready."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise TimeoutError(port)


def _open(browser: Browser, address: str) -> tuple[float, float, int]:
    page, tiles = browser.new_context(viewport={"width": 1440, "height": 900}).new_page(), []
    page.on("response", lambda response: tiles.append(response.url) if ".mvt" in response.url else None)
    began = time.monotonic()
    page.goto(address, timeout=PATIENCE_S * 1e3)
    loaded = time.monotonic() - began
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(20)
    drawn = time.monotonic() - began
    page.context.close()
    return loaded, drawn, len(tiles)


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [process, *(one for child in children for one in _family(int(child)))]


def _peak_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0) * 1024 / 1e6
