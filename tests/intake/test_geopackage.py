"""GeoPackage: a private read-only copy, every table with its own reference system."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo_registry.core.raw import GEOMETRY
from tests.intake.making import limited, numbers, places, refused, send, texts

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [["甲厂", "1.5", "1", "true"], ["乙厂", None, "2", "false"], [None, "3", "3", "true"]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a sound GeoPackage with one layer."""
    made = tmp_path / "made.gpkg"
    pyogrio.write_dataframe(places(), made, layer='点 位"s')
    return made


def change(path: Path, *statements: str) -> bytes:
    """Change a GeoPackage by SQL; its triggers are left out, which need functions of their own."""
    with closing(sqlite3.connect(path)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute('DROP TRIGGER "{}"'.format(trigger.replace('"', '""')))
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path.read_bytes()


def test_a_geopackage_reads_back(tmp_path: Path, path: Path) -> None:
    """Attributes, truth values, geometries and the reference system come through; the key does not."""
    taken = send(tmp_path, path.read_bytes(), "a.gpkg")
    (layer,) = taken.layers
    assert (taken.format, taken.encoding, layer.name, layer.crs) == ("gpkg", None, '点 位"s', "EPSG:4490")
    assert (layer.headings, texts(layer), numbers(layer)) == (("名称", "stock", "n", "on"), ROWS, [1, 2, 3])
    assert layer.cells.column(GEOMETRY).to_pylist() == [shapely.Point(x, x - 79).wkb for x in (113, 114, 115)]


def test_dates_are_iso(tmp_path: Path) -> None:
    """Dates and times are ISO text as the format stores them."""
    moments = pd.Series([pd.Timestamp("2024-05-01 08:30"), pd.NaT])
    frame = gpd.GeoDataFrame({"at": moments}, geometry=np.array([shapely.Point(1, 2), None]), crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "made.gpkg")
    (layer,) = send(tmp_path, (tmp_path / "made.gpkg").read_bytes(), "a.gpkg").layers
    assert [text and text[:19] for (text,) in texts(layer)] == ["2024-05-01T08:30:00", None]
    assert layer.cells.column(GEOMETRY).to_pylist() == [shapely.Point(1, 2).wkb, None]


def test_tables_without_geometry_are_layers_too(tmp_path: Path, path: Path) -> None:
    """Attribute tables are layers in their order; one can be asked for; empty ones are left out."""
    pyogrio.write_dataframe(pd.DataFrame({"车牌": ["豫L0001"]}), path, layer="车辆")
    pyogrio.write_dataframe(places().iloc[:0], path, layer="空")
    taken = send(tmp_path, path.read_bytes(), "a.gpkg")
    assert [layer.name for layer in taken.layers] == ['点 位"s', "车辆"]
    assert (texts(taken.layers[1]), taken.layers[1].crs) == ([["豫L0001"]], None)
    assert GEOMETRY not in taken.layers[1].cells.column_names
    assert [layer.name for layer in send(tmp_path, path.read_bytes(), "a.gpkg", layer="车辆").layers] == [
        "车辆"
    ]
    assert refused(tmp_path, path.read_bytes(), "a.gpkg", layer="空").code == "NO_ROWS"


def test_polygons_and_heights_read_back(tmp_path: Path) -> None:
    """Geometries with an envelope and with heights are the same shapes."""
    shapes = [shapely.box(0, 0, 2, 2), shapely.Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])]
    for at, shape in enumerate(shapes):
        made = tmp_path / f"{at}.gpkg"
        pyogrio.write_dataframe(gpd.GeoDataFrame({"n": [1]}, geometry=[shape], crs=4326), made)
        (wkb,) = send(tmp_path, made.read_bytes(), "a.gpkg").layers[0].cells.column(GEOMETRY).to_pylist()
        assert shapely.equals_identical(shapely.from_wkb(wkb), shape)


def test_a_system_of_no_authority_is_its_definition(tmp_path: Path, path: Path) -> None:
    """A reference system that is not EPSG's is handed on as its WKT, an undefined one as unknown."""
    own = change(path, "UPDATE gpkg_spatial_ref_sys SET organization = 'city' WHERE srs_id = 4490")
    crs = send(tmp_path, own, "a.gpkg").layers[0].crs
    assert crs is not None
    assert crs.startswith("GEOGCS[")
    none = change(path, "UPDATE gpkg_geometry_columns SET srs_id = -1")
    assert send(tmp_path, none, "a.gpkg").layers[0].crs is None


def test_damage_is_refused(tmp_path: Path, path: Path) -> None:
    """A cut or overwritten database, a missing table or SQLite that is no GeoPackage is not read in part."""
    sound = path.read_bytes()
    page = len(sound) // 2 // 4096 * 4096
    assert refused(tmp_path, sound[:-8192], "a.gpkg").code == "DB_CORRUPT"
    assert (
        refused(tmp_path, sound[:page] + b"\xff" * 4096 + sound[page + 4096 :], "a.gpkg").code == "DB_CORRUPT"
    )
    assert refused(tmp_path, sound[:100] + b"\xff" * 50 + sound[150:], "a.gpkg").code == "DB_CORRUPT"
    assert (
        refused(tmp_path, change(path, "UPDATE gpkg_contents SET table_name = 'gone'"), "a.gpkg").code
        == "DB_CORRUPT"
    )
    other = tmp_path / "other.gpkg"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE t (a)")
        database.commit()
    assert refused(tmp_path, other.read_bytes(), "a.gpkg").code == "CONTENT_MISMATCH"


@pytest.mark.parametrize(
    "blob", ["x'00'", "'text'", "x'4750000F00000000'", "x'475000010000000001'", "zeroblob(50)"]
)
def test_broken_geometries_are_refused_with_their_row(tmp_path: Path, path: Path, blob: str) -> None:
    """A geometry that is none is never turned into nothing."""
    broken = change(path, f'UPDATE "点 位""s" SET geom = {blob} WHERE fid = 2')  # noqa: S608 (a test's own words)
    fault = refused(tmp_path, broken, "a.gpkg")
    assert (fault.code, fault.details["row"]) == ("GEOM_CORRUPT", 2)


def test_an_endless_view_is_stopped(tmp_path: Path, path: Path) -> None:
    """A layer that is a view without end is cut off by the limits, not waited for."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"
    sent = change(
        path,
        f"CREATE VIEW 无尽 AS {endless}",
        "UPDATE gpkg_contents SET table_name = '无尽', data_type = 'attributes'",
    )
    assert refused(tmp_path, sent, "a.gpkg", limits=limited(seconds=1)).code == "FILE_TOO_SLOW"


def test_limits_of_rows_and_columns(tmp_path: Path, path: Path) -> None:
    """A table over the limits is refused."""
    assert refused(tmp_path, path.read_bytes(), "a.gpkg", limits=limited(rows=2)).code == "SHEET_TOO_LARGE"
    assert (
        refused(tmp_path, path.read_bytes(), "a.gpkg", limits=limited(columns=3)).code == "TOO_MANY_COLUMNS"
    )
