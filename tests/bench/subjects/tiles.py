"""Vector tiles: the fullest of every zoom, peers on some of them, and an edit until its tile shows it."""

from __future__ import annotations

from pathlib import Path

from tests.bench.servers import postgis
from tests.bench.turns import Contender, Figure, afresh, in_turn

ROUNDS, FULL_ROUNDS = 3, 7
MOST = 5
"""Tiles of a zoom that peers are asked for: at the lowest zooms each of theirs takes seconds."""
RUNS = "tests.bench.runs."
HOLDS = {
    "ours, drawn": "columns in memory to points sorted along the curve with their sums",
    "ours, 40 fullest": "cut and encoded, z 0-16, 40 fullest tiles of each; packing is apart",
    "ours, 40 fullest, filtered": "the same for three kinds, active ones",
    "ours, edits": "200 edits one after the other, each until its tile at z 14 shows it; commits are apart",
    "ours": "the 5 fullest tiles of each zoom, z 0-16",
    "PostGIS ST_AsMVT": "the same tiles with the same groups and counts, asked over a socket",
    "tipg": "the same tiles as it comes, single points, at most 10,000 a tile, asked over loopback",
}


def figures(folder: Path, size: int) -> list[Figure]:
    """Measure tiles of ours alone, then in turn with peers over the same tiles.

    Parameters
    ----------
    folder
        Where the tiles are written down.
    size
        Points.
    """
    tiles = str(folder / f"tiles-{size}.json")
    given: dict[str, object] = {"size": size}
    drawn = afresh("tiles", size, [_one("ours, drawn", "tiles:drawn_points", given)], 1)
    full = [
        _one("ours, 40 fullest", "tiles:encoding", given | {"tiles": tiles}),
        _one("ours, 40 fullest, filtered", "tiles:encoding", given | {"tiles": tiles, "some": True}),
    ]
    alone = in_turn("tiles", size, full, FULL_ROUNDS)
    edits = in_turn("tiles", size, [_one("ours, edits", "tiles:edits", given)], 1)
    return drawn + alone + edits + _beside(size, given | {"tiles": tiles, "most": MOST})


def _beside(size: int, given: dict[str, object]) -> list[Figure]:
    ours = _one("ours", "tiles:same", given)
    with postgis() as dsn:
        if dsn is None:
            why = "PostgreSQL with PostGIS is not installed"
            absent = [
                Figure("tiles", size, who, HOLDS[who], why_not=why) for who in ("PostGIS ST_AsMVT", "tipg")
            ]
            return in_turn("tiles", size, [ours], ROUNDS) + absent
        afresh("loading", size, [Contender("", "", RUNS + "tiled:loaded", {"size": size, "dsn": dsn})], 1)
        peers = [
            _one("PostGIS ST_AsMVT", "tiled:same", given | {"dsn": dsn}, 1),
            _one("tipg", "tiled:tipg", given | {"dsn": dsn}, 1),
        ]
        return in_turn("tiles", size, [ours, *peers], ROUNDS)


def _one(who: str, run: str, given: dict[str, object], rounds: int = 0) -> Contender:
    return Contender(who, HOLDS[who], RUNS + run, given, rounds)
