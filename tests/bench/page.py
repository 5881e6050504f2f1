"""docs/benchmarks.md and its plots, made of the JSON document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.plots import Axis, Points, plot
from tests.bench.promises import LARGEST, PROMISES, Known, Row

SOURCES = Axis("sources")
HEAD = """# Benchmarks

Made by `python -m tests.bench --page docs` from [benchmarks.json](benchmarks.json): {machine}, shared with
other work (load average {load}). Take ratios, which were measured in turn, rather than single values.
{runs}

How it is measured. Each contender is a process of its own, makes itself ready, and then they take turns,
one round of each after the other; a figure is the median of its rounds, the first of which does not count.
*CPU* is the processor time of all threads of the contender's own process; a database works elsewhere and
has wall time alone. *Peak* is the most memory the process ever held, its imports, its data and mapped files
included. The census is made up, from a seed: 340 cities of log-normal sizes and 1,734 stations; each size
takes its first sources (`tests/bench/census.py`).

To measure again: `make bench`, or one subject and some sizes, `.venv/bin/python -m tests.bench pairs 10000
100000`. `GEO_REGISTRY_BENCH_FOLDER` names a folder where stores stay for the next time,
`GEO_REGISTRY_BENCH_TIPG` the Python of an environment that has tipg and uvicorn. A peer that is not there
is told as not measured.
"""
TITLES = {
    "pairs": "Pairs and counts",
    "cut": "Against every pair of a cut",
    "opening": "Opening and building",
    "tiles": "Tiles",
    "edits": "After an edit",
    "choices": "Choices among many",
    "maps": "First map in a browser",
    "faces": "The map beside a bare page and folium",
    "imports": "Imports",
    "dask": "Beyond one process",
    "demo": "Demo city and parts",
}
WORDS = {
    "pairs": """
Every pair of a station and a source within 5 km. *missing* and *extra* are against the pairs of the k-d
tree, *off* is the greatest difference of a distance from its distance. A plane gives wrong members however
it is searched, and its time holds neither distance nor azimuth.

The numba prototype (`tests/bench/runs/compiled.py`) does not cross 180° and shares its ellipsoid
with the k-d tree. It is no part of the package while it misses what was asked of it.""",
    "cut": "100,000 sources x 100 stations.",
    "opening": """
*first time* reads every record out of the file; what it found is kept beside the store and mapped from
there by every process after it.""",
    "tiles": """
Points stand singly up to 2,000 a tile, beyond that as counted groups of a 16 x 16 grid. PostGIS makes the
same groups and counts. tipg as it comes shows at most 10,000 single points a tile and leaves the others
out, so that its tiles say less.""",
    "edits": """
Each round moves one source of a station by a commit, untimed but in the first row, and then times what
another worker's registry needs until it answers about the new place.""",
    "choices": """
Each round asks for another district or box. *as sql* is whether SQL finds as many of each kind; SQL is asked
for kinds alone, and knows neither scores nor priorities.""",
    "maps": """
Each visit is a new browser context with nothing cached, of a server that was visited once before. *served
after* is from starting the server to its being ready.""",
    "faces": """
The bare page holds MapLibre alone, in the same view, with the same tiles as circles. folium's page holds all
its markers; its scripts come from this machine. *main thread* is what the page's own thread worked.""",
    "imports": "A ledger imported with full validation, beside a plain copy by ogr2ogr, which judges no row.",
    "dask": "One process, and several, over parts of the census.",
    "demo": "The program's own demo city, a million ways measured, and 100,000 rows loaded.",
}
SAID = {
    "missing": "missing {:,}",
    "extra": "extra {:,}",
    "most_off_m": "off {:.1e} m",
    "pairs": "{:,} pairs",
    "p50_ms": "p50 {:.2f} ms",
    "p99_ms": "p99 {:.2f} ms",
    "worst_zoom_p99_ms": "p99 of the worst zoom {:.2f} ms",
    "gz_kb": "at most {:.1f} kB gzipped",
    "wrong_sums": "wrong sums {}",
    "points_not_shown": "{:,} points neither shown nor counted",
    "off_m": "off {:.1e} m",
    "kept_mb": "{:.0f} MB kept",
    "held_mb": "{:.0f} MB held",
    "loaded_s": "page {:.2f} s",
    "first_visit_s": "very first visit {:.2f} s",
    "served_after_s": "served after {:.1f} s",
    "server_peak_mb": "server {:.0f} MB",
    "page_kb": "{:.0f} kB on the wire without tiles",
    "main_thread_ms": "main thread {:.0f} ms",
}
"""How what figures say beside their times is written."""


