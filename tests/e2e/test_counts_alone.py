"""The map where strangers are shown numbers alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from geo_registry.registry import Registry
from tests.e2e.conftest import SMALL
from tests.e2e.pages import MapPage
from tests.web.running import free_port, served


def test_the_map_shows_counts_and_no_source(
    browser: Browser, demo: Registry, demo_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stations, rings and counts are there; no source is drawn or listed, nothing refused is offered."""
    monkeypatch.setenv("GEO_REGISTRY_PUBLIC", "counts")
    port, rows = free_port(), demo.stations()
    station = rows.loc[rows["code"] == "2399A", "id"].iloc[0]
    with served(demo_store, "--port", str(port)):
        page = MapPage(browser, f"http://127.0.0.1:{port}/", SMALL, "zh").go(f"#record={station}")
        page.until("document.querySelector('#panel table.counts') !== null")
        assert page.drawn("stations-symbol")
        assert page.drawn("sources-symbol") == []
        shown = page.page.locator("#panel")
        assert "只列各圈层内的数量" in shown.inner_text()
        assert shown.locator("table.counts tr[data-kind]").count() > 1
        assert shown.locator("ol.ranked, a[data-format], a[href*=report]").count() == 0
        complaints = page.complaints
        page.close()
    assert complaints == []
