"""What the map says when something fails, and to whom it is new."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.pages import VIEW, MapPage

Opener = Callable[..., MapPage]


WHOLE = f"({VIEW}.areTilesLoaded() && !document.querySelector('[data-notice=tiles]'))"


def test_tiles_that_fail_are_said_and_read_again(open_page: Opener) -> None:
    """Where tiles cannot be read a sentence says so; its button reads them again and the sentence goes."""
    page = open_page()
    page.settle()
    seen = set(page.drawn("sources-symbol"))
    page.page.route("**/tiles/sources/**", lambda route: route.fulfill(status=503, body="busy"))
    page.page.reload()
    bar = page.page.locator("[data-notice=tiles]")
    bar.get_by_role("button", name="再试一次").wait_for()
    assert bar.get_attribute("role") == "alert"
    assert page.drawn("sources-symbol") == []
    page.page.unroute("**/tiles/sources/**")
    while not page.page.evaluate(WHOLE):  # tiles that were on their way may fail after the first try
        page.until(f"{WHOLE} || document.querySelector('[data-notice=tiles] button')")
        page.page.evaluate("document.querySelector('[data-notice=tiles] button')?.click()")
    page.settle()
    assert seen <= set(page.drawn("sources-symbol"))  # the address keeps the view rounded: more may show
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


def test_without_a_setting_there_is_no_choice_of_grounds(open_page: Opener) -> None:
    """Where no basemap is set the map lies on plain land, with nothing to choose and nobody to credit."""
    page = open_page()
    page.settle()
    assert page.page.locator("[name=base], .credit").count() == 0
    assert page.page.evaluate(f"{VIEW}.getStyle().layers.filter((one) => one.type === 'raster').length") == 0
    assert not [asked for asked in page.asked if "/basemap/" in asked]
