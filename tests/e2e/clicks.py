"""Clicks as the page itself counts them: presses of the pointer, whatever is beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

COUNTING = """(() => {
  const more = (n) => sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks")) + n);
  addEventListener("pointerdown", (event) => { if (event.isTrusted) more(1); }, true);
  addEventListener("change", ({ target }) => {
    if (target.tagName === "SELECT") more(2);
    if (target.type === "file") more(1);
  }, true);
})()"""
"""Capture listeners, so that no part of the page can keep a press from them.

Playwright takes an option and a file past the pointer: an option costs the press that opens the list and
the one that takes it, a file the one that takes it in the window that a counted press opened.
"""


def start_counting(page: Page) -> None:
    """Count from now on, on this page and on those that it leads to."""
    page.add_init_script(COUNTING)
    page.evaluate(COUNTING)


def clicks(page: Page) -> int:
    """Tell how many there were."""
    return int(page.evaluate("Number(sessionStorage.getItem('clicks'))"))
