"""Five tasks as a new user does them, from the open map on; the page counts the clicks.

Issue 5 says how many each may take. The fifth, a workbook of unknown datum, is in `test_import`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

from geo_registry.registry.comparing import month_before
from tests.e2e.clicks import clicks, start_counting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pandas as pd
    from playwright.sync_api import Route

    from geo_registry.registry import Registry
    from tests.e2e.pages import MapPage

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


def test_what_changed_in_a_month_round_a_station(start: MapPage, demo: Registry, station: pd.Series) -> None:
    """Three clicks at most to what came and went within the last month, as the exact search tells it."""
    before, after = (round_station(demo, station, day) for day in (month_before(demo.today), demo.today))
    press_station(start, station)
    start.page.get_by_role("link", name="What changed in a month").click()
    total = start.page.locator("table.sums-by-kind tr.sum td").all_inner_texts()
    assert [int(number) for number in total[:4]] == [
        len(before), len(before - after), len(after - before), len(after),
    ]  # fmt: skip
    for name, ids in (("new", after - before), ("gone", before - after)):
        shown = start.page.locator(f"#{name} tbody tr").all()
        assert {row.get_attribute("data-id") for row in shown} == ids
    assert 0 < clicks(start.page) <= 3
