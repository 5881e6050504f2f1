"""Zipped shapefiles: counted, compared part by part, read in a proven encoding."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_registry.core.raw import GEOMETRY
from tests.intake.making import limited, numbers, places, refused, send, shapefile, texts, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.core.raw import RawFile

HEADINGS = ("名称", "stock", "n", "on")
ROWS = [["甲厂", "1.5", "1", "true"], ["乙厂", None, "2", "false"], [None, "3", "3", "true"]]


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, bytes]:
    """Return the parts of a sound shapefile in UTF-8."""
    return shapefile(tmp_path, places())


def without(parts: dict[str, bytes], *suffixes: str) -> dict[str, bytes]:
    """Leave parts out."""
    return {name: content for name, content in parts.items() if not name.endswith(suffixes)}


def codes(taken: RawFile) -> list[str]:
    """List what was warned."""
    return [found.code for found in taken.findings]


def test_a_shapefile_reads_back(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Attributes, record numbers, geometries and the text of the .prj come through."""
    taken = send(tmp_path, zipped(parts), "a.zip")
    (layer,) = taken.layers
    assert (taken.format, taken.encoding, codes(taken)) == ("shp", "utf-8", [])
    assert (layer.name, layer.headings, texts(layer), numbers(layer)) == ("点位", HEADINGS, ROWS, [1, 2, 3])
    assert layer.cells.column(GEOMETRY).to_pylist() == [shapely.Point(x, x - 79).wkb for x in (113, 114, 115)]
    assert layer.crs is not None
    assert layer.crs.startswith('GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"')


@pytest.mark.parametrize(
    "shape", ["LINESTRING (0 0, 1 1)", "POLYGON ((0 0, 0 3, 3 3, 3 0, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))"]
)
def test_lines_and_polygons_with_holes_read_back(tmp_path: Path, shape: str) -> None:
    """Geometries of other types, rings turned as they may be, are the same shapes; null stays null."""
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=np.array([shapely.from_wkt(shape), None]), crs=4326)
    (layer,) = send(tmp_path, zipped(shapefile(tmp_path, frame)), "a.zip").layers
    first, second = layer.cells.column(GEOMETRY).to_pylist()
    assert shapely.from_wkb(first).equals(shapely.from_wkt(shape))
    assert second is None


