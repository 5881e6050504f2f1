"""The columns an audit needs of a frame, canonical or an analyst's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import pandas as pd
from pandas.api.types import pandas_dtype

from geo_registry.core.frame import CRS, dtypes
from geo_registry.core.kinds import Field
from geo_registry.core.space.crs import is_lon_lat
from geo_registry.errors import CRSError, ValueRefused


def narrow(frame: gpd.GeoDataFrame, columns: Sequence[str], fields: Iterable[Field] = ()) -> gpd.GeoDataFrame:
    """Take some canonical columns and the geometry; a column the frame does not have becomes an empty one.

    Parameters
    ----------
    frame
        Any frame in longitude and latitude; without ``id`` the index serves.
    columns
        Canonical columns wanted, ``id`` among them.
    fields
        Declared fields beside the base columns that `columns` may name.

    Returns
    -------
    geopandas.GeoDataFrame
        Those columns with canonical dtypes and ``geometry``; index 0..n-1.

    Raises
    ------
    CRSError
        If the frame has no reference system or one that is not WGS 84 (or CGCS2000) longitude, latitude.
    ValueRefused
        ``ID_REPEATED`` if two rows share an id.

    Examples
    --------
    >>> kilns = gpd.GeoDataFrame({"name": ["a"]}, geometry=gpd.points_from_xy([114], [33]), crs=CRS)
    >>> narrow(kilns, ["id", "name", "code"]).drop(columns="geometry").to_dict("records")
    [{'id': '0', 'name': 'a', 'code': nan}]
    """
    crs = getattr(frame, "crs", None)
    if not is_lon_lat(crs):
        raise CRSError("CRS_INVALID", value=None if crs is None else crs.to_string(), expected=CRS)
    rows = pd.DataFrame(frame)
    if "id" not in rows:
        rows = rows.assign(id=rows.index.astype(str))
    expected = dtypes(fields)
    narrowed = pd.DataFrame({name: _column(rows, name, expected[name]) for name in columns}, index=rows.index)
    if not narrowed["id"].is_unique:
        raise ValueRefused("ID_REPEATED", value=narrowed["id"][narrowed["id"].duplicated()].iloc[0])
    shapes = gpd.GeoSeries(frame.geometry.to_numpy(), index=rows.index, crs=CRS)
    return gpd.GeoDataFrame(narrowed, geometry=shapes).reset_index(drop=True)


def _column(rows: pd.DataFrame, name: str, dtype: str) -> pd.Series:
    return (
        rows[name].astype(pandas_dtype(dtype))
        if name in rows
        else pd.Series(None, index=rows.index, dtype=dtype)
    )
