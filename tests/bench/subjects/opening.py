"""Opening a store: for the first time, from what is kept, and the grid from columns."""

from __future__ import annotations

from pathlib import Path

from tests.bench.made import store_of
from tests.bench.turns import Contender, Figure, afresh, in_turn

ROUNDS = 5


def first(folder: Path, size: int) -> list[Figure]:
    """Open a store when nothing is kept beside it; what is read is kept for the other subjects."""
    given = {"folder": str(folder), "size": size, "url": store_of(folder, size)}
    holds = "every record read from the file in numbers, sorted, and kept beside it; imports excluded"
    run = Contender("ours, first time", holds, "tests.bench.runs.opened:first", given)
    return afresh("opening", size, [run], 1)


def figures(folder: Path, size: int) -> list[Figure]:
    """Open from what is kept, each time in a fresh process, and build the grid from columns."""
    given = {"folder": str(folder), "size": size}
    holds = "arrays mapped, their sums checked, every station counted, the summary table; imports excluded"
    opened = Contender("ours, from what is kept", holds, "tests.bench.runs.grid:opening", given)
    sorting = "columns of longitude and latitude in memory to the sorted grid"
    built = Contender("ours, grid built", sorting, "tests.bench.runs.grid:build", given)
    fresh = afresh("opening", size, [opened, built], ROUNDS)
    again = Contender("ours, grid built again", sorting + ", on memory used before", built.prepare, given)
    return fresh + in_turn("opening", size, [again], ROUNDS)
