"""How long a stranger waits for the map: a real server, a real browser, nothing cached."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time

from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
)
PATIENCE_S = 60.0
DRAWN = """() => {
    const map = document.getElementById("map")?.view;
    return Boolean(map && map.loaded() && map.areTilesLoaded());
}"""


def first_map_s(url: str, rounds: int) -> tuple[list[float], list[float]]:
    """Serve a store and open its map.

    Parameters
    ----------
    url
        The store.
    rounds
        How often, each in a browser context of its own.

    Returns
    -------
    tuple of list
        Seconds until the page was loaded, and until the map had drawn every tile in view.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "geo_registry", "--store", url, "serve", "--port", str(port)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(port)
        with sync_playwright() as playwright:
            program = shutil.which("chromium") or playwright.chromium.executable_path
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            waits = [_open(browser, address) for _ in range(rounds)]
            browser.close()
    finally:
        server.terminate()
        server.wait(PATIENCE_S)
    return [loaded for loaded, _ in waits], [drawn for _, drawn in waits]


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with socket.socket() as knock:
            if not knock.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise TimeoutError(port)


def _open(browser: Browser, address: str) -> tuple[float, float]:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    began = time.monotonic()
    page.goto(address)
    loaded = time.monotonic() - began
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(20)
    drawn = time.monotonic() - began
    page.context.close()
    return loaded, drawn
