from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.kinds import Catalog
from geo_registry.core.space.datums import from_wgs84
from geo_registry.errors import ValueRefused
from geo_registry.publish.export import ExportRequest, Stamp, export, export_table, workbook
from geo_registry.publish.export.delimited import safe
from tests.publish.export_world import POINT, SHAPES, csv_rows, members, real_catalog, records

STAMP = Stamp(revision=12, parameters={"status": "active"})
KIND = "construction_site"
POINTS = "coal_sales_point"
STARTERS = "=+-@\t\r\n＝＋－＠"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Return the real catalog."""
    return real_catalog()


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Read the cells of every sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def pairs() -> pd.DataFrame:
    """Make two pairs of an audit, in the order of its columns."""
    return pd.DataFrame(
        {
            "station_code": ["1089A", "1089A"],
            "kind": ["brick_kiln", "brick_kiln"],
            "name": ["甲窑", "乙窑"],
            "distance_m": [1000.00041, 0.0],
            "ring_m": [3000.0, 1000.0],
            "uncertain": pd.array([True, None], dtype="boolean"),
        }
    )


# ------------------------------------------------------------------------------------------- CSV


@given(text=st.text(min_size=1))
def test_no_cell_can_be_run(text: str) -> None:
    """A cell never starts as a formula does unless it is a plain number, and loses nothing but by a mark."""
    found = safe(text)
    assert found in {text, f"'{text}"}
    assert found[0] not in STARTERS or text.lstrip("+-").replace(".", "", 1).isdigit()


@pytest.mark.parametrize("text", ["-3.5", "+86", "张三", "a=b", "3-5"])
def test_harmless_cells_are_left_alone(text: str) -> None:
    """Numbers with a sign and ordinary texts get no apostrophe."""
    assert safe(text) == text


@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=5)
)
def test_any_text_comes_back_from_csv(texts: list[str]) -> None:
    """Whatever a text holds, quotes, commas, line ends or emoji, a CSV reader gives it back."""
    table = pd.DataFrame({"name": pd.Series(texts, dtype="str"), "stranger": 1})
    made = export_table(table, real_catalog(), name="pairs", request=ExportRequest("csv", STAMP))
    assert [row["name"] for row in csv_rows(made.content)] == [safe(text) if text else "" for text in texts]


def test_a_csv_holds_every_value(catalog: Catalog) -> None:
    """Every value of every kind is in its CSV under our field names: dates as ISO, yes as true."""
    frames = {name: records(kind) for name, kind in catalog.kinds.items()}
    found = members(export(frames, catalog, ExportRequest("csv", STAMP)).content)
    for kind, frame in frames.items():
        rows = csv_rows(found[f"{kind}.csv"])
        assert set(rows[0]) - {"lon", "lat", "wkt"} == set(frame.columns) - {"geometry"}
        for row, (_, own) in zip(rows, frame.iterrows(), strict=True):
            for name, value in own.drop("geometry").items():
                assert row[str(name)] == as_cell(value)


def as_cell(value: Any) -> str:  # noqa: ANN401
    """Write a value as a CSV should."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, str):
        return safe(value)
    return (
        str(value).lower()
        if str(value) in {"True", "False"}
        else repr(getattr(value, "item", lambda: value)()).removesuffix(".0")
    )


def test_places_stand_in_columns(catalog: Catalog) -> None:
    """Points have longitude and latitude, other shapes WKT, rows without a place neither."""
    made = export({KIND: records(catalog.kinds[KIND], rows=3)}, catalog, ExportRequest("csv", STAMP))
    point, polygon, nowhere = csv_rows(made.content)
    assert (float(point["lon"]), float(point["lat"])) == pytest.approx(POINT, abs=1e-9)
    assert point["wkt"] == ""
    assert (polygon["lon"], polygon["lat"]) == ("", "")
    assert shapely.from_wkt(polygon["wkt"]) == SHAPES["polygon"]
    assert (nowhere["lon"], nowhere["lat"], nowhere["wkt"]) == ("", "", "")


def test_projected_places_are_called_what_they_are(catalog: Catalog) -> None:
    """In a plane the columns are easting and northing: x and y mean the opposite to a Chinese surveyor."""
    frame = records(catalog.kinds[POINTS], rows=1)
    made = export({POINTS: frame}, catalog, ExportRequest("csv", STAMP, crs="EPSG:4547"))
    (row,) = csv_rows(made.content)
    easting, northing = from_wgs84(*POINT, "EPSG:4547")
    assert float(row["easting"]) == pytest.approx(float(easting), abs=1e-4)
    assert float(row["northing"]) == pytest.approx(float(northing), abs=1e-4)


