from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely

from geo_registry.core.kinds import Catalog, Field
from geo_registry.core.space.crs import parse_crs
from geo_registry.core.space.datums import from_wgs84
from geo_registry.errors import CRSError, RegistryError, ValueRefused
from geo_registry.publish.columns import columns_of, cut
from geo_registry.publish.export import ExportRequest, Stamp, export, gdal
from geo_registry.publish.export.gdal import Job, write_files
from tests.publish.export_world import (
    EMOJI,
    GBK_TEXTS,
    LONG,
    POINT,
    SHAPES,
    TEXTS,
    csv_rows,
    members,
    real_catalog,
    records,
)

STAMP = Stamp(revision=12)
KIND = "construction_site"
POINTS = "coal_sales_point"
CSV_ENCODINGS = {"utf-8": "utf-8-sig", "gbk": "gbk"}
Names = Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Return the real catalog."""
    return real_catalog()


def unpacked(content: bytes, folder: Path) -> Path:
    """Lay the files of an archive into a folder."""
    for name, body in members(content).items():
        (folder / name).write_bytes(body)
    return folder


def reopened(content: bytes, folder: Path, form: str, layer: str) -> gpd.GeoDataFrame:
    """Open a layer of an export as a user would."""
    path = folder / ("export.gpkg" if form == "gpkg" else f"{layer}.shp")
    if form == "gpkg":
        path.write_bytes(content)
    else:
        unpacked(content, folder)
    return gpd.read_file(path, layer=layer)


def moved(datum: str) -> shapely.Point:
    """Give the point of every kind in another datum."""
    x, y = from_wgs84(*POINT, datum)
    return shapely.Point(float(x), float(y))


def names_of(table: list[dict[str, str]]) -> Names:
    """Read a dictionary of columns: our name by name in the file, by file."""
    found: dict[str, dict[str, str]] = {}
    for row in table:
        found.setdefault(row["图层或文件"], {})[row["文件字段名"]] = row["登记册字段名"]
    return found


def expected(value: object, field: Field | None) -> object:
    """Give a value as a file should hold it: missing as None, the values of a field in its words."""
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    words = {choice.value: choice.label.zh for choice in field.choices} if field else {}
    return words.get(value, value) if isinstance(value, str) else value


def agree(found: object, wanted: object) -> bool:
    """Tell whether a value read from a file is the one that was written."""
    if isinstance(wanted, float):
        return isinstance(found, float) and bool(np.isclose(found, wanted, rtol=1e-12, atol=1e-14))
    return found == wanted


def differences(
    rows: pa.Table, ours: Mapping[str, str], wanted: gpd.GeoDataFrame, fields: Mapping[str, Field]
) -> list[tuple[str, object, object]]:
    """List the values of a layer that differ from the frame it was made of; fields say what is in words."""
    by_id = wanted.set_index("id", drop=False)
    found = []
    for row in rows.rename_columns([ours[name] for name in rows.column_names]).to_pylist():
        for name, value in row.items():
            own = expected(by_id.loc[row["id"], name], fields.get(name))
            if not agree(value, own):
                found.append((name, value, own))
    return found


def worded(catalog: Catalog, kind: str, names: str) -> dict[str, Field]:
    """Give the fields whose values stand in words: those with fixed values, where words are asked for."""
    fields = columns_of(records(catalog.kinds[kind], rows=1).columns.drop("geometry"), catalog, kind)
    return {field.name: field for field in fields if field.choices} if names == "zh" else {}


def shorter(frame: gpd.GeoDataFrame, encoding: str) -> gpd.GeoDataFrame:
    """Cut texts as a shapefile must."""
    cut_frame = frame.copy()
    for name in frame.columns[frame.dtypes.astype(str) == "str"]:
        cut_frame[name] = [cut(v, 254, encoding) if isinstance(v, str) else None for v in frame[name]]
    return cut_frame


def listed(ogrinfo: str, source: Path) -> dict[str, tuple[int, list[str]]]:
    """Ask GDAL's own program for the layers of a source: rows and column names by layer."""
    asked = subprocess.run(
        [ogrinfo, "-ro", "-al", "-so", str(source)], capture_output=True, text=True, check=True
    )
    assert not asked.stderr
    found = {}
    for part in re.split(r"^Layer name: ", asked.stdout, flags=re.MULTILINE)[1:]:
        rows = re.search(r"^Feature Count: (\d+)$", part, re.MULTILINE)
        assert rows
        columns = re.findall(r"^(\S+): (?:String|Integer64|Integer|Real|Date)\b", part, re.MULTILINE)
        found[part.partition("\n")[0]] = int(rows[1]), columns
    return found


