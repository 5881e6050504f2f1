"""One process beside Dask workers: ``python -m tests.bench.dask_audit [SOURCES ...]``.

The census is made up, kept as numbers and written as files of neighbours. Each figure is taken in a process
of its own that begins with opening what was kept; workers are started and have imported everything before
they are timed. Sums and pairs of all runs are compared. The result is one JSON document.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from distributed import Client, LocalCluster
from pyarrow import dataset

from geo_registry.catalog import load
from geo_registry.core import audit as core
from geo_registry.core.census import Census, census_of, city_of, frame_of, joined, tally
from geo_registry.core.frame import conform, empty
from geo_registry.live import kept
from geo_registry.live.standing import Standing
from geo_registry.publish.export import ExportRequest, Stamp, parquet_table, write_tables
from geo_registry.registry.auditing.counting import AT_ONCE
from geo_registry.scale import parts, work
from geo_registry.scale.cluster import gathered
from tests.bench.census import CENSUS, STATIONS, census

PROJECT = Path(__file__).resolve().parents[2]
ON = date(2026, 11, 26)
CHUNK = 200_000
ROUNDS = 3
KEY = "bench"
REQUEST = ExportRequest("parquet", Stamp(1))


def made(folder: Path, count: int) -> dict[str, Any]:
    """Make a census up, keep it in numbers and write it as files; tell what that took."""
    catalog, known = load(PROJECT / "layers"), census(count, STATIONS)
    kinds = np.array(catalog.of_role("source"))
    pieces = []
    for start in range(0, count, CHUNK):
        own = slice(start, min(start + CHUNK, count))
        rows = pd.DataFrame({"id": [f"{number:016x}" for number in range(own.start, own.stop)]})
        rows["kind"] = kinds[known.kind[own] % len(kinds)]
        rows["status"] = np.where(known.active[own], "operating", "closed")
        rows["accuracy_m"] = 10.0
        rows["geometry"] = gpd.points_from_xy(known.lon[own], known.lat[own])
        pieces.append(census_of(conform(rows), catalog))
    whole = joined(pieces)
    kept.keep(whole, folder, kept.Mark(1, "0" * 64, catalog.digest))
    np.save(folder / "stations.npy", np.column_stack([known.station_lon, known.station_lat]))
    began = time.perf_counter()
    shown = np.ones(len(whole), dtype=bool)
    files = parts.write(whole, folder / "parts", KEY, shown=shown, titled=titled, rows=parts.ROWS)
    size = sum(Path(part.file).stat().st_size for part in files)
    took = round(time.perf_counter() - began, 2)
    return {"files": len(files), "bytes_a_row": round(size / count, 1), "written_in_s": took}


def titled(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give sources codes and names as long as real ones."""
    return rows.assign(code="HN-" + rows["id"].str[-9:], name="示例污染源" + rows["id"].str[-9:])


