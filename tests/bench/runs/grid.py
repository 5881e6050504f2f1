"""Ours: pairs and counts from the sorted grid, and the grid from columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo_registry import catalog
from geo_registry.core.audit import AuditRequest
from geo_registry.core.census import tally
from geo_registry.core.space.grid import Classed, Pairs, pairs_in_grid, point_grid, ring_counts
from geo_registry.live import kept
from geo_registry.settings import Settings
from tests.bench.census import KINDS, read
from tests.bench.child import Ready
from tests.bench.runs.found import RINGS_M, keep

DAY = date(2026, 11, 26)


def pairs(folder: str, size: int, out: str, stations: int | None = None) -> Ready:
    """Find pairs with distance and azimuth.

    Parameters
    ----------
    folder
        Where the census is written.
    size
        Sources.
    out
        Where pairs are written down.
    stations
        How many of the stations; None for all.
    """
    made = read(Path(folder), size)
    grid = point_grid(made.lon, made.lat)
    places = made.station_lon[:stations], made.station_lat[:stations]

    def judge(found: Pairs) -> dict[str, Any]:
        return keep(out, found.i_a, found.i_b, found.distance_m, found.azimuth_deg)

    return Ready(lambda: pairs_in_grid(grid, *places, rings_m=RINGS_M), judge)


def counts(folder: str, size: int) -> Ready:
    """Count sources by kind and whether they are active, in each ring of each station; no pair is made."""
    made = read(Path(folder), size)
    grid = point_grid(made.lon, made.lat)
    codes = (made.kind.astype(np.int32) * 2 + made.active)[grid.order]
    classed = Classed(codes, np.arange(KINDS * 2))

    def judge(found: NDArray[np.int64]) -> dict[str, Any]:
        return {"in_rings": np.cumsum(found.sum(axis=(0, 1))).tolist()}

    return Ready(
        lambda: ring_counts(grid, classed, made.station_lon, made.station_lat, rings_m=RINGS_M), judge
    )


def scores(folder: str, size: int) -> Ready:
    """Count by everything a score hangs on and add the scores up, as the registry's own summary does."""
    known, stations = catalog.load(Settings().layers), stations_of(Path(folder))
    census = kept.opened(Path((Path(folder) / f"kept-{size}").read_text(encoding="utf-8")))
    assert census is not None
    request = AuditRequest(on=DAY, statuses="all")

    def judge(found: gpd.GeoDataFrame) -> dict[str, Any]:
        return {"pairs": int(found["pairs"].sum()), "score_sum": float(found["score_sum"].sum())}

    return Ready(lambda: tally(census, stations, catalog=known, request=request).scores(), judge)


def stations_of(folder: Path) -> gpd.GeoDataFrame:
    """Give the stations of the census as a plain frame."""
    made = read(folder, 0)
    places = gpd.points_from_xy(made.station_lon, made.station_lat)
    return gpd.GeoDataFrame(
        {"code": [f"{number:04d}A" for number in range(len(places))]}, geometry=places, crs=4326
    )


def build(folder: str, size: int) -> Ready:
    """Sort columns into a grid."""
    made = read(Path(folder), size)
    lon, lat = made.lon.copy(), made.lat.copy()
    return Ready(lambda: point_grid(lon, lat))


def opening(folder: str, size: int) -> Ready:
    """Open what was kept, check its sums, and give every station's summary, the last one's too."""
    known, stations = catalog.load(Settings().layers), stations_of(Path(folder))
    path = Path((Path(folder) / f"kept-{size}").read_text(encoding="utf-8"))

    def work() -> object:
        census = kept.opened(path)
        assert census is not None
        return tally(census, stations, catalog=known, request=AuditRequest(on=DAY)).summary()

    return Ready(work, lambda found: {"rows": len(found)})
