"""The score of a pair: what adds to it, what caps it, and the reasons that go with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo_registry.catalog import load
from geo_registry.core.audit.score import (
    CONDITIONS,
    DEFAULT_RULES,
    Case,
    ScoreRules,
    conditions,
    score_of,
    score_pairs,
    source_priority,
)
from geo_registry.core.kinds import Catalog

ON = date(2026, 6, 1)

CASES = st.builds(
    Case,
    ring=st.integers(0, 4),
    kind=st.just("kiln"),
    weight=st.integers(0, 25),
    failed=st.integers(0, 8),
    rebounded=st.booleans(),
    zone=st.sampled_from(["", "coal_ban_zone", "urban_core"]),
    overdue=st.sampled_from(["", "next_recheck"]),
)


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


def coal(**columns: object) -> gpd.GeoDataFrame:
    """Make one coal sales point at 114 E 33 N, registered unless said otherwise."""
    row: dict[str, object] = {"kind": "coal_sales_point", "status": "registered", "geometry": Point(114, 33)}
    return gpd.GeoDataFrame(pd.DataFrame([row | columns]), geometry="geometry", crs="EPSG:4326")


def points_of(reasons: str) -> list[float]:
    """Read the points of each reason."""
    return [float(part.rpartition("=")[2]) for part in reasons.split(";")]


@pytest.mark.parametrize(
    ("case", "score", "reasons"),
    [
        (Case(ring=1, kind="kiln", weight=15), 65, "ring:1000=50;kind:kiln=15"),
        (Case(ring=2, kind="kiln", weight=15), 45, "ring:3000=30;kind:kiln=15"),
        (Case(ring=3, kind="kiln", weight=15), 30, "ring:5000=15;kind:kiln=15"),
        (Case(ring=4, kind="kiln", weight=15), 20, "beyond:5000=5;kind:kiln=15"),
        (Case(ring=0, kind="kiln"), 100, "siting:50=100"),
        (Case(ring=0, kind="kiln", weight=25), 100, "siting:50=100;kind:kiln=25;cap=-25"),
        (Case(ring=1, kind="kiln", failed=2), 60, "ring:1000=50;checklist:2=10"),
        (Case(ring=1, kind="kiln", failed=5), 65, "ring:1000=50;checklist:5=15"),
        (Case(ring=3, kind="kiln", rebounded=True), 30, "ring:5000=15;rebounded=15"),
        (Case(ring=3, kind="kiln", zone="coal_ban_zone"), 30, "ring:5000=15;zone:coal_ban_zone=15"),
        (Case(ring=3, kind="kiln", overdue="moveout_due"), 25, "ring:5000=15;overdue:moveout_due=10"),
        (
            Case(ring=3, kind="kiln", weight=20, rebounded=True, zone="urban_core", overdue="moveout_due"),
            65,
            "ring:5000=15;kind:kiln=20;rebounded=15;zone:urban_core=15;overdue:moveout_due=10;condition_cap=-10",
        ),
        (
            Case(ring=1, kind="kiln", weight=25, failed=3, rebounded=True),
            100,
            "ring:1000=50;kind:kiln=25;checklist:3=15;rebounded=15;cap=-5",
        ),
    ],
)
def test_score_and_its_reasons(case: Case, score: float, reasons: str) -> None:
    """Each part of the score has its points and its reason, and what a cap takes back is said too."""
    found = score_of(case)
    assert (found.points, found.reasons) == (score, reasons)


@given(CASES)
def test_reasons_add_up(case: Case) -> None:
    """The points in the reasons sum to the score, which lies between 0 and 100."""
    found = score_of(case)
    assert found.points == sum(points_of(found.reasons))
    assert 0 <= found.points <= 100


@given(CASES)
def test_condition_counts_at_most_thirty(case: Case) -> None:
    """Checklist, rebound, zone and deadline together make no more than 30 points."""
    bare = Case(ring=case.ring, kind=case.kind, weight=case.weight)
    assert score_of(case).points - score_of(bare).points <= 30


@given(CASES)
def test_nearer_never_scores_less(case: Case) -> None:
    """The same source scores at least as much in a smaller ring."""
    scores = [
        score_of(
            Case(
                ring=ring,
                kind=case.kind,
                weight=case.weight,
                failed=case.failed,
                rebounded=case.rebounded,
                zone=case.zone,
                overdue=case.overdue,
            )
        ).points
        for ring in range(5)
    ]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(("score", "priority"), [(70, "high"), (69.5, "medium"), (40, "medium"), (39, "low")])
def test_thresholds(score: float, priority: str) -> None:
    """High priority begins at 70 points, medium at 40."""
    assert DEFAULT_RULES.priority(score) == priority


@pytest.mark.parametrize(
    ("distance_m", "part"),
    [
        (0.0, "siting:50=100"),
        (50.0, "siting:50=100"),
        (50.001, "ring:1000=50"),
        (1000.0, "ring:1000=50"),
        (5000.0, "ring:5000=15"),
        (5000.001, "beyond:5000=5"),
    ],
)
def test_a_ring_holds_its_own_edge(distance_m: float, part: str) -> None:
    """A pair exactly at a scoring ring's radius scores as inside it."""
    state = pd.DataFrame([["kiln", 0.0, 0, False, "", ""]], columns=list(CONDITIONS))
    scored = score_pairs(state, np.array([0]), distance_m=np.array([distance_m]), rules=DEFAULT_RULES)
    assert scored["reasons"].tolist() == [part]


