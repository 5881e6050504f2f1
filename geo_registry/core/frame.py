"""The canonical frame: base columns, dtypes and reference system of records in memory."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo_registry.core.kinds import Field, FieldType
from geo_registry.core.space.crs import is_lon_lat
from geo_registry.errors import CRSError, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

CRS = "EPSG:4326"
"""WGS 84 longitude, latitude; CGCS2000 is taken as equal (decimetres at most)."""

SYSTEM = {
    "id": "str",
    "version": "int64",
    "kind": "str",
    "code_no": "int64",
    "datum": "str",
    "x_given": "str",
    "y_given": "str",
    "synthetic": "bool",
    "batch": "str",
    "row": "Int64",
    "extra": "str",
}
"""Columns the registry itself fills, with their dtypes.

``id`` opaque identity; ``version`` 1, 2 ... of that record; ``code_no`` order among equal codes of
one ledger (1 for the first); ``datum``, ``x_given``, ``y_given`` the coordinate as it was sent;
``batch`` and ``row`` where the row came from; ``extra`` JSON text of the cells no field took.
"""

COMMON = {
    "code": "str",
    "name": "str",
    "status": "str",
    "district": "str",
    "township": "str",
    "village": "str",
    "address": "str",
    "uscc": "str",
    "permit_no": "str",
    "owner": "str",
    "contact": "str",
    "warden": "str",
    "lead_dept": "str",
    "discovered_on": "datetime64[s]",
    "discovery_channel": "str",
    "accuracy_m": "float64",
    "coord_method": "str",
    "valid_from": "datetime64[s]",
    "valid_to": "datetime64[s]",
    "note": "str",
}
"""Columns every kind shares and ledgers fill; their labels and aliases are in layers/_common.toml."""

DTYPES: dict[FieldType, str] = {
    "text": "str",
    "choice": "str",
    "check": "str",
    "integer": "Int64",
    "number": "float64",
    "date": "datetime64[s]",
    "boolean": "boolean",
}
"""pandas dtype of each field type; missing is NaN, NaT or NA."""


def dtypes(fields: Iterable[Field] = ()) -> dict[str, str]:
    """Give the columns of a canonical frame, in order, with their dtypes.

    Parameters
    ----------
    fields
        A kind's own fields, beside the base columns.

    Examples
    --------
    >>> list(dtypes())[:3]
    ['id', 'version', 'kind']
    """
    own = {field.name: DTYPES[field.type] for field in fields if field.name not in COMMON}
    return SYSTEM | COMMON | own


def empty(fields: Iterable[Field] = ()) -> gpd.GeoDataFrame:
    """Make a canonical frame without rows.

    Parameters
    ----------
    fields
        A kind's own fields.

    Examples
    --------
    >>> empty().crs.to_string(), len(empty())
    ('EPSG:4326', 0)
    """
    return _without_rows(tuple(fields)).copy(deep=False)


@cache
def _without_rows(fields: tuple[Field, ...]) -> gpd.GeoDataFrame:
    """Make it once: every store that is opened asks for one of each kind."""
    columns = {name: pd.Series(dtype=dtype) for name, dtype in dtypes(fields).items()}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=CRS))


def joined(parts: Iterable[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put canonical frames under one another; a column that some of them lack is empty there.

    Parameters
    ----------
    parts
        Frames in WGS 84; those without rows do not count.

    Returns
    -------
    geopandas.GeoDataFrame
        Index 0..n-1; base columns alone where there are no rows.

    Examples
    --------
    >>> kilns = conform(pd.DataFrame({"name": ["甲", "乙"]}))
    >>> joined([kilns[:1], empty(), kilns[1:]])["name"].tolist()
    ['甲', '乙']
    """
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty()
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=CRS)


def conform(frame: pd.DataFrame, fields: Iterable[Field] = ()) -> gpd.GeoDataFrame:
    """Bring a frame to the canonical columns and dtypes; absent columns become empty ones.

    Parameters
    ----------
    frame
        Rows with any of the canonical columns; a ``geometry`` column in WGS 84 or none.
    fields
        A kind's own fields.

    Returns
    -------
    geopandas.GeoDataFrame
        Canonical columns first, other columns after them, ``geometry`` last; index 0..n-1.

    Examples
    --------
    >>> kilns = conform(pd.DataFrame({"name": ["甲"], "valid_from": ["2025-03-01"], "stock_t": [1.5]}))
    >>> str(kilns["valid_from"].dtype), kilns["stock_t"].item(), kilns.columns[-1]
    ('datetime64[s]', 1.5, 'geometry')
    """
    rows = pd.DataFrame(frame).reset_index(drop=True)
    geometry = rows.pop("geometry") if "geometry" in rows else pd.Series([None] * len(rows), dtype=object)
    wanted = dtypes(fields)
    absent = {
        dtype: _filled(rows.index, dtype) for dtype in {wanted[name] for name in wanted.keys() - {*rows}}
    }
    columns = {
        name: _typed(rows[name], dtype) if name in rows else absent[dtype] for name, dtype in wanted.items()
    }
    columns |= {name: rows[name] for name in rows.columns if name not in wanted}
    shapes = gpd.GeoSeries(geometry.to_numpy(), crs=CRS)
    return gpd.GeoDataFrame(pd.DataFrame(columns, index=rows.index), geometry=shapes)


def _typed(column: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    wanted = pd.api.types.pandas_dtype(dtype)
    return column if column.dtype == wanted else column.astype(wanted)


def _filled(index: pd.Index[Any], dtype: str) -> pd.Series[Any]:
    """Make a column of nothing; of ones or False where the type has no nothing."""
    filler = {"int64": 1, "bool": False}.get(dtype, pd.NA if dtype in {"Int64", "boolean"} else None)
    return pd.Series(filler, index=index, dtype=dtype)


def check(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Hold a frame against the rules every border relies on, and hand it on.

    Parameters
    ----------
    frame
        A frame that should be canonical.

    Raises
    ------
    CRSError
        If the frame is not in WGS 84 longitude, latitude (or CGCS2000, taken as equal).
    ValueRefused
        If a base column is missing or has another dtype.

    Examples
    --------
    >>> len(check(conform(pd.DataFrame({"name": ["甲"]}))))
    1
    """
    if not is_lon_lat(frame.crs):
        raise CRSError(
            "CRS_INVALID", value=None if frame.crs is None else frame.crs.to_string(), expected=CRS
        )
    for name, dtype in (SYSTEM | COMMON).items():
        if name not in frame or str(frame[name].dtype) != dtype:
            found = str(frame[name].dtype) if name in frame else None
            raise ValueRefused("FRAME_COLUMN", column=name, expected=dtype, value=found)
    return frame
