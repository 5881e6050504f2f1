"""`make bench`: what the design promises, measured beside its peers; nothing here is asserted in a test.

The result is one JSON document; `--page` writes it and the page and plots that are made of it into docs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import census
from tests.bench.subjects import edits, maps, opening, pairs, tiles
from tests.bench.turns import Figure

SIZES = (10_000, 100_000, 1_000_000, census.CENSUS)
Subject = Callable[[Path, int], list[Figure]]
SUBJECTS: dict[str, Subject] = {"opening": opening.figures, "pairs": pairs.figures, "tiles": tiles.figures, "edits": edits.figures, "maps": maps.figures}
FOLDER = "GEO_REGISTRY_BENCH_FOLDER"
"""Names a folder in which made-up stores stay for the next time; else they go with the program."""


@contextmanager
def _ground() -> Iterator[Path]:
    kept = os.environ.get(FOLDER)
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with TemporaryDirectory(prefix="geo-registry-bench-") as name:
        yield Path(name)


def _measured(folder: Path, subjects: list[str], sizes: list[int]) -> Iterator[Figure]:
    census.write(folder)
    for size in sizes:
        if not (folder / f"kept-{size}").exists():
            yield from _said(opening.first(folder, size))
        for subject in subjects:
            yield from _said(SUBJECTS[subject](folder, size))


def _said(figures: list[Figure]) -> list[Figure]:
    for one in figures:
        cpu = "" if one.cpu_s is None else f"{one.cpu_s:9.4f} s cpu"
        wall = one.missing or f"{one.wall_s:9.4f} s wall"
        said = {name: value for name, value in one.said.items() if not isinstance(value, list)}
        sys.stderr.write(f"{one.subject:8} {one.size:9,} {wall} {cpu:16} {one.who}  {said}\n")
    return figures


def main() -> None:
    """Measure what is asked for, and print one JSON document."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("subject", nargs="?", choices=SUBJECTS, help="one subject; all where none is named")
    asked.add_argument("sizes", nargs="*", type=int, help="sources; all sizes where none is named")
    given = asked.parse_args()
    began = time.monotonic()
    with _ground() as folder:
        figures = list(
            _measured(folder, [given.subject] if given.subject else list(SUBJECTS), given.sizes or list(SIZES))
        )
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "minutes": round((time.monotonic() - began) / 60, 1),
        "figures": [asdict(figure) for figure in figures],
    }
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
