"""The peer that knows the earth's shape: scipy's k-d tree in space, and the same series with numpy alone.

It imports nothing of ours, so that it is also what our pairs are held against.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.census import read
from tests.bench.child import Missing, Ready
from tests.bench.runs.earth import curvatures, in_space
from tests.bench.runs.found import RINGS_M, keep


def pairs(folder: str, size: int, out: str) -> Ready:
    """Find pairs with distance and azimuth; both trees are made before.

    Parameters
    ----------
    folder, size, out
        As for `grid.pairs`.
    """
    if find_spec("scipy") is None:
        raise Missing("scipy is not installed")
    made, tree_of = read(Path(folder), size), import_module("scipy.spatial").cKDTree
    space = np.ascontiguousarray(in_space(made.lon, made.lat).T)
    origin = np.ascontiguousarray(in_space(made.station_lon, made.station_lat).T)
    tree, stations = tree_of(space), tree_of(origin)
    x, y = np.radians(made.station_lon), np.radians(made.station_lat)
    east = np.column_stack([-np.sin(x), np.cos(x), np.zeros(len(x))])
    north = np.column_stack([-np.sin(y) * np.cos(x), -np.sin(y) * np.sin(x), np.cos(y)])
    along, across = curvatures(made.station_lat)

    def work() -> tuple[Any, ...]:
        near = stations.sparse_distance_matrix(tree, RINGS_M[-1], output_type="ndarray")
        i, j, chord = near["i"], near["j"], near["v"]
        away = space[j] - origin[i]
        e, n = np.einsum("ij,ij->i", away, east[i]), np.einsum("ij,ij->i", away, north[i])
        flat = np.maximum(e * e + n * n, 1e-300)
        bend = (n * n * along[i] + e * e * across[i]) / flat
        distance = chord * (1.0 + (chord * bend) ** 2 / 24.0)
        azimuth = np.degrees(np.arctan2(e, n)) % 360.0
        inside = np.flatnonzero(distance <= RINGS_M[-1])
        return i[inside], j[inside], distance[inside], azimuth[inside]

    return Ready(work, lambda found: keep(out, *found))
