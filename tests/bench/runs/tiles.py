"""Ours: vector tiles cut and encoded from points that are drawn in memory."""

from __future__ import annotations

import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geo_registry.live.points import Cloud
from geo_registry.live.recent import weigh
from geo_registry.publish.tiles import world
from geo_registry.registry.choosing import Choice
from geo_registry.registry.tiling import PACKING_LEVEL
from geo_registry.registry.tiling.columns import Columns
from geo_registry.registry.tiling.drawing import Drawn, drawing, encode
from geo_registry.registry.tiling.wanted import among
from tests.bench.child import Missing, Ready
from tests.bench.runs.points import ACTIVE, KINDS, ZOOMS, Address, fullest, listed, made

try:
    import mapbox_vector_tile
except ImportError:
    mapbox_vector_tile = None

SOME = Choice(kinds=KINDS[:3], status=",".join(sorted(ACTIVE)))
EDITS = 200
SUMMED = 4
"""Deepest zoom of which every tile is added up; of each zoom the fullest ones are."""
Times = Mapping[int, Sequence[float]]


def drawn_points(size: int) -> Ready:
    """Draw points: sort them along the curve and sum their categories up."""
    columns = made(size)

    def judge(drawn: Drawn) -> dict[str, Any]:
        return {"held_mb": weigh(drawn) / 1e6, "categories": len(drawn.categories)}

    return Ready(lambda: drawing(columns), judge)


def encoding(size: int, tiles: str, some: bool = False) -> Ready:  # noqa: FBT002 (named in JSON)
    """Cut and encode the 40 fullest tiles of every zoom.

    Parameters
    ----------
    size
        Sources.
    tiles
        Where the tiles are written down.
    some
        Whether three kinds, and of them what is active, are wanted instead of everything.
    """
    if mapbox_vector_tile is None:
        raise Missing("mapbox-vector-tile, which reads our tiles back, is not installed")
    drawn = drawing(made(size))
    points, wanted = drawn.points.base.points, SOME if some else None
    every = [fullest(points, z) for z in ZOOMS]
    Path(tiles).write_text(json.dumps(every), encoding="utf-8")
    times: dict[int, list[float]] = defaultdict(list)

    def work() -> None:
        for zoom in every:
            for address, _ in zoom:
                begun = time.process_time_ns()
                encode("sources", drawn, address, wanted)
                times[address[0]].append((time.process_time_ns() - begun) / 1e6)

    def judge(_: object) -> dict[str, Any]:
        contents = {
            zoom[0][0][0]: [encode("sources", drawn, address, wanted) for address, _ in zoom]
            for zoom in every
        }
        every_ms = np.concatenate([times[z] for z in ZOOMS])
        return {
            "p50_ms": float(np.percentile(every_ms, 50)),
            "p99_ms": float(np.percentile(every_ms, 99)),
            "worst_zoom_p99_ms": max(float(np.percentile(times[z], 99)) for z in ZOOMS),
            "gz_kb": max(len(gzip.compress(one, 6, mtime=0)) for z in ZOOMS for one in contents[z]) / 1e3,
            "tiles": sum(map(len, contents.values())),
            "wrong_sums": _wrong_sums(drawn, wanted, every),
            "by_zoom": [_of_zoom(z, times[z], contents[z]) for z in ZOOMS],
        }

    return Ready(work, judge)


def _of_zoom(z: int, times: Sequence[float], contents: Sequence[bytes]) -> dict[str, Any]:
    return {
        "z": z,
        "tiles": len(contents),
        "p50_ms": float(np.percentile(times, 50)),
        "p99_ms": float(np.percentile(times, 99)),
        "gz_kb_median": float(np.median([len(gzip.compress(one, 6, mtime=0)) for one in contents])) / 1e3,
        "gz_kb_most": max(len(gzip.compress(one, 6, mtime=0)) for one in contents) / 1e3,
        "gz_kb_most_as_served": max(len(gzip.compress(one, PACKING_LEVEL, mtime=0)) for one in contents)
        / 1e3,
    }


def _wrong_sums(drawn: Drawn, wanted: Choice | None, every: Iterable[Sequence[tuple[Address, int]]]) -> int:
    """Count the tiles whose points, groups by their counts, are not as many as lie there."""
    points = drawn.points.base.points
    chosen = None if wanted is None else among(wanted, drawn.categories)
    kept = np.arange(len(points)) if chosen is None else np.flatnonzero(chosen[points.category])
    x, y, wrong = points.x[kept].astype(np.int64), points.y[kept].astype(np.int64), 0
    for zoom in every:
        z = zoom[0][0][0]
        numbers, counts = np.unique((x >> (32 - z)) << 32 | (y >> (32 - z)), return_counts=True)
        held = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
        listed = held if z <= SUMMED else {address[1] << 32 | address[2]: 0 for address, _ in zoom}
        for number in listed:
            content = encode("sources", drawn, (z, number >> 32, number & 0xFFFFFFFF), wanted)
            wrong += shown(content) != held.get(number, 0)
    return wrong


def shown(content: bytes) -> int:
    """Add up what a tile shows: single points, and what its groups say that they count."""
    decoded = mapbox_vector_tile.decode(content) if content else {}
    features = [each["properties"] for layer in decoded.values() for each in layer["features"]]
    return sum(int(said.get("n", 1)) for said in features)


def same(size: int, tiles: str, most: int) -> Ready:
    """Cut and encode listed tiles, for peers to do the same.

    Parameters
    ----------
    size
        Sources.
    tiles
        Where the tiles are written down.
    most
        How many of each zoom.
    """
    drawn = drawing(made(size))
    addresses, times = listed(tiles, most), defaultdict(list)

    def work() -> None:
        for address, _ in addresses:
            begun = time.perf_counter_ns()
            encode("sources", drawn, address)
            times[address[0]].append((time.perf_counter_ns() - begun) / 1e6)

    return Ready(work, lambda _: medians(times))


def medians(times: Times) -> dict[str, Any]:
    """Say how long the tiles of each zoom took, in milliseconds, medians."""
    return {"by_zoom": [{"z": z, "ms": float(np.median(ms))} for z, ms in sorted(times.items())]}


def edits(size: int) -> Ready:
    """Move points one by one, and cut the tile that each comes to, until it shows it; no commit is in it."""
    drawn, fresh, chance = drawing(made(size)), made(EDITS, seed=2), np.random.default_rng(2)
    x, y = ((axis * 2.0**14).astype(int) for axis in world(fresh.lon, fresh.lat))
    ids, times = chance.choice(_ids(drawn.points.base.points), EDITS), []

    def work() -> None:
        now = drawn
        for at in range(EDITS):
            one = _row(fresh, at, ids[at])
            begun = time.perf_counter_ns()
            now = now.changed(np.zeros(0, np.uint64), one)
            content = encode("sources", now, (14, int(x[at]), int(y[at])))
            times.append((time.perf_counter_ns() - begun) / 1e6)
            assert f"{ids[at]:016x}".encode() in content

    def judge(_: object) -> dict[str, Any]:
        return {
            "edits": EDITS,
            "p50_ms": float(np.percentile(times, 50)),
            "p99_ms": float(np.percentile(times, 99)),
        }

    return Ready(work, judge)


def _ids(points: Cloud) -> Any:  # noqa: ANN401 (an array)
    return points.ids


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
