"""What the map says when something fails, and to whom it is new."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.pages import MapPage

Opener = Callable[..., MapPage]


def test_tiles_that_fail_are_said(open_page: Opener) -> None:
    """Where tiles cannot be read a sentence says so, with a button to read them again."""
    page = open_page()
    page.page.route("**/tiles/sources/**", lambda route: route.fulfill(status=503, body="busy"))
    page.page.reload()
    bar = page.page.locator("[data-notice=tiles]")
    bar.get_by_role("button", name="再试一次").wait_for()
    assert bar.get_attribute("role") == "alert"
    assert page.drawn("sources-symbol") == []
    page.page.goto("about:blank")
    page.complaints.clear()  # the browser's own words about the tiles that were to fail


def test_a_newcomer_is_told_what_to_do_once(open_page: Opener) -> None:
    """The first page says what a click does; shut once, it is never said again."""
    page = open_page()
    hint = page.page.locator("[data-notice=hint]")
    assert "星形站点" in hint.inner_text()
    hint.get_by_role("button").click()
    page.page.reload()
    page.until("performance.getEntriesByName('map-drawn').length > 0")
    assert hint.count() == 0
