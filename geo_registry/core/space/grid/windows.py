"""The runs of a grid in which points near a centre may lie: a row each, clipped to the circle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from geo_registry.core.space.geodesy import Floats, degree_reach
from geo_registry.core.space.geodesy.ellipsoid import ELLIPSOID
from geo_registry.core.space.grid.points import (
    KEYS_A_ROW,
    ROW_DEG,
    ROWS,
    PointGrid,
    keys_of,
    rows_of,
    turns_of,
)
from geo_registry.core.space.ragged import Index, runs, spread

SHARPEST_M = ELLIPSOID.a * (1.0 - ELLIPSOID.es)
"""Smallest radius of curvature on the ellipsoid, that of the meridian at the equator, in metres."""

_WHOLE_TURN = 0.499  # a window half this wide, in turns, is looked at as the whole row
_PAD = 1e-10  # in turns of 360°, a few millimetres: more than keys and half widths are rounded by
_CENTRES = 1 << 17  # rows of windows laid out at once


class Windows(NamedTuple):
    """Runs ``start[k]:stop[k]`` of a grid near ``centre[k]``; sorted by centre, none of them empty."""

    centre: Index
    start: Index
    stop: Index


def windows(grid: PointGrid, lon: Floats, lat: Floats, radius_m: float) -> Iterator[Windows]:
    """Lay out the runs near centres, some centres at a time, in the order of the grid's own rows.

    Parameters
    ----------
    grid
        Points.
    lon, lat
        Centres, WGS 84 degrees, shape (m,); one that is NaN is near nothing.
    radius_m
        Every point within this way of a centre lies in one of its runs.

    Examples
    --------
    >>> from geo_registry.core.space.grid.points import point_grid
    >>> grid = point_grid([114.02, 114.03, 115.0], [33.58, 33.58, 33.58])
    >>> centre = np.array([114.0]), np.array([33.58])
    >>> [(found.start.tolist(), found.stop.tolist()) for found in windows(grid, *centre, 5e3)]
    [([0], [2])]
    """
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    lon_reach_deg, lat_reach_deg = degree_reach(lat[known], radius_m)
    first = np.maximum(rows_of(lat[known] - lat_reach_deg), 0.0)
    rows = np.minimum(rows_of(lat[known] + lat_reach_deg), ROWS) - first + 1.0
    order = np.argsort(keys_of(lon[known], lat[known]), kind="stable")
    for part in runs(rows[order].astype(np.intp), _CENTRES):
        near = order[part]
        group, step = spread(rows[near].astype(np.intp))
        one = near[group]
        row = np.asarray(first[one] + step, dtype=np.float64)
        half_deg = np.minimum(_half_width_deg(lat[known[one]], row, radius_m), lon_reach_deg[one])
        found = _runs_of_keys(grid.key, group, row, (turns_of(lon[known[one]]), half_deg / 360.0 + _PAD))
        yield Windows(known[near[found.centre]], found.start, found.stop)


def _half_width_deg(lat: Floats, row: Floats, radius_m: float) -> Floats:
    """Bound how far in longitude a point of a row can be from a centre, however it lies in the row.

    With p the radii of the two parallels and m the chord of the meridian between them, the chord c of two
    places obeys ``c² >= m² + 4 p1 p2 sin²(Δλ/2)``, and ``m >= 2 M sin(Δφ/2)`` with M the sharpest radius of
    the meridian (Schur's theorem); no chord is longer than the way.
    """
    south, north = row * ROW_DEG - 90.0, (row + 1.0) * ROW_DEG - 90.0
    away_deg = np.maximum(np.maximum(south - lat, lat - north) - 1e-9, 0.0)
    meridian_m = 2.0 * SHARPEST_M * np.sin(np.radians(np.minimum(away_deg, 180.0)) / 2.0)
    left_m2 = np.maximum(min(radius_m, 2.0 * ELLIPSOID.a) ** 2 - meridian_m**2, 0.0)
    narrowest_m = _parallel_m(np.minimum(np.maximum(np.abs(south), np.abs(north)), 90.0))
    room_m2 = np.maximum(4.0 * _parallel_m(np.abs(lat)) * narrowest_m, 1e-9)
    half = np.degrees(2.0 * np.arcsin(np.sqrt(np.minimum(left_m2 / room_m2, 1.0))))
    return np.asarray(half * (1.0 + 1e-9))


def _parallel_m(lat: Floats) -> Floats:
    phi = np.radians(lat)
    return np.asarray(ELLIPSOID.a * np.cos(phi) / np.sqrt(1.0 - ELLIPSOID.es * np.sin(phi) ** 2))


def _runs_of_keys(key: Floats, centre: Index, row: Floats, turns: tuple[Floats, Floats]) -> Windows:
    """Find the run of points of each row that lie near a centre; two runs where 180° is crossed."""
    middle, half = turns
    whole = half >= _WHOLE_TURN
    low, high = np.where(whole, 0.0, middle - half), np.where(whole, 1.0, middle + half)
    centres, starts, stops = [], [], []
    for shift in (-1.0, 0.0, 1.0):
        here = np.flatnonzero((low + shift <= 1.0) & (high + shift >= 0.0) & (~whole | (shift == 0.0)))
        if not len(here):
            continue
        base = row[here] * KEYS_A_ROW
        starts.append(np.searchsorted(key, base + np.maximum(low[here] + shift, -_PAD), "left"))
        stops.append(np.searchsorted(key, base + np.minimum(high[here] + shift, 1.0 + _PAD), "right"))
        centres.append(centre[here])
    found = Windows(*(np.concatenate([_NONE, *parts]) for parts in (centres, starts, stops)))
    filled = np.flatnonzero(found.stop > found.start)
    if len(starts) > 1:
        filled = filled[np.argsort(found.centre[filled], kind="stable")]
    return Windows(*(part[filled] for part in found))


_NONE = np.empty(0, dtype=np.intp)
