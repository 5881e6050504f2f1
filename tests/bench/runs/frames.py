"""The peer most analysts take: GeoPandas' join by distance in a plane."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from tests.bench.census import read
from tests.bench.child import Ready
from tests.bench.runs.found import RINGS_M, keep

PLANES = {
    "Albers": "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m",
    "UTM 50N": "EPSG:32650",
}
"""CGCS2000 in the equal-area projection of China's national maps, and the zone most of the coast lies in."""


def pairs(folder: str, size: int, out: str, plane: str) -> Ready:
    """Join stations with sources within 5 km of a plane; projected and indexed before.

    Parameters
    ----------
    folder, size, out
        As for `grid.pairs`.
    plane
        One of `PLANES`.
    """
    made = read(Path(folder), size)
    sources = gpd.GeoDataFrame(geometry=gpd.points_from_xy(made.lon, made.lat), crs=4326)
    sources = sources.to_crs(PLANES[plane])
    places = gpd.points_from_xy(made.station_lon, made.station_lat)
    stations = gpd.GeoDataFrame(geometry=places, crs=4326).to_crs(PLANES[plane])
    assert sources.sindex.size == size

    def work() -> gpd.GeoDataFrame:
        return gpd.sjoin(stations, sources, predicate="dwithin", distance=RINGS_M[-1])

    return Ready(work, lambda found: keep(out, found.index.to_numpy(), found["index_right"].to_numpy()))
