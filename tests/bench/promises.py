"""What is asked of the figures, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
LARGEST, CITY = 3_580_000, 2_064
KD, POSTGIS, GRID = "scipy cKDTree", "PostGIS geography", "ours"


class Known:
    """The figures by subject, size and who.

    Parameters
    ----------
    figures
        As they stand in the document.
    """

    def __init__(self, figures: Sequence[Row]) -> None:
        self._by_name = {(one["subject"], one["size"], one["who"]): one for one in figures}

    def value(self, subject: str, who: str, name: str, size: int = LARGEST) -> float | None:
        """Give one number of a figure, or of what it said; None where it was not measured."""
        found = self._by_name.get((subject, size, who), {})
        number = found.get(name, found.get("said", {}).get(name))
        return None if number is None else float(number)

    def least_of_zooms(self, peer: str) -> float | None:
        """Give the least ratio of a peer's time to ours, zoom by zoom of the largest size."""
        said = [self._by_name.get(("tiles", LARGEST, who), {}).get("said", {}) for who in (peer, GRID)]
        theirs, own = ({one["z"]: one["ms"] for one in each.get("by_zoom", ())} for each in said)
        return min((theirs[z] / own[z] for z in own if z in theirs), default=None)

    def ratio(self, subject: str, pair: tuple[str, str], name: str, size: int = LARGEST) -> float | None:
        """Give the first one's number over the second one's."""
        first, second = (self.value(subject, who, name, size) for who in pair)
        return None if first is None or not second else first / second


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing that is asked.

    Attributes
    ----------
    words
        Of what.
    asked
        The number, with ``<=`` or ``>=`` before it and its unit after it.
    found
        Gives the number.
    """

    words: str
    asked: str
    found: Callable[[Known], float | None]

    def verdict(self, known: Known) -> tuple[str, str]:
        """Give what was found and whether it is enough, in words."""
        value, (sign, number, *unit) = self.found(known), self.asked.split()
        if value is None:
            return "", "not measured"
        met = value <= float(number) if sign == "<=" else value >= float(number)
        return f"{value:.3g} {' '.join(unit)}".strip(), "met" if met else "**missed**"


def _growth(known: Known) -> float | None:
    """How much more time from 100 k to the whole, over how many more pairs were found."""
    times = [known.value("pairs", GRID, "cpu_s", size) for size in (100_000, LARGEST)]
    pairs = [known.value("pairs", GRID, "pairs", size) for size in (100_000, LARGEST)]
    if None in (*times, *pairs):
        return None
    (few_s, many_s), (few, many) = times, pairs
    return (many_s / few_s) / (many / few)  # type: ignore[operator]


def _wrong(subject: str, size: int) -> Callable[[Known], float | None]:
    def found(known: Known) -> float | None:
        both = [known.value(subject, GRID, name, size) for name in ("missing", "extra")]
        return None if None in both else float(both[0] + both[1])  # type: ignore[operator]

    return found


def _of(subject: str, who: str, name: str, scale: float = 1.0) -> Callable[[Known], float | None]:
    def found(known: Known) -> float | None:
        value = known.value(subject, who, name)
        return None if value is None else value * scale

    return found


def _over(
    subject: str, pair: tuple[str, str], name: str, size: int = LARGEST
) -> Callable[[Known], float | None]:
    return lambda known: known.ratio(subject, pair, name, size)


_BY_STATION = "geopandas dwithin, Albers"
PROMISES = (
    Promise(
        "pairs missing or extra, 100 k x 100, against every pair by GeographicLib",
        "<= 0",
        _wrong("cut", 100_000),
    ),
    Promise(
        "pairs missing or extra, whole census, against a k-d tree of its own",
        "<= 0",
        _wrong("pairs", LARGEST),
    ),
    Promise(
        "pairs with distance and azimuth over the k-d tree, CPU",
        "<= 0.20 x",
        _over("pairs", (GRID, KD), "cpu_s"),
    ),
    Promise(
        "the same compiled by numba (a prototype, not in the package), CPU",
        "<= 0.07 x",
        _over("pairs", ("numba prototype", KD), "cpu_s"),
    ),
    Promise(
        "pairs over geopandas `sjoin(dwithin)`, each source looking for stations, wall",
        "<= 0.06 x",
        _over("pairs", (GRID, f"{_BY_STATION}, source by source"), "wall_s"),
    ),
    Promise(
        "pairs over geopandas `sjoin(dwithin)`, each station looking for sources, wall",
        "<= 0.06 x",
        _over("pairs", (GRID, _BY_STATION), "wall_s"),
    ),
    Promise("pairs over PostGIS geography, wall", "<= 0.012 x", _over("pairs", (GRID, POSTGIS), "wall_s")),
    Promise(
        "counts alone over the k-d tree, CPU", "<= 0.05 x", _over("pairs", ("ours, ring_counts", KD), "cpu_s")
    ),
    Promise(
        "counts and scores of the registry's summary over the k-d tree, CPU",
        "<= 0.05 x",
        _over("pairs", ("ours, tally", KD), "cpu_s"),
    ),
    Promise(
        "from what is kept, cold, to the last station's summary, CPU",
        "<= 1 s",
        _of("opening", "ours, from what is kept", "cpu_s"),
    ),
    Promise("building the grid from columns, CPU", "<= 3 s", _of("opening", "ours, grid built", "cpu_s")),
    Promise("peak memory of pairs, grid built and searched", "<= 800 MB", _of("pairs", GRID, "peak_mb")),
    Promise(
        "peak memory of opening and summing up",
        "<= 800 MB",
        _of("opening", "ours, from what is kept", "peak_mb"),
    ),
    Promise("growth of CPU from 100 k to the whole, over that of pairs", "<= 1 x", _growth),
    Promise(
        "tiles, 40 fullest of each zoom: p99 of the worst zoom, CPU",
        "<= 6 ms",
        _of("tiles", "ours, 40 fullest", "worst_zoom_p99_ms"),
    ),
    Promise(
        "the biggest of them, gzip at its default", "<= 50 kB", _of("tiles", "ours, 40 fullest", "gz_kb")
    ),
    Promise(
        "tiles whose counts do not add up to the points there",
        "<= 0",
        _of("tiles", "ours, 40 fullest", "wrong_sums"),
    ),
    Promise("the same with a filter", "<= 0", _of("tiles", "ours, 40 fullest, filtered", "wrong_sums")),
    Promise(
        "PostGIS ST_AsMVT over ours, same tiles, all zooms together, wall",
        ">= 20 x",
        _over("tiles", ("PostGIS ST_AsMVT", GRID), "wall_s"),
    ),
    Promise(
        "tipg over ours, same tiles, all zooms together, wall",
        ">= 20 x",
        _over("tiles", ("tipg", GRID), "wall_s"),
    ),
    Promise(
        "PostGIS ST_AsMVT over ours, in the zoom where it is least",
        ">= 20 x",
        lambda known: known.least_of_zooms("PostGIS ST_AsMVT"),
    ),
    Promise(
        "tipg over ours, in the zoom where it is least", ">= 20 x", lambda known: known.least_of_zooms("tipg")
    ),
    Promise(
        "an edit until its tile shows it, below the doors, p99",
        "<= 10 ms",
        _of("tiles", "ours, edits", "p99_ms"),
    ),
    Promise(
        "an edit's commit until its tile, through the registry, wall",
        "<= 10 ms",
        _of("edits", "ours, its tile after it", "wall_s", 1e3),
    ),
    Promise(
        "an edit's commit until its station's audit, through the registry, CPU",
        "<= 1 ms",
        _of("edits", "ours, its station's audit after it", "cpu_s", 1e3),
    ),
    Promise(
        "first map over that of 10 k",
        "<= 1.3 x",
        _over("maps", (f"ours, {LARGEST:,} sources", "ours, 10,000 sources"), "wall_s"),
    ),
    Promise(
        "first map of the demo city over a bare MapLibre page with the same tiles",
        "<= 1.5 x",
        _over("faces", ("ours, demo city", "bare MapLibre, same view and tiles"), "wall_s", CITY),
    ),
    Promise(
        "the map's page without tiles, on a machine that has a Chinese face",
        "<= 700 kB",
        lambda known: known.value("faces", "ours, demo city", "page_kb", CITY),
    ),
    Promise(
        "a filter over 100,000 sources: work of the page's own thread",
        "<= 300 ms",
        lambda known: known.value("faces", "ours, one kind filtered", "main_thread_ms", 100_000),
    ),
    Promise(
        "import of 1 M rows over ogr2ogr as it comes, wall",
        "<= 0.5 x",
        _over("imports", ("ours, csv", "ogr2ogr, csv"), "wall_s", 1_000_000),
    ),
    Promise(
        "the same over ogr2ogr without a spatial index, wall",
        "<= 1.2 x",
        _over("imports", ("ours, csv", "ogr2ogr without index, csv"), "wall_s", 1_000_000),
    ),
    Promise("peak memory of importing the whole", "<= 1500 MB", _of("imports", "ours, csv", "peak_mb")),
)
