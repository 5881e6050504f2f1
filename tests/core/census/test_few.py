"""A few records told in known words, and counts that are changed by what an edit took away and brought."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_registry.catalog import load
from geo_registry.core.audit import AuditRequest
from geo_registry.core.census import Census, Measure, Rows, Words, census_of, few_of
from geo_registry.core.kinds import Catalog
from geo_registry.live.standing import Standing
from tests.core.census.test_census import ON, STATIONS, frame, sources

REQUEST = AuditRequest(on=ON, rings_m=(800.0, 3000.0, 7000.0), kinds=("brick_kiln", "construction_site"))


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


def written(known: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Write records as the store does: missing cells as None, days as ISO texts, points as two numbers."""
    table = pd.DataFrame(known).astype(object).where(pd.DataFrame(known).notna(), None)
    rows = [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]
    for row in rows:
        row |= {
            name: cell.strftime("%Y-%m-%d") for name, cell in row.items() if isinstance(cell, pd.Timestamp)
        }
        shape = row["geometry"]
        if isinstance(shape, shapely.Point):
            row |= {"lon": shape.x, "lat": shape.y, "geometry": None}
    return rows


def told(census: Census) -> list[tuple[Any, ...]]:
    """Tell the rows of a census in full, in an order of their own."""
    states = census.states.astype(object).where(census.states.notna(), None)
    areas = census.areas.astype(object).where(census.areas.notna(), None)
    shapes = dict(zip(census.shaped.tolist(), shapely.to_wkt(census.shapes), strict=True))
    rows = []
    for place, row in enumerate(zip(*census.rows, strict=True)):
        own = Rows(*row)
        said = *states.iloc[own.state], *areas.iloc[own.area], shapes.get(place)
        numbers = own.ids, own.lon, own.lat, own.accuracy_m, own.first_day, own.last_day, own.synthetic
        rows.append(tuple(map(str, (*numbers, *said))))
    return sorted(rows)


@settings(max_examples=60, deadline=None)
@given(st.lists(sources(), min_size=1, max_size=12), st.integers(0, 12))
def test_a_few_rows_are_told_as_frames_are(catalog: Catalog, rows: list[dict[str, Any]], cut: int) -> None:
    """Plain values give what a frame of the same gives, and nothing where a word is not known."""
    known = frame(rows)
    whole = census_of(known, catalog)
    found = few_of(written(known), Words.of(whole), catalog)
    assert found is not None
    assert told(found) == told(whole)
    some = Words.of(census_of(known.iloc[:cut].reset_index(drop=True), catalog))
    again = few_of(written(known), some, catalog)
    assert again is None or told(again) == told(whole)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(sources(), max_size=12),
    st.lists(st.tuples(st.sets(st.integers(0, 14), min_size=1, max_size=3), st.lists(sources(), max_size=3))),
)
def test_counts_follow_edits(
    catalog: Catalog, rows: list[dict[str, Any]], edits: list[tuple[set[int], list[dict[str, Any]]]]
) -> None:
    """Counts changed by each edit's difference are those that are made of all records anew."""
    known = frame(rows)
    now = Standing.of(census_of(known, catalog), 1)
    sums, city = _counted(now.base, catalog)
    for revision, (touched, came) in enumerate(edits, 2):
        ids = sorted(touched)[: len(came)]
        fresh = frame(came[: len(ids)])
        fresh["id"] = pd.Series([f"{7 * number + 1:016x}" for number in ids], dtype="str")
        gone = np.array([7 * number + 1 for number in sorted(touched)], dtype=np.uint64)
        held = ~known["id"].isin([f"{int(one):016x}" for one in gone])
        known = gpd.GeoDataFrame(pd.concat([known[held], fresh], ignore_index=True), crs=4326)
        later = now.moved_on(revision, gone, census_of(fresh, catalog))
        for part, sign in later.parts_since(now, gone) or ():
            more, once = _counted(part, catalog)
            sums, city = sums.plus(more, sign), city.plus(once, sign)
        now = later
    whole, once = _counted(census_of(known, catalog), catalog)
    assert np.array_equal(sums.exclusive, whole.exclusive)
    assert np.array_equal(city.sums.exclusive, once.sums.exclusive)


def _counted(census: Census, catalog: Catalog) -> Any:  # noqa: ANN401 (two sums)
    made = Measure.of(census.states, STATIONS, catalog=catalog, request=REQUEST)
    return made.tally(census).sums(), made.city(census)
