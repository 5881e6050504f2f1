"""`python -m tests.bench.tiles`: vector tiles at the size of the national census, measured.

The points are made up: cities over China whose sizes are log-normal, each with a dense core, a town round it
and its county. The 40 fullest tiles of every zoom are cut and encoded; figures are processor time of one
process, its imports excluded. With a DSN as the second argument PostGIS is asked for the same tiles.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo_registry.live.points import Cloud
from geo_registry.live.recent import weigh
from geo_registry.publish.tiles import world
from geo_registry.registry.tiling import PACKING_LEVEL
from geo_registry.registry.tiling.columns import Coded, Columns
from geo_registry.registry.tiling.drawing import Drawn, drawing, encode
from geo_registry.registry.tiling.wanted import Wanted
from tests.bench.census import CENSUS, CITIES, census

KINDS = tuple(f"kind_{number:02d}" for number in range(20))
STATUSES = {"registered": 0.7, "rectifying": 0.15, "verified": 0.05, "closed": 0.06, "cancelled": 0.04}
ACTIVE = {"registered", "rectifying", "verified"}
PRIORITIES = ("high", "low", "medium")
RINGED = 0.08
"""Share of the points that lie in a ring of some station and so have a score."""
ZOOMS = range(17)
FULLEST = 40
ROUNDS = 5
EDITS = 200
MEGABYTE = 1e6


def made(count: int, seed: int = 1) -> Columns:
    """Make points up; the same for the same seed.

    Parameters
    ----------
    count
        How many.
    seed
        Of the chances.
    """
    known, chance = census(count, kinds=len(KINDS), seed=seed), np.random.default_rng(seed + 1)
    status = Coded(chance.choice(len(STATUSES), count, p=list(STATUSES.values())), tuple(STATUSES))
    score = np.where(chance.random(count) < RINGED, chance.integers(10, 101, count), np.nan)
    return Columns(
        lon=known.lon,
        lat=known.lat,
        ids=chance.integers(1, 2**63, count, dtype=np.uint64),
        coded={"kind": Coded(known.kind, KINDS), "status": status, **_said(status, score)},
        score=score.astype(np.float32),
        district=Coded(known.city, tuple(f"district {number}" for number in range(CITIES))),
    )


def _said(status: Coded, score: NDArray[np.float64]) -> dict[str, Coded]:
    active = status.among(tuple(ACTIVE)).astype(np.int32)
    ranked = np.where(score >= 70, 0, np.where(score >= 40, 2, 1))
    return {
        "active": Coded(active, (False, True)),
        "priority": Coded(ranked, PRIORITIES),
        "flagged": Coded((ranked == 0).astype(np.int32), (False, True)),
    }


def fullest(points: Cloud, z: int, most: int = FULLEST) -> list[tuple[int, int, int]]:
    """Name the tiles of a zoom that hold the most points, the fullest first."""
    columns, rows = points.x >> np.uint32(32 - z) if z else points.x * 0, _rows(points, z)
    numbers, counts = np.unique(columns.astype(np.int64) << 32 | rows, return_counts=True)
    chosen = numbers[np.argsort(-counts, kind="stable")[:most]]
    return [(z, int(number) >> 32, int(number) & 0xFFFFFFFF) for number in chosen]


def _rows(points: Cloud, z: int) -> NDArray[np.int64]:
    return (points.y >> np.uint32(32 - z) if z else points.y * 0).astype(np.int64)


def cpu_ms(work: Callable[[], object]) -> float:
    """Time some work in milliseconds of this process's processor time."""
    begun = time.process_time_ns()
    work()
    return (time.process_time_ns() - begun) / 1e6


def of_zoom(drawn: Drawn, z: int, wanted: Wanted | None = None) -> dict[str, Any]:
    """Cut, encode and pack the fullest tiles of a zoom."""
    addresses = fullest(drawn.points.base.points, z)
    times = [cpu_ms(partial(encode, "sources", drawn, at, wanted)) for _ in range(ROUNDS) for at in addresses]
    made_tiles = [encode("sources", drawn, at, wanted) for at in addresses]
    packing = [cpu_ms(partial(gzip.compress, made, PACKING_LEVEL, mtime=0)) for made in made_tiles]
    served, small = (
        [len(gzip.compress(made, level, mtime=0)) / 1e3 for made in made_tiles]
        for level in (PACKING_LEVEL, 6)
    )
    return {
        "z": z,
        "tiles": len(addresses),
        "p50_ms": float(np.percentile(times, 50)),
        "p99_ms": float(np.percentile(times, 99)),
        "packing_ms": float(np.median(packing)),
        "kB_median": float(np.median(served)),
        "kB_most": max(served),
        "kB_most_level_6": max(small),
        "kB_plain_most": max(map(len, made_tiles)) / 1e3,
    }