@settings(max_examples=25)
@given(st.lists(CASES, min_size=1, max_size=6), st.data())
def test_many_pairs_score_as_each_alone(cases: list[Case], draw: st.DataObject) -> None:
    """Scoring pairs all at once gives what scoring them one by one gives, in the order asked."""
    states = pd.DataFrame([{name: getattr(case, name) for name in CONDITIONS} for case in cases])
    radii = (*DEFAULT_RULES.rings_m, 9000.0)
    source = draw.draw(st.lists(st.integers(0, len(cases) - 1), max_size=20))
    distance_m = np.array([radii[cases[one].ring] for one in source], dtype="float64")
    scored = score_pairs(states, np.array(source, dtype=int), distance_m=distance_m, rules=DEFAULT_RULES)
    alone = [score_of(cases[one]) for one in source]
    assert scored["score"].tolist() == [score.points for score in alone]
    assert scored["reasons"].tolist() == [score.reasons for score in alone]
    assert scored["flagged"].tolist() == [score.points >= 70 for score in alone]


def test_other_rules_give_other_scores() -> None:
    """Points and rings are values: another set of rules scores by its own."""
    rules = ScoreRules(version="strict", rings_m=(100.0, 2000.0), ring_points=(100.0, 60.0, 1.0))
    assert score_of(Case(ring=1, kind="kiln"), rules).reasons == "ring:2000=60"


@pytest.mark.parametrize(
    ("kind", "weight"),
    [
        ("brick_kiln", 25),
        ("batching_plant", 25),
        ("construction_site", 20),
        ("industrial_enterprise", 20),
        ("curing_kiln", 15),
        ("coal_sales_point", 15),
    ],
)
def test_weights_of_kinds(catalog: Catalog, kind: str, weight: float) -> None:
    """The layer files give each kind the weight that users are promised."""
    rows = coal(kind=kind)
    assert conditions(rows, catalog=catalog, on=ON)["weight"].tolist() == [weight]


def test_failed_items_are_counted_by_kind(catalog: Catalog) -> None:
    """Only failed items of the source's own checklists count: not passes, blanks or another kind's items."""
    items = catalog.kinds["construction_site"].check_items[:3]
    rows = pd.concat([coal(kind="construction_site"), coal()], ignore_index=True)
    found: list[list[str | None]] = [["fail", "fail"], ["pass", "fail"], ["fail", None]]
    for item, values in zip(items, found, strict=True):
        rows[item] = values
    assert conditions(rows, catalog=catalog, on=ON)["failed"].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("due", "status", "overdue"),
    [
        ("2026-05-31", "operating", "next_recheck"),
        ("2026-06-01", "operating", ""),
        ("2026-05-31", "banned", ""),
        ("2026-05-31", "upgraded", ""),
        (None, "operating", ""),
    ],
)
def test_overdue(catalog: Catalog, due: str | None, status: str, overdue: str) -> None:
    """A deadline counts once its day has passed, while the source is active and not yet upgraded."""
    rows = coal(status=status, next_recheck=pd.NaT if due is None else pd.Timestamp(due))
    assert conditions(rows, catalog=catalog, on=ON)["overdue"].tolist() == [overdue]


def test_only_a_rebounded_source_counts_as_such(catalog: Catalog) -> None:
    """The status rebounded, and no other, adds the points of a rebound."""
    rows = pd.concat([coal(status="rebounded"), coal(status="operating")], ignore_index=True)
    assert conditions(rows, catalog=catalog, on=ON)["rebounded"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("shape", "inside"),
    [
        (Point(114, 33), True),
        (Point(114.1, 33), True),
        (Point(114.1001, 33), False),
        (box(114.05, 32.9, 114.3, 33.1), True),
        (LineString([(114.2, 33), (114.3, 33)]), False),
        (None, False),
    ],
)
def test_inside_a_zone(catalog: Catalog, shape: object, inside: bool) -> None:
    """A source that touches a ban zone, be it with an edge, is inside it."""
    zones = gpd.GeoDataFrame({"kind": ["coal_ban_zone"]}, geometry=[box(113.9, 32.9, 114.1, 33.1)], crs=4326)
    rows = coal(geometry=shape)
    found = conditions(rows, catalog=catalog, on=ON, zones=zones)["zone"].tolist()
    assert found == ["coal_ban_zone" if inside else ""]


def test_a_district_is_no_condition(catalog: Catalog) -> None:
    """Lying in a district adds nothing: only zones whose kind says so do."""
    zones = gpd.GeoDataFrame({"kind": ["district"]}, geometry=[box(113.9, 32.9, 114.1, 33.1)], crs=4326)
    assert conditions(coal(), catalog=catalog, on=ON, zones=zones)["zone"].tolist() == [""]


def test_a_source_has_the_highest_priority_of_its_pairs() -> None:
    """A source near two stations has the priority of the pair that scores more."""
    pairs = pd.DataFrame(
        {
            "source_id": ["b", "a", "a"],
            "score": [20.0, 35.0, 85.0],
            "priority": ["low", "low", "high"],
            "flagged": [False, False, True],
            "reasons": ["x", "y", "z"],
        }
    )
    own = source_priority(pairs)
    assert own["priority"].to_dict() == {"a": "high", "b": "low"}
    assert own["reasons"].to_dict() == {"a": "z", "b": "x"}
