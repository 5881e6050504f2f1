"""A coordinate in the sea is told, wherever the outline of the land leaves no doubt."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
import shapely

from geo_registry.registry.house import MAINLAND
from geo_registry.registry.importing import shore
from geo_registry.settings import Settings
from geo_registry.wording import explain

if TYPE_CHECKING:
    from geo_registry.registry.house import House

HENAN = (110.0, 31.0, 117.0, 36.5)
SEA = ((125.5, 30.1), (119.5, 38.7), (119.8, 35.0), (113.0, 18.5))
LAND = ((114.0, 33.5), (87.6, 43.8), (122.1, 30.0), (122.45, 30.73), (117.05, 23.42), (109.11, 21.03))
"""Cities inland, and towns on islands: Zhoushan, Shengsi, Nan'ao, Weizhou."""


def house(region: tuple[float, ...]) -> House:
    """Serve a region with the files as they were installed."""
    return cast("House", SimpleNamespace(settings=Settings(), region=region))


def test_what_is_at_sea_is_told_from_cities_and_islands() -> None:
    """Places far out are at sea; inland towns and those on inhabited islands are not."""
    land = shore.land(house(MAINLAND))
    assert [bool(shapely.contains_xy(land, *place)) for place in SEA] == [False] * len(SEA)
    assert [bool(shapely.contains_xy(land, *place)) for place in LAND] == [True] * len(LAND)


def test_a_region_without_sea_asks_nothing() -> None:
    """Where no place can be at sea no row is looked at for it."""
    assert shore.land(house(HENAN)) is None


@pytest.mark.parametrize(
    ("metres", "lang", "said"),
    [
        (0.04, "en", ", at the same place, and"),
        (11.6, "en", ", 12 m away, and"),
        (11.6, "zh", "，相距 12 米，"),
        (1_150_317.9, "en", ", 1,150 km away, and"),
    ],
)
def test_distances_are_written_as_a_reader_needs_them(metres: float, lang: str, said: str) -> None:
    """A sentence says no tenths of a metre, and no metres where kilometres are meant."""
    known = {"row": 3, "value": "甲", "other_name": "甲", "other_code": "A1", "distance_m": metres}
    assert said in explain("POSSIBLE_DUPLICATE", "zh" if lang == "zh" else "en", known)
