"""What the map's page writes of a choice is what the server answers to it: legend, total and list."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.e2e.pages import MapPage
from tests.registry.questions import drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from geo_registry.registry import Registry

    Opener = Callable[..., MapPage]
    Numbers = dict[str, int]

TINY = (400, 300)
"""Window of a test that reads numbers: the smaller the map, the sooner it is drawn anew."""
EVERYDAY = 20
SAMPLES = 200
SHAPES = {"bbox", "near", "within"}
"""Filters that the map has no control for: it takes a place by moving there."""
CHOOSE = """(query) => {
  document.getElementById("listed").remove();
  history.pushState(null, "", `${location.pathname}?${query}`);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
"""What Back does: the address changes, and the page follows it. The list's number is taken away first."""
WRITTEN = "document.querySelector('#total[data-total]') && document.getElementById('listed')"
AMOUNTS = "(cells) => Object.fromEntries(cells.map((cell) => [cell.dataset.amount, cell.textContent]))"


def number(said: str) -> int:
    """Read the first number of a sentence."""
    found = re.search(r"[\d,]+", said)
    assert found, said
    return int(found[0].replace(",", ""))


def on_screen(page: MapPage) -> tuple[Numbers, int, int]:
    """Read the legend's numbers by name, the total above them and the list's."""
    amounts = page.page.locator("#legend [data-amount]").evaluate_all(AMOUNTS)
    legend = {name: number(said) for name, said in amounts.items() if said}
    return legend, number(page.page.inner_text("#total")), number(page.page.inner_text("#listed"))


def answered(page: MapPage, asked: dict[str, str]) -> dict[str, Any]:
    """Ask the server for the counts of a choice."""
    address = page.page.url.split("?")[0]
    answer = page.page.request.get(f"{address}api/choice/counts?{urlencode(asked)}")
    assert answer.ok
    return dict(answer.json())


@pytest.fixture(scope="module")
def rows(demo: Registry) -> gpd.GeoDataFrame:
    """Give today's sources."""
    return demo.sources(on=demo.today).reset_index(drop=True)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(range(EVERYDAY), id="some"),
        pytest.param(range(EVERYDAY, SAMPLES), id="all", marks=pytest.mark.torture),
    ],
)
def test_the_screen_says_what_the_server_answers(
    open_page: Opener, rows: gpd.GeoDataFrame, numbers: range
) -> None:
    """For any choice the total, each priority and kind of the legend and the list's number are the server's.

    A kind's number is of the choice without its kinds: what adding the kind would bring.
    """
    page = open_page("?lang=en", lang="en", size=TINY)
    page.page.get_by_role("button", name="List").click()
    page.until(WRITTEN)
    for each in numbers:
        chance = random.Random(each)  # noqa: S311 (no secret)
        asked = {name: value for name, value in drawn(chance, rows).items() if name not in SHAPES}
        page.page.evaluate(CHOOSE, urlencode({"lang": "en", **asked}))
        page.until(WRITTEN)
        legend, total, listed = on_screen(page)
        true = answered(page, asked)
        assert (total, listed) == (true["total"], true["total"]), asked
        assert {name: legend[f"priority-{name}"] for name in true["priorities"]} == true["priorities"], asked
        asked.pop("kind", None)
        kinds = {name: count["all"] for name, count in answered(page, asked)["kinds"].items()}
        assert {name: legend[name] for name in kinds} == kinds, asked
