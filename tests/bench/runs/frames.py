"""The peer most analysts take: GeoPandas' join by distance in a plane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd

from tests.bench.census import read
from tests.bench.child import Ready
from tests.bench.runs.found import RINGS_M, keep

PLANES = {
    "Albers": "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m",
    "UTM 50N": "EPSG:32650",
}
"""CGCS2000 in the equal-area projection of China's national maps, and the zone most of the coast lies in."""


def pairs(folder: str, size: int, out: str, plane: str, *, by_source: bool = False) -> Ready:
    """Join stations and sources within 5 km of a plane; projected and indexed before.

    Parameters
    ----------
    folder, size, out
        As for `grid.pairs`.
    plane
        One of `PLANES`.
    by_source
        Whether each source looks for stations, as one writes who thinks of sources, instead of each station
        for sources, which is faster.
    """
    made = read(Path(folder), size)
    sources = gpd.GeoDataFrame(geometry=gpd.points_from_xy(made.lon, made.lat), crs=4326)
    sources = sources.to_crs(PLANES[plane])
    places = gpd.points_from_xy(made.station_lon, made.station_lat)
    stations = gpd.GeoDataFrame(geometry=places, crs=4326).to_crs(PLANES[plane])
    left, right = (sources, stations) if by_source else (stations, sources)
    assert right.sindex.size == len(right)

    def work() -> gpd.GeoDataFrame:
        return gpd.sjoin(left, right, predicate="dwithin", distance=RINGS_M[-1])

    def judge(found: gpd.GeoDataFrame) -> dict[str, Any]:
        both = found.index.to_numpy(), found["index_right"].to_numpy()
        return keep(out, *(reversed(both) if by_source else both))

    return Ready(work, judge)
