"""Questions about more records than memory holds whole: answered from numbers and the rows asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core.access import published
from geo_registry.core.bounds import within
from geo_registry.core.census import Census, count_records, hexed, of_kinds, seen
from geo_registry.core.frame import CRS, conform, empty
from geo_registry.errors import ValueRefused
from geo_registry.registry.seeing.numbers import standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from geo_registry.core.bounds import Bounds
    from geo_registry.live.standing import Standing
    from geo_registry.registry.house import House

WHOLE = 200_000
"""Record versions up to which a store is held in memory whole, at some kilobytes each."""
AT_ONCE = 200_000
"""Records that one answer may be made of: more would take the memory of all others."""


def is_whole(house: House, bounds: Bounds, revision: int) -> bool:
    """Tell whether a question is answered from whole frames.

    Numbers know today's records alone, and not to which unit each belongs.

    Parameters
    ----------
    house
        Where records are.
    bounds
        Of who asks.
    revision
        As known at.
    """
    return house.store.size() <= WHOLE or bool(bounds.units) or revision != house.revision()


def rows_of(
    house: House, bounds: Bounds, kinds: Sequence[str], *, revision: int, ids: NDArray[np.uint64]
) -> gpd.GeoDataFrame:
    """Read some records as their viewers see them.

    Parameters
    ----------
    house
        Where they are.
    bounds
        Of who asks.
    kinds
        Names of the kinds that are wanted.
    revision
        As known at.
    ids
        The records.

    Raises
    ------
    ValueRefused
        ``ANSWER_TOO_WIDE`` if they are more than `AT_ONCE`.
    """
    if len(ids) > AT_ONCE:
        raise ValueRefused("ANSWER_TOO_WIDE", value=len(ids), limit=AT_ONCE)
    found = house.store.records(kinds, as_of=revision, ids=hexed(ids))
    return _joined(list(_published(house, bounds, found)))


def _published(house: House, bounds: Bounds, found: pd.DataFrame) -> Iterator[gpd.GeoDataFrame]:
    for name in house.catalog.kinds if len(found) else ():
        own = found[found["kind"] == name]
        if len(own):
            kind = house.catalog.kinds[name]
            rows = conform(own, kind.fields)
            yield published(rows, kind)[within(bounds, rows, house.catalog)]


def _joined(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty()
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=CRS)


def around(
    house: House, bounds: Bounds, kinds: Sequence[str], *, revision: int, reach: Reach
) -> gpd.GeoDataFrame:
    """Read the records that may lie within a radius of places.

    Parameters
    ----------
    house, bounds, kinds, revision
        As for `rows_of`.
    reach
        Longitudes and latitudes of the places, degrees, and the radius in metres.

    Raises
    ------
    ValueRefused
        As from `rows_of`.
    """
    return rows_of(house, bounds, kinds, revision=revision, ids=standing(house, revision).near(*reach))


Reach = tuple["NDArray[np.float64]", "NDArray[np.float64]", float]
"""Places in degrees WGS 84, and a radius in metres."""


def counts(house: House, bounds: Bounds, revision: int) -> dict[str, int]:
    """Count the records of each kind that somebody sees.

    Parameters
    ----------
    house, bounds, revision
        As for `rows_of`.
    """
    totals = dict.fromkeys(house.catalog.kinds, 0)
    now = standing(house, revision)
    key = ("counted", now.since, bounds)
    parts = [(house.recent.get(key, lambda: _counted(house, bounds, now.base)), 1)]
    parts += [(_counted(house, bounds, census), sign) for census, sign in now.parts()[1:]]
    for found, sign in parts:
        for kind, count in found.items():
            totals[kind] += sign * count
    return {kind: count for kind, count in totals.items() if count}


def _counted(house: House, bounds: Bounds, census: Census) -> dict[str, int]:
    return count_records(census, seen(census, bounds, house.catalog))


def any_synthetic(house: House, bounds: Bounds, revision: int) -> bool:
    """Tell whether any record that somebody sees is made up; parameters as `counts`."""
    return any(
        bool((census.rows.synthetic & seen(census, bounds, house.catalog))[rows].any())
        for census, rows in _standing_rows(standing(house, revision))
    )


def _standing_rows(now: Standing) -> Iterator[tuple[Census, Any]]:
    """Give the base with the rows of it that still hold, and what is fresh."""
    kept = np.ones(len(now.base), dtype=bool)
    kept[now.gone] = False
    yield now.base, kept
    yield now.fresh, slice(None)


def box(house: House, bounds: Bounds, revision: int, *kinds: str) -> tuple[float, float, float, float] | None:
    """Give the box of the records of some kinds, W, S, E, N in degrees; None where none has a position."""
    edges = []
    for census, rows in _standing_rows(standing(house, revision)):
        shown = seen(census, bounds, house.catalog) & of_kinds(census, kinds)
        held = np.zeros(len(census), dtype=bool)
        held[rows] = shown[rows]
        lon, lat = (column[held & ~np.isnan(column)] for column in (census.rows.lon, census.rows.lat))
        edges += [np.array([lon.min(), lat.min(), lon.max(), lat.max()])] if len(lon) else []
        shapes = census.shapes[held[census.shaped]]
        edges += [shapely.total_bounds(shapes)] if len(shapes) else []
    if not edges:
        return None
    least, most = np.min(edges, axis=0), np.max(edges, axis=0)
    return float(least[0]), float(least[1]), float(most[2]), float(most[3])


def totals(
    house: House, bounds: Bounds, kinds: Sequence[str], *, revision: int, on: date
) -> tuple[int, dict[str, int]]:
    """Count what an audit considers: the rows with a position, and by kind those without.

    Parameters
    ----------
    house, bounds, kinds, revision
        As for `rows_of`.
    on
        Valid at.
    """
    question = ("totals", revision, on, tuple(kinds), bounds)
    return house.recent.get(question, lambda: _totals(house, bounds, kinds, revision=revision, on=on))


def _totals(
    house: House, bounds: Bounds, kinds: Sequence[str], *, revision: int, on: date
) -> tuple[int, dict[str, int]]:
    located, unlocated = 0, dict.fromkeys(kinds, 0)
    for census, rows in _standing_rows(standing(house, revision)):
        shown = seen(census, bounds, house.catalog) & of_kinds(census, kinds)
        valid = census.valid(on)
        held = np.zeros(len(census), dtype=bool)
        held[rows] = (shown if valid is None else shown & valid)[rows]
        placed = ~np.isnan(census.rows.lon)
        placed[census.shaped] = True
        located += int(np.count_nonzero(held & placed))
        lost = census.states["kind"].to_numpy()[census.rows.state[held & ~placed]]
        for kind, count in zip(*np.unique(lost.astype(str), return_counts=True), strict=True):
            unlocated[str(kind)] += int(count)
    return located, unlocated
