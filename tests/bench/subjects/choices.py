"""Sources chosen by filters: counted and listed from numbers, beside SQL in the same database."""

from __future__ import annotations

from pathlib import Path

from tests.bench.made import store_of
from tests.bench.turns import Contender, Figure, in_turn

ROUNDS = 8
OURS = {
    "ours, a district counted": ("district", "by kind, priority, flag, deadline and place, of one district"),
    "ours, a box counted": ("box", "the same, of a box of one degree"),
    "ours, all listed": ("listed", "the first 50 of all sources by score, each read whole"),
}
PEERS = {
    "SQLite, a district counted": ("sql_district", "by kind alone, in SQL in the same database"),
    "SQLite, a box counted": ("sql_box", "by kind alone, in SQL in the same database"),
}


def figures(folder: Path, size: int) -> list[Figure]:
    """Measure in turn.

    Parameters
    ----------
    folder
        Where the census is written and stores are.
    size
        Sources.
    """
    given = {"url": store_of(folder, size)}
    asked = [
        Contender(who, holds, f"tests.bench.runs.chosen:{run}", given)
        for who, (run, holds) in (OURS | PEERS).items()
    ]
    return in_turn("choices", size, asked, ROUNDS)
