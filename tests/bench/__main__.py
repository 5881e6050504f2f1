"""`make bench`: what the design promises, measured; nothing here is asserted in a test.

Each figure is the median of a few rounds, processor time beside wall time. The result is one JSON
document on standard output and, as a table, on standard error.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
from pyproj import Geod

import geo_registry as gr
from geo_registry.core.space.geodesy import distance_azimuth
from geo_registry.registry import Registry
from tests.bench import bulk
from tests.bench.browser import first_map_s
from tests.store.shelf import sources

ROUNDS = 5
PAIRS = 1_000_000
BULK = 100_000


@dataclass(frozen=True)
class Figure:
    """One measured thing: seconds, median over rounds; processor time where it is this process's own."""

    name: str
    wall_s: float
    cpu_s: float | None
    rounds: int


def measure(name: str, work: Callable[[], object], rounds: int = ROUNDS) -> Figure:
    """Time some work."""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Figure(name, statistics.median(walls), statistics.median(cpus), rounds)


def of_the_demo(folder: Path) -> list[Figure]:
    """Time the demo city: import, audit, reports and an export."""
    stores = iter(f"sqlite:///{folder / f'{number}.db'}" for number in range(ROUNDS))
    filled = [measure("demo city imported (2,064 records, 12 files)", lambda: gr.fill_demo(next(stores)), 3)]
    registry: Registry = gr.open(f"sqlite:///{folder / '0.db'}")
    radii = iter(range(5_000, 5_000 + ROUNDS + 1))
    registry.audit((next(radii),))
    audited = measure(
        "audit of the 6 national stations, three rings", lambda: registry.audit((1_000, 3_000, next(radii)))
    )
    reports = [measure(f"station report, {form}, warm", _reports(registry, form)) for form in ("html", "pdf")]
    exported = measure("shapefile of 329 construction sites", lambda: _export(registry))
    tile = measure("vector tile of the city, z 9", _tiles(registry))
    return [*filled, audited, *reports, exported, tile]


def _reports(registry: Registry, form: str) -> Callable[[], object]:
    radii = iter(range(3_000, 3_000 + ROUNDS + 1))

    def work() -> object:
        question = gr.Question(rings_m=(1_000.0, float(next(radii)), 5_000.0))
        return registry.report("2399A", form, "zh", question=question)

    work()
    return work


def _export(registry: Registry) -> object:
    return registry.export(gr.ExportOrder(kind="construction_site", form="shp"))


def _tiles(registry: Registry) -> Callable[[], object]:
    columns = iter(range(417, 417 + ROUNDS + 1))

    def work() -> object:
        return registry.tile("sources", 9, next(columns), 205)

    work()
    return work


def of_geodesy() -> list[Figure]:
    """Time our distances beside GeographicLib's and the planar ones of GeoPandas."""
    random = np.random.default_rng(1)
    lon, lat = random.uniform(113.9, 114.1, PAIRS), random.uniform(33.5, 33.7, PAIRS)
    geod = Geod(ellps="WGS84")
    here = (np.full(PAIRS, 114.02), np.full(PAIRS, 33.58))
    plane = gpd.GeoSeries.from_xy(lon, lat, crs=4326).to_crs(4547)
    centre = gpd.GeoSeries.from_xy([114.02], [33.58], crs=4326).to_crs(4547).iloc[0]
    return [
        measure("1 M exact distances and azimuths, ours", lambda: distance_azimuth(*here, lon, lat), 3),
        measure("1 M exact distances and azimuths, pyproj Geod.inv", lambda: geod.inv(*here, lon, lat), 3),
        measure(
            "1 M planar distances without azimuth, GeoPandas EPSG:4547", lambda: plane.distance(centre), 3
        ),
    ]


def of_the_chain(folder: Path) -> list[Figure]:
    """Time a bulk load beside the plain insert of the same rows (design, law 4: at most 1.3 times)."""
    plain, chained = bulk.loads(folder, sources(BULK))
    return [
        measure("100,000 rows inserted plainly", plain, 3),
        measure("100,000 rows committed, with digest and chain", chained, 3),
    ]


def main() -> None:
    """Measure everything and print it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = [*of_the_demo(folder), *of_the_chain(folder), *of_geodesy()]
        shown, drawn = first_map_s(f"sqlite:///{folder / '0.db'}", ROUNDS)
        figures += [
            Figure("page loaded, headless Chromium", statistics.median(shown), None, len(shown)),
            Figure("first map drawn, headless Chromium", statistics.median(drawn), None, len(drawn)),
        ]
    for figure in figures:
        cpu = "" if figure.cpu_s is None else f"{figure.cpu_s:.3f} s cpu"
        sys.stderr.write(f"{figure.wall_s:9.3f} s wall {cpu:>12}  {figure.name}\n")
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "figures": [asdict(figure) for figure in figures],
    }
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
