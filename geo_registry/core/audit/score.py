"""Priority of a source seen from a station: points, each with its reason as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import STRtree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from geo_registry.core.kinds import Catalog, Kind

FULL_SCORE = 100.0
"""Highest score; what the parts sum to beyond it is taken back as ``cap``."""

FAILED = "fail"
"""Value of a checklist item that was inspected and did not pass."""

FULFILLED = "upgraded"
"""The active status that says what was due has been done: such a source is never overdue."""

CONDITIONS = ("kind", "weight", "failed", "rebounded", "zone", "overdue")
"""Columns of `conditions`: everything a score hangs on beside the distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRules:
    """Points, caps and thresholds of the score; the kinds' weights stand in their layer files.

    Attributes
    ----------
    version
        Printed beside every score; another set of rules bears another version.
    rings_m
        Scoring rings in metres, whatever rings an audit counts in; the first is the distance within
        which a city station must have no source (HJ 664-2013: 50 m).
    ring_points
        Points within each scoring ring, and last the points beyond them all.
    checklist_points, checklist_cap
        Points for each failed checklist item, and the most they make together.
    rebounded_points, zone_points, overdue_points
        Points for a source that came back, that lies in a ban zone or the core, that is overdue.
    condition_cap
        The most that checklist, rebound, zone and deadline make together.
    high, medium
        Scores from which a pair has high and medium priority.
    """

    version: str = "1"
    rings_m: tuple[float, ...] = (50.0, 1000.0, 3000.0, 5000.0)
    ring_points: tuple[float, ...] = (100.0, 50.0, 30.0, 15.0, 5.0)
    checklist_points: float = 5.0
    checklist_cap: float = 15.0
    rebounded_points: float = 15.0
    zone_points: float = 15.0
    overdue_points: float = 10.0
    condition_cap: float = 30.0
    high: float = 70.0
    medium: float = 40.0

    @property
    def siting_m(self) -> float:
        """Distance within which a source breaches the siting of a station, in metres."""
        return self.rings_m[0]

    def priority(self, score: float) -> str:
        """Name the priority of a score: ``high``, ``medium`` or ``low``."""
        if score >= self.high:
            return "high"
        return "medium" if score >= self.medium else "low"