def write_page(folder: Path) -> None:
    """Write the page and its plots beside the document.

    Parameters
    ----------
    folder
        Where ``benchmarks.json`` is.
    """
    document = json.loads((folder / "benchmarks.json").read_text(encoding="utf-8"))
    figures: list[Row] = document["figures"]
    plots = folder / "benchmarks"
    plots.mkdir(exist_ok=True)
    drawn = {name: lines for name, lines in _plots(figures).items() if any(lines[2].values())}
    for name, (title, axes, lines) in drawn.items():
        (plots / f"{name}.svg").write_text(plot(title, *axes, lines), encoding="utf-8")
    parts = [_head(document), _promises(figures)]
    for subject, title in TITLES.items():
        own = [one for one in figures if one["subject"] == subject]
        if own:
            parts += [f"## {title}", WORDS[subject], *_pictures(subject, drawn), _table(own), *_zooms(own)]
    (folder / "benchmarks.md").write_text(
        "\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8"
    )


def _head(document: Mapping[str, Any]) -> str:
    loads = [one["load"] for one in document["figures"] if one["load"]]
    load = f"{min(loads, default=0):.1f} to {max(loads, default=0):.1f}"
    return HEAD.format(machine=document["machine"], load=load, runs=_runs(document["runs"]))


def _runs(runs: Sequence[Row]) -> str:
    """Say whether all was measured in one go, or which subjects when."""
    took = sum(run["minutes"] for run in runs)
    if len(runs) == 1:
        return f"All was measured in one run that ended at {_day(runs[0])} UTC, after {took:.0f} minutes."
    parts = ", ".join(f"{run['subject']} {_day(run)}" for run in sorted(runs, key=_day))
    return f"Subjects were measured in runs of their own, {took:.0f} minutes together, ended (UTC): {parts}."


def _day(run: Row) -> str:
    return str(run["at"][:16]).replace("T", " ")


def _promises(figures: Sequence[Row]) -> str:
    known = Known(figures)
    rows = [(one.words, one.asked, *one.verdict(known)) for one in PROMISES]
    lines = [
        f"| {words} | {asked.replace('<=', '≤').replace('>=', '≥')} | {found} | {met} |"
        for words, asked, found, met in rows
    ]
    title = f"## What was asked, and what was found at {LARGEST:,} sources x 1,734 stations"
    return "\n".join([title, "", "| what | asked | found | |", "|---|---|---|---|", *lines])