def test_a_chinese_csv_is_chinese_throughout(catalog: Catalog) -> None:
    """With Chinese names the headings are labels, fixed values are words, and yes and no are 是 and 否."""
    frame = records(catalog.kinds[POINTS], rows=2)
    frame["status"] = ["rectifying", "lead"]
    made = export({POINTS: frame}, catalog, ExportRequest("csv", STAMP, names="zh", encoding="utf-8"))
    first, second = csv_rows(made.content)
    assert (first["类别"], first["状态"], first["示例数据"]) == ("散煤销售点", "整改中", "是")
    assert (second["状态"], second["示例数据"]) == ("线索", "否")
    assert {"经度", "纬度"} <= set(first)


def test_csv_says_its_encoding(catalog: Catalog) -> None:
    """UTF-8 starts with a byte-order mark, GBK is GBK, and the media type names which."""
    frame = records(catalog.kinds[POINTS], texts=("漯河",), rows=1)
    utf8 = export({POINTS: frame}, catalog, ExportRequest("csv", STAMP))
    gbk = export({POINTS: frame}, catalog, ExportRequest("csv", STAMP, encoding="gbk"))
    assert utf8.content.startswith(b"\xef\xbb\xbf")
    assert (utf8.media_type, gbk.media_type) == ("text/csv; charset=utf-8", "text/csv; charset=gbk")
    assert gbk.content.decode("gbk") == utf8.content.decode("utf-8-sig")


# ---------------------------------------------------------------------------------------- GeoJSON


def test_geojson_holds_every_record(catalog: Catalog) -> None:
    """Features have the records' ids and properties by field name, null where nothing is known."""
    frames = {name: records(kind) for name, kind in catalog.kinds.items()}
    found = json.loads(export(frames, catalog, ExportRequest("geojson", STAMP)).content)
    whole = pd.concat([pd.DataFrame(frame) for frame in frames.values()]).set_index("id")
    assert found["geo_registry"] == {
        "revision": 12,
        "catalog": catalog.digest,
        "crs": "EPSG:4326",
        "synthetic": True,
        "parameters": {"status": "active"},
    }
    assert [feature["id"] for feature in found["features"]] == list(whole.index)
    for feature in found["features"]:
        own = whole.loc[feature["id"]]
        assert (feature["geometry"] is None) == (own["geometry"] is None)
        for name, value in feature["properties"].items():
            assert value == (None if pd.isna(own[name]) else as_json(own[name]))


def as_json(value: Any) -> object:  # noqa: ANN401
    """Give a value as JSON should hold it."""
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


def test_geojson_follows_its_standard(catalog: Catalog) -> None:
    """Coordinates have seven digits, longitude first; outer rings run counter-clockwise; GDAL reads it."""
    frame = records(catalog.kinds[KIND], rows=3)
    content = export({KIND: frame}, catalog, ExportRequest("geojson", STAMP)).content
    point, polygon, nowhere = (feature["geometry"] for feature in json.loads(content)["features"])
    assert point["coordinates"] == [114.0123457, 33.5876543]
    assert shapely.LinearRing(polygon["coordinates"][0]).is_ccw
    assert nowhere is None
    read = pyogrio.read_dataframe(content)
    assert list(read["id"]) == list(frame["id"])
    assert read.crs == "EPSG:4326"


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_geojson_says_so(catalog: Catalog, datum: str) -> None:
    """Shifted coordinates are told by the file's name and by the stamp."""
    frame = records(catalog.kinds[POINTS], rows=1)
    made = export({POINTS: frame}, catalog, ExportRequest("geojson", STAMP, datum=datum))
    found = json.loads(made.content)
    assert made.name == f"{POINTS}_{datum}_r12.geojson"
    assert found["geo_registry"]["crs"] == datum
    wanted = [float(value) for value in from_wgs84(*POINT, datum)]
    assert found["features"][0]["geometry"]["coordinates"] == pytest.approx(wanted, abs=5.1e-8)


# ------------------------------------------------------------------------------------------- XLSX


