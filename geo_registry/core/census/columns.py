"""The narrow view of records: numbers in columns, texts as codes, in the order of a search grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api.types import pandas_dtype
from shapely import GeometryType

from geo_registry.core.audit.rows import accuracy_of, has_place, judging_fields
from geo_registry.core.bounds import LEVELS
from geo_registry.core.frame import dtypes
from geo_registry.core.kinds import Catalog
from geo_registry.core.space.grid import PointGrid, point_grid

Codes: TypeAlias = NDArray[np.int32]

OPEN_DAY = np.iinfo(np.int32).max
"""Last day of what is valid until further notice; its negative is the first day of what always was."""
EPOCH = np.datetime64(0, "D")
"""Day from which days are counted."""
_DIGITS = 16


class Rows(NamedTuple):
    """One entry a record version, each array of shape (n,).

    Attributes
    ----------
    ids
        Identities, the number that their 16 hex digits write.
    lon, lat
        WGS 84 degrees; NaN for what has no position, or one that is no point.
    accuracy_m
        Metres; NaN where it is unknown.
    state
        Place in `Census.states`.
    area
        Place in `Census.areas`.
    first_day, last_day
        Days since 1970-01-01 between which, both included, the version is true.
    synthetic
        Whether it is made up.
    """

    ids: NDArray[np.uint64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    state: Codes
    area: Codes
    first_day: Codes
    last_day: Codes
    synthetic: NDArray[np.bool_]

    def take(self, places: NDArray[np.intp]) -> Rows:
        """Give some of the rows, in the order asked."""
        return Rows._make(column[places] for column in self)


@dataclass(frozen=True, slots=True, eq=False)
class Census:
    """Records in the order of a search grid: points first, then all others.

    Attributes
    ----------
    rows
        Their numbers.
    grid
        The points, ``rows[:len(grid.key)]``; its ``order`` is 0, 1, 2 ...
    states
        What a score hangs on, each combination once: ``kind``, ``status``, checklist items and deadlines.
    areas
        ``district``, ``township``, ``village``, each combination once.
    shaped
        Places in the rows of what is a line or a polygon, ascending.
    shapes
        Those geometries, degrees WGS 84.
    all_valid
        First and last of the days on which every row is true, days since 1970-01-01.
    """

    rows: Rows
    grid: PointGrid
    states: pd.DataFrame
    areas: pd.DataFrame
    shaped: NDArray[np.intp]
    shapes: NDArray[np.object_]
    all_valid: tuple[int, int]

    def __len__(self) -> int:
        return len(self.rows.ids)

    def at(self, places: NDArray[np.intp]) -> Census:
        """Give the census of some of the rows, named by their places.

        Parameters
        ----------
        places
            Ascending, shape (m,).
        """
        where = np.searchsorted(places, self.shaped)
        kept = np.flatnonzero(np.append(places, -1)[where] == self.shaped)
        vocabularies = self.states, self.areas
        return _sorted(self.rows.take(places), vocabularies, where[kept], self.shapes[kept])

    def of(self, ids: NDArray[np.uint64]) -> Census:
        """Give the census of some records, looking at every row."""
        return self.at(np.flatnonzero(np.isin(self.rows.ids, ids)))

    def valid(self, on: date) -> NDArray[np.bool_] | None:
        """Tell which rows are true on a date; None where all of them are."""
        day = int((np.datetime64(on, "D") - EPOCH).astype(np.int64))
        if self.all_valid[0] <= day <= self.all_valid[1]:
            return None
        return (self.rows.first_day <= day) & (self.rows.last_day >= day)


class Part(NamedTuple):
    """Some records in the order they came, on their way into a census.

    Attributes
    ----------
    rows, states, areas, shaped, shapes
        As those of `Census`.
    """

    rows: Rows
    states: pd.DataFrame
    areas: pd.DataFrame
    shaped: NDArray[np.intp]
    shapes: NDArray[np.object_]


def census_of(frame: gpd.GeoDataFrame, catalog: Catalog) -> Census:
    """Take the narrow view of records.

    Parameters
    ----------
    frame, catalog
        As for `part_of`.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> rows = pd.DataFrame({"id": ["00000000000000ff", "0000000000000001"], "kind": "kiln"})
    >>> rows["geometry"] = [shapely.Point(114.1, 33.5), shapely.Point(114.0, 33.5)]
    >>> census = census_of(conform(rows), Catalog({}, (), (), (), (), {}, ""))
    >>> census.rows.ids.tolist(), len(census.states), len(census.areas)
    ([1, 255], 1, 1)
    """
    return gathered([part_of(frame, catalog)])


def part_of(frame: gpd.GeoDataFrame, catalog: Catalog, points: NDArray[np.float64] | None = None) -> Part:
    """Take the narrow view of some of many records.

    Parameters
    ----------
    frame
        Canonical frame, ids of 16 hex digits.
    catalog
        Says which fields a score hangs on, and with which status a kind's records begin.
    points
        Longitudes and latitudes, shape (2, n), NaN where there is none; the frame then holds only geometries
        that are no points.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> rows = conform(pd.DataFrame({"id": ["00000000000000ff"], "kind": "kiln"}))
    >>> part_of(rows, Catalog({}, (), (), (), (), {}, ""), np.array([[114.0], [33.5]])).rows.lon.tolist()
    [114.0]
    """
    geometry = np.asarray(frame.geometry.array, dtype=object)
    is_point = shapely.get_type_id(geometry) == GeometryType.POINT
    own = np.array([np.where(is_point, get(geometry), np.nan) for get in (shapely.get_x, shapely.get_y)])
    lon, lat = own if points is None else points
    state, states = _coded(_states(frame, catalog))
    area, areas = _coded(pd.DataFrame(frame)[list(LEVELS)])
    rows = Rows(
        ids=numbered(frame["id"]),
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_of(frame),
        state=state,
        area=area,
        first_day=_days(frame["valid_from"], -OPEN_DAY),
        last_day=_days(frame["valid_to"], OPEN_DAY),
        synthetic=frame["synthetic"].to_numpy(dtype=bool),
    )
    shaped = np.flatnonzero(has_place(frame) & ~is_point)
    return Part(rows, states, areas, shaped, geometry[shaped])


def _states(frame: gpd.GeoDataFrame, catalog: Catalog) -> pd.DataFrame:
    fields = judging_fields(catalog)
    begins = {name: kind.default_status for name, kind in catalog.kinds.items()}
    known = dtypes(fields)
    columns = {
        field.name: frame[field.name].astype(pandas_dtype(known[field.name]))
        if field.name in frame
        else pd.Series(None, index=frame.index, dtype=known[field.name])
        for field in fields
    }
    status = frame["status"].fillna(frame["kind"].map(begins).astype("str"))
    return pd.DataFrame({"kind": frame["kind"], "status": status, **columns})


def _coded(table: pd.DataFrame) -> tuple[Codes, pd.DataFrame]:
    """Give each combination of a table's cells a number, in the order in which they come first."""
    if not len(table):
        return np.empty(0, dtype=np.int32), table
    number = table.groupby(list(table.columns), sort=False, dropna=False).ngroup().to_numpy()
    first = pd.Series(number).drop_duplicates().index
    return number.astype(np.int32), table.iloc[first].reset_index(drop=True)