def _table(figures: Sequence[Row]) -> str:
    lines = [
        "| sources | who | wall | CPU | peak | rounds | | holds |",
        "|---:|---|---:|---:|---:|---:|---|---|",
    ]
    for one in sorted(figures, key=lambda one: one["size"]):
        if one["why_not"]:
            why = f"not measured: {one['why_not']}"
            lines.append(f"| {one['size']:,} | {one['who']} | | | | | {why} | {one['holds']} |")
            continue
        said = ", ".join(
            words.format(one["said"][name]) for name, words in SAID.items() if name in one["said"]
        )
        peak = "" if one["peak_mb"] is None else f"{one['peak_mb']:.0f} MB"
        times = f"{_time(one['wall_s'])} | {_time(one['cpu_s'])} | {peak} | {one['rounds']}"
        lines.append(f"| {one['size']:,} | {one['who']} | {times} | {said} | {one['holds']} |")
    return "\n".join(lines)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds * 1e3:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def _zooms(figures: Sequence[Row]) -> list[str]:
    """Write the fullest tiles of each zoom at the largest size, ours and peers."""
    largest = max(one["size"] for one in figures)
    by_who = {
        one["who"]: one["said"]["by_zoom"]
        for one in figures
        if one["size"] == largest and "by_zoom" in one["said"]
    }
    full, same = by_who.pop("ours, 40 fullest", []), dict[tuple[str, int], float]()
    by_who.pop("ours, 40 fullest, filtered", None)
    for who, zooms in by_who.items():
        same |= {(who, one["z"]): one["ms"] for one in zooms}
    if not full:
        return []
    names = list(by_who)
    head = (
        f"At {largest:,} points: ours of the 40 fullest tiles, CPU; then the 5 fullest in turn, wall, median."
    )
    columns = ["z", "tiles", "p50", "p99", "gzip median", "gzip most", *names]
    lines = [f"| {' | '.join(columns)} |", "|---:" * len(columns) + "|"]
    for one in full:
        own = [
            f"{one['p50_ms']:.2f} ms",
            f"{one['p99_ms']:.2f} ms",
            f"{one['gz_kb_median']:.1f} kB",
            f"{one['gz_kb_most']:.1f} kB",
        ]
        beside = [f"{same[who, one['z']]:.1f} ms" if (who, one["z"]) in same else "" for who in names]
        lines.append(f"| {one['z']} | {one['tiles']} | {' | '.join([*own, *beside])} |")
    return [head, "\n".join(lines)]


def _pictures(subject: str, drawn: Mapping[str, Any]) -> list[str]:
    return [f"![{drawn[name][0]}](benchmarks/{name}.svg)" for name in drawn if name.startswith(subject)]


def _lines(figures: Sequence[Row], subject: str, name: str, scale: float = 1.0) -> dict[str, Points]:
    """Give a line a contender, over the sizes."""
    own = [one for one in figures if one["subject"] == subject and one.get(name) is not None]
    whos = dict.fromkeys(one["who"] for one in own)
    return {who: sorted((one["size"], one[name] * scale) for one in own if one["who"] == who) for who in whos}


def _plots(figures: Sequence[Row]) -> dict[str, tuple[str, tuple[Axis, Axis], dict[str, Points]]]:
    firsts = [
        one for one in figures if one["subject"] == "maps" and one["who"] == f"ours, {one['size']:,} sources"
    ]
    largest = max((one["size"] for one in figures if one["subject"] == "tiles"), default=0)
    zooms: dict[str, Points] = {
        one["who"]: [(each["z"], each["ms"]) for each in one["said"]["by_zoom"]]
        for one in figures
        if one["subject"] == "tiles"
        and one["size"] == largest
        and "ms" in one["said"].get("by_zoom", [{}])[0]
    }
    return {
        "pairs-wall": (
            "1,734 stations: wall time",
            (SOURCES, Axis("seconds, wall")),
            _lines(figures, "pairs", "wall_s"),
        ),
        "pairs-peak": (
            "1,734 stations: peak memory",
            (SOURCES, Axis("10⁶ bytes")),
            _lines(figures, "pairs", "peak_mb"),
        ),
        "opening": (
            "Opening and building: CPU",
            (SOURCES, Axis("seconds, CPU")),
            _lines(figures, "opening", "cpu_s"),
        ),
        "tiles": (
            f"The 5 fullest tiles of each zoom, {largest:,} points",
            (Axis("zoom", is_log=False), Axis("milliseconds a tile, wall")),
            zooms,
        ),
        "edits": (
            "After an edit: wall time",
            (SOURCES, Axis("milliseconds, wall")),
            _lines(figures, "edits", "wall_s", 1e3),
        ),
        "maps": (
            "First map drawn",
            (SOURCES, Axis("seconds, wall")),
            {"ours": [(one["size"], one["wall_s"]) for one in firsts]},
        ),
        "imports": (
            "Ledger imported: wall time",
            (Axis("rows"), Axis("seconds, wall")),
            _lines(figures, "imports", "wall_s"),
        ),
    }
