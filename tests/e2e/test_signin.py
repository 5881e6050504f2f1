from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

import geo_registry as gr
from geo_registry.registry.people import Grant
from geo_registry.settings import Settings
from geo_registry.web import create_app
from geo_registry.wording import LANGUAGES, texts
from tests.people.making import CHEAP, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from geo_registry.core.kinds import Language
    from geo_registry.registry import Registry

SIZES = {"wide": (1280, 800), "narrow": (390, 844)}


@pytest.fixture
def registry(demo_copy: str) -> Iterator[Registry]:
    """Open a demo city in which li may do everything."""
    opened = gr.open(chosen=replace(Settings(), store_url=demo_copy, password_cost=CHEAP))
    opened.people.add("li", Grant("admin"), PASSWORD)
    yield opened
    opened.close()


@contextmanager
def served(registry: Registry) -> Iterator[str]:
    """Serve a registry from this process until the block ends."""
    server = make_server("127.0.0.1", 0, create_app(registry.settings, registry), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("look", [(lang, size) for lang in LANGUAGES for size in SIZES])
def test_one_comes_in_and_goes_by_the_keyboard(
    browser: Browser, registry: Registry, artefacts: Path, look: tuple[Language, str]
) -> None:
    """Keys alone sign in, make a token and sign out, at any width; the page policy stops nothing."""
    lang, size = look
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=lang)
    page = context.new_page()
    stopped: list[str] = []
    page.on("console", lambda said: stopped.append(said.text) if "Content Security" in said.text else None)
    with served(registry) as address:
        page.goto(f"{address}/stations")
        page.locator("input[name=name]:focus").wait_for()
        page.keyboard.type("li")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.screenshot(path=artefacts / f"login-{lang}-{size}.png")
        page.keyboard.press("Enter")
        page.wait_for_url("**/stations")
        page.locator(".who").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/account")
        page.locator("select[name=days]").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator(".secret").inner_text().startswith("gr_")
        page.screenshot(path=artefacts / f"account-{lang}-{size}.png", full_page=True)
        assert texts(lang)["people.role_admin"] in page.locator("main").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.locator(".leave button").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/login")
        page.goto(f"{address}/account")
        assert "/login?next=" in page.url
    context.close()
    assert stopped == []