@pytest.mark.parametrize(("names", "encoding"), list(product(["ascii", "zh"], ["utf-8", "gbk"])))
def test_shapefiles_of_every_kind_reopen(
    catalog: Catalog, tmp_path: Path, program: Callable[[str], str], *, names: str, encoding: str
) -> None:
    """Shapefiles of every kind hold the same rows under the dictionary's names, for pyogrio and ogrinfo."""
    texts = TEXTS if encoding == "utf-8" else GBK_TEXTS
    frames = {name: records(kind, texts) for name, kind in catalog.kinds.items()}
    made = export(frames, catalog, ExportRequest("shp", STAMP, encoding=encoding, names=names))
    folder = unpacked(made.content, tmp_path)
    dictionary = names_of(csv_rows((folder / "字段对照表.csv").read_bytes()))
    found = listed(program("ogrinfo"), folder)
    for kind, frame in frames.items():
        paths = [path for path in folder.glob("*.shp") if re.fullmatch(rf"{kind}(_pt|_ln|_pg)?", path.stem)]
        apart = csv_rows((folder / f"{kind}_unlocated.csv").read_bytes(), CSV_ENCODINGS[encoding])
        assert len(apart) + sum(found[path.stem][0] for path in paths) == len(frame)
        words = worded(catalog, kind, names)
        for path in paths:
            meta, rows = pyogrio.read_arrow(path)
            assert found[path.stem] == (rows.num_rows, list(meta["fields"]))
            assert list(meta["fields"]) == list(dictionary[path.name])
            assert path.with_suffix(".cpg").read_text() == encoding.upper()
            plain = rows.drop_columns(["wkb_geometry"])
            assert differences(plain, dictionary[path.name], shorter(frame, encoding), words) == []


@pytest.mark.parametrize("names", ["ascii", "zh"])
def test_geopackages_of_every_kind_reopen(
    catalog: Catalog, tmp_path: Path, program: Callable[[str], str], names: str
) -> None:
    """A GeoPackage holds every row of every kind under the dictionary's names, for pyogrio and ogrinfo."""
    frames = {name: records(kind) for name, kind in catalog.kinds.items()}
    made = export(frames, catalog, ExportRequest("gpkg", STAMP, names=names))
    path = tmp_path / made.name
    path.write_bytes(made.content)
    dictionary = names_of(pyogrio.read_arrow(path, layer="字段对照表")[1].to_pylist())
    found = listed(program("ogrinfo"), path)
    assert list(found) == [*frames, "字段对照表"]
    for kind, frame in frames.items():
        meta, rows = pyogrio.read_arrow(path, layer=kind)
        assert found[kind] == (len(frame), list(dictionary[kind])) == (rows.num_rows, list(meta["fields"]))
        plain = rows.drop_columns([meta["geometry_name"]])
        assert differences(plain, dictionary[kind], frame, worded(catalog, kind, names)) == []
        shapes = shapely.from_wkb(rows[meta["geometry_name"]].to_pylist())
        assert [shape == own for shape, own in zip(shapes, frame.geometry, strict=True)] == [True] * len(
            frame
        )


def test_a_geopackage_is_of_a_version_that_old_programs_know(catalog: Catalog, tmp_path: Path) -> None:
    """It is version 1.2, says its revision in each layer, and shows labels as the columns' aliases."""
    made = export({KIND: records(catalog.kinds[KIND])}, catalog, ExportRequest("gpkg", STAMP, lang="en"))
    path = tmp_path / "export.gpkg"
    path.write_bytes(made.content)
    with sqlite3.connect(path) as opened:
        assert opened.execute("PRAGMA user_version").fetchone() == (10200,)
        identifier, notes = opened.execute(
            "SELECT identifier, description FROM gpkg_contents WHERE table_name = ?", [KIND]
        ).fetchone()
        aliases = dict(opened.execute("SELECT column_name, name FROM gpkg_data_columns").fetchall())
    opened.close()
    assert identifier == catalog.kinds[KIND].label.en
    assert "12" in notes
    assert catalog.digest in notes
    field = catalog.column("area_m2", KIND)
    assert field
    assert aliases["area_m2"] == field.label.en


def test_mixed_geometries_become_several_shapefiles(catalog: Catalog, tmp_path: Path) -> None:
    """Points, lines and polygons part into _pt, _ln and _pg; a kind with one geometry keeps its name."""
    mixed, points = records(catalog.kinds[KIND], rows=6), records(catalog.kinds[POINTS], rows=1)
    shapes = np.array([*SHAPES.values(), None, SHAPES["line"], None], dtype=object)
    mixed["geometry"] = gpd.GeoSeries(shapes, crs="EPSG:4326")
    made = export({KIND: mixed, POINTS: points}, catalog, ExportRequest("shp", STAMP))
    unpacked(made.content, tmp_path)
    counts = {path.stem: pyogrio.read_info(path)["features"] for path in tmp_path.glob("*.shp")}
    assert counts == {f"{KIND}_pt": 1, f"{KIND}_ln": 2, f"{KIND}_pg": 1, POINTS: 1}


