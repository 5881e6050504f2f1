"""Districts: filled where they lack, doubted where they differ, and what they say of the datum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_registry.core.frame import conform
from geo_registry.core.ledger.places import datum_fit, fill_districts
from geo_registry.core.space.datums import from_wgs84
from tests.core.ledger.ledger_world import RULES, checked, grid, only, told

DISTRICTS = gpd.GeoDataFrame(
    {"name": ["漯河市", "源汇区", "郾城区"], "code": ["411100", "411102", "411103"]},
    geometry=[
        shapely.box(113.9, 33.4, 114.3, 33.8),
        shapely.box(114.0, 33.5, 114.1, 33.6),
        shapely.box(114.0, 33.6, 114.1, 33.7),
    ],
    crs="EPSG:4326",
)


def rows(*placed: tuple[str | None, float | None, float]) -> gpd.GeoDataFrame:
    """Make canonical rows: the district stated, longitude, latitude."""
    points = [None if lon is None else shapely.Point(lon, lat) for _, lon, lat in placed]
    frame = pd.DataFrame({"district": [said for said, *_ in placed], "row": range(2, 2 + len(placed))})
    return conform(frame.assign(geometry=pd.Series(points, dtype=object)))


def test_an_empty_district_is_the_smallest_polygon_that_holds_the_place() -> None:
    """Of city and county the county is filled in; outside of all, and without a place, nothing is."""
    filled, findings = fill_districts(
        rows((None, 114.05, 33.55), (None, 114.2, 33.5), (None, 115.0, 33.5), (None, None, 0)), DISTRICTS
    )
    assert filled["district"].fillna("").tolist() == ["源汇区", "漯河市", "", ""]
    assert findings == []


@pytest.mark.parametrize("said", ["源汇区", "源汇", "411102", "漯河市源汇区", "源汇 区", "漯河市", "漯河"])
def test_a_stated_district_that_holds_the_place_is_right(said: str) -> None:
    """Name, short name, code, or what the district lies in: all are true, and stay as they were written."""
    filled, findings = fill_districts(rows((said, 114.05, 33.55)), DISTRICTS)
    assert (filled["district"].tolist(), findings) == ([said], [])


def test_a_stated_district_elsewhere_is_warned_with_its_distance() -> None:
    """A place 0.01° south of the district it states is 1,109 m away and lies in another."""
    _, findings = fill_districts(rows(("郾城", 114.05, 33.59)), DISTRICTS)
    found = only(findings)
    assert (found.code, found.row, found.value) == ("DISTRICT_MISMATCH", 2, "郾城")
    assert found.details == {"found": "源汇区", "distance_m": pytest.approx(1109.2, abs=0.1)}


def test_districts_that_are_no_polygon_are_not_judged() -> None:
    """A functional zone without borders of its own may be stated anywhere."""
    assert fill_districts(rows(("经开区", 114.05, 33.55), ("示范区", 115.0, 33.5)), DISTRICTS)[1] == []


def test_a_place_outside_of_all_districts_is_told_so() -> None:
    """Where no polygon holds the place there is no other district to name."""
    _, findings = fill_districts(rows(("源汇区", 114.5, 33.55)), DISTRICTS)
    assert only(findings).details["found"] is None


def test_validation_fills_and_doubts_districts() -> None:
    """A ledger checked against districts has its blanks filled and its mismatches warned."""
    ledger = grid(
        [
            ["名称", "区县", "经度", "纬度"],
            ["甲", None, "114.0501", "33.5501"],
            ["乙", "郾城区", "114.0602", "33.5502"],
        ]
    )
    result = checked(ledger, "coal_sales_point", replace(RULES, districts=DISTRICTS))
    assert result.frame["district"].tolist() == ["源汇区", "郾城区"]
    assert told(result) == [(3, "DISTRICT_MISMATCH")]


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_the_right_datum_fits_the_stated_districts_best(shared_data: Path, datum: str) -> None:
    """Points scattered over Luohe's real counties fit them wholly in the datum they were written in."""
    counties = gpd.read_file(shared_data / "luohe_admin_wgs84.geojson").dropna(subset="district")
    names = {"name": counties["district"], "code": counties["adcode"]}
    districts = gpd.GeoDataFrame(names, geometry=counties.geometry)
    random = np.random.default_rng(7)
    west, south, east, north = districts.total_bounds
    lon, lat = random.uniform(west, east, 4000), random.uniform(south, north, 4000)
    held = gpd.sjoin(gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326"), districts)
    held = held[~held.index.duplicated()]
    x, y = from_wgs84(held.geometry.x.to_numpy(), held.geometry.y.to_numpy(), datum)
    fits = datum_fit(x, y, held["name"].reset_index(drop=True), districts)
    fit = {name: one.share or 0 for name, one in fits.items()}
    assert max(fit, key=lambda name: fit[name]) == datum
    assert fit[datum] > 0.999
    assert sorted(fit.values())[-2] < 0.99


@pytest.mark.parametrize("districts", [DISTRICTS, DISTRICTS[:0], None], ids=["others", "empty", "none"])
def test_nothing_is_said_of_the_datum_without_known_districts(districts: gpd.GeoDataFrame | None) -> None:
    """Rows that state no district we know have their places, but no share, not zero."""
    fits = datum_fit([114.05, np.nan], [33.55, np.nan], pd.Series(["某区", "源汇区"]), districts)
    assert [one.share for one in fits.values()] == [None] * 3
    assert fits["wgs84"].lon[0] == 114.05
    assert fits["gcj02"].lon[0] < 114.05
    assert not any(one.judged.any() or np.isfinite(one.lon[1]) for one in fits.values())
