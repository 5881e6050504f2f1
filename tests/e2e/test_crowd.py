"""The map of a hundred thousand sources: it draws, filters, counts, lists and links as it does with a few."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.conftest import SMALL
from tests.e2e.crowds import CROWD, Served
from tests.e2e.pages import VIEW, MapPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    from playwright.sync_api import Browser

KIND = "coal_sales_point"
PER_PAGE = 50


@pytest.fixture(scope="module")
def rows(many: Served) -> gpd.GeoDataFrame:
    """Read the crowd."""
    return many.registry.sources(on=many.registry.today)


@pytest.fixture
def page(browser: Browser, many: Served) -> Iterator[MapPage]:
    """Open the map; it must not complain."""
    opened = MapPage(browser, many.address, SMALL, "en").go("")
    yield opened
    complaints = opened.complaints
    opened.close()
    assert complaints == []


def on_screen(page: MapPage) -> dict[str, int]:
    """Read the numbers of the kinds as they are written."""
    cells = page.page.locator(".kind-row .amount").evaluate_all(
        "(cells) => cells.map((cell) => [cell.dataset.amount, cell.textContent])"
    )
    return {kind: int(said.replace(",", "")) for kind, said in cells}


def drawn(page: MapPage, many: Served, numbers: str) -> int:
    """Add up what is drawn with the whole country in view; groups bear `numbers`: of all, of a kind."""
    page.show(many.registry.bounds())
    groups, lone = page.drawn("sources-group", numbers), page.drawn("sources-lone", numbers)
    return int(sum(groups) + sum(lone)) + len(set(page.drawn("sources-symbol")))


def total(page: MapPage, expected: int) -> None:
    """Wait until the page says how many are chosen."""
    page.until(f"document.getElementById('total').dataset.total === '{expected}'")


def chosen(rows: gpd.GeoDataFrame, many: Served) -> tuple[str, pd.DataFrame]:
    """Give the largest district and its active coal points."""
    active = rows["status"].isin(many.registry.catalog.active)
    district = str(rows["district"].mode()[0])
    return district, rows[active & (rows["kind"] == KIND) & (rows["district"] == district)]


def test_everything_is_drawn_and_counted(page: MapPage, many: Served, rows: gpd.GeoDataFrame) -> None:
    """With the country in view, groups and symbols add up to all; each kind's number is the store's."""
    total(page, CROWD)
    assert on_screen(page) == rows["kind"].value_counts().to_dict()
    assert drawn(page, many, "n") == CROWD


def test_a_filter_is_the_same_everywhere(page: MapPage, many: Served, rows: gpd.GeoDataFrame) -> None:
    """District, kind and activity narrow map, numbers, list and addresses to the rows pandas chooses."""
    district, wanted = chosen(rows, many)
    assert len(wanted) > PER_PAGE
    page.page.get_by_role("button", name="Only coal").click()
    page.page.get_by_label("District", exact=True).select_option(district)
    page.page.uncheck("input[name=inactive]")
    total(page, len(wanted))
    assert on_screen(page)[KIND] == len(wanted)
    assert drawn(page, many, f"a_{KIND}") == len(wanted)
    page.page.get_by_role("button", name="List").click()
    page.until(f"document.getElementById('listed')?.dataset.total === '{len(wanted)}'")
    assert page.page.locator(".list tbody tr").count() == PER_PAGE
    query = page.page.url.split("?")[1].split("#")[0]
    for path in ("choice/counts", "list"):
        answer = page.page.request.get(f"{many.address}api/{path}?{query}").json()
        assert answer["total"] == len(wanted)


def test_the_list_is_turned_and_sorted(page: MapPage, rows: gpd.GeoDataFrame) -> None:
    """The list of all is sorted by the server and turned to its second page."""
    page.page.get_by_role("button", name="List").click()
    page.until(f"document.getElementById('listed')?.dataset.total === '{CROWD}'")
    page.page.click(".list [data-sort=name]")
    page.page.wait_for_selector(".list th[aria-sort=ascending]")
    page.page.click("[data-page=after]")
    page.until("!document.querySelector('[data-page=before]').disabled")
    listed = page.page.locator(".list tbody tr .what").all_inner_texts()
    assert listed == sorted(rows["name"])[PER_PAGE : 2 * PER_PAGE]


def test_a_link_carries_the_whole_view(
    browser: Browser, page: MapPage, many: Served, rows: gpd.GeoDataFrame
) -> None:
    """The address, opened by somebody else, shows the same place with the same sources."""
    district, wanted = chosen(rows, many)
    page.page.get_by_label("District", exact=True).select_option(district)
    page.page.get_by_role("button", name="Only coal").click()
    page.page.uncheck("input[name=inactive]")
    total(page, len(wanted))
    west, south, east, north = wanted.total_bounds
    page.show((west, south, east, north))
    ids = set(page.drawn("sources-symbol"))
    assert ids
    parts = urlsplit(page.page.url)
    assert parse_qs(parts.query) == {"kind": [KIND], "status": ["active"], "district": [district]}
    other = MapPage(browser, many.address, SMALL, "en").go(f"?{parts.query}#{parts.fragment}")
    total(other, len(wanted))
    other.settle()
    seen = [
        one.page.evaluate(f"{VIEW}.getCenter().toArray().concat({VIEW}.getZoom())") for one in (page, other)
    ]
    assert seen[0] == pytest.approx(seen[1], abs=0.01)
    assert set(other.drawn("sources-symbol")) == ids
    assert other.page.input_value("select[name=district]") == district
    complaints = other.complaints
    other.close()
    assert complaints == []
