"""The demo city through the doors, a million ways measured, and what the chain costs a bulk load."""

from __future__ import annotations

from tests.bench.turns import Contender, Figure, in_turn

CITY, WAYS, ROWS = 2_064, 1_000_000, 100_000
ROUNDS = 3
GROUPS: tuple[tuple[int, dict[str, tuple[str, dict[str, object]]]], ...] = (
    (CITY, {"ours, demo city imported": ("filled", {})}),
    (CITY, {"ours, audit of the 6 national stations": ("audit", {})}),
    (CITY, {"ours, station report as HTML": ("report", {"form": "html"})}),
    (CITY, {"ours, station report as PDF": ("report", {"form": "pdf"})}),
    (CITY, {"ours, shapefile of 329 construction sites": ("export", {})}),
    (
        WAYS,
        {
            "ours, distance and azimuth": ("series", {}),
            "pyproj Geod.inv": ("geodesic", {}),
            "GeoPandas EPSG:4547, distance alone": ("planar", {}),
        },
    ),
    (
        ROWS,
        {
            "plain insert": ("loaded", {"chained": False}),
            "ours, commit with digest and chain": ("loaded", {"chained": True}),
        },
    ),
)


def figures() -> list[Figure]:
    """Measure each group in turn; children of the program are in the wall time alone."""
    return [
        figure
        for size, group in GROUPS
        for figure in in_turn(
            "demo",
            size,
            [
                Contender(who, "the call, warm", f"tests.bench.runs.demo:{run}", given)
                for who, (run, given) in group.items()
            ],
            ROUNDS,
        )
    ]
