from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geo_registry.core.kinds import Catalog
from geo_registry.errors import CRSError, Refused, ValueRefused
from geo_registry.publish.export import TABLE_FORMATS, ExportRequest, Stamp, export, export_table
from tests.publish.export_world import csv_rows, members, real_catalog, records

POINTS = "coal_sales_point"
REQUEST = ExportRequest("csv", Stamp(revision=12))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Return the real catalog."""
    return real_catalog()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"format": "dwg"}, "FORMAT_UNKNOWN"),
        ({"format": "json"}, "FORMAT_UNKNOWN"),
        ({"encoding": "big5"}, "ENCODING_UNKNOWN"),
        ({"format": "gpkg", "encoding": "gbk"}, "ENCODING_UNKNOWN"),
        ({"names": "pinyin"}, "NAMES_UNKNOWN"),
        ({"datum": "wgs84"}, "DATUM_UNKNOWN"),
        ({"datum": "gcj02", "crs": "EPSG:4326"}, "CRS_AND_DATUM"),
        ({"crs": "EPSG:99999"}, "CRS_INVALID"),
        ({"crs": "gcj02"}, "CRS_UNSUPPORTED"),
        ({"crs": "EPSG:2414"}, "CRS_UNSUPPORTED"),
        ({"format": "geojson", "crs": "EPSG:4547"}, "CRS_UNSUPPORTED"),
        ({"crs": "somewhere"}, "DATUM_UNKNOWN"),
    ],
)
def test_what_cannot_be_is_refused(catalog: Catalog, changed: dict[str, Any], code: str) -> None:
    """An unknown format, encoding, datum or system is refused with a code before anything is written."""
    with pytest.raises(Refused) as refused:
        export({POINTS: records(catalog.kinds[POINTS], rows=1)}, catalog, replace(REQUEST, **changed))
    assert refused.value.code == code


def test_a_frame_in_metres_is_refused(catalog: Catalog) -> None:
    """Rows that are not in longitude and latitude are never taken for it."""
    frame = records(catalog.kinds[POINTS], rows=1).to_crs("EPSG:4547")
    with pytest.raises(CRSError) as refused:
        export({POINTS: frame}, catalog, REQUEST)
    assert refused.value.code == "CRS_INVALID"


@pytest.mark.parametrize("name", ["../kiln", "Kiln", "", "kiln.shp"])
def test_a_layer_cannot_be_called_anything(catalog: Catalog, name: str) -> None:
    """A layer's name becomes a file's, so paths and strange characters are refused."""
    with pytest.raises(ValueRefused) as refused:
        export({name: records(catalog.kinds[POINTS], rows=1)}, catalog, REQUEST)
    assert refused.value.code == "NAME_INVALID"


def test_a_collection_of_shapes_is_refused(catalog: Catalog) -> None:
    """A geometry collection, which no format here can hold alike, is refused by record."""
    frame = records(catalog.kinds[POINTS], rows=1)
    frame["geometry"] = gpd.GeoSeries([shapely.GeometryCollection([shapely.Point(1, 2)])], crs="EPSG:4326")
    with pytest.raises(ValueRefused) as refused:
        export({POINTS: frame}, catalog, REQUEST)
    assert (refused.value.code, refused.value.details["row"]) == ("GEOM_TYPE", f"{POINTS}-0")


@pytest.mark.parametrize(
    ("kinds", "changed", "name"),
    [
        ([POINTS], {}, "coal_sales_point_r12.csv"),
        ([POINTS], {"crs": "EPSG:4490"}, "coal_sales_point_epsg4490_r12.csv"),
        ([POINTS], {"crs": "EPSG:4326"}, "coal_sales_point_r12.csv"),
        ([POINTS, "brick_kiln"], {"format": "geojson"}, "coal_sales_point-brick_kiln_r12.geojson"),
        ([POINTS, "brick_kiln"], {"datum": "bd09"}, "coal_sales_point-brick_kiln_bd09_r12.zip"),
        ([POINTS, "brick_kiln", "camera", "district"], {"format": "xlsx"}, "registry_r12.xlsx"),
    ],
)
def test_the_name_says_what_is_inside(
    catalog: Catalog, kinds: list[str], changed: dict[str, Any], name: str
) -> None:
    """A file is named after its kinds, its coordinates where they are unusual, and its revision."""
    frames = {kind: records(catalog.kinds[kind], rows=1) for kind in kinds}
    assert export(frames, catalog, replace(REQUEST, **changed)).name == name


def test_several_kinds_are_several_csv_files(catalog: Catalog) -> None:
    """Kinds differ in their columns, so each has a CSV of its own in the archive."""
    frames = {kind: records(catalog.kinds[kind], rows=2) for kind in (POINTS, "brick_kiln")}
    found = members(export(frames, catalog, REQUEST).content)
    assert {name: len(csv_rows(body)) for name, body in found.items()} == {
        f"{POINTS}.csv": 2,
        "brick_kiln.csv": 2,
    }


def test_absent_columns_stay_absent(catalog: Catalog) -> None:
    """A column that the caller left out, such as contacts a viewer may not read, appears nowhere."""
    frame = records(catalog.kinds[POINTS]).drop(columns="contact")
    for form in ("csv", "geojson"):
        made = export({POINTS: frame}, catalog, replace(REQUEST, format=form))
        assert b"contact" not in made.content


def test_every_table_format_is_written(catalog: Catalog) -> None:
    """A table without places goes into each format there is, under a name with its revision."""
    table = records(catalog.kinds[POINTS], texts=("短",), rows=2)[["id", "name", "accuracy_m"]]
    for form, known in TABLE_FORMATS.items():
        made = export_table(table, catalog, name="audit_pairs", request=replace(REQUEST, format=form))
        assert made.name == f"audit_pairs_r12.{known.extension}"
        assert made.content
    plain = json.loads(
        export_table(table, catalog, name="audit_pairs", request=replace(REQUEST, format="json")).content
    )
    assert [row["id"] for row in plain["rows"]] == list(table["id"])
