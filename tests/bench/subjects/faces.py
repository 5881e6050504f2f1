"""The map in a browser: the demo city's beside a bare page and folium, and a filter over many sources."""

from __future__ import annotations

from pathlib import Path

import geo_registry as gr
from tests.bench.made import store_of
from tests.bench.subjects.demo import CITY
from tests.bench.turns import Contender, Figure, in_turn

ROUNDS = 5
HOLDS = "from asking for the page, in a new browser context, until it is drawn; software WebGL"
FILTER = "from one kind's box being clicked until the map is drawn and the counts have come"
RUNS = "tests.bench.runs.faces"


def figures(folder: Path, size: int) -> list[Figure]:
    """Open pages in turn, then click a filter.

    Parameters
    ----------
    folder
        Where the census is written and stores are.
    size
        Sources that are filtered.
    """
    demo = folder / "demo.db"
    if not demo.exists():
        gr.fill_demo(f"sqlite:///{demo}")
    url = {"url": f"sqlite:///{demo}"}
    pages = [
        Contender("ours, demo city", HOLDS, f"{RUNS}:ours", url),
        Contender("bare MapLibre, same view and tiles", HOLDS, f"{RUNS}:bare", url),
        *(
            Contender(f"folium, {count:,} markers", HOLDS, f"{RUNS}:markers", url | {"count": count})
            for count in (1_000, 10_000)
        ),
    ]
    many = Contender("ours, one kind filtered", FILTER, f"{RUNS}:filtered", {"url": store_of(folder, size)})
    return in_turn("faces", CITY, pages, ROUNDS) + in_turn("faces", size, [many], ROUNDS)
