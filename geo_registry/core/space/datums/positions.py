"""Positions of any datum to and from WGS 84, the one datum the registry keeps: vectorised, degrees.

The datums are ``wgs84``, ``cgcs2000`` (taken as equal to WGS 84: they differ by decimetres at most),
``gcj02`` and ``bd09`` (see `geo_registry.core.space.datums.offsets`, also for where GCJ-02 applies), and
every ``EPSG:n`` that `geo_registry.core.space.crs` takes. Longitude or easting always comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo_registry.core.space.crs import Floats, Pair, paired, parse_crs, project, unproject
from geo_registry.core.space.datums.offsets import (
    bd09_from_wgs84,
    gcj02_from_wgs84,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)

Geometries: TypeAlias = shapely.Geometry | Sequence[shapely.Geometry | None] | NDArray[Any]
Shift: TypeAlias = Callable[[ArrayLike, ArrayLike], Pair]

_INTO_WGS84: dict[str, Shift] = {
    "wgs84": paired,
    "cgcs2000": paired,
    "gcj02": wgs84_from_gcj02,
    "bd09": wgs84_from_bd09,
}
_FROM_WGS84: dict[str, Shift] = {
    "wgs84": paired,
    "cgcs2000": paired,
    "gcj02": gcj02_from_wgs84,
    "bd09": bd09_from_wgs84,
}


def to_wgs84(x: ArrayLike, y: ArrayLike, datum: str) -> Pair:
    """Bring positions to WGS 84.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, or easting and northing where the datum is projected; numbers
        or arrays that broadcast.
    datum
        Anything `geo_registry.core.space.crs.parse_crs` takes.

    Returns
    -------
    tuple of numpy.ndarray
        WGS 84 longitude and latitude, degrees, in the common shape; NaN where a coordinate is not finite.
        Ranges are not judged here.

    Raises
    ------
    DatumError
        If the datum is missing, unknown, or cannot be brought to WGS 84.

    Examples
    --------
    >>> lon, lat = to_wgs84([114.02593404471102], [33.57852205132685], "gcj02")
    >>> round(float(lon[0]), 8), round(float(lat[0]), 8)
    (114.02, 33.58)
    """
    name = parse_crs(datum)
    return _INTO_WGS84[name](x, y) if name in _INTO_WGS84 else unproject(x, y, int(name[5:]))


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> Pair:
    """Bring WGS 84 positions to another datum: the inverse of `to_wgs84`.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees; numbers or arrays that broadcast.
    datum
        Anything `geo_registry.core.space.crs.parse_crs` takes.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude and latitude in degrees, or easting and northing where the datum is projected, in the
        common shape; NaN where a coordinate is not finite or out of a projection's reach.

    Raises
    ------
    DatumError
        If the datum is missing, unknown, or cannot be reached from WGS 84.

    Examples
    --------
    >>> easting, northing = from_wgs84(114.02, 33.58, "EPSG:4547")
    >>> round(float(easting), 3), round(float(northing), 3)
    (501856.74, 3717075.809)
    """
    name = parse_crs(datum)
    return _FROM_WGS84[name](lon, lat) if name in _FROM_WGS84 else project(lon, lat, int(name[5:]))


def transform_geometries(geometries: Geometries, datum: str, *, inverse: bool = False) -> NDArray[Any]:
    """Bring points, lines and polygons to WGS 84, vertex by vertex.

    Edges are straight in longitude and latitude afterwards, whatever they were before; heights are left
    behind.

    Parameters
    ----------
    geometries
        Shapely geometries, of any shape; None stays None.
    datum
        Anything `geo_registry.core.space.crs.parse_crs` takes.
    inverse
        From WGS 84 to the datum instead.

    Returns
    -------
    numpy.ndarray
        New geometries in the shape given; a vertex out of a projection's reach becomes infinite.

    Raises
    ------
    DatumError
        If the datum is missing, unknown, or cannot be brought to WGS 84.

    Examples
    --------
    >>> line = shapely.LineString([(114.02593404471102, 33.57852205132685), (114.1, 33.6)])
    >>> shapely.to_wkt(transform_geometries([line], "gcj02")[0], rounding_precision=5)
    'LINESTRING (114.02 33.58, 114.09397 33.60134)'
    """
    name = parse_crs(datum)
    convert = from_wgs84 if inverse else to_wgs84

    def moved(vertices: Floats) -> Floats:
        found = np.column_stack(convert(vertices[:, 0], vertices[:, 1], name))
        return np.where(np.isnan(found), np.inf, found)  # a ring is closed by equals, and NaN equals nothing

    return np.asarray(shapely.transform(np.asarray(geometries, dtype=object), moved), dtype=object)
