"""Filters of the map: the map, its counts, the address and the server say the same."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pandas as pd
import pytest

from geo_registry.registry import Registry
from tests.e2e.pages import MapPage

Opener = Callable[..., MapPage]


@pytest.fixture(scope="module")
def rows(demo: Registry) -> gpd.GeoDataFrame:
    """Give today's sources with their own priority; in no ring is low, as everywhere."""
    found = demo.sources(on=demo.today).reset_index(drop=True)
    own = demo.priorities().reindex(found["id"]).reset_index(drop=True)
    priority = own["priority"].astype("object").where(own["priority"].notna(), "low")
    return found.assign(priority=priority, flagged=own["flagged"].eq(other=True))


def total(page: MapPage, expected: int) -> None:
    """Wait until the page says how many there are."""
    page.until(f"document.getElementById('total').dataset.total === '{expected}'")


def amount(page: MapPage, name: str) -> int:
    """Read the legend's number of a kind or priority."""
    return int(page.page.inner_text(f"[data-amount='{name}']").replace(",", ""))


def drawn(page: MapPage, demo: Registry) -> set[str]:
    """Name the sources that are drawn with the whole city in view."""
    page.show(demo.bounds())
    return set(page.drawn("sources-symbol"))


def on_map(rows: pd.DataFrame) -> set[str]:
    """Name the sources that have a place."""
    return set(rows.loc[rows.geometry.notna(), "id"])


def asked(page: MapPage) -> dict[str, list[str]]:
    """Read the query of the page's address."""
    return parse_qs(urlsplit(page.page.url).query)


def test_a_link_carries_the_choice(open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame) -> None:
    """A link's kind, status and district decide what is drawn and counted; its switches stand so."""
    district = rows["district"].mode()[0]
    page = open_page(f"?kind=brick_kiln,coal_sales_point&status=active&district={district}&hide=rings")
    of_district = rows[rows["status"].isin(demo.catalog.active) & rows["district"].eq(district)]
    chosen = of_district[of_district["kind"].isin(["brick_kiln", "coal_sales_point"])]
    assert len(chosen) > 10
    total(page, len(chosen))
    assert drawn(page, demo) == on_map(chosen)
    assert page.drawn("rings-line") == []
    for kind in demo.catalog.of_role("source"):
        assert amount(page, kind) == (of_district["kind"] == kind).sum()
        assert page.page.is_checked(f"input[name={kind}]") == (kind in set(chosen["kind"]))
    assert page.page.input_value("select[name=district]") == district
    assert page.page.locator("[data-notice=dropped]").count() == 0


def test_filters_act_at_once_and_back_takes_them_back(
    open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame
) -> None:
    """Words, a place, a priority and a single status narrow map, counts and address; Back undoes the last."""
    page = open_page()
    total(page, len(rows))
    word = "砖"
    page.page.fill("input[name=text]", word)
    held = rows[["name", "code", "address", "township"]].fillna("").agg("|".join, axis=1).str.contains(word)
    named = rows[held]
    assert 0 < len(named) < len(rows)
    total(page, len(named))
    page.page.uncheck("input[name=priority-low]")
    pressing = named[named["priority"] != "low"]
    total(page, len(pressing))
    assert asked(page) == {"text": [word], "priority": ["high,medium"]}
    assert drawn(page, demo) == on_map(pressing)
    page.page.go_back()
    total(page, len(named))
    assert page.page.is_checked("input[name=priority-low]")
    assert drawn(page, demo) == on_map(named)
    page.page.go_back()
    total(page, len(rows))
    assert page.page.input_value("input[name=text]") == ""
    assert asked(page) == {}


def test_single_statuses_and_deadlines(open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame) -> None:
    """One status alone, and what is overdue alone, are what map and counts show; a button has all back."""
    status = rows["status"].value_counts().index[1]
    page = open_page(f"?status={status}")
    total(page, int((rows["status"] == status).sum()))
    assert drawn(page, demo) == on_map(rows[rows["status"] == status])
    page.page.get_by_role("button", name="清除全部筛选").click()
    total(page, len(rows))
    page.page.check("input[name=overdue]")
    page.until("document.getElementById('total').dataset.total < 1000")
    late = int(page.page.get_attribute("#total", "data-total") or 0)
    assert late > 0
    assert len(drawn(page, demo)) <= late
    assert asked(page) == {"overdue": ["1"]}


def test_a_filter_that_is_no_more_is_said_and_left_out(
    open_page: Opener, demo: Registry, rows: gpd.GeoDataFrame
) -> None:
    """A link with a kind, a parameter and a district that are gone: all else is shown, a line says so."""
    page = open_page("?kind=gone_kind&ward=3&district=%E6%97%A7%E5%8E%BF&status=active")
    line = page.page.locator("[data-notice=dropped]")
    page.until("document.querySelector('[data-notice=dropped]')?.textContent.includes('旧县')")
    total(page, int(rows["status"].isin(demo.catalog.active).sum()))
    assert line.get_attribute("role") == "status"
    assert asked(page) == {"status": ["active"]}


def test_the_language_changes_and_the_choice_stays(open_page: Opener) -> None:
    """The language switch keeps the filters of the address."""
    page = open_page("?kind=brick_kiln")
    page.page.click("a.language")
    page.until("document.documentElement.lang === 'en'")
    assert asked(page) == {"kind": ["brick_kiln"], "lang": ["en"]}
