"""Every pair of a centre and a point within a radius, with distance and azimuth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from geo_registry.core.space.geodesy import Floats
from geo_registry.core.space.geodesy.ellipsoid import (
    ELLIPSOID,
    NEAR_RING_M,
    checked_degrees,
    checked_radius,
    in_doubt,
)
from geo_registry.core.space.grid.blocks import Block, blocks
from geo_registry.core.space.grid.points import Places, PointGrid, point_grid
from geo_registry.errors import ValueRefused


class Pairs(NamedTuple):
    """Pairs of centres and points within a radius.

    Attributes
    ----------
    i_a, i_b
        Places of the centre and of the point in the arrays given.
    distance_m
        Metres along the shortest way on the ellipsoid.
    azimuth_deg
        Direction from the centre to the point, degrees from north through east in [0, 360).
    """

    i_a: Places
    i_b: Places
    distance_m: Floats
    azimuth_deg: Floats


def pairs_within(
    lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike, *, radius_m: float
) -> Pairs:
    """Find every pair of a centre and a point that are within a radius, exactly.

    Parameters
    ----------
    lon_a, lat_a
        Centres, WGS 84 degrees, shape (m,).
    lon_b, lat_b
        Points, WGS 84 degrees, shape (n,).
    radius_m
        Metres; a point at this very distance is inside.

    Returns
    -------
    Pairs
        In no particular order; a place that is NaN is in no pair.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> pairs = pairs_within([114.02], [33.58], [114.05, 115.0], [33.6, 33.6], radius_m=5000)
    >>> pairs.i_b.tolist(), pairs.distance_m.round(3)
    ([0], array([3560.323]))
    """
    return pairs_in_grid(point_grid(lon_b, lat_b), lon_a, lat_a, rings_m=(radius_m,))


def pairs_in_grid(grid: PointGrid, lon: ArrayLike, lat: ArrayLike, *, rings_m: Sequence[float]) -> Pairs:
    """Find every pair of a centre and a point of a grid within the widest of some rings, exactly.

    Parameters
    ----------
    grid
        Points, from `point_grid`.
    lon, lat
        Centres, WGS 84 degrees, shape (m,) or single.
    rings_m
        Radii in metres; ``distance_m <= ring_m`` then decides for each as GeographicLib would.

    Returns
    -------
    Pairs
        In no particular order, but unless a centre has very many points its pairs stand together; a place
        that is NaN is in no pair.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> grid = point_grid([179.99, -179.99], [60.0, 60.0])
    >>> pairs_in_grid(grid, [180.0], [60.0], rings_m=(1000, 3000)).distance_m.round(3)
    array([558., 558.])
    """
    radii = checked_radii(rings_m)
    x, y = (np.atleast_1d(degrees) for degrees in checked_degrees(lon, lat))
    found = [_measured(grid, block, radii) for block in blocks(grid, x, y, max(radii))]
    return Pairs(*(np.concatenate(parts) for parts in zip(_NONE, *found, strict=True)))


_NONE = Pairs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0), np.empty(0))


def checked_radii(rings_m: Sequence[float]) -> list[float]:
    """Refuse rings of which there is none, or one that is no radius.

    Parameters
    ----------
    rings_m
        Radii in metres.

    Raises
    ------
    ValueRefused
        ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> checked_radii((1000, 3000))
    [1000.0, 3000.0]
    """
    if not len(rings_m):
        raise ValueRefused("RING_NOT_POSITIVE", value=())
    return [checked_radius(radius_m) for radius_m in rings_m]


def _measured(grid: PointGrid, block: Block, radii: Sequence[float]) -> Pairs:
    """Keep the candidates within the widest radius; no chord is longer than its way."""
    limit_m, chords = max(radii), block.chords(grid)
    chord2 = np.einsum("ij,ij->j", chords, chords)
    close = np.flatnonzero(chord2 <= (min(limit_m, 2.0 * ELLIPSOID.a) + NEAR_RING_M) ** 2)
    stop = np.searchsorted(close, block.stop)
    hits = np.diff(stop, prepend=0)
    distance_m, azimuth_deg = block.centres.arcs(stop, chords.take(close, axis=1), chord2.take(close))
    places = block.places(grid.order).take(close)
    doubtful = np.flatnonzero(in_doubt(distance_m, radii))
    if len(doubtful):
        distance_m[doubtful], azimuth_deg[doubtful] = block.ways(grid, close[doubtful])
    found = Pairs(np.repeat(block.numbers, hits), places, distance_m, azimuth_deg)
    inside = distance_m <= limit_m
    if inside.all():
        return found
    return Pairs(found.i_a[inside], found.i_b[inside], distance_m[inside], azimuth_deg[inside])