@pytest.mark.parametrize("form", ["shp", "gpkg"])
def test_single_and_multiple_geometries_share_a_layer(catalog: Catalog, tmp_path: Path, form: str) -> None:
    """A kind with points and multipoints, or polygons and multipolygons, stays one layer."""
    frames = {name: records(catalog.kinds[name], rows=2) for name in (POINTS, KIND)}
    several = shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(3, 3, 4, 4)])
    frames[POINTS]["geometry"] = gpd.GeoSeries(
        [SHAPES["point"], shapely.MultiPoint([(1, 2), (3, 4)])], crs=4326
    )
    frames[KIND]["geometry"] = gpd.GeoSeries([SHAPES["polygon"], several], crs=4326)
    made = export(frames, catalog, ExportRequest(form, STAMP))
    for name, frame in frames.items():
        read = reopened(made.content, tmp_path, form, name)
        pairs = zip(read.geometry, frame.geometry, strict=True)
        assert [shape.normalize().equals(own.normalize()) for shape, own in pairs] == [True, True]


def test_a_kind_without_rows_is_an_empty_layer_of_its_geometry(catalog: Catalog, tmp_path: Path) -> None:
    """A kind of which nothing is registered still gives a shapefile, of the geometry it declares."""
    wanted = {"coal_sales_point": "Point", "coal_ban_zone": "Polygon"}
    frames = {kind: records(catalog.kinds[kind]).iloc[:0] for kind in wanted}
    folder = unpacked(export(frames, catalog, ExportRequest("shp", STAMP)).content, tmp_path)
    infos = {kind: pyogrio.read_info(folder / f"{kind}.shp") for kind in wanted}
    assert {kind: (info["features"], info["geometry_type"]) for kind, info in infos.items()} == {
        kind: (0, geometry) for kind, geometry in wanted.items()
    }


def test_long_texts_are_kept_whole_beside_the_shapefile(catalog: Catalog) -> None:
    """A text is cut between characters at 254 bytes, and the table beside it has row, field and all of it."""
    frame = records(catalog.kinds[KIND], texts=("短",), rows=4)
    frame["note"] = [None, LONG, "x" * 254, "漯" * 85]
    frame["geometry"] = gpd.GeoSeries([SHAPES["point"]] * 4, crs="EPSG:4326")
    found = members(export({KIND: frame}, catalog, ExportRequest("shp", STAMP)).content)
    rows = csv_rows(found["截断.csv"])
    assert [(row["记录"], row["登记册字段名"], row["全文"]) for row in rows] == [
        (f"{KIND}-1", "note", LONG),
        (f"{KIND}-3", "note", "漯" * 85),
    ]
    assert "截断.csv" in found["说明.txt"].decode("utf-8-sig")


def test_every_character_of_gbk_survives(catalog: Catalog, tmp_path: Path) -> None:
    """Each character that GBK has comes back as itself from a GBK shapefile."""
    points = [number for number in range(0x80, 0x10000) if not 0xD800 <= number < 0xE000]
    known = [text for text in map(chr, points) if text.encode("gbk", "ignore")]
    texts = ["".join(known[start : start + 100]) for start in range(0, len(known), 100)]
    frame = records(catalog.kinds[KIND], rows=len(texts))
    frame[frame.columns[frame.dtypes.astype(str) == "str"].difference(["id"])] = None
    frame["note"] = texts
    frame["geometry"] = gpd.GeoSeries([SHAPES["point"]] * len(texts), crs="EPSG:4326")
    made = export({KIND: frame}, catalog, ExportRequest("shp", STAMP, encoding="gbk"))
    unpacked(made.content, tmp_path)
    assert pyogrio.read_arrow(tmp_path / f"{KIND}.shp", columns=["note"])[1]["note"].to_pylist() == texts


def test_a_character_that_gbk_lacks_is_refused(catalog: Catalog) -> None:
    """Nothing is replaced in silence: the refusal names the character, the field and the record."""
    frame = records(catalog.kinds[KIND], texts=("甲",))
    frame.loc[3, "name"] = EMOJI
    for form in ("shp", "csv"):
        with pytest.raises(ValueRefused) as refused:
            export({KIND: frame}, catalog, ExportRequest(form, STAMP, encoding="gbk"))
        assert refused.value.code == "ENCODING_CANNOT"
        assert refused.value.details["value"] == "🔥"
        assert refused.value.details["field"] == "name"
        assert refused.value.details["row"] == f"{KIND}-3"


