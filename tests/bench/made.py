"""Stores of a made-up census, written by the store's own commits: what is served, opened and edited here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.catalog import load
from geo_registry.core.frame import conform
from geo_registry.core.kinds import Catalog
from geo_registry.registry import init
from geo_registry.settings import Settings
from geo_registry.store import Store, connect
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change
from tests.bench.census import Census, read

PIECE = 100_000
"""Records a commit, so that making a store of any size takes little memory."""
AT = "2026-11-26T08:00:00+08:00"
STATION = "monitoring_station"


def store_of(folder: Path, sources: int) -> str:
    """Make a store of so many sources and 1,734 national stations, and give its address.

    Parameters
    ----------
    folder
        Where the census is written; a store that is there whole is taken as it is.
    sources
        How many.
    """
    path, done = folder / f"{sources}.db", folder / f"{sources}.done"
    url = f"sqlite:///{path}"
    if done.exists():
        return url
    path.unlink(missing_ok=True)
    init(url, by="bench")
    made, catalog = read(folder, sources), load(Settings().layers)
    with closing(connect(url)) as store:
        _commit(store, _stations(made, catalog), "stations")
        for begin in range(0, sources, PIECE):
            _commit(store, _sources(made, catalog, slice(begin, min(begin + PIECE, sources))), f"{begin}")
    done.touch()
    return url


def _commit(store: Store, frame: gpd.GeoDataFrame, batch: str) -> None:
    store.commit(Change(store.revision(), frame), Commit(0, AT, "bench", "import", batch))


def _stations(made: Census, catalog: Catalog) -> gpd.GeoDataFrame:
    count = len(made.station_lon)
    columns = {
        "id": [f"{2**63 + number:016x}" for number in range(count)],
        "kind": STATION,
        "code": [f"{number:04d}A" for number in range(count)],
        "name": [f"站点 {number}" for number in range(count)],
        "status": "operating",
        "level": "national",
    }
    places = shapely.points(made.station_lon, made.station_lat)
    return _canonical(columns, places, catalog, STATION)


def _sources(made: Census, catalog: Catalog, rows: slice) -> gpd.GeoDataFrame:
    kinds = np.array(catalog.of_role("source"), dtype=object)
    number = np.arange(rows.start, rows.stop)
    columns = {
        "id": [f"{one + 1:016x}" for one in number],
        "kind": kinds[made.kind[rows] % len(kinds)],
        "code": [f"S{one}" for one in number],
        "name": [f"污染源 {one}" for one in number],
        "status": np.where(made.active[rows], "operating", "closed").astype(object),
        "district": [f"第 {city} 区" for city in made.city[rows]],
    }
    return _canonical(columns, shapely.points(made.lon[rows], made.lat[rows]), catalog)


def _canonical(
    columns: Mapping[str, object], places: object, catalog: Catalog, *kinds: str
) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({**columns, "version": 1, "code_no": 1, "synthetic": True, "geometry": places})
    return conform(frame, [field for kind in kinds for field in catalog.kinds[kind].fields])
