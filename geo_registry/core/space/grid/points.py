"""Points in rows of latitude, and by longitude within a row."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_registry.core.space.geodesy import Floats, ecef
from geo_registry.core.space.geodesy.ellipsoid import checked_degrees

Places: TypeAlias = NDArray[np.int32]

ROW_DEG = 0.02
"""Height of a row, about 2.2 km: lower rows follow a ring of 5 km closer, but each row costs a look."""
ROWS = 9_001
"""Rows from pole to pole, the last of them the pole alone."""
KEYS_A_ROW = 2.0
"""A row's longitudes fill 0..1 of its 2, so that its ends never meet its neighbours."""


class PointGrid(NamedTuple):
    """Points in the order of their rows and longitudes.

    Attributes
    ----------
    key
        Row and share of the full circle in one number, ascending, shape (n,).
    order
        Place of each point in the arrays the grid was made from, shape (n,).
    lon, lat
        WGS 84 degrees, shape (n,).
    xyz
        Earth-centred, Earth-fixed coordinates in metres, shape (3, n).
    """

    key: Floats
    order: Places
    lon: Floats
    lat: Floats
    xyz: Floats


def point_grid(lon: ArrayLike, lat: ArrayLike) -> PointGrid:
    """Sort points for searching; a point without a position (NaN) is left out.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,).

    Returns
    -------
    PointGrid
        The same for the same points, in any order of memory.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE``.

    Examples
    --------
    >>> point_grid([114.1, 114.0, 114.05], [33.5, 33.5, 33.2]).order.tolist()
    [2, 1, 0]
    """
    x, y = checked_degrees(lon, lat)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    keys = keys_of(x[known], y[known])
    rank = np.argsort(keys, kind="stable")
    order = known[rank]
    lon, lat = x[order], y[order]
    xyz = np.ascontiguousarray(ecef(lon, lat).T)
    return PointGrid(keys[rank], order.astype(np.int32), lon, lat, xyz)


def keys_of(lon: Floats, lat: Floats) -> Floats:
    """Give the key of each place.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (n,).

    Examples
    --------
    >>> keys_of(np.array([0.0]), np.array([-89.97]))
    array([2.5])
    """
    return rows_of(lat) * KEYS_A_ROW + turns_of(lon)


def rows_of(lat: Floats) -> Floats:
    """Give the number of the row each latitude lies in, from the south pole.

    Parameters
    ----------
    lat
        WGS 84 degrees, shape (n,).

    Examples
    --------
    >>> rows_of(np.array([-90.0, 33.5]))
    array([   0., 6175.])
    """
    return np.floor((lat + 90.0) / ROW_DEG)


def turns_of(lon: Floats) -> Floats:
    """Give longitude as a share of the circle from 180° W, in [0, 1].

    Parameters
    ----------
    lon
        WGS 84 degrees, shape (n,).

    Examples
    --------
    >>> turns_of(np.array([-180.0, 0.0, 90.0]))
    array([0.  , 0.5 , 0.75])
    """
    return np.asarray((lon + 180.0) % 360.0 / 360.0)
