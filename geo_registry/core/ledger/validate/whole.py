"""What only the whole of a long ledger shows, from a few narrow columns of its good rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo_registry.core.findings import Finding
from geo_registry.core.ledger.duplicates import find_repeated, find_twins, number_codes, repeated

Rows = NDArray[np.int64]
Some = Callable[[str, Rows], pa.ChunkedArray]
"""Gives a column of some rows, named by their places in ascending order."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What the whole of a ledger says of its rows.

    Attributes
    ----------
    first
        For each row the place of the first row identical to it, or -1, ``(n,)``.
    code_no
        Order of each row among those of its code that are no such copies, ``(n,)``.
    findings
        ``CODE_REPEATED`` and ``POSSIBLE_DUPLICATE``.
    """

    first: Rows
    code_no: Rows
    findings: tuple[Finding, ...]


def find_copies(
    some: Some,
    names: Sequence[str],
    said: Callable[[Rows], Sequence[object]],
    among: NDArray[np.bool_],
) -> Rows:
    """Find the rows that say again, cell by cell, what an earlier row says.

    Parameters
    ----------
    some
        Gives a column of some rows.
    names
        Columns that are equal in equal rows.
    said
        Gives what some rows say, comparable and whole.
    among
        Rows that may be such copies, or have one, ``(n,)``.

    Returns
    -------
    numpy.ndarray
        For each row the place of the first row identical to it, or -1, ``(n,)``.

    Examples
    --------
    >>> table = pa.table({"code": ["A", "B", "A", "A"], "note": ["1", "2", "1", "3"]})
    >>> said = lambda rows: [table["note"][int(row)].as_py() for row in rows]
    >>> some = lambda name, places: table[name].take(pa.array(places))
    >>> find_copies(some, ["code"], said, np.array([True, True, True, True])).tolist()
    [-1, -1, 0, -1]
    """
    first = np.full(len(among), -1, dtype=np.int64)
    left = np.flatnonzero(among)
    for name in names:
        if not len(left):
            return first
        left = left[repeated(some(name, left))]
    seen: dict[object, int] = {}
    for place, content in zip(left.tolist(), said(left) if len(left) else (), strict=True):
        earlier = seen.setdefault(content, place)
        if earlier != place:
            first[place] = earlier
    return first


def look_at_whole(some: Some, first: Rows, alike: Mapping[str, NDArray[np.bool_]]) -> Whole:
    """Count up the codes of a ledger and find its likely twins.

    Parameters
    ----------
    some
        Gives one of the columns ``code name uscc row lon lat`` of some of the good rows of one kind; places
        are those of points, or the middles of other shapes, WGS 84 degrees, null where there is none.
    first
        From `find_copies`; copies are left out.
    alike
        For each of ``code name uscc`` the rows that may share theirs with another row.

    Examples
    --------
    >>> table = pa.table({"code": ["A", "A"], "name": ["金胜", "金 胜"], "uscc": pa.nulls(2, pa.string()),
    ...     "row": [2, 3], "lon": [112.4701] * 2, "lat": [37.782] * 2})
    >>> both, none = np.array([True, True]), np.array([False, False])
    >>> some = lambda name, places: table[name].take(pa.array(places))
    >>> found = look_at_whole(some, np.array([-1, -1]), {"code": both, "name": both, "uscc": none})
    >>> found.code_no.tolist(), [(each.row, each.code) for each in found.findings]
    ([1, 2], [(3, 'CODE_REPEATED')])
    """
    own = first < 0
    code_no = np.ones(len(first), dtype=np.int64)
    found: list[Finding] = []
    again = np.flatnonzero(own & alike["code"])
    if len(again):
        codes = some("code", again).to_pandas()
        code_no[again] = number_codes(codes)
        rows = some("row", again).to_numpy()
        found += find_repeated(gpd.GeoDataFrame({"code": codes, "code_no": code_no[again], "row": rows}))
    shared = np.flatnonzero(own & (alike["name"] | alike["uscc"]))
    found += find_twins(_frame(some, shared)) if len(shared) else []
    return Whole(first, code_no, tuple(found))


def _frame(some: Some, places: Rows) -> gpd.GeoDataFrame:
    held = {name: some(name, places).to_pandas() for name in ("code", "name", "uscc", "row")}
    lon, lat = (some(name, places).to_numpy() for name in ("lon", "lat"))
    points = gpd.points_from_xy(lon, lat)
    nowhere = np.isnan(np.asarray(lon, dtype=float))
    shapes = gpd.GeoSeries(points, crs="EPSG:4326").where(~pd.Series(nowhere), None)
    return gpd.GeoDataFrame(held, geometry=shapes)
