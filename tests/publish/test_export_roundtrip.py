from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_registry.core.frame import conform
from geo_registry.core.kinds import Catalog, Field, Kind
from geo_registry.core.ledger.headings import locate
from geo_registry.core.ledger.validate import Rules, validate
from geo_registry.core.raw import RawLayer
from geo_registry.intake import read
from geo_registry.publish.export import ExportRequest, Stamp, export
from geo_registry.settings import COMMAND_LINE_LIMITS
from tests.publish.export_world import csv_rows, members, real_catalog

ROWS = 3
RULES = Rules(today=date(2030, 1, 1))
REACH_DEG = {"csv": 1e-9, "xlsx": 1e-9, "geojson": 1e-7, "gpkg": 0.0, "shp": 0.0}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Return the real catalog."""
    return real_catalog()


def ledger(kind: Kind) -> gpd.GeoDataFrame:
    """Make records of a kind that any import would take, every field filled that may be."""
    given = {field.name: [_value(field, row) for row in range(ROWS)] for field in kind.all_fields}
    points = [shapely.Point(114.0123456789 + row / 100, 33.5876543219) for row in range(ROWS)]
    own = {"id": [f"r{row}" for row in range(ROWS)], "kind": kind.name, "geometry": points}
    return conform(pd.DataFrame(given | own), kind.fields)


def _value(field: Field, row: int) -> object:
    if field.bound_of or field.name in {"uscc", "level", "parent"}:
        return None
    if field.choices and field.type != "boolean":
        return field.choices[row % len(field.choices)].value
    values: dict[str, object] = {
        "text": f"{field.label.zh[:4]}{row}",
        "integer": 3 + row,
        "number": 2.5 + row,
        "date": pd.Timestamp(2021 if field.name == "valid_to" else 2020, 1, 1 + row),
        "boolean": row == 0,
    }
    return values[field.type]


def imported(content: bytes, path: Path) -> Iterator[RawLayer]:
    """Read an export through the front door."""
    path.write_bytes(content)
    yield from read(path, limits=COMMAND_LINE_LIMITS).layers


def check(layer: RawLayer, renames: Mapping[str, str], kind: Kind, form: str) -> None:
    """Hold what an import understands of a layer against the records that were exported."""
    heading = locate(layer, real_catalog(), kind, renames)
    rules = Rules(today=RULES.today, datum=None if layer.crs else "wgs84", delimited=form == "csv")
    found = validate(layer, heading, kind, rules)
    assert (found.rows, found.accepted) == (ROWS, ROWS), found.findings
    sent = ledger(kind)
    names = [field.name for field in kind.all_fields]
    pd.testing.assert_frame_equal(pd.DataFrame(found.frame[names]), pd.DataFrame(sent[names]))
    offsets_deg = shapely.distance(np.asarray(found.frame.geometry), np.asarray(sent.geometry))
    assert offsets_deg.max() <= REACH_DEG[form]


def point_kinds(catalog: Catalog) -> list[Kind]:
    """List the kinds that may be points."""
    return [kind for kind in catalog.kinds.values() if "point" in kind.geometry]


@pytest.mark.parametrize("names", ["ascii", "zh"])
@pytest.mark.parametrize("form", ["csv", "geojson"])
def test_exported_texts_import_again(catalog: Catalog, tmp_path: Path, form: str, names: str) -> None:
    """What CSV and GeoJSON give out for a kind, an import takes back: every field of every record."""
    for kind in point_kinds(catalog):
        made = export({kind.name: ledger(kind)}, catalog, ExportRequest(form, Stamp(1), names=names))
        (layer,) = imported(made.content, tmp_path / made.name)
        check(layer, {}, kind, form)


@pytest.mark.parametrize("names", ["ascii", "zh"])
@pytest.mark.parametrize("form", ["xlsx", "gpkg"])
def test_exported_layers_import_again(catalog: Catalog, tmp_path: Path, form: str, names: str) -> None:
    """What XLSX and GeoPackage give out, an import takes back kind by kind."""
    frames = {kind.name: ledger(kind) for kind in point_kinds(catalog)}
    made = export(frames, catalog, ExportRequest(form, Stamp(1), names=names))
    by_name = {layer.name: layer for layer in imported(made.content, tmp_path / made.name)}
    for kind in point_kinds(catalog):
        sheet = kind.label.zh if (form, names) == ("xlsx", "zh") else kind.name
        check(by_name[sheet], {}, kind, form)


@pytest.mark.parametrize("names", ["ascii", "zh"])
def test_the_dictionary_is_all_an_import_of_a_shapefile_needs(
    catalog: Catalog, tmp_path: Path, names: str
) -> None:
    """With the dictionary's names as the map, a shapefile's short names become our fields again."""
    frames = {kind.name: ledger(kind) for kind in point_kinds(catalog)}
    made = export(frames, catalog, ExportRequest("shp", Stamp(1), names=names))
    table = csv_rows(members(made.content)["字段对照表.csv"])
    by_name = {layer.name: layer for layer in imported(made.content, tmp_path / made.name)}
    for kind in point_kinds(catalog):
        own = [
            row
            for row in table
            if row["图层或文件"] == f"{kind.name}.shp" and kind.field(row["登记册字段名"])
        ]
        check(by_name[kind.name], {row["文件字段名"]: row["登记册字段名"] for row in own}, kind, "shp")
