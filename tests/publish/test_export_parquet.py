from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from pyarrow import parquet

from geo_registry.core.kinds import Catalog
from geo_registry.core.space.crs import parse_crs
from geo_registry.core.space.datums import from_wgs84
from geo_registry.publish.export import ExportRequest, Stamp, export, write_tables
from tests.publish.export_world import POINT, members, real_catalog, records

REQUEST = ExportRequest("parquet", Stamp(revision=12))
KIND = "construction_site"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Return the real catalog."""
    return real_catalog()


def reopened(content: bytes, folder: Path) -> gpd.GeoDataFrame:
    """Open a file as an analyst would."""
    (folder / "export.parquet").write_bytes(content)
    return gpd.read_parquet(folder / "export.parquet")


def test_geoparquet_reopens_with_every_value(catalog: Catalog, tmp_path: Path) -> None:
    """GeoPandas, which shares no line with the writer, reads back each row, text, date and shape."""
    sent = records(catalog.kinds[KIND])
    made = export({KIND: sent}, catalog, REQUEST)
    found = reopened(made.content, tmp_path)
    assert (made.name, found.crs == "EPSG:4326") == (f"{KIND}_r12.parquet", True)
    assert found["id"].tolist() == sent["id"].tolist()
    assert found["name"].fillna("").tolist() == sent["name"].fillna("").tolist()
    assert pd.to_datetime(found["valid_from"]).equals(sent["valid_from"].astype("datetime64[s]"))
    assert shapely.equals_exact(np.asarray(found.geometry), np.asarray(sent.geometry)).sum() == sum(
        sent.geometry.notna()
    )
    assert found.geometry.isna().tolist() == sent.geometry.isna().tolist()


def test_the_file_says_where_its_rows_come_from(catalog: Catalog) -> None:
    """The stamp stands in the file's metadata; several kinds are several files of an archive."""
    made = export({kind: records(catalog.kinds[kind]) for kind in (KIND, "brick_kiln")}, catalog, REQUEST)
    files = members(made.content)
    assert sorted(files) == ["brick_kiln.parquet", f"{KIND}.parquet"]
    told = parquet.read_metadata(io.BytesIO(files[f"{KIND}.parquet"])).metadata[b"geo_registry"]
    assert json.loads(told)["revision"] == 12


@pytest.mark.parametrize("asked", [{"crs": "EPSG:4547"}, {"datum": "gcj02"}])
def test_coordinates_are_those_asked_for(catalog: Catalog, asked: dict[str, str], tmp_path: Path) -> None:
    """A projected or shifted system is named in the file, and its coordinates are that system's."""
    sent = records(catalog.kinds["coal_sales_point"])
    made = export({"coal_sales_point": sent}, catalog, replace(REQUEST, **asked))  # type: ignore[arg-type]
    found = reopened(made.content, tmp_path)
    x, y = from_wgs84(*POINT, asked.get("datum") or parse_crs(asked["crs"]))
    points = shapely.get_coordinates(found.geometry.dropna())
    assert np.abs(points - np.array([x, y])).max() < 1e-6
    named = pyproj.CRS.from_user_input(found.crs).name
    assert named == ("GCJ-02" if "datum" in asked else pyproj.CRS(4547).name)


def test_tables_are_appended_as_groups(catalog: Catalog, tmp_path: Path) -> None:
    """Tables that come one by one are groups of one file; one without rows makes none."""
    rows = pd.DataFrame({"source_id": ["a", "b", "c"], "distance_m": [1.0, 2.0, 3.00049], "active": True})
    parts = [rows[:0], rows[:2], rows[:0], rows[2:]]
    write_tables(tmp_path / "x.parquet", parts, catalog, name="audit", request=REQUEST)
    with parquet.ParquetFile(tmp_path / "x.parquet") as file:
        assert [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)] == [2, 1]
        assert file.read().to_pylist()[2] == {"source_id": "c", "distance_m": 3.0, "active": True}
