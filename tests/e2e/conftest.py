"""The demo city in a browser that sees no network: a server, pages, and a watch on what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

import geo_registry as gr
from geo_registry.core.access import public
from tests.conftest import made_once
from tests.e2e.crowds import Served, crowd, make_crowd
from tests.e2e.pages import MapPage
from tests.web.running import free_port, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from geo_registry.registry import Registry


SMALL = (800, 600)
"""Window of tests that do not look at the layout: software draws a frame in a fifth of the time."""


@pytest.fixture(scope="session")
def demo(demo_store: str) -> Registry:
    """Open the demo city in Python, beside the server, as who sits at the machine sees it."""
    return gr.open(demo_store).seen_by(public(leads=True))


@pytest.fixture(scope="session")
def address(demo_store: str) -> Iterator[str]:
    """Serve the demo city."""
    port = free_port()
    with served(demo_store, "--port", str(port)) as (_, said):
        assert str(port) in said
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the crowd, which nobody writes to."""
    with crowd(made_once(tmp_path_factory, "crowd-of-many", make_crowd)) as made:
        yield made


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., MapPage]]:
    """Give an opener of pages; afterwards none may have complained or asked another host."""
    opened: list[MapPage] = []

    def opener(path: str = "", *, lang: str = "zh", size: tuple[int, int] = SMALL) -> MapPage:
        page = MapPage(browser, address, size, lang)
        opened.append(page)
        return page.go(path)

    yield opener
    complaints = [complaint for page in opened for complaint in page.complaints]
    hosts = {urlsplit(asked).netloc for page in opened for asked in page.asked}
    for page in opened:
        page.close()
    assert complaints == []
    assert hosts <= {urlsplit(address).netloc, ""}
