"""Everybody reaches everything: no fault that axe knows of on any page, and all the way by the keyboard."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

import geo_registry as gr
from geo_registry.registry.people import Grant
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.e2e.pages import MapPage
from tests.people.making import CHEAP, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from geo_registry.registry import Registry

STATION = "2399A"
ANYONE = ("", "stations", f"stations/{STATION}", f"stations/{STATION}/changes?from=2024-01-01", "sources")
ANYONE_MORE = ("login", "nothing-here", f"api/stations/{STATION}/report.html", "sources?text=zzzz")
REFUSED = ("stations/none", f"stations/{STATION}?rings=abc", f"api/stations/{STATION}/report.pdf?on=x")
SIGNED_IN = ("sources/{id}", "sources/{id}/edit", "sources/{id}/history", "imports", "twins", "account")
LOOKS = ((1440, "light"), (390, "dark"))
"""Both widths and both themes, each once."""
MOST_TABS = 60
MOST_SHIFT = 0.01
"""Layout shift (CLS) that nobody notices; what browsers call good goes to 0.1."""
SHIFTS = (
    "new Promise((done) => { let sum = 0; const add = (all) => all.forEach((one) => { sum += one.value; });"
    " const seen = new PerformanceObserver((list) => add(list.getEntries()));"
    " seen.observe({ type: 'layout-shift', buffered: true });"
    " requestAnimationFrame(() => requestAnimationFrame(() => { add(seen.takeRecords()); done(sum); })); })"
)
RUN = (
    "axe.run({ resultTypes: ['violations'] }).then((found) => found.violations.map("
    "(one) => [one.id, one.nodes.map((node) => node.html.slice(0, 160))]))"
)


@pytest.fixture(scope="module")
def axe() -> str:
    """Read axe-core as it was installed."""
    return (Settings().static / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def town(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Open a demo city in which li may do everything."""
    copy = shutil.copy(demo_path, tmp_path_factory.mktemp("reach") / "demo.db")
    opened = gr.open(chosen=replace(Settings(), store_url=f"sqlite:///{copy}", password_cost=CHEAP))
    opened.people.add("li", Grant("admin"), PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def desk(browser: Browser, home: str) -> Iterator[MapPage]:
    """Sign li in."""
    opened = MapPage(browser, home, (1440, 900), "zh")
    page = opened.go("login").page
    page.fill("input[name=name]", "li")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".leave")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def home(town: Registry) -> Iterator[str]:
    """Serve it from this process."""
    server = make_server("127.0.0.1", 0, create_app(town.settings, town), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def faults(page: Page, axe: str) -> list[Any]:
    """Ask axe what is wrong with a page as it stands."""
    page.evaluate(axe)
    return list(page.evaluate(RUN))


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_page(
    browser: Browser, address: str, axe: str, look: tuple[int, str]
) -> None:
    """A stranger's pages, the map with its panel and the report have no violation of any rule."""
    width, scheme = look
    opened = MapPage(browser, address, (width, 900), "en")
    opened.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = {path: faults(opened.go(path).page, axe) for path in (*ANYONE, *ANYONE_MORE, *REFUSED)}
    opened.go("")
    opened.page.keyboard.press("/")
    opened.close()
    assert {path: fault for path, fault in found.items() if fault} == {}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_the_pages_of_those_who_work(
    desk: MapPage, town: Registry, axe: str, look: tuple[int, str]
) -> None:
    """Card, form, history, imports, twins and account have no violation either."""
    width, scheme = look
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    source = str(town.search("0123").iloc[0]["id"])
    paths = [path.format(id=source) for path in SIGNED_IN]
    found = {path: faults(desk.go(path).page, axe) for path in paths}
    assert {path: fault for path, fault in found.items() if fault} == {}


@pytest.mark.parametrize("width", [390, 1440, 3840])
def test_nothing_jumps_and_nothing_is_out_of_sight(browser: Browser, address: str, width: int) -> None:
    """While a page is loaded nothing moves, and it is no wider than its window, on a phone and on 4 K."""
    opened = MapPage(browser, address, (width, 900), "zh")
    page, found = opened.page, {}
    for path in (*ANYONE[1:], "sources?text=zzzz", "stations/none"):
        opened.go(path)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = (page.evaluate(SHIFTS), over)
    jump = "document.querySelector('h1').style.marginTop = '20rem'"
    page.evaluate(f"new Promise((done) => {{ {jump}; requestAnimationFrame(() => setTimeout(done)); }})")
    assert page.evaluate(SHIFTS) >= MOST_SHIFT  # the measure itself sees a jump
    opened.close()
    assert {path: seen for path, seen in found.items() if seen[0] >= MOST_SHIFT or seen[1] > 0} == {}


def test_from_the_map_to_the_paper_by_keys_alone(browser: Browser, address: str) -> None:
    """Keys alone find a station on the map, open its panel and fetch its report as PDF."""
    opened = MapPage(browser, address, (1280, 800), "en")
    page = opened.go("").page
    tab_to(page, "document.activeElement.matches('#search input')")
    page.keyboard.type(STATION)
    opened.until("document.querySelector('#found [role=option]')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    opened.until("document.querySelector('#panel:not([hidden]) a[href*=\"report.pdf\"]')")
    tab_to(page, "(document.activeElement.href || '').includes('report.pdf')")
    papers: list[tuple[int, str]] = []

    def take(route: Route) -> None:
        answer = route.fetch()
        papers.append((answer.status, answer.headers["content-type"]))
        route.fulfill(status=204)  # the browser stays where it is, as it does with a download

    page.route(lambda link: "report.pdf" in link, take)
    with page.expect_response(lambda answer: "report.pdf" in answer.url):
        page.keyboard.press("Enter")
    opened.close()
    assert papers == [(200, "application/pdf")]


def tab_to(page: Page, reached: str) -> None:
    """Press the tabulator until something has the focus; never for ever."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => Boolean({reached})"):
            return
    pytest.fail(f"no {MOST_TABS} tabs lead there: {reached}")