def numbered(ids: pd.Series[str]) -> NDArray[np.uint64]:
    """Give the numbers that identities write.

    Parameters
    ----------
    ids
        16 hex digits each.

    Examples
    --------
    >>> numbered(pd.Series(["00000000000000ff"])).tolist()
    [255]
    """
    return np.frombuffer(bytes.fromhex("".join(ids.to_list())), dtype=">u8").astype(np.uint64)


def hexed(ids: NDArray[np.uint64]) -> list[str]:
    """Write identities as the 16 hex digits that the store knows them by.

    Parameters
    ----------
    ids
        Numbers.

    Examples
    --------
    >>> hexed(np.array([255], dtype=np.uint64))
    ['00000000000000ff']
    """
    text = ids.astype(">u8").tobytes().hex()
    return [text[at : at + _DIGITS] for at in range(0, len(text), _DIGITS)]


def _days(column: pd.Series[pd.Timestamp], otherwise: int) -> Codes:
    days = column.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), otherwise, (days - EPOCH).astype(np.int64)).astype(np.int32)


def _sorted(
    rows: Rows,
    vocabularies: tuple[pd.DataFrame, pd.DataFrame],
    shaped: NDArray[np.intp],
    shapes: NDArray[np.object_],
) -> Census:
    """Put points in the order of their grid, and all others behind them."""
    grid = point_grid(rows.lon, rows.lat)
    others = np.flatnonzero(np.isnan(rows.lon))
    order = np.concatenate([grid.order, others])
    place = len(grid.key) + np.searchsorted(others, shaped)
    own = grid._replace(order=np.arange(len(grid.key), dtype=np.int32))
    common = int(rows.first_day.max(initial=-OPEN_DAY)), int(rows.last_day.min(initial=OPEN_DAY))
    return Census(rows.take(order), own, *vocabularies, place, shapes, common)


