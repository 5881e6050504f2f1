"""Points sorted into rows of latitude and by longitude within a row, and the pairs within a radius.

The grid is a handful of plain arrays, so it can be kept, mapped from disk or sent to a worker. A search asks,
for each centre, the rows its radius reaches and in each row one run of neighbours in memory; the chord in
space throws out the corners, and what remains is measured exactly. Nothing depends on a projection, so
poles and the meridian of 180° are places like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_registry.core.space.geodesy import degree_reach
from geo_registry.core.space.geodesy.ellipsoid import (
    ELLIPSOID,
    NEAR_RING_M,
    arc,
    checked_degrees,
    checked_radius,
    ecef,
    geodesic,
    in_doubt,
    local_frame,
)
from geo_registry.core.space.ragged import runs, spread
from geo_registry.errors import ValueRefused

Floats: TypeAlias = NDArray[np.float64]
Index: TypeAlias = NDArray[np.intp]

_ROW_DEG = 0.01  # about 1.1 km: rows cost little, and a ring of 1 km is not much narrower than one
_ROWS = 18_001
_KEYS_A_ROW = 2.0  # a row's longitudes fill 0..1 of its 2, so that its ends never meet its neighbours
_WHOLE_TURN = 0.499  # a window half this wide, in turns, is looked at as the whole row
_PAD = 1e-10  # in turns of 360°, a few millimetres: more than the keys are rounded by
_BLOCK = 1 << 17  # candidates measured at once: their vectors stay in the processor's cache
_WINDOW_BLOCK = 1 << 20  # rows of windows laid out at once


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
        Earth-centred, Earth-fixed coordinates in metres, shape (n, 3).
    """

    key: Floats
    order: Index
    lon: Floats
    lat: Floats
    xyz: Floats


class Pairs(NamedTuple):
    """Pairs of centres and points within a radius, by centre.

    Attributes
    ----------
    i_a, i_b
        Places of the centre and of the point in the arrays given.
    distance_m
        Metres along the shortest way on the ellipsoid.
    azimuth_deg
        Direction from the centre to the point, degrees from north through east in [0, 360).
    """

    i_a: Index
    i_b: Index
    distance_m: Floats
    azimuth_deg: Floats


class _Windows(NamedTuple):
    """Runs ``start[k]:stop[k]`` of a grid in which points near ``centre[k]`` may lie."""

    centre: Index
    start: Index
    stop: Index


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
    >>> point_grid([114.1, 114.0, 114.05], [33.5, 33.5, 33.2]).order
    array([2, 1, 0])
    """
    x, y = checked_degrees(lon, lat)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    key = _row(y[known]) * _KEYS_A_ROW + _turn(x[known])
    rank = np.argsort(key, kind="stable")
    order = known[rank]
    return PointGrid(key[rank], order, x[order], y[order], ecef(x[order], y[order]))


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
        Sorted by centre; a place that is NaN is in no pair.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> pairs = pairs_within([114.02], [33.58], [114.05, 115.0], [33.6, 33.6], radius_m=5000)
    >>> pairs.i_b, pairs.distance_m.round(3)
    (array([0]), array([3560.323]))
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
        Sorted by centre; a place that is NaN is in no pair.

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
    radii = [checked_radius(radius_m) for radius_m in rings_m]
    if not radii:
        raise ValueRefused("RING_NOT_POSITIVE", value=())
    x, y = (np.atleast_1d(degrees) for degrees in checked_degrees(lon, lat))
    found = [
        _measured(grid, (x, y), near, radii)
        for windows in _windows(grid, x, y, max(radii))
        for near in _blocks(windows)
    ]
    return Pairs(*(np.concatenate(parts) for parts in zip(_NONE, *found, strict=True)))


_NONE = Pairs(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0), np.empty(0))


def _row(lat: Floats) -> Floats:
    return np.floor((lat + 90.0) / _ROW_DEG)


def _turn(lon: Floats) -> Floats:
    """Give longitude as a share of the circle from 180° W, in [0, 1]."""
    return np.asarray((lon + 180.0) % 360.0 / 360.0)


def _windows(grid: PointGrid, lon: Floats, lat: Floats, radius_m: float) -> Iterator[_Windows]:
    """Lay out the rows that each centre's radius reaches, some centres at a time."""
    lon_reach_deg, lat_reach_deg = degree_reach(lat, radius_m)
    centres = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    first = np.maximum(_row(lat - lat_reach_deg), 0.0)
    rows = np.minimum(_row(lat + lat_reach_deg), _ROWS) - first + 1.0
    middle, half = _turn(lon), lon_reach_deg / 360.0 + _PAD
    for part in runs(rows[centres].astype(np.intp), _WINDOW_BLOCK):
        centre, step = spread(rows[centres[part]].astype(np.intp))
        centre = centres[part][centre]
        yield _runs_of_keys(grid.key, centre, first[centre] + step, (middle[centre], half[centre]))