DEFAULT_RULES = ScoreRules()
"""The default score, as the users' documentation states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything the score of a pair hangs on.

    Attributes
    ----------
    ring
        Place of the pair in `ScoreRules.rings_m`: 0 is the innermost, ``len(rings_m)`` beyond all.
    kind, weight
        Name and points of the source's kind.
    failed
        Count of failed checklist items.
    rebounded
        Whether the source came back after it was dealt with.
    zone
        Kind of the zone it lies in, empty for none.
    overdue
        Name of the deadline field that has passed, empty for none.
    """

    ring: int
    kind: str
    weight: float = 0.0
    failed: int = 0
    rebounded: bool = False
    zone: str = ""
    overdue: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a pair, 0-100, and the parts they are made of, ``name:argument=points;...``."""

    points: float
    reasons: str


def score_of(case: Case, rules: ScoreRules = DEFAULT_RULES) -> Score:
    """Score one pair; the points named in the reasons always add up to the score.

    Parameters
    ----------
    case
        What is known of the pair.
    rules
        Points, caps and thresholds.

    Examples
    --------
    >>> score_of(Case(ring=1, kind="brick_kiln", weight=25, failed=2))
    Score(points=85.0, reasons='ring:1000=50;kind:brick_kiln=25;checklist:2=10')
    >>> score_of(Case(ring=0, kind="brick_kiln", weight=25))
    Score(points=100.0, reasons='siting:50=100;kind:brick_kiln=25;cap=-25')
    """
    parts = [_place(case.ring, rules), (f"kind:{case.kind}", case.weight), *_condition(case, rules)]
    parts = [*parts, *_cap("cap", parts, FULL_SCORE)]
    reasons = ";".join(f"{name}={points:g}" for name, points in parts if points)
    return Score(float(sum(points for _, points in parts)), reasons)


def _place(ring: int, rules: ScoreRules) -> tuple[str, float]:
    points = rules.ring_points[ring]
    if ring == len(rules.rings_m):
        return f"beyond:{rules.rings_m[-1]:g}", points
    return f"{'ring' if ring else 'siting'}:{rules.rings_m[ring]:g}", points


def _condition(case: Case, rules: ScoreRules) -> list[tuple[str, float]]:
    parts = [
        (f"checklist:{case.failed}", min(case.failed * rules.checklist_points, rules.checklist_cap)),
        ("rebounded", rules.rebounded_points * case.rebounded),
        (f"zone:{case.zone}", rules.zone_points if case.zone else 0.0),
        (f"overdue:{case.overdue}", rules.overdue_points if case.overdue else 0.0),
    ]
    return [*parts, *_cap("condition_cap", parts, rules.condition_cap)]


def _cap(name: str, parts: Sequence[tuple[str, float]], most: float) -> Iterator[tuple[str, float]]:
    excess = sum(points for _, points in parts) - most
    if excess > 0:
        yield name, -excess


def score_pairs(
    states: pd.DataFrame, source: NDArray[np.intp], *, distance_m: NDArray[np.float64], rules: ScoreRules
) -> pd.DataFrame:
    """Score many pairs at once.

    Parameters
    ----------
    states
        Condition of the sources, as `conditions` gives it, ``(s,)``.
    source
        Row of each pair's source in `states`, ``(n,)``.
    distance_m
        Distance of each pair in metres, ``(n,)``.
    rules
        Points, caps and thresholds.

    Returns
    -------
    pandas.DataFrame
        ``score`` (float64), ``priority``, ``flagged`` (bool, high priority) and ``reasons``, ``(n,)``.

    Examples
    --------
    >>> states = pd.DataFrame({"kind": ["coal"], "weight": [15.0], "failed": [0], "rebounded": [True],
    ...                        "zone": [""], "overdue": [""]})
    >>> ways_m = np.array([900.0, 9000.0])
    >>> score_pairs(states, np.array([0, 0]), distance_m=ways_m, rules=DEFAULT_RULES).score.tolist()
    [80.0, 35.0]
    """
    group = states.groupby(list(CONDITIONS), sort=False, dropna=False).ngroup().to_numpy()
    rings = len(rules.ring_points)
    place = np.searchsorted(rules.rings_m, distance_m, side="left")
    combined, inverse = np.unique(group[source] * rings + place, return_inverse=True)
    first = pd.Series(group).drop_duplicates().index.to_numpy()
    known = states.iloc[first].to_dict("records")
    scores = [score_of(Case(ring=int(one % rings), **known[one // rings]), rules) for one in combined]
    priority = [rules.priority(score.points) for score in scores]
    table = pd.DataFrame(
        {
            "score": np.array([score.points for score in scores], dtype="float64"),
            "priority": pd.array(priority, dtype="str"),
            "flagged": np.array([name == "high" for name in priority], dtype="bool"),
            "reasons": pd.array([score.reasons for score in scores], dtype="str"),
        }
    )
    return table.take(inverse).reset_index(drop=True)


def conditions(
    sources: gpd.GeoDataFrame, *, catalog: Catalog, on: date, zones: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Find what adds to a source's score wherever the station is.

    Parameters
    ----------
    sources
        Sources in WGS 84, with ``kind``, ``status`` and the checklist and deadline columns of their kinds.
    catalog
        Kinds with their weights, checklists, deadlines and condition zones.
    on
        Date at which deadlines are judged.
    zones
        Zones valid at that date, with ``kind``; those whose kind is no condition zone do not matter.

    Returns
    -------
    pandas.DataFrame
        Columns `CONDITIONS`, one row a source, in the order and with the index of `sources`.

    Examples
    --------
    >>> from geo_registry.core.kinds import Catalog, Kind, Label, Symbol
    >>> label, symbol = Label("窑", "Kiln"), Symbol("circle", "#000000")
    >>> kiln = Kind("kiln", "source", label, symbol, ("point",), "required", (), weight=20)
    >>> catalog = Catalog({"kiln": kiln}, (), ("rebounded",), (), (), {}, "")
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"], "status": ["rebounded"]})
    >>> conditions(rows, catalog=catalog, on=date(2026, 1, 1))[["weight", "rebounded"]].to_dict("records")
    [{'weight': 20.0, 'rebounded': True}]
    """
    kind = sources["kind"].to_numpy(dtype=object)
    weights = {name: one.weight for name, one in catalog.kinds.items()}
    failed = np.zeros(len(sources), dtype="int64")
    for name in pd.unique(kind):
        rows = np.flatnonzero(kind == name)
        failed[rows] = _count_failed(sources, rows, catalog.kinds[name])
    return pd.DataFrame(
        {
            "kind": kind,
            "weight": sources["kind"].map(weights).to_numpy(dtype="float64"),
            "failed": failed,
            "rebounded": (sources["status"] == "rebounded").to_numpy(dtype=bool),
            "zone": _zone_of(sources, zones, catalog),
            "overdue": overdue(sources, catalog=catalog, on=on),
        },
        index=sources.index,
    )