class Question:
    """What all runs are asked: every station, three rings, active sources."""

    def __init__(self, folder: Path) -> None:
        lon, lat = np.load(folder / "stations.npy").T
        codes = [f"S{number:05d}" for number in range(len(lon))]
        points = gpd.points_from_xy(lon, lat)
        self.folder, self.catalog = folder, load(PROJECT / "layers")
        self.stations = gpd.GeoDataFrame(
            {"id": codes, "code": codes, "name": codes}, geometry=points, crs=4326
        )
        kinds = self.catalog.of_role("source")
        self.request = core.AuditRequest(on=ON, kinds=kinds)
        self.table = partial(parquet_table, catalog=self.catalog, name="audit", request=REQUEST)

    def opened(self) -> Census:
        """Open the census as a process does that begins."""
        (_, path), *_ = kept.newest(self.folder, self.catalog.digest)
        found = kept.opened(path)
        assert found is not None
        return found

    def counts(self) -> core.Audit:
        """Count in one process."""
        known = self.opened()
        nothing = core.audit(empty(), self.stations, catalog=self.catalog, request=self.request)
        found = tally(known, self.stations, catalog=self.catalog, request=self.request)
        city = city_of(known, self.stations, catalog=self.catalog, request=self.request)
        return replace(nothing, summary=found.summary(), totals=city.totals)

    def pairs(self) -> Iterator[pd.DataFrame]:
        """Make the pairs in one process, some stations at a time."""
        now, summary = Standing.of(self.opened(), 1), self.counts().summary
        widest = summary[(summary["kind"] == "all") & (summary["ring_m"] == summary["ring_m"].max())]
        batch = (widest["cumulative_all"].cumsum() // AT_ONCE).to_numpy()
        for number in np.unique(batch):
            own = self.stations.iloc[np.flatnonzero(batch == number)]
            lon, lat = shapely.get_coordinates(own.geometry.to_numpy()).T
            ids = now.near(lon, lat, self.request.rings_m[-1])
            sources = titled(frame_of(now.base.at(now.rows_of(ids))))
            yield core.audit(sources, own, catalog=self.catalog, request=self.request).pairs

    def engine(self, address: str, workers: int, into: Path | None = None) -> core.Audit:
        """Count, or make pairs, on workers that are there."""
        lon, lat = shapely.get_coordinates(self.stations.geometry.to_numpy()).T
        files = parts.kept(self.folder / "parts", KEY) or ()
        tasks = parts.reached(files, lon, lat, self.request.rings_m[-1])
        zones = empty()
        job = work.Job(self.stations, zones, self.catalog, self.request, (into, self.table) if into else None)
        nothing = core.audit(empty(), self.stations, catalog=self.catalog, request=self.request)
        found = gathered(work.audit_part, tasks, job, scheduler=address, workers=workers)
        return core.added(nothing, found)


def timed(act: Callable[[], object], rounds: int) -> dict[str, float]:
    """Time an act: medians of wall and of this process's own processor time."""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {"wall_s": round(statistics.median(walls), 2), "cpu_s": round(statistics.median(cpus), 2)}


def peak_mb() -> int:
    """Tell the most memory this process ever had, 10^6 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 10**6


def alone(folder: Path, rounds: int) -> dict[str, Any]:
    """Time one process: counts, then pairs into one file."""
    asked, file = Question(folder), folder / "one.parquet"
    asked.counts()
    told: dict[str, Any] = {"counts": timed(asked.counts, rounds), "peak_mb_counts": peak_mb()}

    def write() -> None:
        write_tables(file, asked.pairs(), asked.catalog, name="audit", request=REQUEST)

    told |= {"pairs": timed(write, rounds), "peak_mb_pairs": peak_mb()}
    return told | sums(asked.counts(), file)


def sums(found: core.Audit, pairs: Path) -> dict[str, Any]:
    """Sum up what was found, so that runs can be compared."""
    every = found.totals[found.totals["kind"] == "all"]["cumulative_all"].tolist()
    rows = dataset.dataset(pairs, format="parquet").to_table(
        ["station_code", "source_id", "distance_m", "score"]
    )
    keys = pd.util.hash_pandas_object(rows.to_pandas(), index=False).to_numpy()
    marks = int(keys.sum(dtype=np.uint64))
    own = found.summary[found.summary["kind"] == "all"]
    return {"found": [int(own["exclusive_all"].sum()), every, rows.num_rows, marks]}


def together(folder: Path, workers: int, rounds: int) -> dict[str, Any]:
    """Time workers that have started: counts, then pairs into a folder."""
    asked, into = Question(folder), folder / f"pairs-{workers}"
    began = time.perf_counter()
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        address = str(cluster.scheduler_address)
        asked.engine(address, workers)
        first_s = round(time.perf_counter() - began, 2)
        told: dict[str, Any] = {"workers": workers, "started_and_counted_once_s": first_s}
        told["counts"] = timed(lambda: asked.engine(address, workers), rounds)

        def write() -> None:
            shutil.rmtree(into, ignore_errors=True)
            into.mkdir()
            asked.engine(address, workers, into)

        told["pairs"] = timed(write, rounds)
        with Client(address, set_as_default=False) as client:
            told["peak_mb_worker"] = max(client.run(peak_mb).values())
        told["peak_mb_client"] = peak_mb()
        return told | sums(asked.engine(address, workers), into)


def child(folder: Path, *words: str) -> dict[str, Any]:
    """Take a figure in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.dask_audit", *words]
    ran = subprocess.run(
        command,
        env={**os.environ, "BENCH_FOLDER": str(folder)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def measured(count: int) -> dict[str, Any]:
    """Measure one process, one worker and two workers over so many sources."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = child(folder, "made", str(count))
        one = child(folder, "alone", str(ROUNDS))
        engines = [child(folder, "together", str(workers), str(ROUNDS)) for workers in (1, 2)]
    found = [each.pop("found") for each in (one, *engines)]
    who = dict(zip(("one process", "1 worker", "2 workers"), (one, *engines), strict=True))
    ratio = {
        act: round(engines[0][act]["wall_s"] / engines[1][act]["wall_s"], 2) for act in ("counts", "pairs")
    }
    return {
        "rows": count,
        "pairs": found[0][0],
        "equal": all(each == found[0] for each in found),
        "files": written,
        "two_workers_over_one": ratio,
        **{f"{name}, {act}": told[act] for name, told in who.items() for act in ("counts", "pairs")},
    }


def main(*counts: int) -> None:
    """Print one document of every size asked for."""
    document = {"rounds": ROUNDS, "figures": [measured(count) for count in counts or (CENSUS,)]}
    print(json.dumps(document, indent=2))  # noqa: T201 (the result)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in {"made", "alone", "together"}:
        acts: dict[str, Callable[..., dict[str, Any]]] = {"made": made, "alone": alone, "together": together}
        print(json.dumps(acts[sys.argv[1]](Path(os.environ["BENCH_FOLDER"]), *map(int, sys.argv[2:]))))  # noqa: T201
    else:
        main(*map(int, sys.argv[1:]))
