"""Questions about more records than memory holds whole: answered from numbers and the rows asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core.access import published
from geo_registry.core.bounds import within
from geo_registry.core.census import Census, count_records, frame_of, hexed, of_kinds, seen
from geo_registry.core.census import joined as together
from geo_registry.core.frame import conform, joined
from geo_registry.errors import ValueRefused
from geo_registry.registry.seeing.numbers import standing
from geo_registry.store.rows import TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from geo_registry.core.bounds import Bounds
    from geo_registry.registry.house import House

_ID = re.compile("[0-9a-f]{16}")
"""How a record's identity is written."""
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
    each = of_each(house, bounds, kinds, revision=revision, ids=ids)
    return joined([rows for rows in each.values() if len(rows)])


def of_each(
    house: House, bounds: Bounds, kinds: Sequence[str], *, revision: int, ids: NDArray[np.uint64]
) -> dict[str, gpd.GeoDataFrame]:
    """Read some records, those of each kind in its own columns; parameters and errors as of `rows_of`."""
    if len(ids) > AT_ONCE:
        raise ValueRefused("ANSWER_TOO_WIDE", value=len(ids), limit=AT_ONCE)
    found = house.store.records(kinds, as_of=revision, ids=hexed(ids))
    return {name: _published(house, bounds, found[found["kind"] == name], name) for name in kinds}


def versions_of(
    house: House, bounds: Bounds, record_id: str, revision: int
) -> tuple[gpd.GeoDataFrame, int] | None:
    """Read the versions of one record that somebody sees, with all their columns.

    Parameters
    ----------
    house, bounds, revision
        As for `rows_of`.
    record_id
        The record.

    Returns
    -------
    tuple or None
        The versions, and the number of the newest one, closed ones too; None where none is seen, which the
        numbers tell before anything is read.
    """
    if not _ID.fullmatch(record_id):
        return None
    ids, now = np.array([int(record_id, 16)], dtype=np.uint64), standing(house, revision)
    parts = now.base.at(np.setdiff1d(now.rows_of(ids), now.gone)), now.fresh.of(ids)
    if not any(bool(seen(part, bounds, house.catalog).any()) for part in parts):
        return None
    found, newest = house.store.standing(record_id, as_of=revision)
    rows = conform(found, house.catalog.kinds[str(found["kind"].iloc[0])].fields)
    return rows[within(bounds, rows, house.catalog)], newest


def _published(house: House, bounds: Bounds, own: pd.DataFrame, name: str) -> gpd.GeoDataFrame:
    kind = house.catalog.kinds[name]
    rows = conform(own, kind.fields)
    return published(rows, kind)[within(bounds, rows, house.catalog)]


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


def told(
    house: House, bounds: Bounds, kinds: Sequence[str], *, revision: int, reach: Reach
) -> gpd.GeoDataFrame:
    """Give what an audit needs of the records that may lie within a radius of places, however many.

    Parameters
    ----------
    house, bounds, kinds, revision, reach
        As for `around`.

    Returns
    -------
    geopandas.GeoDataFrame
        As `core.census.frame_of`, with ``code`` and ``name``.
    """
    now = standing(house, revision)
    ids = now.near(*reach)
    found = together([now.base.at(np.setdiff1d(now.rows_of(ids), now.gone)), now.fresh.of(ids)])
    held = seen(found, bounds, house.catalog) & of_kinds(found, kinds)
    return titled(house, frame_of(found.at(np.flatnonzero(held))), revision)


def titled(house: House, rows: gpd.GeoDataFrame, revision: int) -> gpd.GeoDataFrame:
    """Add to versions of records what each is called.

    Parameters
    ----------
    house
        Where they are.
    rows
        With ``id``, ``valid_from`` and ``valid_to``.
    revision
        As known at.
    """
    titles = _titles(house, sorted(set(rows["id"])), revision)
    for name in ("valid_from", "valid_to"):
        titles[name] = pd.to_datetime(titles[name]).astype("datetime64[s]")
    key = ["id", "valid_from", "valid_to"]
    named = pd.DataFrame(rows[key]).merge(titles.drop_duplicates(key), on=key, how="left", validate="m:1")
    return rows.assign(code=named["code"].array, name=named["name"].array)