def test_measures_are_dropped_and_heights_kept(tmp_path: Path) -> None:
    """Points with a measure are points; points with a height keep it."""
    parts = shapefile(tmp_path, places().iloc[:1])
    shapes = {21: struct.pack("<i3d", 21, 113, 34, 7), 11: struct.pack("<i4d", 11, 113, 34, 5, 7)}
    found = []
    for number, shape in shapes.items():
        content = struct.pack(">ii", 1, len(shape) // 2)
        for suffix, body in (("shp", content + shape), ("shx", struct.pack(">ii", 50, len(shape) // 2))):
            head = bytearray(parts[f"点位.{suffix}"][:100])
            struct.pack_into(">i", head, 24, (100 + len(body)) // 2)
            struct.pack_into("<i", head, 32, number)
            parts[f"点位.{suffix}"] = bytes(head) + body
        (layer,) = send(tmp_path, zipped(parts), "a.zip").layers
        found += [shapely.from_wkb(wkb).wkt for wkb in layer.cells.column(GEOMETRY).to_pylist()]
    assert found == ["POINT (113 34)", "POINT Z (113 34 5)"]


def test_encoding_by_cpg_language_byte_and_proof(tmp_path: Path) -> None:
    """GBK is known by .cpg or language byte, else guessed with a warning that shows some words."""
    parts = shapefile(tmp_path, places(), "GBK")
    known = send(tmp_path, zipped(parts), "a.zip")
    bare = without(parts, ".cpg")
    guessed = send(tmp_path, zipped(bare), "a.zip")
    table = bytearray(bare["点位.dbf"])
    table[29] = 0x4D
    marked = send(tmp_path, zipped(bare | {"点位.dbf": bytes(table)}), "a.zip")
    stated = send(tmp_path, zipped(bare), "a.zip", encoding="gbk")
    lying = send(tmp_path, zipped(parts | {"点位.cpg": b"UTF-8"}), "a.zip")
    for taken in (known, guessed, marked, stated, lying):
        assert (taken.encoding, taken.layers[0].headings, texts(taken.layers[0])) == (
            "gb18030",
            HEADINGS,
            ROWS,
        )
    assert [codes(taken) for taken in (known, marked, stated)] == [[], [], []]
    for taken in (guessed, lying):
        assert [(found.code, found.value) for found in taken.findings] == [("ENCODING_GUESSED", "名称")]


def test_utf8_without_a_cpg_needs_no_guess(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Strict UTF-8 proves itself, and a single-byte .cpg, which proves nothing, is not believed over it."""
    for changed in (without(parts, ".cpg"), parts | {"点位.cpg": b"ISO-8859-1"}):
        taken = send(tmp_path, zipped(changed), "a.zip")
        assert (texts(taken.layers[0]), codes(taken)) == (ROWS, [])


def test_a_stated_encoding_that_does_not_fit_is_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """What the sender states is held to, and text that fits nothing is refused."""
    gbk = shapefile(tmp_path, places(), "GBK")
    assert refused(tmp_path, zipped(gbk), "a.zip", encoding="utf-8").code == "ENCODING_NOT_UTF8"
    broken = parts["点位.dbf"].replace("甲厂".encode(), b"\xff\xfe\xfd\xfc\xff\xff")
    assert refused(tmp_path, zipped(without(parts, ".cpg") | {"点位.dbf": broken}), "a.zip").code.startswith(
        "ENCODING_"
    )


def test_text_cut_within_a_character_loses_that_character_alone(tmp_path: Path) -> None:
    """A field filled to its last byte may end in half a character; the rest of it is read."""
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=gpd.points_from_xy([1, 2], [1, 2]), crs=4326)
    name, first, second = "名称设备".encode()[:10], ("长" * 3).encode()[:8], "短".encode().ljust(8)
    field = name + b"\0C" + bytes(4) + b"\x08" + bytes(15)
    header = b"\x03" + bytes(3) + struct.pack("<IHH", 2, 65, 9) + bytes(20)
    table = header + field + b"\r" + b" " + first + b" " + second
    (layer,) = send(tmp_path, zipped(shapefile(tmp_path, frame) | {"点位.dbf": table}), "a.zip").layers
    assert (layer.headings, texts(layer)) == (("名称设",), [["长长"], ["短"]])


def test_several_shapefiles_are_several_layers(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Each shapefile is a layer by its stem, or by its path where stems repeat; one can be asked for."""
    other = shapefile(tmp_path, places().iloc[:1], stem="other")
    taken = send(tmp_path, zipped({f"甲/{name}": held for name, held in parts.items()} | other), "a.zip")
    assert [(layer.name, len(texts(layer))) for layer in taken.layers] == [("点位", 3), ("other", 1)]
    asked = send(tmp_path, zipped(parts | other), "a.zip", layer="other")
    assert [layer.name for layer in asked.layers] == ["other"]
    twice = {f"{folder}/{name}": held for folder in "甲乙" for name, held in parts.items()}
    assert [layer.name for layer in send(tmp_path, zipped(twice), "a.zip").layers] == ["甲/点位", "乙/点位"]


def test_side_files_and_case_do_not_matter(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Upper-case suffixes, a dictionary, macOS leftovers and index files beside the parts are fine."""
    upper = {name.upper(): content for name, content in parts.items()}
    extra: dict[str, bytes] = {
        "字段对照表.csv": b"x",
        "__MACOSX/._点位.shp": b"x",
        "点位.sbn": b"x",
        ".DS_Store": b"x",
    }
    assert texts(send(tmp_path, zipped(upper | extra), "a.zip").layers[0]) == ROWS


def test_names_in_gbk_are_read(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Archives made by Chinese Windows hold names in GBK without saying so; the layer keeps its name."""
    placeholder = {name.replace("点位", "abcd"): content for name, content in parts.items()}
    assert (
        send(tmp_path, zipped(placeholder).replace(b"abcd", "点位".encode("gbk")), "a.zip").layers[0].name
        == "点位"
    )


def test_missing_parts_are_refused_and_the_index_is_rebuilt(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Without .shp or .dbf there is no shapefile; .shx can be made anew, .prj may be unknown."""
    for suffix in (".shp", ".dbf"):
        fault = refused(tmp_path, zipped(without(parts, suffix)), "a.zip")
        assert (fault.code, fault.details["missing"]) == ("SHP_MISSING_PART", suffix)
    taken = send(tmp_path, zipped(without(parts, ".shx", ".prj")), "a.zip")
    assert (texts(taken.layers[0]), taken.layers[0].crs, codes(taken)) == (ROWS, None, ["SHX_REBUILT"])
    sound = send(tmp_path, zipped(parts), "a.zip").layers[0]
    assert taken.layers[0].cells.column(GEOMETRY).equals(sound.cells.column(GEOMETRY))


def test_deleted_records_are_left_out_and_said(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """A record marked as deleted is no row, but its number stays free."""
    table = bytearray(parts["点位.dbf"])
    start, width = struct.unpack_from("<HH", table, 8)
    table[start + width] = ord("*")
    taken = send(tmp_path, zipped(parts | {"点位.dbf": bytes(table)}), "a.zip")
    assert (numbers(taken.layers[0]), texts(taken.layers[0])) == ([1, 3], [ROWS[0], ROWS[2]])
    assert [(found.code, found.value) for found in taken.findings] == [("ROWS_DELETED", "1")]


def test_missing_bytes_are_never_missing_rows(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """A part cut short, or counts that differ, refuse the file, where GDAL would say nothing."""
    shp, shx, dbf = (parts[f"点位.{suffix}"] for suffix in ("shp", "shx", "dbf"))
    honest = struct.pack(">i", (len(shp) - 28) // 2)
    fewer = dbf[:4] + struct.pack("<I", 2) + dbf[8:]
    cases = [
        ("点位.shp", shp[:-28], "SHP_TRUNCATED"),
        ("点位.shp", shp[:24] + honest + shp[28:-28], "SHP_TRUNCATED"),
        ("点位.shp", shp[:50], "SHP_TRUNCATED"),
        ("点位.shx", shx[:-8], "SHP_TRUNCATED"),
        ("点位.shp", b"PK\x03\x04" + shp[4:], "CONTENT_MISMATCH"),
        ("点位.shp", b"", "SHP_TRUNCATED"),
        ("点位.dbf", fewer, "SHP_DBF_MISMATCH"),
        ("点位.dbf", dbf[:-40], "SHP_DBF_CORRUPT"),
        ("点位.dbf", dbf[:40], "SHP_DBF_CORRUPT"),
        ("点位.dbf", b"", "SHP_DBF_CORRUPT"),
        ("点位.dbf", b"<html>" + bytes(200), "SHP_DBF_CORRUPT"),
    ]
    for name, content, code in cases:
        assert refused(tmp_path, zipped(parts | {name: content}), "a.zip").code == code, (name, len(content))
    assert (
        refused(tmp_path, zipped(without(parts, ".shx") | {"点位.shp": shp[:-20]}), "a.zip").code
        == "SHP_TRUNCATED"
    )


def test_a_table_without_records_has_no_rows(tmp_path: Path) -> None:
    """An empty shapefile is no rows, and limits hold for records and fields."""
    assert refused(tmp_path, zipped(shapefile(tmp_path, places().iloc[:0])), "a.zip").code == "NO_ROWS"
    content = zipped(shapefile(tmp_path, places(), stem="full"))
    assert refused(tmp_path, content, "a.zip", limits=limited(rows=2)).code == "SHEET_TOO_LARGE"
    assert refused(tmp_path, content, "a.zip", limits=limited(columns=3)).code == "TOO_MANY_COLUMNS"


def entry(name: str, mode: int = stat.S_IFREG) -> zipfile.ZipInfo:
    """Describe an entry by name and file type."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o644) << 16
    return info


def packed(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    """Pack described entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return out.getvalue()


def encrypted(content: bytes) -> bytes:
    """Mark every entry of an archive as encrypted, in both of its headers."""
    marked = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(magic)
        while at >= 0:
            marked[at + offset] |= 1
            at = marked.find(magic, at + 1)
    return bytes(marked)


def overlapping() -> bytes:
    """Make an archive whose two entries share their bytes."""
    content = bytearray(zipped({"a.shp": b"x" * 100, "b.shp": b"x" * 100}))
    second = content.find(b"PK\x01\x02", content.find(b"PK\x01\x02") + 1)
    struct.pack_into("<I", content, second + 42, 0)
    return bytes(content)


ARCHIVES = {
    "empty": (zipped({}), "ARCHIVE_EMPTY"),
    "folders only": (packed((entry("a/", stat.S_IFDIR), b"")), "ARCHIVE_EMPTY"),
    "cut": (zipped({"a.shp": b"x" * 999})[:-40], "ARCHIVE_CORRUPT"),
    "two of one name": (packed((entry("a\\b.shp"), b"1"), (entry("a/b.shp"), b"2")), "ARCHIVE_CORRUPT"),
    "overlapping": (overlapping(), "ARCHIVE_CORRUPT"),
    "encrypted": (encrypted(zipped({"a.shp": b"x"})), "ARCHIVE_ENCRYPTED"),
    "many": (zipped({f"{at}.txt": b"x" for at in range(201)}), "ARCHIVE_ENTRIES"),
    "link": (packed((entry("a.shp", stat.S_IFLNK), b"/etc/passwd")), "ARCHIVE_LINK"),
    "pipe": (packed((entry("a.shp", stat.S_IFIFO), b"")), "ARCHIVE_LINK"),
    "nested": (zipped({"a.shp": b"x", "b.ZIP": b"x"}), "ARCHIVE_NESTED"),
    "upwards": (zipped({"../a.shp": b"x"}), "ARCHIVE_PATH"),
    "upwards by backslash": (zipped({"..\\a.shp": b"x"}), "ARCHIVE_PATH"),
    "absolute": (zipped({"/etc/a.shp": b"x"}), "ARCHIVE_PATH"),
    "drive": (zipped({"C:a.shp": b"x"}), "ARCHIVE_PATH"),
    "control": (zipped({"a\n.shp": b"x"}), "ARCHIVE_PATH"),
    "bomb": (zipped({"a.shp": bytes(5_000_000)}), "ARCHIVE_RATIO"),
    "other formats": (zipped({"a.geojson": b"{}", "b.txt": b"x"}), "FORMAT_NOT_ALLOWED"),
    "office": (zipped({"[Content_Types].xml": b"<Types/>"}), "CONTENT_MISMATCH"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_dishonest_archives_are_refused_unopened(tmp_path: Path, what: str) -> None:
    """Links, paths that lead out, nesting, passwords, overlap and growth are refused by the list alone."""
    content, code = ARCHIVES[what]
    assert refused(tmp_path, content, "a.zip").code == code


def test_an_archive_may_not_unpack_to_more_than_allowed(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """The unpacked size is limited apart from the ratio."""
    stored = zipped(parts | {"big.txt": bytes(2_000_000)}, zipfile.ZIP_STORED)
    fault = refused(tmp_path, stored, "a.zip", limits=limited(unpacked_mb=1))
    assert (fault.code, fault.details["limit"]) == ("ARCHIVE_RATIO", "1 MB")


def test_a_damaged_entry_is_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """An entry whose bytes do not match their checksum is corrupt."""
    content = bytearray(zipped(parts, zipfile.ZIP_STORED))
    at = content.find(parts["点位.dbf"][40:])
    content[at] ^= 0xFF
    assert refused(tmp_path, bytes(content), "a.zip").code == "ARCHIVE_CORRUPT"