@pytest.mark.parametrize("form", ["shp", "gpkg"])
def test_projected_coordinates_are_the_datums_own(catalog: Catalog, tmp_path: Path, form: str) -> None:
    """In EPSG:4547 a file holds the eastings and northings of our datums and says so itself."""
    frame = records(catalog.kinds[POINTS], rows=1)
    made = export({POINTS: frame}, catalog, ExportRequest(form, STAMP, crs="EPSG:4547"))
    assert made.name == f"{POINTS}_epsg4547_r12.{'zip' if form == 'shp' else 'gpkg'}"
    read = reopened(made.content, tmp_path, form, POINTS)
    wanted = moved("EPSG:4547")
    assert read.geometry[0].equals_exact(wanted, 1e-9)
    assert read.crs is not None
    assert parse_crs(read.crs.to_wkt()) == "EPSG:4547"


def test_the_usual_reference_system_is_cgcs2000(catalog: Catalog, tmp_path: Path) -> None:
    """Unasked, a shapefile is in EPSG:4490, longitudes first, its .prj says so, and nothing is cut."""
    made = export({POINTS: records(catalog.kinds[POINTS], ("短",), 1)}, catalog, ExportRequest("shp", STAMP))
    read = reopened(made.content, tmp_path, "shp", POINTS)
    assert parse_crs((tmp_path / f"{POINTS}.prj").read_text()) == "cgcs2000"
    assert read.geometry[0] == SHAPES["point"]
    ends = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    assert set(members(made.content)) == {f"{POINTS}{end}" for end in ends} | {"字段对照表.csv", "说明.txt"}


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_coordinates_pass_for_nothing_else(catalog: Catalog, tmp_path: Path, datum: str) -> None:
    """Web-map coordinates are said in the file's name and carry a system that is not read as WGS 84."""
    frame = records(catalog.kinds[POINTS], rows=1)
    made = export({POINTS: frame}, catalog, ExportRequest("shp", STAMP, datum=datum))
    assert made.name == f"{POINTS}_{datum}_r12.zip"
    point = reopened(made.content, tmp_path, "shp", POINTS).geometry[0]
    assert point == moved(datum)
    with pytest.raises(CRSError):
        parse_crs((tmp_path / f"{POINTS}.prj").read_text())


def test_a_place_out_of_reach_is_refused(catalog: Catalog) -> None:
    """A projection that cannot show a record refuses the export and names the record."""
    frame = records(catalog.kinds[POINTS], rows=1)
    frame["geometry"] = gpd.GeoSeries([shapely.Point(-156.0, 0.0)], crs="EPSG:4326")
    with pytest.raises(CRSError) as refused:
        export({POINTS: frame}, catalog, ExportRequest("shp", STAMP, crs="EPSG:4547"))
    assert (refused.value.code, refused.value.details["row"]) == ("CRS_UNSUPPORTED", f"{POINTS}-0")


def test_dates_in_the_files_depend_on_nothing(catalog: Catalog, tmp_path: Path) -> None:
    """Shapefiles and GeoPackages carry one fixed date, so that the same rows give the same bytes."""
    frames = {KIND: records(catalog.kinds[KIND])}
    made = export(frames, catalog, ExportRequest("shp", STAMP))
    dbf = members(made.content)[f"{KIND}_pt.dbf"]
    assert tuple(dbf[1:4]) == (80, 1, 1)
    assert export(frames, catalog, ExportRequest("shp", STAMP)).content == made.content
    package = export(frames, catalog, ExportRequest("gpkg", STAMP))
    (tmp_path / "export.gpkg").write_bytes(package.content)
    with sqlite3.connect(tmp_path / "export.gpkg") as opened:
        dates = opened.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
    opened.close()
    assert dates == [("1980-01-01T00:00:00.000Z",)]
    assert export(frames, catalog, ExportRequest("gpkg", STAMP)).content == package.content


def job(geometry_type: str = "Point") -> Job:
    """Plan a small layer of points."""
    places = pa.array(shapely.to_wkb([SHAPES["point"]] * 2), pa.binary())
    table = pa.table({"id": ["a", "b"], gdal.PLACE: places})
    return Job("a.shp", "a", "ESRI Shapefile", table, geometry_type, "EPSG:4490")


def test_a_file_that_lost_something_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the opened file has other rows or names than were sent, the export fails."""
    assert write_files([job()])["a.shp"]
    for seen in ({"rows": 1, "names": ["id"]}, {"rows": 2, "names": ["ID"]}):
        monkeypatch.setattr(gdal, "_run", lambda _, seen=seen: [seen])
        with pytest.raises(RegistryError) as failed:
            write_files([job()])
        assert failed.value.code == "EXPORT_FAILED"


def test_a_child_that_fails_is_told_as_one_error() -> None:
    """What GDAL cannot write ends as EXPORT_FAILED with its own words, and the server's process goes on."""
    with pytest.raises(RegistryError) as failed:
        write_files([job("Polygon")])
    assert failed.value.code == "EXPORT_FAILED"
    assert failed.value.details["reason"]
