"""Ours: the demo city through the doors, exact distances, and what the chain of commits costs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
from pyproj import Geod

import geo_registry as gr
from geo_registry.core.space.geodesy import Floats, distance_azimuth
from geo_registry.registry import Registry
from tests.bench import bulk
from tests.bench.child import Ready
from tests.store.shelf import sources

PAIRS, BULK = 1_000_000, 100_000
HERE = (114.02, 33.58)


def filled() -> Ready:
    """Fill new stores with the demo city."""
    room, number = TemporaryDirectory(), count()
    work = lambda: gr.fill_demo(f"sqlite:///{room.name}/{next(number)}.db")  # noqa: E731 (one line says it)
    return Ready(work, close=room.cleanup)


def _with_city(act: Callable[[Registry, int], object]) -> Ready:
    """Do something to the demo city, with another radius each time: answers to old questions are kept."""
    room, number = TemporaryDirectory(), count(3_001)
    url = f"sqlite:///{room.name}/city.db"
    gr.fill_demo(url)
    registry = gr.open(url)
    return Ready(lambda: act(registry, next(number)), close=room.cleanup)


def audit() -> Ready:
    """Audit the national stations."""
    return _with_city(lambda registry, radius_m: registry.audit((1_000, radius_m, 5_000)))


def report(form: str) -> Ready:
    """Write a station's report."""

    def act(registry: Registry, radius_m: int) -> object:
        question = gr.Question(rings_m=(1_000.0, float(radius_m), 5_000.0))
        return registry.report("2399A", form, "zh", question=question)

    return _with_city(act)


def export() -> Ready:
    """Export the construction sites as a shapefile."""
    return _with_city(
        lambda registry, _: registry.export(gr.ExportOrder(kind="construction_site", form="shp"))
    )


def _places() -> tuple[Floats, Floats]:
    random = np.random.default_rng(1)
    return random.uniform(113.9, 114.1, PAIRS), random.uniform(33.5, 33.7, PAIRS)


def _here() -> tuple[Floats, Floats]:
    return np.full(PAIRS, HERE[0]), np.full(PAIRS, HERE[1])


def series() -> Ready:
    """Measure a million ways with ours."""
    ends = *_here(), *_places()
    return Ready(lambda: distance_azimuth(*ends))


def geodesic() -> Ready:
    """Measure the same with GeographicLib, as pyproj has it."""
    ends, geod = (*_here(), *_places()), Geod(ellps="WGS84")
    return Ready(lambda: geod.inv(*ends))


def planar() -> Ready:
    """Measure the same in a plane, without directions, with GeoPandas."""
    points = gpd.GeoSeries.from_xy(*_places(), crs=4326).to_crs(4547)
    centre = gpd.GeoSeries.from_xy([HERE[0]], [HERE[1]], crs=4326).to_crs(4547).iloc[0]
    return Ready(lambda: points.distance(centre))


def loaded(chained: bool) -> Ready:
    """Load rows into new stores, plainly or by a commit."""
    room = TemporaryDirectory()
    plain, chain = bulk.loads(Path(room.name), sources(BULK))
    return Ready(chain if chained else plain, close=room.cleanup)
