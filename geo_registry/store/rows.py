"""Frames to stored values and back: points as lon/lat, other shapes as WKB, the rest as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.json
import shapely

from geo_registry.store.schema import CONTENT, STORED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

_ZERO = 0.0
"""Added to a number: SQLite keeps no zero below zero, and what is digested must read as it was written."""
_APART = {"geometry", "lon", "lat", "shape", "attributes", "known_from", "known_to"}


NARROW = (
    "id", "kind", "status", "district", "township", "lon", "lat", "accuracy_m", "coord_method", "valid_from",
    "valid_to", "synthetic",
)  # fmt: skip
"""Columns of a record version that tell where, what and when it is."""

TITLE = ("id", "name", "code", "valid_from", "valid_to")
"""Columns that say what a version is called, and between which ISO days it is true."""


class Blocks(Protocol):
    """Versions that come block by block, as the columns of `writing.columns.SCHEMA`."""

    def __len__(self) -> int:
        """Count the versions."""

    def __iter__(self) -> Iterator[pa.Table]:
        """Give the blocks in their order."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit does to the records.

    Attributes
    ----------
    base
        Revision the change was worked out against; None where it stands on `newest` alone, whatever
        other records have become since.
    opened
        Canonical frame of the versions to write, with ``id`` and ``version`` set.
    closed
        ``(id, version)`` of the versions that are no longer today's.
    newest
        ``(id, version)`` of the last version of each record that the change stands on.
    more
        Versions to write after `opened` that are too many for a frame; only where `base` is given.
    """

    base: int | None
    opened: gpd.GeoDataFrame
    closed: tuple[tuple[str, int], ...] = ()
    newest: tuple[tuple[str, int], ...] = ()
    more: Blocks | None = None

    @property
    def empty(self) -> bool:
        """Whether no version is opened."""
        return self.opened.empty and not self.more


def _plain(column: pd.Series[Any]) -> list[Any]:
    if str(column.dtype).startswith("datetime64"):
        column = column.dt.strftime("%Y-%m-%d")
    values = column.astype(object)
    return list(values.where(column.notna(), None))


def stored_values(frame: gpd.GeoDataFrame, revision: int) -> list[tuple[Any, ...]]:
    """Turn a canonical frame into the rows of the records table.

    Parameters
    ----------
    frame
        Canonical frame, WGS 84.
    revision
        From which revision the versions are known.

    Returns
    -------
    list of tuple
        Values in the order of `schema.STORED`.
    """
    geometry = np.asarray(frame.geometry.array, dtype=object)
    table = pd.DataFrame(frame)
    is_point = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    lon, lat = shapely.get_x(geometry), shapely.get_y(geometry)
    wkb = shapely.to_wkb(geometry, byte_order=1)
    columns: dict[str, list[Any]] = {
        "lon": [float(x) + _ZERO if point else None for x, point in zip(lon, is_point, strict=True)],
        "lat": [float(y) + _ZERO if point else None for y, point in zip(lat, is_point, strict=True)],
        "shape": [None if point else shape for shape, point in zip(wkb, is_point, strict=True)],
        "attributes": _attributes(table),
        "known_from": [revision] * len(frame),
    }
    columns |= {name: _plain(table[name]) for name in STORED if name not in _APART}
    columns["accuracy_m"] = [None if one is None else one + _ZERO for one in columns["accuracy_m"]]
    return list(zip(*(columns[name] for name in STORED), strict=True))


def _attributes(frame: pd.DataFrame) -> list[str]:
    names = sorted(name for name in frame.columns if name not in STORED and name not in _APART)
    columns = [_plain(frame[name]) for name in names]
    rows = zip(*columns, strict=True) if columns else [()] * len(frame)
    return [
        json.dumps(
            {name: value for name, value in zip(names, row, strict=True) if value is not None},
            ensure_ascii=False,
            sort_keys=True,
        )
        for row in rows
    ]


def contents(frame: gpd.GeoDataFrame) -> list[tuple[Any, ...]]:
    """Give what is known of each record, without its identity, for comparison."""
    wanted = [STORED.index(name) for name in CONTENT]
    return [tuple(row[place] for place in wanted) for row in stored_values(frame, 0)]


def frame_of(rows: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Turn selected rows into a frame with a ``geometry`` column and one column an attribute.

    Parameters
    ----------
    rows
        Result rows.
    columns
        Their column names, ``attributes``, ``lon``, ``lat`` and ``shape`` among them.

    Returns
    -------
    pandas.DataFrame
        Not yet conformed: `core.frame.conform` gives the kind's dtypes.
    """
    table = pd.DataFrame([tuple(row) for row in rows], columns=list(columns), dtype=object).drop(
        columns="seq"
    )
    attributes = pd.DataFrame(
        [json.loads(text) for text in table.pop("attributes")], index=table.index, dtype=object
    )
    geometry = shapely.from_wkb(table.pop("shape").to_numpy())
    lon, lat = table.pop("lon").astype(float).to_numpy(), table.pop("lat").astype(float).to_numpy()
    at_point = ~np.isnan(lon)
    shapes = np.asarray(geometry, dtype=object)
    shapes[at_point] = shapely.points(lon[at_point], lat[at_point])
    joined = pd.concat([table, attributes], axis="columns")
    joined["geometry"] = pd.Series(shapes, index=table.index, dtype=object)
    return joined


