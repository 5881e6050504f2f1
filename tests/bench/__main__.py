"""`make bench`: what the design promises, measured beside its peers; nothing here is asserted in a test.

It prints one JSON document. With ``--join FILE ...`` it prints one of several that were measured apart; of
what was measured twice the later file counts. With ``--page FOLDER`` it reads that folder's benchmarks.json
and writes benchmarks.md and its plots beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench import census
from tests.bench.page import write_page
from tests.bench.subjects import choices, demo, edits, faces, maps, opening, pairs, programs, tiles
from tests.bench.turns import Figure

SIZES = (10_000, 100_000, 1_000_000, census.CENSUS)
MANY = (100_000, 1_000_000, census.CENSUS)
Subject = Callable[[Path, int], list[Figure]]
SUBJECTS: dict[str, tuple[Subject, Sequence[int]]] = {
    "opening": (opening.figures, SIZES),
    "pairs": (pairs.figures, SIZES),
    "tiles": (tiles.figures, SIZES),
    "edits": (edits.figures, MANY),
    "choices": (choices.figures, MANY),
    "maps": (maps.figures, MANY),
    "faces": (faces.figures, (100_000,)),
}
"""What is measured over the census, and at which sizes."""
APART: dict[str, Callable[[list[int]], list[Figure]]] = {
    "demo": lambda _: demo.figures(),
    "imports": partial(programs.figures, "imports", "tests.bench.ledgers"),
    "dask": partial(programs.figures, "dask", "tests.bench.dask_audit"),
}
"""What brings its own records."""
FOLDER = "GEO_REGISTRY_BENCH_FOLDER"
"""Names a folder in which the census and its stores stay for the next time; else they go with the program."""


@contextmanager
def _ground() -> Iterator[Path]:
    kept = os.environ.get(FOLDER)
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with TemporaryDirectory(prefix="geo-registry-bench-") as name:
        yield Path(name)


def _measured(subjects: Sequence[str], sizes: Sequence[int]) -> Iterator[Figure]:
    """Measure subjects: at the sizes given, else at their own."""
    for name, measure in APART.items():
        if name in subjects:
            yield from measure(list(sizes or SIZES))
    over = {name: sizes or its_sizes for name, (_, its_sizes) in SUBJECTS.items() if name in subjects}
    with _ground() as folder:
        census.write(folder)
        for size in sorted({size for its_sizes in over.values() for size in its_sizes}):
            if not (folder / f"kept-{size}").exists() or "opening" in over:
                yield from opening.first(folder, size)
            for name in [name for name, its_sizes in over.items() if size in its_sizes]:
                yield from SUBJECTS[name][0](folder, size)


def _line(one: Figure) -> str:
    cpu = "" if one.cpu_s is None else f"{one.cpu_s:9.4f} s cpu"
    wall = one.why_not or f"{one.wall_s:9.4f} s wall"
    said = {name: value for name, value in one.said.items() if not isinstance(value, list)}
    return f"{one.subject:8} {one.size:9,} {wall} {cpu:16} {one.who}  {said}\n"


def main() -> None:
    """Measure what is asked for, and print one JSON document; or make a page of one."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("subject", nargs="?", choices=[*SUBJECTS, *APART], help="one subject; default all")
    asked.add_argument("sizes", nargs="*", type=int, help="sources; default the subject's own sizes")
    asked.add_argument("--join", type=Path, nargs="+", metavar="FILE", help="make one document of several")
    asked.add_argument(
        "--page", type=Path, metavar="FOLDER", help="make the page of a document that is there"
    )
    given = asked.parse_args()
    if given.page:
        write_page(given.page)
        return
    document = _joined(given.join) if given.join else _document(given.subject, given.sizes)
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _document(subject: str | None, sizes: Sequence[int]) -> dict[str, Any]:
    """Measure, and say when, where and for how long."""
    began, figures = time.monotonic(), []
    for figure in _measured([subject] if subject else [*SUBJECTS, *APART], sizes):
        figures.append(asdict(figure))
        sys.stderr.write(_line(figure))
    at = datetime.now(UTC).isoformat(timespec="seconds")
    run = {"at": at, "subject": subject or "all", "minutes": round((time.monotonic() - began) / 60, 1)}
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return {"machine": machine, "runs": [run], "figures": figures}


def _joined(files: Sequence[Path]) -> dict[str, Any]:
    """Make one document of several, all of one machine."""
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    (machine,) = {document["machine"] for document in documents}
    figures = {
        (one["subject"], one["size"], one["who"]): one for each in documents for one in each["figures"]
    }
    runs = [run for document in documents for run in document["runs"]]
    return {"machine": machine, "runs": runs, "figures": list(figures.values())}


if __name__ == "__main__":
    main()
