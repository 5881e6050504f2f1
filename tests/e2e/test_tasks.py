"""Five tasks as a new user does them, from the open map on; the page counts the clicks.

Issue 5 says how many each may take. The fifth, a workbook of unknown datum, is in `test_import`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

import geo_registry as gr
from geo_registry.registry.comparing import month_before
from geo_registry.registry.editing import Edit
from tests.e2e.clicks import clicks, start_counting
from tests.e2e.crowds import Served
from tests.e2e.pages import MapPage
from tests.web.running import free_port, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    import pandas as pd
    from playwright.sync_api import Browser, Route

    from geo_registry.registry import Registry

    Opener = Callable[..., MapPage]

STATION = "2399A"
REACH_M = 5000.0
COAL = "coal_sales_point"


@pytest.fixture
def start(open_page: Opener) -> MapPage:
    """Open the map in a window as wide as a desk's, and count from there."""
    page = open_page(size=(1280, 800), lang="en")
    start_counting(page.page)
    return page


@pytest.fixture
def station(demo: Registry) -> pd.Series:
    """Give the station that is asked about."""
    rows = demo.stations()
    return rows[rows["code"] == STATION].iloc[0]


def press_station(page: MapPage, station: pd.Series) -> None:
    """Press the station on the map and wait for what is round it."""
    page.click_map(station.geometry.x, station.geometry.y)
    page.page.locator("#panel .ranked li").first.wait_for()


def round_station(demo: Registry, station: pd.Series, on: date) -> set[str]:
    """Name the sources round a station on a day, by the exact search."""
    found = demo.near(station.geometry.x, station.geometry.y, REACH_M, on=on)
    return set(found.loc[found["role"] == "source", "id"])


def test_the_worst_source_round_a_station(start: MapPage, demo: Registry, station: pd.Series) -> None:
    """Two clicks from the map to the card of the active source with the highest score of the station's."""
    pairs = demo.audit((REACH_M,)).pairs_for(station["id"])
    worst = pairs[pairs["active"]].sort_values(["score", "distance_m"], ascending=[False, True]).iloc[0]
    press_station(start, station)
    start.page.locator("#panel .ranked li button").first.click()
    card = start.page.locator("#panel .card")
    card.wait_for()
    assert card.get_attribute("data-id") == worst["source_id"]
    assert 0 < clicks(start.page) <= 2


def test_the_paper_of_a_station(start: MapPage, station: pd.Series) -> None:
    """Three clicks at most from the map to the station's report as PDF."""
    papers: list[bytes] = []

    def take(route: Route) -> None:
        papers.append(route.fetch().body())
        route.fulfill(status=204)  # the browser stays where it is, as it does with a download

    press_station(start, station)
    start.page.route(lambda link: "report.pdf" in link, take)
    with start.page.expect_response(lambda answer: "report.pdf" in answer.url):
        start.page.locator("#panel a[href*='report.pdf']").first.click()
    assert [paper[:4] for paper in papers] == [b"%PDF"]
    assert 0 < clicks(start.page) <= 3


def test_the_coal_points_of_a_district_as_shapefile(start: MapPage, demo: Registry, tmp_path: Path) -> None:
    """Four clicks at most; the file, opened by geopandas, holds the district's coal points and no other."""
    rows = demo.sources(COAL, on=demo.today)
    district = rows["district"].mode()[0]
    wanted = rows[rows["district"] == district]
    page = start.page
    page.get_by_role("button", name="Only coal").click()
    page.get_by_label("District", exact=True).select_option(district)
    start.until(f"document.getElementById('total').dataset.total === '{len(wanted)}'")
    with page.expect_download() as taken:
        page.get_by_role("group", name="Download").get_by_role("link", name="SHP").click()
    file = tmp_path / "coal.zip"
    taken.value.save_as(file)
    read = gpd.read_file(file)
    assert sorted(read["code"]) == sorted(wanted.loc[wanted.geometry.notna(), "code"])
    assert len(read) > 10
    assert 0 < clicks(page) <= 4


@pytest.fixture
def moving(demo_copy: str, station: pd.Series) -> Iterator[Served]:
    """Serve a city in which, ten days ago, two sources came to the station and a third one went."""
    registry, port = gr.open(demo_copy), free_port()
    day = (registry.today - timedelta(days=10)).isoformat()
    near = sorted(round_station(registry, station, registry.today))
    for source, edge in zip(near, ("valid_from", "valid_from", "valid_to"), strict=False):
        registry.editing.edit(source, Edit({edge: day}), version=1)
    with served(demo_copy, "--port", str(port)):
        yield Served(registry, f"http://127.0.0.1:{port}/")
    registry.close()


def test_what_changed_in_a_month_round_a_station(
    browser: Browser, moving: Served, station: pd.Series
) -> None:
    """Three clicks at most to what came and went within the last month, as the exact search tells it."""
    registry, address = moving
    days = (month_before(registry.today), registry.today)
    before, after = (round_station(registry, station, day) for day in days)
    assert (len(after - before), len(before - after)) == (2, 1)
    opened = MapPage(browser, address, (1280, 800), "en").go("")
    start_counting(opened.page)
    press_station(opened, station)
    opened.page.get_by_role("link", name="What changed in a month").click()
    opened.page.wait_for_selector("table.sums-by-kind")
    total = opened.page.locator("table.sums-by-kind tr.sum td").all_inner_texts()
    counted = [len(before), len(before - after), len(after - before), len(after)]
    assert [int(number) for number in total[:4]] == counted
    for name, ids in (("new", after - before), ("gone", before - after)):
        shown = opened.page.locator(f"#{name} tbody tr").all()
        assert {row.get_attribute("data-id") for row in shown} == ids
    assert 0 < clicks(opened.page) <= 3
    assert opened.complaints == []
    opened.close()
