"""Workbooks whose points were read off a shifted web map: where an independent library says they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geocoordinates_ffi as independent
import geopandas as gpd
import numpy as np
import pytest
import xlsxwriter
from pyproj import Geod

import geo_registry as gr

GEOD = Geod(ellps="WGS84")
HENAN = (110.4, 31.4, 116.6, 36.4)
LUOHE = (114.0166, 33.5798)
POINTS = 300
Shift = tuple[Callable[..., Any], Callable[[Any], Any]]
BACK: dict[str, Shift] = {
    "gcj02": (independent.Gcj02, independent.gcj02_to_wgs84_refined),
    "bd09": (independent.Bd09, independent.bd09_to_wgs84_refined),
}


def given() -> list[tuple[float, float]]:
    """Scatter positions over the province, numbers as a map shows them."""
    chance = np.random.default_rng(411_100)
    lon, lat = chance.uniform(HENAN[0], HENAN[2], POINTS), chance.uniform(HENAN[1], HENAN[3], POINTS)
    return [(round(float(x), 7), round(float(y), 7)) for x, y in zip(lon, lat, strict=True)]


def taken(folder: Path, places: list[tuple[float, float]], datum: str) -> gpd.GeoDataFrame:
    """Send a workbook of places through the front door; give what the registry holds, in the book's order."""
    with xlsxwriter.Workbook(folder / "points.xlsx") as book:
        page = book.add_worksheet("散煤销售点")
        page.write_row(0, 0, ["编码", "名称", "经度", "纬度"])
        for row, (lon, lat) in enumerate(places, start=1):
            page.write_row(row, 0, [f"P{row:04d}", f"售煤点{row}", lon, lat])
    url = f"sqlite:///{folder / 'store.db'}"
    gr.init(url)
    registry = gr.open(url)
    said = registry.import_file(folder / "points.xlsx", gr.ImportOrder(datum=datum)).document
    assert (said["status"], said["accepted"]) == ("accept", len(places))
    rows: gpd.GeoDataFrame = registry.sources("coal_sales_point").sort_values("code", ignore_index=True)
    registry.close()
    return rows


@pytest.mark.parametrize("datum", BACK)
def test_a_shifted_workbook_lands_where_it_belongs(datum: str, tmp_path: Path) -> None:
    """Every point lies within 0.1 m of the independent library's place, and its own numbers are kept."""
    places = given()
    rows = taken(tmp_path, places, datum)
    make, back = BACK[datum]
    truth = [back(make(lat=lat, lon=lon)) for lon, lat in places]
    apart = GEOD.inv(rows.geometry.x, rows.geometry.y, [one.lon for one in truth], [one.lat for one in truth])
    assert np.max(apart[2]) < 0.1
    assert list(zip(rows["x_given"].astype(float), rows["y_given"].astype(float), strict=True)) == places
    assert set(rows["datum"]) == {datum}


def test_a_shifted_point_called_wgs84_lies_574_m_off(tmp_path: Path) -> None:
    """A GCJ-02 point of Luohe that is called WGS 84 lies 574 m from its place: why nothing is guessed."""
    there = independent.wgs84_to_gcj02(independent.Wgs84(lat=LUOHE[1], lon=LUOHE[0]))
    rows = taken(tmp_path, [(there.lon, there.lat)], "wgs84")
    apart_m = GEOD.inv(*LUOHE, rows.geometry.x[0], rows.geometry.y[0])[2]
    assert apart_m == pytest.approx(574, abs=1)
