"""The narrow view and its tally: the same numbers as the audit of whole frames."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import LineString, Point, box

from geo_registry.catalog import load
from geo_registry.core.audit import Audit, AuditRequest, audit
from geo_registry.core.census import Census, Tally, census_of, city_of, frame_of, hexed, joined, tally
from geo_registry.core.frame import conform
from geo_registry.core.kinds import Catalog

ON = date(2026, 6, 1)
KINDS = ("brick_kiln", "coal_sales_point", "construction_site", "monitoring_station")
STATIONS = gpd.GeoDataFrame(
    {"id": ["a", "b", "c"], "code": ["B", "A", "C"], "name": ["乙", "甲", "丙"]},
    geometry=np.array([Point(114.02, 33.58), Point(114.05, 33.6), None]),
    crs=4326,
)
ZONES = gpd.GeoDataFrame(
    {"id": ["z"], "kind": ["coal_ban_zone"]}, geometry=[box(114.0, 33.55, 114.04, 33.6)], crs=4326
)
Counted = Callable[[list[gpd.GeoDataFrame], AuditRequest], tuple[Tally, Audit]]
Narrowed = Callable[[gpd.GeoDataFrame], Census]


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


@pytest.fixture(scope="module")
def narrowed(catalog: Catalog) -> Narrowed:
    """Return the narrow view by the project's own layer files."""
    return lambda frame: census_of(frame, catalog)


@pytest.fixture(scope="module")
def counted(catalog: Catalog, narrowed: Narrowed) -> Counted:
    """Return the tally of some parts, joined, beside the audit of the whole."""

    def count(parts: list[gpd.GeoDataFrame], request: AuditRequest) -> tuple[Tally, Audit]:
        census = joined([narrowed(part.reset_index(drop=True)) for part in parts])
        whole = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=4326)
        return (
            tally(census, STATIONS, catalog=catalog, request=request, zones=ZONES),
            audit(whole, STATIONS, catalog=catalog, request=request, zones=ZONES),
        )

    return count


places = st.tuples(st.floats(113.96, 114.08), st.floats(33.53, 33.63))
days = st.sampled_from([None, "2026-01-01", "2026-06-01", "2026-06-02", "2030-01-01"])
COLUMNS = "kind status geometry valid_from valid_to next_recheck district accuracy_m".split()


@st.composite
def sources(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one record of any kind: a point, a line, an area or nowhere, valid for some time."""
    lon, lat = draw(places)
    point, line = Point(lon, lat), LineString([(lon, lat), (lon + 0.01, lat)])
    shapes = [point, point, line, box(lon, lat, lon + 0.01, lat + 0.01), None]
    drawn = (
        st.sampled_from(KINDS),
        st.sampled_from([None, "registered", "operating", "rebounded", "closed", "void"]),
        st.sampled_from(shapes),
        *[days] * 3,
        st.sampled_from([None, "郾城区", "源汇区"]),
        st.sampled_from([None, 10.0, 500.0]),
    )
    return dict(zip(COLUMNS, map(draw, drawn), strict=True))


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Make a canonical frame; ids are numbers of 16 hex digits."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    ids = pd.Series([f"{7 * number + 1:016x}" for number in range(len(rows))], dtype="str")
    return conform(table.assign(id=ids, next_recheck=pd.to_datetime(table["next_recheck"])))


@settings(max_examples=60, deadline=None)
@given(st.lists(sources(), max_size=25), st.sampled_from(["active", "all"]), st.integers(0, 25))
def test_the_tally_is_the_audit_without_pairs(
    counted: Counted, rows: list[dict[str, Any]], statuses: str, cut: int
) -> None:
    """Counts and scores from numbers alone are those of the audit, however rows are parted and joined."""
    known = frame(rows)
    request = AuditRequest(on=ON, rings_m=(800.0, 3000.0, 7000.0), statuses=statuses)
    found, audited = counted([known.iloc[:cut], known.iloc[cut:]], request)
    assert_frame_equal(found.summary(), audited.summary)
    scores = found.scores().set_index("station_id")
    for station, pairs in audited.pairs.groupby("station_id"):
        own, graded = scores.loc[station], pairs["priority"].value_counts()
        told = len(pairs), pairs["score"].sum(), pairs["score"].max()
        assert (own["pairs"], own["score_sum"], own["score_max"]) == told
        names = ("high", "medium", "low")
        assert [own[name] for name in names] == [graded.get(name, 0) for name in names]
    assert scores["pairs"].sum() == len(audited.pairs)


@given(st.lists(sources(), min_size=1, max_size=25))
def test_a_census_holds_every_record_once(narrowed: Narrowed, rows: list[dict[str, Any]]) -> None:
    """Id, place, days, state and area of each row come back, whatever the order."""
    known = frame(rows)
    census = narrowed(known)
    by_id = known.set_index("id").loc[hexed(census.rows.ids)]
    assert sorted(by_id.index) == sorted(known["id"])
    assert census.states["kind"].to_numpy()[census.rows.state].tolist() == by_id["kind"].tolist()
    district = pd.Series(census.areas["district"].to_numpy()[census.rows.area])
    assert district.fillna("").tolist() == by_id["district"].fillna("").tolist()
    geometry = by_id.geometry.to_numpy()
    points = geometry[: len(census.grid.key)]
    assert shapely.get_x(points).tolist() == census.rows.lon[: len(points)].tolist()
    assert census.shapes.tolist() == geometry[census.shaped].tolist()
    true = ~(by_id["valid_from"] > pd.Timestamp(ON)) & ~(by_id["valid_to"] < pd.Timestamp(ON))
    found = census.valid(ON)
    assert (np.ones(len(census), bool) if found is None else found).tolist() == true.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(sources(), max_size=25), st.sampled_from(["active", "all"]))
def test_the_city_counts_each_source_once(
    catalog: Catalog, narrowed: Narrowed, rows: list[dict[str, Any]], statuses: str
) -> None:
    """City totals from numbers alone are those of the audit, and made-up sources are counted where listed."""
    known = frame(rows)
    known["synthetic"] = [number % 3 == 0 for number in range(len(known))]
    request = AuditRequest(on=ON, rings_m=(800.0, 3000.0, 7000.0), statuses=statuses)
    found = city_of(narrowed(known), STATIONS, catalog=catalog, request=request)
    audited = audit(known, STATIONS, catalog=catalog, request=request)
    assert_frame_equal(found.totals, audited.totals)
    assert found.synthetic == known.set_index("id")["synthetic"][audited.pairs["source_id"].unique()].sum()


@settings(max_examples=60, deadline=None)
@given(st.lists(sources(), max_size=25))
def test_rows_told_again_are_audited_alike(
    catalog: Catalog, narrowed: Narrowed, rows: list[dict[str, Any]]
) -> None:
    """The audit of rows told from numbers has every pair and score of the audit of the rows themselves."""
    known = frame(rows)
    told = frame_of(narrowed(known))
    request = AuditRequest(on=ON, rings_m=(800.0, 3000.0, 7000.0), statuses="all")
    expected = audit(known, STATIONS, catalog=catalog, request=request, zones=ZONES)
    found = audit(told, STATIONS, catalog=catalog, request=request, zones=ZONES)
    assert_frame_equal(found.pairs, expected.pairs)
    assert_frame_equal(found.summary, expected.summary)
    assert_frame_equal(found.siting, expected.siting)
    assert found.near_misses.equals(expected.near_misses)
