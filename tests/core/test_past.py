"""Two audits side by side: what is new, gone or other than before, against a plain comparison of rows."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point

from geo_registry.catalog import load
from geo_registry.core.audit import Audit, AuditRequest, audit
from geo_registry.core.audit.past import Changes, compare
from geo_registry.core.kinds import Catalog
from geo_registry.errors import ValueRefused

GEOD = Geod(ellps="WGS84")
HERE = (114.02, 33.58)
ONE, TWO = date(2026, 6, 1), date(2026, 7, 1)
KINDS = ("brick_kiln", "coal_sales_point")
STATUSES = ("operating", "closed", "rebounded")


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


def away(distance_m: float, azimuth_deg: float) -> Point:
    """Place a point so far from here, by GeographicLib."""
    lon, lat, _ = GEOD.fwd(*HERE, azimuth_deg, distance_m)
    return Point(lon, lat)


def asked(catalog: Catalog, on: date, *rows: dict[str, object], **more: object) -> Audit:
    """Audit sources, every status listed, round one station."""
    columns = ["id", "code", "kind", "status", "geometry"]
    table = pd.DataFrame(list(rows), columns=[*columns, *{key for row in rows for key in row} - {*columns}])
    sources = gpd.GeoDataFrame(table, geometry="geometry", crs=4326)
    here = gpd.GeoDataFrame({"id": ["s"], "code": ["S"]}, geometry=[Point(HERE)], crs=4326)
    request = AuditRequest(**({"on": on, "statuses": "all"} | more))  # type: ignore[arg-type]
    return audit(sources, here, catalog=catalog, request=request)


def source(code: str, place: Point, kind: str = "brick_kiln", **more: object) -> dict[str, object]:
    """Write one source's row."""
    return {"id": code, "code": code, "kind": kind, "status": "operating", "geometry": place} | more


def told(found: Changes) -> dict[str, tuple[str, str]]:
    """Read which source changed in which way."""
    columns = (found.table[name].tolist() for name in ("source_id", "change", "differs"))
    return {code: (change, differs) for code, change, differs in zip(*columns, strict=True)}


def test_each_way_of_changing_is_named(catalog: Catalog) -> None:
    """New, gone, another status, another ring, another score and another place are each called so."""
    before = (
        source("gone", away(900, 10)),
        source("same", away(950, 20)),
        source("closed", away(2000, 30)),
        source("nearer", away(3001, 40)),
        source("aside", away(2500, 50)),
        source("late", away(2600, 60), valid_to=pd.Timestamp("2030-01-01")),
    )
    after = (
        source("same", away(950, 20)),
        source("closed", away(2000, 30), status="closed"),
        source("nearer", away(2999, 40)),
        source("aside", away(2500, 51)),
        source("late", away(2600, 60), status="rebounded"),
        source("new", away(4000, 70)),
    )
    found = compare(asked(catalog, ONE, *before), asked(catalog, TWO, *after))
    assert told(found) == {
        "new": ("new", ""),
        "gone": ("gone", ""),
        "closed": ("changed", "status"),
        "nearer": ("changed", "ring;score;moved"),
        "aside": ("changed", "moved"),
        "late": ("changed", "status;score"),
    }
    moved_m = found.table.set_index("source_id")["moved_m"]
    aside = before[4]["geometry"], after[3]["geometry"]
    _, _, between_m = GEOD.inv(aside[0].x, aside[0].y, aside[1].x, aside[1].y)  # type: ignore[attr-defined]
    assert moved_m["aside"] == pytest.approx(between_m, abs=0.001)
    assert moved_m["nearer"] == pytest.approx(2, abs=1e-6)
    assert math.isnan(moved_m["new"])


def test_the_same_audit_twice_has_no_changes(catalog: Catalog) -> None:
    """Nothing differs from itself, and the sums say how many stayed."""
    one = asked(catalog, ONE, source("a", away(900, 10)), source("b", away(1900, 10), status="closed"))
    found = compare(one, one)
    assert found.table.empty
    every = found.sums[found.sums["kind"] == "all"].iloc[0]
    assert every[["before", "gone", "new", "after", "changed"]].tolist() == [2, 0, 0, 2, 0]
    assert every[["active_before", "active_after"]].tolist() == [1, 1]


def test_nothing_at_either_time_is_no_change(catalog: Catalog) -> None:
    """A station without any source has no changes and a row of zeros."""
    nothing = asked(catalog, ONE)
    sums = compare(nothing, nothing).sums
    assert sums["kind"].tolist() == ["all"]
    assert sums["after"].tolist() == [0]


@pytest.mark.parametrize("other", [{"rings_m": (1000, 3000)}, {"statuses": "active"}, {"kinds": KINDS[:1]}])
def test_other_questions_are_not_compared(catalog: Catalog, other: dict[str, object]) -> None:
    """What a wider ring, another status or another kind brings in has not changed: it is refused."""
    with pytest.raises(ValueRefused, match="VALUE_INVALID"):
        compare(asked(catalog, ONE), asked(catalog, TWO, **other))


States = dict[str, tuple[str, str, int]]
state = st.tuples(st.sampled_from(KINDS), st.sampled_from(STATUSES), st.sampled_from((400, 1500, 4500, 9000)))
states = st.dictionaries(st.sampled_from("abcdefgh"), state, max_size=8)


@settings(max_examples=40, deadline=None)
@given(states, states)
def test_changes_are_the_difference_of_two_lists(catalog: Catalog, before: States, after: States) -> None:
    """For any two states the changes are those of two plain dictionaries, and the sums add up."""
    after = {code: (before[code][0] if code in before else now[0], *now[1:]) for code, now in after.items()}
    rows = [
        [
            source(code, away(reach_m, 45), kind, status=status)
            for code, (kind, status, reach_m) in known.items()
        ]
        for known in (before, after)
    ]
    found = compare(asked(catalog, ONE, *rows[0]), asked(catalog, TWO, *rows[1]))
    was, is_now = ({code: one for code, one in known.items() if one[2] <= 5000} for known in (before, after))
    changed = {code for code in was.keys() & is_now.keys() if was[code] != is_now[code]}
    assert {code: change for code, (change, _) in told(found).items()} == {
        **dict.fromkeys(is_now.keys() - was.keys(), "new"),
        **dict.fromkeys(was.keys() - is_now.keys(), "gone"),
        **dict.fromkeys(changed, "changed"),
    }
    for kind in (*KINDS, "all"):
        row = found.sums[found.sums["kind"] == kind]
        sides = [{code for code, one in known.items() if kind in {"all", one[0]}} for known in (was, is_now)]
        expected = [len(sides[0]), len(sides[0] - sides[1]), len(sides[1] - sides[0]), len(sides[1])]
        seen = row[["before", "gone", "new", "after"]].to_numpy().ravel().tolist() or [0, 0, 0, 0]
        assert seen == expected
        assert row["changed"].sum() == len(changed & sides[0])
