"""A prototype that is not in the package: the same search as loops that numba compiles.

It is here to tell whether compiling would earn its place: points in rows of latitude, sorted by longitude,
each centre's runs clipped to its circle, one pass, one thread, its own polynomial for the arc tangent.
"""

from __future__ import annotations

import math
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from tests.bench.census import read
from tests.bench.child import Missing, Ready
from tests.bench.runs.earth import AXIS_M, FLATTENING, curvatures, in_space
from tests.bench.runs.found import RINGS_M, keep

ROW_DEG, REACH_M = 0.02, RINGS_M[-1]
SLACK = 1.001
"""Windows are a thousandth wider than the sphere of the least radius asks."""
LEAST_M = AXIS_M * (1.0 - FLATTENING) ** 2
TERMS = 14


def _tangent() -> tuple[float, ...]:
    square = (np.cos((np.arange(4096) + 0.5) * np.pi / 4096) + 1.0) / 2.0
    value = np.degrees(2.0 * np.arctan(np.sqrt(square))) / np.sqrt(square)
    fitted = Chebyshev.fit(square, value, TERMS - 1, domain=[0.0, 1.0]).convert(kind=Polynomial)
    return tuple(float(one) for one in fitted.coef)


HALF_TANGENT = _tangent()


def _search(grid: Any, centres: Any, found: Any) -> int:  # noqa: ANN401 (numba's types)
    """Fill the arrays given with the pairs; their number."""
    count, (rows, lon, xyz), (i, j, distance, azimuth) = 0, grid, found
    for centre in range(centres.shape[0]):
        x, y, ox, oy, oz, along, across = centres[centre]
        sx, cx, sy, cy = math.sin(x), math.cos(x), math.sin(y), math.cos(y)
        reach = REACH_M / LEAST_M * SLACK
        first = int((math.degrees(y - reach) + 90.0) / ROW_DEG)
        for row in range(first, int((math.degrees(y + reach) + 90.0) / ROW_DEG) + 1):
            south, north = math.radians(row * ROW_DEG - 90.0), math.radians((row + 1) * ROW_DEG - 90.0)
            up = max(south - y, y - north, 0.0)
            wide = math.sqrt(max(reach * reach - up * up, 0.0))
            half = math.degrees(wide / math.cos(max(abs(south), abs(north)))) * SLACK
            middle = math.degrees(x)
            here = lon[rows[row] : rows[row + 1]]
            start = rows[row] + np.searchsorted(here, middle - half)
            stop = rows[row] + np.searchsorted(here, middle + half)
            for place in range(start, stop):
                dx, dy, dz = xyz[0, place] - ox, xyz[1, place] - oy, xyz[2, place] - oz
                chord2 = dx * dx + dy * dy + dz * dz
                if chord2 > REACH_M * REACH_M:
                    continue
                e, n = cx * dy - sx * dx, cy * dz - sy * (cx * dx + sx * dy)
                flat = e * e + n * n
                bend = (n * n * along + e * e * across) / max(flat, 1e-300)
                way = math.sqrt(chord2) * (1.0 + chord2 * bend * bend / 24.0)
                if way > REACH_M:
                    continue
                t = e / max(math.sqrt(flat) + abs(n), 1e-150)
                square, angle = t * t, HALF_TANGENT[TERMS - 1]
                for term in range(TERMS - 2, -1, -1):
                    angle = angle * square + HALF_TANGENT[term]
                angle *= t
                angle = angle if n >= 0.0 else math.copysign(180.0, e) - angle
                i[count], j[count] = centre, place
                distance[count], azimuth[count] = way, angle if angle >= 0.0 else angle + 360.0
                count += 1
    return count


def pairs(folder: str, size: int, out: str) -> Ready:
    """Find pairs with distance and azimuth; sorted and compiled before.

    Parameters
    ----------
    folder, size, out
        As for `grid.pairs`.
    """
    if find_spec("numba") is None:
        raise Missing("numba is not installed")
    made, search = read(Path(folder), size), import_module("numba").njit(_search, boundscheck=False)
    row = np.floor((made.lat + 90.0) / ROW_DEG).astype(np.int64)
    order = np.lexsort((made.lon, row))
    rows = np.searchsorted(row[order], np.arange(round(180.0 / ROW_DEG) + 2))
    lon, xyz = made.lon[order], in_space(made.lon[order], made.lat[order])
    near = np.lexsort((made.station_lon, np.floor((made.station_lat + 90.0) / ROW_DEG)))
    x, y = made.station_lon[near], made.station_lat[near]
    centres = np.column_stack([np.radians(x), np.radians(y), *in_space(x, y), *curvatures(y)])
    room = max(4 * size, 1_000_000)
    found = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room), np.empty(room)

    def work() -> tuple[Any, ...]:
        count = search((rows, lon, xyz), centres, found)
        i, j, *others = (part[:count].copy() for part in found)
        return near[i], order[j], *others

    return Ready(work, lambda pairs: keep(out, *pairs))
