"""No search at all: GeographicLib measures every pair of a cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pyproj import Geod

from tests.bench.census import read
from tests.bench.child import Ready
from tests.bench.runs.found import RINGS_M, keep


def pairs(folder: str, size: int, out: str, stations: int) -> Ready:
    """Measure every pair; parameters as for `grid.pairs`."""
    made, geod = read(Path(folder), size), Geod(ellps="WGS84")

    def work() -> tuple[np.ndarray, ...]:
        found = []
        for station in range(stations):
            here = np.full(size, made.station_lon[station]), np.full(size, made.station_lat[station])
            azimuth, _, distance = geod.inv(*here, made.lon, made.lat)
            inside = np.flatnonzero(distance <= RINGS_M[-1])
            found.append((np.full(len(inside), station), inside, distance[inside], azimuth[inside] % 360.0))
        return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))

    return Ready(work, lambda found: keep(out, *found))