def _runs_of_keys(key: Floats, centre: Index, row: Floats, turns: tuple[Floats, Floats]) -> _Windows:
    """Find the run of points of each row that lie near a centre; two runs where 180° is crossed."""
    middle, half = turns
    whole = half >= _WHOLE_TURN
    low, high = np.where(whole, 0.0, middle - half), np.where(whole, 1.0, middle + half)
    centres, starts, stops = [], [], []
    for shift in (-1.0, 0.0, 1.0):
        here = (low + shift <= 1.0) & (high + shift >= 0.0)
        here &= ~whole | (shift == 0.0)
        base = row[here] * _KEYS_A_ROW
        starts.append(np.searchsorted(key, base + np.maximum(low[here] + shift, -_PAD), "left"))
        stops.append(np.searchsorted(key, base + np.minimum(high[here] + shift, 1.0 + _PAD), "right"))
        centres.append(centre[here])
    found = _Windows(np.concatenate(centres), np.concatenate(starts), np.concatenate(stops))
    filled = np.flatnonzero(found.stop > found.start)
    filled = filled[np.argsort(found.centre[filled], kind="stable")]
    return _Windows(*(part[filled] for part in found))


def _blocks(windows: _Windows) -> Iterator[tuple[Index, Index]]:
    """Spell windows out as pairs (centre, place in the grid), a block at a time."""
    counts = windows.stop - windows.start
    for part in runs(counts, _BLOCK):
        window, step = spread(counts[part])
        yield windows.centre[part][window], windows.start[part][window] + step


def _measured(
    grid: PointGrid, centres: tuple[Floats, Floats], near: tuple[Index, Index], radii: Sequence[float]
) -> Pairs:
    """Keep the candidates within the widest radius: first by the chord, never longer than the way."""
    limit_m = max(radii)
    frames = local_frame(*(degrees[near[0][0] : near[0][-1] + 1] for degrees in centres))
    i_a = near[0] - near[0][0]
    chord = grid.xyz.take(near[1], axis=0) - frames.origin.take(i_a, axis=0)
    reach_m = min(limit_m, 2.0 * ELLIPSOID.a) + NEAR_RING_M  # no chord is longer, and its square is finite
    close = np.flatnonzero(np.einsum("ij,ij->i", chord, chord) <= reach_m**2)
    i_a, i_b = near[0][close], near[1][close]
    distance_m, azimuth_deg = arc(chord[close], frames.at(i_a - near[0][0]))
    doubtful = np.flatnonzero(in_doubt(distance_m, radii))
    if len(doubtful):
        ends = [degrees[i_a[doubtful]] for degrees in centres]
        ends += [grid.lon[i_b[doubtful]], grid.lat[i_b[doubtful]]]
        distance_m[doubtful], azimuth_deg[doubtful] = geodesic(*ends)
    inside = np.flatnonzero(distance_m <= limit_m)
    return Pairs(i_a[inside], grid.order[i_b[inside]], distance_m[inside], azimuth_deg[inside])
