"""Points with words and scores, made up for tiles: the census's places, 20 kinds, five statuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo_registry.live.points import Cloud
from geo_registry.registry.tiling.columns import Coded, Columns
from tests.bench.census import CITIES, census

KINDS = tuple(f"kind_{number:02d}" for number in range(20))
STATUSES = {"registered": 0.7, "rectifying": 0.15, "verified": 0.05, "closed": 0.06, "cancelled": 0.04}
ACTIVE = {"registered", "rectifying", "verified"}
PRIORITIES = ("high", "low", "medium")
RINGED = 0.08
"""Share of the points that lie in a ring of some station and so have a score."""
ZOOMS = range(17)
FULLEST = 40
Address = tuple[int, int, int]


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


def fullest(points: Cloud, z: int) -> list[tuple[Address, int]]:
    """Name the tiles of a zoom that hold the most points, the fullest first, with how many they hold."""
    column, row = (axis.astype(np.int64) >> (32 - z) for axis in (points.x, points.y))
    numbers, counts = np.unique(column << 32 | row, return_counts=True)
    chosen = np.argsort(-counts, kind="stable")[:FULLEST]
    return [
        ((z, int(numbers[at]) >> 32, int(numbers[at]) & 0xFFFFFFFF), int(counts[at]))
        for at in chosen.tolist()
    ]


def listed(file: str, most: int) -> list[tuple[Address, int]]:
    """Read the tiles that `runs.tiles` wrote down, at most so many of each zoom."""
    every = json.loads(Path(file).read_text(encoding="utf-8"))
    return [((z, x, y), count) for zoom in every for (z, x, y), count in zoom[:most]]
