"""A canonical frame as the columns of the records table, in Arrow."""

from __future__ import annotations

import json
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from sqlalchemy import Boolean, Float, Integer, LargeBinary

from geo_registry.store import schema
from geo_registry.store.writing.texts import TEXT, encoded, joined

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Column

_ZERO = 0.0
"""Added to a number: SQLite keeps no zero below zero, and what is digested must read as it was written."""
APART = frozenset({"geometry", "lon", "lat", "shape", "attributes", "known_from", "known_to"})
"""Columns of a frame or of the table that are not simply the other's."""
_MADE = {Boolean: pa.bool_(), Integer: pa.int64(), Float: pa.float64(), LargeBinary: pa.binary()}


def _type_of(column: Column[Any]) -> pa.DataType:
    return next((made for declared, made in _MADE.items() if isinstance(column.type, declared)), TEXT)


SCHEMA = pa.schema([pa.field(name, _type_of(schema.records.c[name])) for name in schema.STORED])
"""Columns a record version is written with, in order, by their Arrow types."""


def stored_columns(
    frame: gpd.GeoDataFrame, revision: int, points: NDArray[np.float64] | None = None
) -> pa.Table:
    """Turn a canonical frame into the columns of the records table.

    Parameters
    ----------
    frame
        Canonical frame, WGS 84.
    revision
        From which revision the versions are known.
    points
        Longitudes and latitudes, ``(2, n)``, NaN where there is none, in place of the frame's geometries.
    """
    table = pd.DataFrame(frame)
    if points is None:
        found = _places(np.asarray(frame.geometry.array, dtype=object))
    else:
        lon, lat = (pa.array(numbers + _ZERO, from_pandas=True) for numbers in points)
        found = {"lon": lon, "lat": lat, "shape": pa.nulls(len(frame), pa.binary())}
    found["attributes"] = attributes(table)
    found["known_from"] = pa.repeat(pa.scalar(revision, pa.int64()), len(frame))
    for name in schema.STORED:
        if name not in found:
            found[name] = plain(table[name]).cast(SCHEMA.field(name).type)
    return pa.table([found[name] for name in schema.STORED], schema=SCHEMA)


def _places(geometry: Any) -> dict[str, pa.Array]:  # noqa: ANN401 (an array of shapes)
    point = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    found = {
        name: pa.array(numbers + _ZERO, mask=~point)
        for name, numbers in (("lon", shapely.get_x(geometry)), ("lat", shapely.get_y(geometry)))
    }
    shapes = np.full(len(geometry), None, dtype=object)
    if not point.all():
        shapes[~point] = shapely.to_wkb(geometry[~point], byte_order=1)
    return found | {"shape": pa.array(shapes, pa.binary())}


def plain(column: pd.Series[Any]) -> pa.Array:
    """Turn a column of a frame into Arrow; missing is null, days are texts, numbers have no zero below zero.

    Parameters
    ----------
    column
        A column of any dtype.

    Examples
    --------
    >>> plain(pd.Series(["甲", None], dtype="str")).to_pylist(), plain(pd.Series([-0.0, np.nan])).to_pylist()
    (['甲', None], [0.0, None])
    """
    made = pa.array(column, from_pandas=True)
    made = made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    if pa.types.is_timestamp(made.type):
        made = made.cast(pa.date32(), safe=False).cast(TEXT)
    if pa.types.is_floating(made.type):
        made = pc.add(made, _ZERO)
    return made.cast(TEXT) if pa.types.is_string(made.type) or pa.types.is_null(made.type) else made


def attributes(frame: pd.DataFrame) -> pa.LargeStringArray:
    """Write the columns that the records table has not as one JSON object a row.

    Parameters
    ----------
    frame
        Rows of a canonical frame.

    Examples
    --------
    >>> attributes(pd.DataFrame({"stock_t": [1.5, None], "fuel": ["煤", None]})).to_pylist()
    ['{"fuel": "煤", "stock_t": 1.5}', '{}']
    """
    own = sorted(name for name in frame.columns if name not in schema.STORED and name not in APART)
    members = [
        joined(f"{json.dumps(name, ensure_ascii=False)}: ", _written(frame[name]))
        for name in own
        if frame[name].notna().any()
    ]
    if not members:
        return pa.repeat(pa.scalar("{}", TEXT), len(frame))
    # Arrow loses a row in which all there is to skip is all there is
    nothing = reduce(pc.and_, [pc.is_null(member) for member in members])
    members[0] = pc.if_else(nothing, pa.scalar("", TEXT), members[0])
    inner = pc.binary_join_element_wise(*members, pa.scalar(", ", TEXT), null_handling="skip")
    return joined("{", inner, "}")


def _written(column: pd.Series[Any]) -> pa.LargeStringArray:
    if column.dtype != object:
        made = column if str(column.dtype).startswith("float") else plain(column)
        return encoded(made if isinstance(made, pa.Array) else pa.array(made, from_pandas=True))
    values = [None if missing else value for value, missing in zip(column, column.isna(), strict=True)]
    told = [None if one is None else json.dumps(one, ensure_ascii=False, sort_keys=True) for one in values]
    return pa.array(told, TEXT)