def of_edits(drawn: Drawn, seed: int = 2) -> dict[str, Any]:
    """Move points one by one and cut the tile that each comes to: commit not included, tile included."""
    chance = np.random.default_rng(seed)
    fresh = made(EDITS, seed)
    ids = chance.choice(drawn.points.base.points.ids, EDITS)
    x, y = ((axis * 2.0**14).astype(int) for axis in world(fresh.lon, fresh.lat))
    times: list[float] = []
    for at in range(EDITS):
        one = _row(fresh, at, ids[at])
        begun = time.perf_counter_ns()
        drawn = drawn.changed(np.zeros(0, np.uint64), one)
        content = encode("sources", drawn, (14, int(x[at]), int(y[at])))
        times.append((time.perf_counter_ns() - begun) / 1e6)
        if f"{ids[at]:016x}".encode() not in content:
            raise AssertionError(at)
    return {
        "edits": EDITS,
        "on_top_before": len(drawn.points.added) - EDITS,
        "p50_ms": float(np.percentile(times, 50)),
        "p99_ms": float(np.percentile(times, 99)),
    }


def _row(columns: Columns, at: int, record: np.uint64) -> Columns:
    row = slice(at, at + 1)
    assert columns.score is not None
    assert columns.district is not None
    return Columns(
        lon=columns.lon[row],
        lat=columns.lat[row],
        ids=np.array([record], dtype=np.uint64),
        coded={name: one.take(row) for name, one in columns.coded.items()},
        score=columns.score[row],
        district=columns.district.take(row),
    )


def with_many(drawn: Drawn, count: int, seed: int = 3) -> Drawn:
    """Put so many edits on top at once: half of them moved points, half new ones."""
    fresh = made(count, seed)
    moved = np.random.default_rng(seed).choice(drawn.points.base.points.ids, count // 2)
    return drawn.changed(moved, fresh)


def figures(count: int = CENSUS) -> dict[str, Any]:
    """Measure everything at a size.

    Parameters
    ----------
    count
        Points.
    """
    columns = made(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    drawn = drawing(columns)
    build_s = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del columns
    some = Wanted(kinds=KINDS[:3], status=",".join(sorted(ACTIVE)))
    begun = time.process_time()
    narrowed = drawn.of_districts(Wanted(districts=("district 7",)))
    narrow_ms = (time.process_time() - begun) * 1e3
    edited = with_many(drawn, 4_000)
    narrow_edited_ms = cpu_ms(partial(edited.of_districts, Wanted(districts=("district 7",))))
    return {
        "points": count,
        "load_1min": os.getloadavg()[0],
        "categories": len(drawn.categories),
        "build_s": build_s,
        "fold_s": cpu_ms(edited.folded) / 1e3,
        "held_MB": weigh(drawn) / MEGABYTE,
        "sums_MB": weigh(drawn.points.base.sums) / MEGABYTE,
        "block": drawn.points.base.sums.block,
        "peak_before_build_MB": before / 1e3,
        "peak_MB": peak / 1e3,
        "tiles": [of_zoom(drawn, z) for z in ZOOMS],
        "tiles_some_kinds_active": [of_zoom(drawn, z, some) for z in ZOOMS],
        "tiles_4000_edits_on_top": [of_zoom(edited, z) for z in (0, 5, 8, 12, 14)],
        "district_first_ms": narrow_ms,
        "district_first_4000_edits_on_top_ms": narrow_edited_ms,
        "district_points": len(narrowed.points),
        "edit_to_tile": [of_edits(drawn), of_edits(edited)],
        "load_1min_after": os.getloadavg()[0],
    }


def beside_postgis(dsn: str, count: int = CENSUS) -> dict[str, Any]:
    """Time tiles of ours and of PostGIS in turn, wall time; parameters as `figures`."""
    from tests.bench import postgis  # noqa: PLC0415 (its driver is an extra)

    columns = made(count)
    drawn = drawing(columns)
    by_zoom = postgis.beside(dsn, columns, drawn, partial(fullest, drawn.points.base.points))
    return {"points": count, "load_1min": os.getloadavg()[0], "tiles": by_zoom}


def main() -> None:
    """Measure, and print one JSON document."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("count", nargs="?", type=int, default=CENSUS)
    asked.add_argument("dsn", nargs="?", help="of a database with PostGIS that is to be timed beside ours")
    given = asked.parse_args()
    if given.dsn:
        json.dump(beside_postgis(given.dsn, given.count), sys.stdout, indent=1)
        return
    found = figures(given.count)
    json.dump(found, sys.stdout, indent=1)
    for name in ("tiles", "tiles_some_kinds_active", "tiles_4000_edits_on_top"):
        sys.stderr.write(f"{name}\n")
        for row in found[name]:
            sys.stderr.write("  ".join(f"{key} {value:.4g}" for key, value in row.items()) + "\n")


if __name__ == "__main__":
    main()