def narrow_frame(rows: Sequence[Any], texts: Sequence[str]) -> pd.DataFrame:
    """Turn a few columns of selected rows into a frame, without a step of Python a row.

    Parameters
    ----------
    rows
        Result rows of ``seq``, `NARROW`, ``shape`` and ``attributes``.
    texts
        Which attributes are wanted.

    Returns
    -------
    pandas.DataFrame
        `NARROW`, the attributes, and ``geometry``, which stands only where it is no point.
    """
    _, *columns, wkb, attributes = zip(*rows, strict=True)
    table: pd.DataFrame = pa.table(dict(zip(NARROW, columns, strict=True))).to_pandas()
    shapes = shapely.from_wkb(np.array(wkb, dtype=object))
    return pd.concat([table, members(attributes, texts)], axis="columns").assign(geometry=shapes)


def cells_of(row: Sequence[Any], texts: Sequence[str]) -> dict[str, Any]:
    """Turn a few columns of one selected row into plain values.

    Parameters
    ----------
    row
        `NARROW`, ``shape`` and ``attributes``.
    texts
        Which attributes are wanted.

    Returns
    -------
    dict
        The attributes, `NARROW`, and ``geometry``, None where it is a point.
    """
    *columns, wkb, attributes = row
    said = json.loads(attributes)
    known = {name: said.get(name) for name in texts} | dict(zip(NARROW, columns, strict=True))
    return known | {"geometry": shapely.from_wkb(wkb)}


def members(objects: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Take some members of JSON objects; quick where all of them are texts.

    Parameters
    ----------
    objects
        JSON, one object a row.
    names
        Which members.

    Examples
    --------
    >>> members(['{"village": "三官庙", "stock_t": 1.5}', "{}"], ["village"])["village"].tolist()
    ['三官庙', nan]
    """
    lines = "\n".join(objects).encode()
    wanted = pa.schema([(name, pa.string()) for name in names])
    reading = pa.json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
    parsing = pa.json.ParseOptions(wanted, unexpected_field_behavior="ignore")
    try:
        table: pd.DataFrame = pa.json.read_json(pa.BufferReader(lines), reading, parsing).to_pandas()
    except pa.ArrowInvalid:  # a number or a truth value among them
        found = [json.loads(each) for each in objects]
        return pd.DataFrame({name: [each.get(name) for each in found] for name in names}, dtype=object)
    return table
