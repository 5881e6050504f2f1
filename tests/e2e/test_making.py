"""A file that takes the server a while: the page says that it is being made, and hands it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.pages import MapPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

CSV = "main a[data-file][href*='format=csv']"
SAID = "document.getElementById('making').textContent"


def test_a_slow_file_is_said_to_be_made(open_page: Callable[..., MapPage]) -> None:
    """Until the file is there its link is busy and a line says why; then it is kept under its name."""
    page = open_page("sources", lang="en")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.page.route("**/api/export?**", hold)
    link = page.page.locator(CSV)
    link.click()
    page.until(f"{SAID} === 'The file is being made…'")
    assert link.get_attribute("aria-busy") == "true"
    link.click()  # once more is once too often
    with page.page.expect_download() as taken:
        held[0].continue_()
    assert taken.value.suggested_filename.endswith(".zip")  # a table a kind
    assert taken.value.path().stat().st_size > 1000
    page.until(f"{SAID} === ''")
    assert link.get_attribute("aria-busy") is None
    assert len(held) == 1


def test_a_page_that_is_come_back_to_waits_for_nothing(open_page: Callable[..., MapPage]) -> None:
    """A report that takes the page's place is told while it is made, and no more once one comes back."""
    page = open_page("stations/2399A", lang="en")
    # the report itself is not waited for: the page only does as it does until that comes
    page.page.evaluate("addEventListener('click', (event) => event.preventDefault(), { once: true })")
    page.page.locator("main a[data-file][href*='report.html']").click()
    page.until(f"{SAID} !== ''")
    page.page.evaluate("void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.page.evaluate(SAID) == ""
    with page.page.expect_download():
        page.page.locator("main a[data-file][href*='format=csv']").first.click()
    page.until(f"{SAID} === '' && !document.querySelector('[aria-busy]')")


def test_a_file_that_cannot_be_made_leads_to_the_reason(open_page: Callable[..., MapPage]) -> None:
    """What the server refuses has a page of its own, with its code, by its own name."""
    page = open_page("sources", lang="en")
    link = page.page.locator(CSV)
    link.evaluate("(link) => { link.search = link.search.replace('format=csv', 'format=nothing'); }")
    refused = page.page.locator("main a[data-file][href*='format=nothing']")
    with page.page.expect_navigation():
        refused.click()
    assert "FORMAT_UNKNOWN" in page.page.inner_text("main")
    assert page.complaints
    assert all("400" in complaint for complaint in page.complaints)
    page.complaints.clear()
