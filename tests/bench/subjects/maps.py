"""The first map in a browser: that of each size in turn with that of the smallest."""

from __future__ import annotations

from pathlib import Path

from tests.bench.made import store_of
from tests.bench.turns import Contender, Figure, in_turn

ROUNDS = 7
SMALL = 10_000
HOLDS = (
    "from asking for the page, in a new browser context, until all tiles in view are drawn; software WebGL"
)


def figures(folder: Path, size: int) -> list[Figure]:
    """Open maps in turn.

    Parameters
    ----------
    folder
        Where the census is written and stores are.
    size
        Sources.
    """
    contenders = [
        Contender(
            f"ours, {each:,} sources", HOLDS, "tests.bench.runs.maps:drawn", {"url": store_of(folder, each)}
        )
        for each in sorted({SMALL, size})
    ]
    return in_turn("maps", size, contenders, ROUNDS)