def joined(parts: Sequence[Census]) -> Census:
    """Make one census of several, as of their records together.

    Parameters
    ----------
    parts
        At least one.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> catalog = Catalog({}, (), (), (), (), {}, "")
    >>> one = pd.DataFrame({"id": [f"{1:016x}"], "kind": "kiln", "geometry": [shapely.Point(114.0, 33.5)]})
    >>> both = joined([census_of(conform(one.assign(id=f"{n:016x}")), catalog) for n in (1, 2)])
    >>> both.rows.ids.tolist(), both.rows.state.tolist()
    ([1, 2], [0, 0])
    """
    if len(parts) == 1:
        return parts[0]
    return gathered([Part(part.rows, part.states, part.areas, part.shaped, part.shapes) for part in parts])


def gathered(parts: Iterable[Part]) -> Census:
    """Make the census of records that came part by part.

    Parameters
    ----------
    parts
        From `part_of`, at least one.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> rows = conform(pd.DataFrame({"id": ["00000000000000ff"], "kind": "kiln"}))
    >>> part = part_of(rows, Catalog({}, (), (), (), (), {}, ""), np.array([[114.0], [33.5]]))
    >>> len(gathered([part, part]))
    2
    """
    parts = list(parts)
    state, states = _merged([(part.rows.state, part.states) for part in parts])
    area, areas = _merged([(part.rows.area, part.areas) for part in parts])
    rows = Rows._make(np.concatenate(columns) for columns in zip(*(part.rows for part in parts), strict=True))
    begin = np.cumsum([0, *(len(part.rows.ids) for part in parts)])
    shaped = np.concatenate([part.shaped + start for part, start in zip(parts, begin, strict=False)])
    shapes = np.concatenate([part.shapes for part in parts])
    parts.clear()  # of many records, their columns stand in memory twice and not three times
    return _sorted(rows._replace(state=state, area=area), (states, areas), shaped, shapes)


def _merged(parts: Sequence[tuple[Codes, pd.DataFrame]]) -> tuple[Codes, pd.DataFrame]:
    """Join codes and what they mean; each meaning is kept once."""
    if all(table is parts[0][1] for _, table in parts):
        return np.concatenate([codes for codes, _ in parts]), parts[0][1]
    code, table = _coded(pd.concat([table for _, table in parts], ignore_index=True))
    begin = np.cumsum([0, *(len(table) for _, table in parts)])
    moved = [code[codes + start] for (codes, _), start in zip(parts, begin, strict=False)]
    return np.concatenate(moved), table