def overdue(sources: pd.DataFrame, *, catalog: Catalog, on: date) -> NDArray[np.object_]:
    """Name the deadline that each source let pass while it is active.

    Parameters
    ----------
    sources, catalog, on
        As for `conditions`.

    Returns
    -------
    numpy.ndarray
        The field, the first one of its kind; empty where nothing is overdue, ``(n,)``.

    Examples
    --------
    >>> from geo_registry.core.kinds import Catalog
    >>> rows = pd.DataFrame({"kind": ["kiln"], "status": ["banned"]})
    >>> overdue(rows, catalog=Catalog({}, (), (), (), (), {}, ""), on=date(2026, 1, 1)).tolist()
    ['']
    """
    kind = sources["kind"].to_numpy(dtype=object)
    found = np.full(len(sources), "", dtype=object)
    due = (sources["status"].isin(catalog.active) & (sources["status"] != FULFILLED)).to_numpy(dtype=bool)
    for name in pd.unique(kind[due]):
        rows = np.flatnonzero(due & (kind == name))
        found[rows] = _passed(sources, rows, catalog.kinds[name], on)
    return found


def _count_failed(sources: gpd.GeoDataFrame, rows: NDArray[np.intp], kind: Kind) -> NDArray[np.int64]:
    failed = np.zeros(len(rows), dtype="int64")
    for item in kind.check_items:
        if item in sources:
            failed += (sources[item].iloc[rows] == FAILED).to_numpy(dtype=bool)
    return failed


def _passed(sources: pd.DataFrame, rows: NDArray[np.intp], kind: Kind, on: date) -> NDArray[np.object_]:
    passed = np.full(len(rows), "", dtype=object)
    for field in reversed(kind.all_fields):
        if field.deadline and field.name in sources:
            passed[(sources[field.name].iloc[rows] < pd.Timestamp(on)).to_numpy(dtype=bool)] = field.name
    return passed


def _zone_of(
    sources: gpd.GeoDataFrame, zones: gpd.GeoDataFrame | None, catalog: Catalog
) -> NDArray[np.object_]:
    inside = np.full(len(sources), "", dtype=object)
    if zones is None or zones.empty:
        return inside
    tree = STRtree(sources.geometry.to_numpy())
    kinds = [name for name in catalog.of_role("zone") if catalog.kinds[name].condition_zone]
    for name in reversed(kinds):
        shapes = zones[zones["kind"] == name].geometry.to_numpy()
        inside[tree.query(shapes, predicate="intersects")[1]] = name
    return inside


def source_priority(pairs: pd.DataFrame) -> pd.DataFrame:
    """Give each source the highest of its pairs with the stations of an audit.

    Parameters
    ----------
    pairs
        Pairs of an audit of the assessed stations.

    Returns
    -------
    pandas.DataFrame
        ``score``, ``priority``, ``flagged`` and ``reasons`` by ``source_id``, sorted; a source in no
        pair is absent.

    Examples
    --------
    >>> pairs = pd.DataFrame({"source_id": ["a", "b", "a"], "score": [35.0, 45.0, 80.0],
    ...     "priority": ["low", "medium", "high"], "flagged": [False, False, True],
    ...     "reasons": ["ring:5000=15", "ring:3000=30", "ring:1000=50"]})
    >>> source_priority(pairs).priority.to_dict()
    {'a': 'high', 'b': 'medium'}
    """
    best = pairs.sort_values(["source_id", "score"], ascending=[True, False], kind="stable")
    columns = ["score", "priority", "flagged", "reasons"]
    return best.drop_duplicates("source_id").set_index("source_id")[columns]
