"""``python -m tests.bench.ledgers [ROWS ...]``: long ledgers imported, beside what ogr2ogr makes of them.

Each round imports the same file, in turn, by the command line into a new store, and by ogr2ogr into a new
GeoPackage with and without its spatial index. ogr2ogr judges no row. The result is one JSON document; its
figures are of the round with the least wall time, and ratios are the medians of each round's own.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import geo_registry as gr
from tests.bench.files import write
from tests.bench.watching import Taken, watched

ROWS, FORMATS, ROUNDS = [10_000, 100_000, 1_000_000], ["csv"], 3
OGR = "ogr2ogr"
PEERS = {"ogr2ogr": [], "ogr2ogr without index": ["-lco", "SPATIAL_INDEX=NO"]}
_POINTS = ["-oo", "X_POSSIBLE_NAMES=经度", "-oo", "Y_POSSIBLE_NAMES=纬度", "-oo", "KEEP_GEOM_COLUMNS=NO"]


def ours(file: Path, folder: Path) -> Taken:
    """Import a ledger into a new store."""
    store = folder / "store.db"
    url = f"sqlite:///{store}"
    gr.init(url, by="bench")
    command = [sys.executable, "-m", "geo_registry", "--store", url, "import", str(file)]
    return watched([*command, "--kind", "coal_sales_point", "--datum", "wgs84"], folder)


def theirs(file: Path, folder: Path, options: list[str]) -> Taken:
    """Copy a ledger into a new GeoPackage."""
    reading = _POINTS if file.suffix == ".csv" else []
    command = [OGR, "-f", "GPKG", *options, str(folder / "copy.gpkg"), *reading, str(file)]
    return watched([*command, "-a_srs", "EPSG:4326"], folder)


def of(rows: int, form: str, rounds: int) -> dict[str, object]:
    """Measure one ledger.

    Parameters
    ----------
    rows
        How many it has.
    form
        ``csv``, ``gpkg`` or ``parquet``.
    rounds
        How often each way is taken.
    """
    taken: dict[str, list[Taken]] = {way: [] for way in ("ours", *PEERS)}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / f"ledger.{form}"
        write(file, rows)
        ways: dict[str, Callable[[Path], Taken]] = {"ours": lambda folder: ours(file, folder)}
        for peer, options in PEERS.items() if _reads(file) else ():
            ways[peer] = lambda folder, options=options: theirs(file, folder, options)  # type: ignore[misc]
        for _ in range(rounds):
            for way, take in ways.items():
                with tempfile.TemporaryDirectory(dir=name) as folder:
                    taken[way].append(take(Path(folder)))
        size_mb = file.stat().st_size / 1e6
    best = {way: min(found, key=lambda one: one.wall_s) for way, found in taken.items() if found}
    figures = {way: {key: round(value, 2) for key, value in asdict(one).items()} for way, one in best.items()}
    return {"rows": rows, "format": form, "file_mb": round(size_mb, 1), **figures, "ratios": _ratios(taken)}


def _reads(file: Path) -> bool:
    return subprocess.run(["ogrinfo", str(file)], capture_output=True, check=False).returncode == 0


def _ratios(taken: dict[str, list[Taken]]) -> dict[str, dict[str, float]]:
    return {
        peer: {
            "wall": round(median(a.wall_s / b.wall_s for a, b in zip(taken["ours"], found, strict=True)), 2),
            "cpu": round(median(a.cpu_s / b.cpu_s for a, b in zip(taken["ours"], found, strict=True)), 2),
        }
        for peer, found in taken.items()
        if found and peer != "ours"
    }


def main() -> None:
    """Measure what was asked for and print it."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.ledgers")
    asked.add_argument("rows", nargs="*", type=int, default=ROWS)
    asked.add_argument("--formats", nargs="+", choices=["csv", "gpkg", "parquet"], default=FORMATS)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    peer = subprocess.run([OGR, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "peer": peer,
        "rounds": given.rounds,
        "figures": [of(rows, form, given.rounds) for rows in given.rows for form in given.formats],
    }
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
