"""Filters of the map: what is drawn and what the address says is one choice."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pandas as pd
import pytest

from geo_registry.registry import Registry
from tests.e2e.pages import VIEW, MapPage

Opener = Callable[..., MapPage]


@pytest.fixture(scope="module")
def rows(demo: Registry) -> gpd.GeoDataFrame:
    """Give today's sources with their own priority; in no ring is low, as everywhere."""
    found = demo.sources(on=demo.today).reset_index(drop=True)
    own = demo.priorities().reindex(found["id"]).reset_index(drop=True)
    priority = own["priority"].astype("object").where(own["priority"].notna(), "low")
    return found.assign(priority=priority)


def drawn(page: MapPage, demo: Registry, expected: pd.DataFrame) -> None:
    """Wait until just these sources are drawn, the whole city in view."""
    page.show(demo.bounds())
    wanted = set(expected.loc[expected.geometry.notna(), "id"])
    read = f"{VIEW}.queryRenderedFeatures({{ layers: ['sources-symbol'] }})"
    page.until(f"new Set({read}.map((one) => one.properties.id)).size === {len(wanted)}")
    assert set(page.drawn("sources-symbol")) == wanted


def asked(page: MapPage) -> dict[str, list[str]]:
    """Read the query of the page's address."""
    return parse_qs(urlsplit(page.page.url).query)


def test_a_link_carries_the_choice(open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame) -> None:
    """A link's kinds, status, district and hidden layers decide what is drawn; its switches stand so."""
    district = rows["district"].mode()[0]
    page = open_page(f"?kind=brick_kiln,coal_sales_point&status=active&district={district}&hide=rings")
    chosen = rows[rows["status"].isin(demo.catalog.active) & rows["district"].eq(district)]
    drawn(page, demo, chosen[chosen["kind"].isin(["brick_kiln", "coal_sales_point"])])
    assert page.drawn("rings-line") == []
    assert page.page.is_checked("input[name=brick_kiln]")
    assert not page.page.is_checked("input[name=curing_kiln]")
    assert not page.page.is_checked("input[name=inactive]")
    assert page.page.locator("[data-notice=dropped]").count() == 0


def test_switches_act_at_once_and_back_takes_them_back(
    open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame
) -> None:
    """A priority and a single status narrow map and address; Back undoes them one by one."""
    page = open_page()
    page.page.uncheck("input[name=priority-low]")
    pressing = rows[rows["priority"] != "low"]
    drawn(page, demo, pressing)
    status = pressing["status"].value_counts().index[0]
    page.page.click(".legend fieldset summary")
    page.page.uncheck(f"input[name=status-{status}]")
    drawn(page, demo, pressing[pressing["status"] != status])
    assert asked(page)["priority"] == ["high,medium"]
    assert status not in asked(page)["status"][0].split(",")
    page.page.go_back()
    drawn(page, demo, pressing)
    page.page.go_back()
    drawn(page, demo, rows)
    assert page.page.is_checked("input[name=priority-low]")
    assert asked(page) == {}


def test_all_filters_are_cleared_by_a_button(
    open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame
) -> None:
    """One button takes every filter away, from the map and the address."""
    page = open_page("?kind=brick_kiln&priority=high")
    drawn(page, demo, rows[(rows["kind"] == "brick_kiln") & (rows["priority"] == "high")])
    page.page.get_by_role("button", name="清除全部筛选").click()
    drawn(page, demo, rows)
    assert asked(page) == {}


def test_a_filter_that_is_no_more_is_said_and_left_out(
    open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame
) -> None:
    """A link with a kind and a parameter that there are not: all else is shown, and a line says so."""
    page = open_page("?kind=gone_kind&ward=3&status=active")
    line = page.page.locator("[data-notice=dropped]")
    assert "gone_kind、ward" in line.inner_text()
    assert line.get_attribute("role") == "status"
    drawn(page, demo, rows[rows["status"].isin(demo.catalog.active)])
    assert asked(page) == {"status": ["active"]}


def test_the_language_changes_and_the_choice_stays(open_page: Opener) -> None:
    """The language switch keeps the filters of the address."""
    page = open_page("?kind=brick_kiln")
    page.page.click("a.language")
    page.until("document.documentElement.lang === 'en'")
    assert asked(page) == {"kind": ["brick_kiln"], "lang": ["en"]}
