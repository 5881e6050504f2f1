"""The pages of docs/tour.md, as a reader meets them; `make docs` keeps their pictures there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from geo_registry.registry import Registry
from tests.e2e.pages import MapPage

TOUR = "GEO_REGISTRY_TOUR"
"""Names the folder where the pictures stay; else they go with the test's other files."""
TEXT = Path(__file__).resolve().parents[2] / "docs" / "tour.md"
MOST_KB = 150


class Stop(NamedTuple):
    """A page of the tour.

    Attributes
    ----------
    path
        Its address; ``{station}`` stands for a station's id.
    shown
        What must be seen there: a selector.
    press
        Name of a button that is pressed first.
    lang, size, dark
        Language, window in pixels and theme of the reader.
    """

    path: str
    shown: str
    press: str = ""
    lang: str = "en"
    size: tuple[int, int] = (1280, 800)
    dark: bool = False


STOPS = {
    "map": Stop("", "#legend"),
    "station-on-map": Stop("#record={station}", "#panel .counts tbody tr"),
    "list": Stop("?overdue=true", "#panel tbody tr", press="List"),
    "map-zh-narrow": Stop("", "#tools", lang="zh", size=(390, 844)),
    "map-dark": Stop("?priority=high", "#legend", dark=True),
    "station": Stop("stations/2399A", "svg"),
    "station-dark": Stop("stations/2399A", "svg", lang="zh", dark=True),
    "changes": Stop("stations/2399A/changes?from=2024-01-01", "table"),
    "sources": Stop("sources?priority=high&kind=coal_sales_point", "table"),
    "report": Stop("api/stations/2399A/report.html", "#table-within"),
    "chosen": Stop("api/sources/report.html?near=114.0,33.58,2500&status=active", "#table-groups"),
    "city": Stop("api/city/report.html", "#table-groups"),
    "portable": Stop("api/stations/2399A/map.html", ".leaflet-container"),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_stop_of_the_tour(
    open_page: Callable[..., MapPage], demo: Registry, tmp_path: Path, name: str
) -> None:
    """The page shows what the tour says of it; its picture is small enough to be read over a slow line."""
    stop = STOPS[name]
    stations = demo.stations().set_index("code")["id"]
    page = open_page(stop.path.format(station=stations["2399A"]), lang=stop.lang, size=stop.size)
    page.page.emulate_media(color_scheme="dark" if stop.dark else "light")
    if stop.press:
        page.page.get_by_role("button", name=stop.press, exact=True).click()
    page.page.locator(stop.shown).first.wait_for()
    if page.page.locator("#map").count() and name != "portable":
        page.settle()
    folder = Path(os.environ.get(TOUR, tmp_path))
    folder.mkdir(exist_ok=True)
    picture = folder / f"{name}.jpg"
    page.page.screenshot(path=picture, type="jpeg", quality=50)
    assert picture.stat().st_size < MOST_KB * 1000
    assert f"(tour/{name}.jpg)" in TEXT.read_text(encoding="utf-8")
