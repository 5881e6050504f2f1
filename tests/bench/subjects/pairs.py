"""Every pair of a station and a source within 5 km, with distance and azimuth; and counts without pairs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.runs import found
from tests.bench.servers import postgis
from tests.bench.turns import Contender, Figure, in_turn

ROUNDS = 5
SLOW_ROUNDS = 2
CUT, CUT_STATIONS = 100_000, 100
SEARCH = "search, exact distance and azimuth of each pair; "
HOLDS = {
    "ours": SEARCH + "grid in memory",
    "scipy cKDTree": SEARCH + "both trees in memory",
    "numba prototype": SEARCH + "sorted and compiled before",
    "PostGIS geography": SEARCH + "sorted, indexed and in its buffers, answer read through COPY binary",
    "geopandas": "sjoin, search alone, neither distance nor azimuth; projected and indexed before",
    "ring_counts": "counts by kind, active or not, and ring of every station; no pair",
    "tally": "the same by all that a score hangs on, classes made anew, scores added up; no pair",
}


def figures(folder: Path, size: int) -> list[Figure]:
    """Measure ours and its peers in turn, and hold each answer against that of the k-d tree.

    Parameters
    ----------
    folder
        Where the census is written, and kept at this size.
    size
        Sources.
    """
    with postgis() as dsn, TemporaryDirectory(dir=folder) as name:
        out, given = Path(name), {"folder": str(folder), "size": size}
        contenders = [
            _one(name, "ours", "grid:pairs", given),
            _one(name, "scipy cKDTree", "kdtree:pairs", given),
            _one(name, "numba prototype", "compiled:pairs", given),
            _counting("ring_counts", "grid:counts", given),
            _counting("tally", "grid:scores", given),
            _planar(name, "Albers", given),
            _planar(name, "Albers", given, by_source=True),
            _planar(name, "UTM 50N", given),
        ]
        if dsn is not None:
            slow = _one(name, "PostGIS geography", "database:pairs", given | {"dsn": dsn})
            contenders.append(replace(slow, rounds=SLOW_ROUNDS))
        measured = in_turn("pairs", size, contenders, ROUNDS)
        judged = [_judged(figure, out) for figure in measured]
    if dsn is None:
        judged.append(_absent(size))
    return judged + (_of_the_cut(folder) if size == CUT else [])


def _one(name: str, who: str, run: str, given: dict[str, object]) -> Contender:
    return Contender(who, HOLDS[who], f"tests.bench.runs.{run}", given | {"out": f"{name}/{who}.npz"})


def _counting(who: str, run: str, given: dict[str, object]) -> Contender:
    return Contender(f"ours, {who}", HOLDS[who], f"tests.bench.runs.{run}", given)


def _planar(name: str, plane: str, given: dict[str, object], *, by_source: bool = False) -> Contender:
    who = f"geopandas dwithin, {plane}{', source by source' if by_source else ''}"
    given = given | {"out": f"{name}/{who}.npz", "plane": plane, "by_source": by_source}
    return Contender(who, HOLDS["geopandas"], "tests.bench.runs.frames:pairs", given, SLOW_ROUNDS)


def _absent(size: int) -> Figure:
    who = "PostGIS geography"
    return Figure("pairs", size, who, HOLDS[who], why_not="PostgreSQL with PostGIS is not installed")


def _judged(figure: Figure, out: Path) -> Figure:
    """Add to a figure how its pairs differ from those of the k-d tree."""
    own, reference = out / f"{figure.who}.npz", out / "scipy cKDTree.npz"
    if figure.who == "scipy cKDTree" or not (own.exists() and reference.exists()):
        return figure
    return replace(figure, said={**figure.said, "against": reference.stem, **found.beside(own, reference)})


def _of_the_cut(folder: Path) -> list[Figure]:
    """Hold ours against every pair of a cut, measured without any search."""
    with TemporaryDirectory(dir=folder) as name:
        given = {"folder": str(folder), "size": CUT, "stations": CUT_STATIONS}
        holds = f"{CUT:,} sources x {CUT_STATIONS} stations: "
        contenders = [
            Contender(
                who, holds + what, f"tests.bench.runs.{run}:pairs", given | {"out": f"{name}/{who}.npz"}, 1
            )
            for who, what, run in (
                ("ours", HOLDS["ours"], "grid"),
                ("pyproj Geod.inv", "every pair measured", "brute"),
            )
        ]
        ours, brute = in_turn("cut", CUT, contenders, 1)
        said = found.beside(Path(name) / "ours.npz", Path(name) / "pyproj Geod.inv.npz")
    return [replace(ours, said={**ours.said, "against": brute.who, **said}), brute]