def in_cell(value: Any) -> object:  # noqa: ANN401
    """Give a value as a cell holds it: numbers to sixteen digits."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return pytest.approx(value, rel=1e-15) if isinstance(value, float) else value


def test_a_workbook_keeps_types(catalog: Catalog) -> None:
    """Numbers are numbers, dates dates, yes and no booleans, and no text becomes a formula or a link."""
    frames = {name: records(kind) for name, kind in catalog.kinds.items()}
    content = export(frames, catalog, ExportRequest("xlsx", STAMP)).content
    found = sheets(content)
    assert list(found) == ["说明", *frames]
    for kind, frame in frames.items():
        headings, *rows = found[kind]
        places = {"lon", "lat", "wkt"}
        for cells, (_, own) in zip(rows, frame.iterrows(), strict=True):
            row = dict(zip(headings, cells, strict=True))
            for name in set(headings) - places:
                value = row[name].date() if isinstance(row[name], dt.datetime) else row[name]
                assert value == in_cell(own[name])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


def test_a_workbook_is_ready_to_use(catalog: Catalog) -> None:
    """The first sheet has the stamp and the dictionary; each other one a frozen heading and filters."""
    frame = records(catalog.kinds[POINTS], rows=2)
    content = export({POINTS: frame}, catalog, ExportRequest("xlsx", STAMP, names="zh")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["说明", "散煤销售点"]
    notes = "\n".join(str(cell) for row in book["说明"].iter_rows(values_only=True) for cell in row if cell)
    assert "12" in notes
    assert catalog.digest in notes
    assert "示例数据" in notes
    assert "stock_t" in notes
    assert book["散煤销售点"].freeze_panes == "A2"
    assert book["散煤销售点"].auto_filter.ref.startswith("A1:")


def test_a_text_too_long_for_a_cell_is_named(catalog: Catalog) -> None:
    """What a cell cannot hold is left out of it and named on the first sheet, not dropped in silence."""
    frame = records(catalog.kinds[POINTS], texts=("短",), rows=2)
    frame.loc[1, "extra"] = "长" * (workbook.MAX_TEXT + 1)
    found = sheets(export({POINTS: frame}, catalog, ExportRequest("xlsx", STAMP)).content)
    said = [row[0] for row in found["说明"] if row[0] and f"{POINTS}-1" in row[0]]
    assert len(said) == 1
    assert "extra" in said[0]
    place = found[POINTS][0].index("extra")
    assert found[POINTS][2][place] is None


def test_more_rows_than_a_sheet_are_refused(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that does not fit on a sheet is refused with its size."""
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with pytest.raises(ValueRefused) as refused:
        export({POINTS: records(catalog.kinds[POINTS], rows=4)}, catalog, ExportRequest("xlsx", STAMP))
    assert (refused.value.code, refused.value.details["value"]) == ("SHEET_TOO_LARGE", 4)


# ------------------------------------------------------------------------------------------ tables


def test_pairs_keep_their_order_and_millimetres(catalog: Catalog) -> None:
    """An audit's pairs keep the contract's column order; distances have three decimals in every format."""
    request = ExportRequest("csv", STAMP)
    made = export_table(pairs(), catalog, name="audit_pairs", request=request)
    assert made.name == "audit_pairs_r12.csv"
    lines = made.content.decode("utf-8-sig").splitlines()
    assert lines == [
        "station_code,kind,name,distance_m,ring_m,uncertain",
        "1089A,brick_kiln,甲窑,1000.000,3000,true",
        "1089A,brick_kiln,乙窑,0.000,1000,",
    ]
    plain = json.loads(
        export_table(pairs(), catalog, name="audit_pairs", request=ExportRequest("json", STAMP)).content
    )
    assert plain["rows"][0]["distance_m"] == 1000.0
    assert plain["rows"][1]["uncertain"] is None
    assert plain["geo_registry"]["revision"] == 12


def test_pairs_may_have_places(catalog: Catalog) -> None:
    """A table given with places is a spatial file: a feature a pair, in the pairs' order."""
    places = gpd.GeoSeries([SHAPES["point"], SHAPES["polygon"]], crs="EPSG:4326", index=[7, 9])
    made = export_table(
        pairs(), catalog, name="audit_pairs", request=ExportRequest("geojson", STAMP), geometry=places
    )
    found = json.loads(made.content)["features"]
    assert [feature["geometry"]["type"] for feature in found] == ["Point", "Polygon"]
    assert [feature["properties"]["name"] for feature in found] == ["甲窑", "乙窑"]


def test_tables_of_synthetic_rows_say_so(catalog: Catalog) -> None:
    """Where a table has no mark of its own, the stamp tells that its rows stem from synthetic ones."""
    request = ExportRequest("json", Stamp(revision=3, synthetic=True))
    found = json.loads(export_table(pairs(), catalog, name="audit_pairs", request=request).content)
    assert found["geo_registry"]["synthetic"] is True


# ------------------------------------------------------------------------------------ same in, same out


@pytest.mark.parametrize("form", ["csv", "geojson", "xlsx"])
def test_the_same_rows_give_the_same_bytes(catalog: Catalog, form: str) -> None:
    """Nothing in a file depends on when or how often it was made: dates inside are fixed."""
    frames = {name: records(catalog.kinds[name]) for name in (KIND, POINTS)}
    made = export(frames, catalog, ExportRequest(form, STAMP))
    assert export(frames, catalog, ExportRequest(form, STAMP)).content == made.content
    if made.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
            created = [archive.read(name) for name in archive.namelist() if name == "docProps/core.xml"]
        assert all(b"1980-01-01T00:00:00Z" in body for body in created)
