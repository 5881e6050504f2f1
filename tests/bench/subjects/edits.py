"""One edit, and how long after it all is right: its station's audit, its tile, the records in numbers."""

from __future__ import annotations

from pathlib import Path

from tests.bench.made import store_of
from tests.bench.turns import Contender, Figure, in_turn

ROUNDS = 8
RUNS = {
    "ours, the edit itself": ("edit", "a source moved: read, judged, committed to the disk with its history"),
    "ours, numbers after it": ("standing", "all records in numbers brought up to date in another worker"),
    "ours, its station's audit after it": (
        "audit",
        "the whole audit of one station, asked of another worker: brought up to date, pairs, scores, reasons",
    ),
    "ours, its tile after it": ("tile", "its tile at z 14, asked of another worker, packed"),
}


def figures(folder: Path, size: int) -> list[Figure]:
    """Measure each by itself: the edits of one would be caught up with by the others.

    Parameters
    ----------
    folder
        Where the census is written and stores are.
    size
        Sources.
    """
    given = {"url": store_of(folder, size)}
    return [
        figure
        for who, (run, holds) in RUNS.items()
        for figure in in_turn(
            "edits", size, [Contender(who, holds, f"tests.bench.runs.edited:{run}", given)], ROUNDS
        )
    ]
