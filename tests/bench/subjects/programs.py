"""Benchmarks that are programs of their own and print one JSON document: taken in as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from tests.bench.turns import PROJECT, Figure

WHO = "ours"


def figures(subject: str, module: str, sizes: list[int]) -> list[Figure]:
    """Run ``python -m module SIZE ...`` and take its figures in.

    Its document has ``figures``, each with ``rows`` or ``size`` and, by the name of who was measured, a
    mapping with ``wall_s``, ``cpu_s`` and ``peak_mb`` as far as they are known; all else is taken as said.

    Parameters
    ----------
    subject
        Name of the figures.
    module
        The program.
    sizes
        What it is asked for.
    """
    if find_spec(module) is None:
        return [Figure(subject, size, WHO, "", why_not=f"there is no {module} yet") for size in sizes]
    words = [sys.executable, "-m", module, *map(str, sizes)]
    ran = subprocess.run(words, stdout=subprocess.PIPE, text=True, cwd=PROJECT, check=False)
    if ran.returncode:
        why = f"{module} ended with {ran.returncode}"
        return [Figure(subject, size, WHO, "", why_not=why) for size in sizes]
    document = json.loads(ran.stdout)
    return [figure for entry in document["figures"] for figure in _figures(subject, entry, document)]


def _figures(subject: str, entry: dict[str, Any], document: dict[str, Any]) -> list[Figure]:
    measured = {who: taken for who, taken in entry.items() if isinstance(taken, dict) and "wall_s" in taken}
    said = {name: value for name, value in entry.items() if name not in measured}
    size = int(said.pop("rows", said.pop("size", 0)))
    form = f", {said['format']}" if "format" in said else ""
    return [
        Figure(
            subject,
            size,
            f"{who}{form}",
            str(taken.get("holds", "the whole command")),
            taken["wall_s"],
            taken.get("cpu_s"),
            taken.get("peak_mb"),
            int(document.get("rounds", 1)),
            round(os.getloadavg()[0], 2),
            said | {name: value for name, value in taken.items() if not name.endswith(("wall_s", "cpu_s"))},
        )
        for who, taken in measured.items()
    ]