def _titles(house: House, ids: Sequence[str], revision: int) -> pd.DataFrame:
    """Read what records were called at a revision: of those touched since, their versions of then."""
    found = pd.DataFrame(house.store.titles(ids), columns=list(TITLE), dtype="str")
    since = {one for step in range(revision + 1, house.revision() + 1) for one in house.touched(step)}
    touched = sorted(since.intersection(ids))
    if not touched:
        return found
    then = house.store.records(as_of=revision, ids=touched)[list(found.columns)]
    return pd.concat([found[~found["id"].isin(touched)], then], ignore_index=True)


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
    """Tell whether any record that somebody sees is made up.

    Parameters
    ----------
    house, bounds, revision
        As for `rows_of`.
    """
    return any(bool((census.rows.synthetic & held).any()) for census, held in _held(house, bounds, revision))


def _held(
    house: House, bounds: Bounds, revision: int, kinds: Sequence[str] | None = None
) -> Iterator[tuple[Census, NDArray[np.bool_]]]:
    """Give what stands still and what is fresh, each with the rows that hold and that somebody sees."""
    now = standing(house, revision)
    for census, gone in ((now.base, now.gone), (now.fresh, [])):
        held = seen(census, bounds, house.catalog)
        if kinds is not None:
            held &= of_kinds(census, kinds)
        held[gone] = False
        yield census, held


def box(
    house: House, bounds: Bounds, kinds: Sequence[str], revision: int
) -> tuple[float, float, float, float] | None:
    """Give the box of the records of some kinds, W, S, E, N in degrees; None where none has a position.

    Parameters
    ----------
    house, bounds, kinds, revision
        As for `rows_of`.
    """
    edges = []
    for census, held in _held(house, bounds, revision, kinds):
        points = held & ~np.isnan(census.rows.lon)
        lon, lat = census.rows.lon[points], census.rows.lat[points]
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
    now, unlocated = standing(house, revision), dict.fromkeys(kinds, 0)

    def considered(census: Census) -> tuple[int, dict[str, int]]:
        return _considered(census, seen(census, bounds, house.catalog) & of_kinds(census, kinds), on)

    key = ("considered", now.since, on, tuple(kinds), bounds)
    parts = [(house.recent.get(key, lambda: considered(now.base)), 1)]
    parts += [(considered(census), sign) for census, sign in now.parts()[1:]]
    for (_, lost), sign in parts:
        for kind, count in lost.items():
            unlocated[kind] += sign * count
    return sum(sign * located for (located, _), sign in parts), unlocated


def _considered(census: Census, held: NDArray[np.bool_], on: date) -> tuple[int, dict[str, int]]:
    valid = census.valid(on)
    known = held if valid is None else held & valid
    placed = ~np.isnan(census.rows.lon)
    placed[census.shaped] = True
    lost = census.states["kind"].iloc[census.rows.state[known & ~placed]].value_counts()
    return int(np.count_nonzero(known & placed)), {str(kind): int(count) for kind, count in lost.items()}


def registered(
    house: House, bounds: Bounds, kinds: Sequence[str], *, revision: int, on: date
) -> pd.DataFrame:
    """Count the sources that there are, placed or not.

    Parameters
    ----------
    house, bounds, kinds, revision, on
        As for `totals`.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``active`` and ``all``, a row a kind that there is any of.
    """
    parts = []
    for census, held in _held(house, bounds, revision, kinds):
        valid = census.valid(on)
        rows = census.rows.state[held if valid is None else held & valid]
        counts = np.bincount(rows, minlength=len(census.states))
        active = census.states["status"].isin(house.catalog.active).to_numpy()
        parts.append(pd.DataFrame({"kind": census.states["kind"], "active": counts * active, "all": counts}))
    every = pd.concat(parts).groupby("kind", as_index=False).sum()
    return every[every["all"] > 0].reset_index(drop=True)
