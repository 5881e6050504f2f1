"""Files as they come and files as an attacker makes them, with what is to come of each.

The findings are those of the project's study of reliability: how others' importers fail.
"""

from __future__ import annotations

import gzip
import json
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from tests.intake.every_code import (
    COAL,
    GOOD,
    HEADS,
    LEDGER,
    MARK,
    TWO_ROWS,
    cells,
    entry,
    feature,
    features,
    geopackage,
    kml,
    part,
    point,
    points,
    sheet,
    shp,
)
from tests.intake.making import RELATIONS, VRT, package, zipped

FREE: dict[str, Any] = {"datum": None}
Rows = tuple[int, int]


@dataclass(frozen=True)
class Awkward:
    """A file and what is to come of it: a code that refuses it, or its rows accepted and rejected.

    Attributes
    ----------
    codes
        Codes of the rows refused and of warnings.
    """

    name: str
    content: bytes
    verdict: str | Rows
    codes: frozenset[str] = frozenset()
    ask: dict[str, Any] = field(default_factory=dict)


def awkward(name: str, content: bytes | str, verdict: str | Rows, *codes: str, **ask: object) -> Awkward:
    """Make one case."""
    return Awkward(
        name, content.encode() if isinstance(content, str) else content, verdict, frozenset(codes), ask
    )


def tricks(canary: Path, url: str) -> Iterator[Awkward]:
    """Make files that lead to another file of the server, or out of it (findings 1 to 3 and 10)."""
    pipeline = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {canary}"}
    trick, stream = VRT.format(path=canary), json.dumps(pipeline)
    remote = VRT.format(path=f"/vsicurl/{url}a.csv")
    for suffix in ("csv", "tsv", "xlsx", "xlsm", "zip", "geojson", "json", "gpkg", "kml", "kmz"):
        yield awkward(f"a.{suffix}", trick, "CONTENT_MISMATCH")
        yield awkward(f"a.{suffix}", remote, "CONTENT_MISMATCH")
        yield awkward(f"a.{suffix}", stream, "JSON_NOT_FEATURES" if "json" in suffix else "CONTENT_MISMATCH")
    for suffix in ("vrt", "shp", "gml", "url", "xml", "txt", "xls", "parquet", "fgb", "dbf"):
        yield awkward(f"a.{suffix}", trick, "FORMAT_NOT_ALLOWED")
    for suffix in ("zip", "kmz"):
        yield awkward(f"a.{suffix}", zipped({"a.vrt": trick, "a.geojson": trick}), "FORMAT_NOT_ALLOWED")
    parts = dict.fromkeys(("a.shp", "a.dbf", "a.shx", "doc.kml"), trick)
    yield awkward("a.zip", zipped(parts), "CONTENT_MISMATCH")
    yield awkward("a.kmz", zipped(parts), "CONTENT_MISMATCH")
    for href in (url, f"file://{canary}"):
        linked = features(feature("甲煤点", point()), crs={"type": "link", "properties": {"href": href}})
        yield awkward("a.geojson", linked, (1, 0), "LINK_IGNORED")
        yield awkward("a.geojson", linked, "CRS_MISSING", **FREE)
        network = f"<NetworkLink><Link><href>{href}</href></Link></NetworkLink>"
        yield awkward("a.kml", kml(network + MARK), (1, 0), "LINK_IGNORED")
        yield awkward("a.kml", kml(network), "NO_ROWS")
        entity = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "{href}">]>'
        yield awkward("a.kml", kml(MARK.replace("甲", "&x;"), entity), "XML_ENTITY")
        yield awkward("a.kml", kml(MARK, f'<!DOCTYPE kml SYSTEM "{href}">'), "XML_DTD")
    yield awkward("a.json", f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>", "CONTENT_MISMATCH")
    yield awkward("a.csv", f"WFS:{url}", "HEADER_MISSING")
    yield awkward("a.csv", f"[InternetShortcut]\nURL={url}\n", "HEADER_MISSING")
    away = (
        f'<Relationship Id="r" Type="externalLinkPath" Target="{url}" TargetMode="External"/></Relationships>'
    )
    book = sheet(*LEDGER) | {"xl/externalLinks/_rels/externalLink1.xml.rels": RELATIONS + away}
    yield awkward("a.xlsx", zipped(book), (1, 0), "LINK_IGNORED")


def _laughs(root: str) -> str:
    grown = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!DOCTYPE {root} [<!ENTITY a0 "ha">{grown}]>'


def workbooks() -> Iterator[Awkward]:
    """Make workbooks (finding 8)."""
    book = sheet(*LEDGER)
    for path in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"):
        yield awkward("a.xlsx", zipped(book | {path: _laughs("x") + book[path]}), "XML_ENTITY")
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ledger = "".join(f"<row>{each}</row>" for each in LEDGER)
    yield awkward(
        "a.xlsx", zipped(package({COAL: f"<sheetData>{ledger}{far}</sheetData>"})), "SHEET_TOO_LARGE"
    )
    empty = far.replace("<v>1</v>", "")
    wide = f'<dimension ref="A1:XFD1048576"/><sheetData>{ledger}{empty}</sheetData>'
    yield awkward("a.xlsx", zipped(package({COAL: wide})), (1, 0))
    full = "<row>" + "<c><v>1</v></c>" * 200 + "</row>"
    yield awkward(
        "a.xlsx", zipped(package({COAL: f"<sheetData>{full * 30_000}</sheetData>"})), "SHEET_TOO_LARGE"
    )
    yield awkward("a.xlsm", zipped(book), (1, 0))
    yield awkward("a.xlsx", zipped(book | {"xl/vbaProject.bin": "x"}), "MACRO")
    yield awkward("a.xlsx", zipped(package({f"{COAL}!": f"<sheetData>{ledger}</sheetData>"})), "NO_ROWS")
    yield awkward(
        "a.xlsx", zipped({name: text for name, text in book.items() if "sheet1" not in name}), "NO_ROWS"
    )
    yield awkward("a.xlsx", zipped(book | {"xl/media/a.png": bytes(3_000_000)}), "ARCHIVE_RATIO")
    deep = f"<worksheet>{'<a>' * 100_000}"
    yield awkward("a.xlsx", zipped(book | {"xl/worksheets/sheet1.xml": deep}), "SHEET_TOO_LARGE")
    gbk = '<?xml version="1.0" encoding="GBK"?>' + book["xl/worksheets/sheet1.xml"]
    yield awkward("a.xlsx", zipped(book | {"xl/worksheets/sheet1.xml": gbk.encode("gbk")}), "XML_INVALID")
    utf16 = gbk.replace("GBK", "UTF-16").encode("utf-16")
    yield awkward("a.xlsx", zipped(book | {"xl/worksheets/sheet1.xml": utf16}), (1, 0))
    failed = '<c t="e"><v>#N/A</v></c><c><v>114.02</v></c><c><v>33.58</v></c>'
    yield awkward("a.xlsx", zipped(sheet(*LEDGER, failed)), (1, 1), "VALUE_INVALID")
    text = cells("名称", "经度", "纬度"), cells("乙煤点", "东经114.12度", "北纬33°34′48″")
    yield awkward("a.xlsx", zipped(sheet(*text)), (1, 0))
    for old in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"<html><table/></html>"):
        yield awkward("a.xlsx", old, "CONTENT_MISMATCH")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    yield awkward("a.xlsx", locked, "ARCHIVE_ENCRYPTED")
    yield awkward("a.zip", zipped(book), "CONTENT_MISMATCH")
    yield awkward("a.xlsx", zipped({"word/document.xml": "<w/>"}), "CONTENT_MISMATCH")


def archives(folder: Path) -> Iterator[Awkward]:
    """Make archives (finding 9)."""
    whole = shp(folder)
    yield awkward(
        "a.zip", zipped({"b.zip": zipped({"c.zip": zipped({"a.shp": bytes(10**6)})})}), "ARCHIVE_NESTED"
    )
    for suffix, name in (("zip", "a.shp"), ("kmz", "doc.kml"), ("xlsx", "xl/workbook.xml")):
        for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK):
            yield awkward(f"a.{suffix}", entry(name, mode=kind | 0o777), "ARCHIVE_LINK")
        yield awkward(f"a.{suffix}", entry(f"../{name}"), "ARCHIVE_PATH")
        yield awkward(f"a.{suffix}", entry(name, flags=1), "ARCHIVE_ENCRYPTED")
        yield awkward(f"a.{suffix}", whole[:-100], "ARCHIVE_CORRUPT")
    overlapping = bytearray(zipped({"a.shp": b"A" * 500, "a.dbf": b"B" * 500}, 0))
    struct.pack_into("<I", overlapping, overlapping.rindex(b"PK\x01\x02") + 42, 0)
    yield awkward("a.zip", bytes(overlapping), "ARCHIVE_CORRUPT")
    for at, value, verdict in ((16, 12_345, "ARCHIVE_CORRUPT"), (24, 0xFFFF_FFF0, "ARCHIVE_RATIO")):
        lying = bytearray(whole)
        struct.pack_into("<I", lying, lying.index(b"PK\x01\x02") + at, value)
        yield awkward("a.zip", bytes(lying), verdict)
    yield awkward("a.zip", zipped({"a.shp": b"x"}).replace(b"a.shp", b"a\0shp"), "ARCHIVE_PATH")
    yield awkward("a.zip", whole + b"x" * 100, (2, 0))
    yield awkward("a.csv", gzip.compress(TWO_ROWS.encode()), "CONTENT_MISMATCH")
    yield awkward("点位.ZIP", whole, (2, 0), **FREE)


def shapefiles(folder: Path) -> Iterator[Awkward]:
    """Make shapefiles (findings 5 and 6)."""
    for length in (0, 10, 50, 100, 104):
        yield awkward("a.zip", shp(folder, shp=part(folder, "shp")[:length]), "SHP_TRUNCATED")
        yield awkward("a.zip", shp(folder, shx=part(folder, "shx")[:length]), "SHP_TRUNCATED")
        yield awkward("a.zip", shp(folder, dbf=part(folder, "dbf")[:length]), "SHP_DBF_CORRUPT")
    yield awkward("a.zip", shp(folder, prj=None), (2, 0))
    yield awkward("a.zip", shp(folder, prj=b""), "CRS_MISSING", **FREE)
    for text in (b"<html/>", bytes(range(1, 256)), b"http://127.0.0.1:9/x", b"+proj=longlat +nadgrids=@x"):
        yield awkward("a.zip", shp(folder, prj=text), "CRS_INVALID", **FREE)
    for number in (4610, 2422):
        strange = shp(folder, points().set_crs(number, allow_override=True))
        yield awkward("a.zip", strange, "CRS_UNSUPPORTED", **FREE)
    for code_page in (None, b"UTF-8", b"ISO-8859-1"):
        yield awkward("a.zip", shp(folder, encoding="GBK", cpg=code_page), (2, 0), "ENCODING_GUESSED", **FREE)
    for code_page in (b"GBK", b"UTF-16", b"\xff??", b"65001", None):
        yield awkward("a.zip", shp(folder, cpg=code_page), (2, 0), **FREE)
    for count, verdict in ((1, "SHP_DBF_MISMATCH"), (5, "SHP_DBF_CORRUPT"), (2**32 - 1, "SHP_DBF_CORRUPT")):
        lying = bytearray(part(folder, "dbf"))
        struct.pack_into("<I", lying, 4, count)
        yield awkward("a.zip", shp(folder, dbf=bytes(lying)), verdict)
    for value, code in (
        (float("nan"), "COORD_NOT_FINITE"),
        (float("inf"), "COORD_NOT_FINITE"),
        (1e308, "COORD_PROJECTED"),
    ):
        wrong = bytearray(part(folder, "shp"))
        struct.pack_into("<d", wrong, 112, value)
        yield awkward("a.zip", shp(folder, shp=bytes(wrong)), (1, 1), code, **FREE)
    nowhere = bytearray(part(folder, "shp"))
    struct.pack_into("<2d", nowhere, 112, float("nan"), float("nan"))
    yield awkward("a.zip", shp(folder, shp=bytes(nowhere)), (1, 1), "COORD_NOT_FINITE", **FREE)
    for place, kind in ((108, 99), (108, 5), (32, 31)):
        wrong = bytearray(part(folder, "shp"))
        struct.pack_into("<i", wrong, place, kind)
        yield awkward("a.zip", shp(folder, shp=bytes(wrong)), "GEOM_CORRUPT", **FREE)
    yield from _shapes(folder)


def _shapes(folder: Path) -> Iterator[Awkward]:
    line = [(114, 33.5), (114.1, 33.6)]
    for shape, verdict, code in (
        (shapely.Point(114.0201, 33.5801, 50), (1, 0), ()),
        (shapely.MultiPoint([(114.0201, 33.5801)]), (1, 0), ()),
        (shapely.MultiPoint(line), (0, 1), ("GEOM_TYPE",)),
        (shapely.LineString(line), (0, 1), ("GEOM_TYPE",)),
    ):
        frame = gpd.GeoDataFrame({"名称": ["甲煤点"]}, geometry=[shape], crs=4490)
        yield awkward("a.zip", shp(folder, frame), verdict, *code, **FREE)
    area = shapely.Polygon([(114, 33.5, 9), (114.1, 33.5, 9), (114.1, 33.6, 9)])
    frame = gpd.GeoDataFrame({"名称": ["甲区"]}, geometry=[area], crs=4490)
    yield awkward("a.zip", shp(folder, frame), (1, 0), kind="禁煤区", **FREE)
    yield awkward("a.zip", shp(folder, points().to_crs(4547)), (2, 0), **FREE)
    yield awkward("a.zip", shp(folder, points().iloc[:0]), "NO_ROWS", **FREE)


def texts() -> Iterator[Awkward]:
    """Make delimited text."""
    for codec in ("utf-8", "utf-8-sig", "utf-16"):
        yield awkward("a.csv", TWO_ROWS.encode(codec), (2, 0))
        yield awkward("a.tsv", TWO_ROWS.replace(",", "\t").encode(codec), (2, 0))
    for codec in ("gb18030", "gbk", "gb2312"):
        yield awkward("a.csv", TWO_ROWS.encode(codec), (2, 0), "ENCODING_GUESSED")
        yield awkward("a.csv", TWO_ROWS.encode(codec), (2, 0), encoding=codec)
    for codec in ("utf-16-le", "utf-16-be", "utf-32"):
        yield awkward("a.csv", TWO_ROWS.encode(codec), "ENCODING_AMBIGUOUS")
    yield awkward("a.csv", TWO_ROWS.encode("gbk"), "ENCODING_NOT_UTF8", encoding="utf-8")
    yield awkward(
        "a.csv", (TWO_ROWS * 50).encode() + "丙厂煤点,114.2,33.5\n".encode("gbk"), "ENCODING_NOT_UTF8"
    )
    mixed = f"{HEADS}\r\n{GOOD}\n乙煤点,114.1234,33.6801\r丙煤点,114.2234,33.7801\r\n"
    for text in (mixed, TWO_ROWS.replace("\n", "\n\n"), f"漯河市散煤台账,,\n{TWO_ROWS}", TWO_ROWS[:-1]):
        yield awkward("a.csv", text, (mixed.count("煤点") if text == mixed else 2, 0))
    for mark in (";", "\t", "|"):
        yield awkward("a.csv", TWO_ROWS.replace(",", mark), (2, 0))
    yield awkward("a.csv", TWO_ROWS.replace("甲", "甲\0"), (1, 1), "TEXT_CONTROL_CHAR")
    yield awkward("a.csv", f"{HEADS}\n{GOOD},x,y\n乙煤点,114.1201,33.6801\n", (1, 1), "ROW_WIDTH")
    yield awkward("a.csv", bytes(range(256)) * 40, "ENCODING_AMBIGUOUS")
    yield awkward("a.csv", f'{HEADS}\n"甲\n厂",114.0201,33.5801\n', (1, 0))
    yield awkward("a.csv", f'{HEADS}\n"甲"x,114.0201,33.5801\n', "CSV_UNBALANCED_QUOTE")
    yield awkward("a.csv", "\n", "NO_ROWS")
    yield awkward("a.csv", "   \n  ", "NO_ROWS")
    for name in ("=cmd|' /c calc'!A1", "<img src=x onerror=alert(1)>", "🏭煤点"):
        yield awkward("a.csv", f"{HEADS}\n{name},114.0201,33.5801\n", (1, 0))
    yield from _long_texts()


def _long_texts() -> Iterator[Awkward]:
    """Make texts on which a pattern with two ways to go on would spend hours."""
    long = "长" * 1_000_000
    yield awkward("a.csv", f"{HEADS}\n{long},114.0201,33.5801\n", (0, 1), "FIELD_TOO_LONG")
    yield awkward("a.csv", f"{HEADS}\n甲,{'1' * 100_000},33.58\n", (0, 1), "COORD_NOT_FINITE")
    for spelling in ("1°" * 30_000, "1 " * 20_000 + "x", "1" * 50_000 + "!", '"' + "1,111" * 20_000 + '"'):
        yield awkward("a.csv", f"{HEADS}\n甲,{spelling},33.58\n", (0, 1), "COORD_NOT_NUMBER")
    for heading in ("(" * 50_000, "/" * 50_000 + "t", "（" * 50_000, "x" * 1_000_000):
        yield awkward("a.csv", f"{HEADS},{heading}\n{GOOD},1\n", (1, 0))
    for heading, code in (("建档日期", "DATE_INVALID"), ("存煤量", "VALUE_INVALID")):
        for spelling in ("2025-" * 20_000, "9" * 40_000 + "余吨"):
            yield awkward("a.csv", f"{HEADS},{heading}\n{GOOD},{spelling}\n", (0, 1), code)


def documents() -> Iterator[Awkward]:
    """Make GeoJSON (finding 10)."""
    whole = feature("甲煤点", point())
    one = features(whole).decode()
    for depth, verdict in ((50, (1, 0)), (1_000, "JSON_TOO_DEEP"), (200_000, "JSON_TOO_DEEP")):
        nested = one.replace('"甲煤点"', f'"甲煤点", "x": {"[" * depth}{"]" * depth}')
        yield awkward("a.geojson", nested, verdict, **FREE)
    yield awkward("a.geojson", "[" * 1_000_000, "JSON_TOO_DEEP")
    yield awkward("a.geojson", one.encode("utf-8-sig"), (1, 0), **FREE)
    yield awkward("a.geojson", one.encode("utf-16"), (1, 0), **FREE)
    yield awkward("a.geojson", one.encode("gbk"), "ENCODING_NOT_UTF8", **FREE)
    for old, new, verdict in (
        ('"甲煤点"', '"a", "名称": "b"', "JSON_DUPLICATE_KEY"),
        ("114.0201", "NaN", "JSON_INVALID"),
        ("114.0201", "9" * 5_000, "JSON_INVALID"),
        ("114.0201", '"114.0201"', "GEOM_CORRUPT"),
        ("114.0201", "null", "GEOM_CORRUPT"),
        ("114.0201", "9" * 400, "GEOM_CORRUPT"),
        ("甲", "甲\x01", "JSON_INVALID"),
        ("甲", "\\ud800", "JSON_INVALID"),
        ("}]", "},]", "JSON_INVALID"),
        ("}]}", "}]}xx", "JSON_INVALID"),
        ("FeatureCollection", "Topology", "JSON_NOT_FEATURES"),
    ):
        yield awkward("a.geojson", one.replace(old, new), verdict, **FREE)
    yield awkward("a.geojson", one.replace("114.0201", "1e999"), (0, 1), "COORD_NOT_FINITE", **FREE)
    yield awkward("a.geojson", one.replace("甲", "甲\\u0000"), (0, 1), "TEXT_CONTROL_CHAR", **FREE)
    for missing in (None, {"type": "Point", "coordinates": []}):
        yield awkward(
            "a.geojson", features(whole, feature("乙煤点", missing)), (1, 1), "GEOM_MISSING", **FREE
        )
    line = {"type": "LineString", "coordinates": [[114, 33.5], [114.1, 33.6]]}
    held = {"type": "GeometryCollection", "geometries": [point()]}
    mixed = features(whole, feature("乙", line), feature("丙", held))
    yield awkward("a.geojson", mixed, (1, 2), "GEOM_TYPE", **FREE)
    wide = {"type": "Feature", "properties": {f"k{at}": at for at in range(20_000)}, "geometry": point()}
    yield awkward("a.geojson", features(wide), "TOO_MANY_COLUMNS", **FREE)
    yield awkward("a.geojson", json.dumps(whole), (1, 0), **FREE)
    yield awkward(
        "a.geojson",
        features(whole, crs={"type": "name", "properties": {"name": "klingon"}}),
        "CRS_INVALID",
        **FREE,
    )


ENDLESS = "WITH RECURSIVE c(名称) AS (SELECT 1 UNION ALL SELECT 名称 + 1 FROM c) SELECT 名称 FROM c"
SILENT = ENDLESS.replace("SELECT 名称 FROM c", "SELECT max(名称) AS 名称 FROM c WHERE 名称 < 0")
AWAY = ("UPDATE gpkg_contents SET table_name = 'v'", "UPDATE gpkg_geometry_columns SET table_name = 'w'")


def databases(folder: Path, canary: Path) -> Iterator[Awkward]:
    """Make GeoPackages."""
    whole = geopackage(folder)
    for length in (50, 100, 4_096, len(whole) // 2, len(whole) - 4_096):
        yield awkward("a.gpkg", whole[:length], "DB_CORRUPT", **FREE)
    for page in (3, 6, 9):
        torn = whole[: page * 4_096] + b"\xff" * 4_096 + whole[(page + 1) * 4_096 :]
        yield awkward("a.gpkg", torn, "DB_CORRUPT", **FREE)
    yield awkward("a.gpkg", geopackage(folder, "DROP TABLE gpkg_contents"), "CONTENT_MISMATCH", **FREE)
    trigger = f'CREATE TRIGGER t AFTER INSERT ON "{COAL}" BEGIN DELETE FROM "{COAL}"; END'  # noqa: S608 (a test's own)
    yield awkward("a.gpkg", geopackage(folder, trigger), (2, 0), **FREE)
    for view, verdict in (
        (ENDLESS, "SHEET_TOO_LARGE"),
        (SILENT, "FILE_TOO_SLOW"),
        ("SELECT hex(zeroblob(900000000)) AS 名称", "DB_CORRUPT"),
        (f"SELECT readfile('{canary}') AS 名称", "DB_CORRUPT"),
        ("SELECT load_extension('x') AS 名称", "DB_CORRUPT"),
    ):
        yield awkward("a.gpkg", geopackage(folder, f"CREATE VIEW v AS {view}", *AWAY), verdict, **FREE)
    column = f'ALTER TABLE "{COAL}" ADD COLUMN 备注 TEXT GENERATED ALWAYS AS'
    yield awkward("a.gpkg", geopackage(folder, f"{column} ('x') VIRTUAL"), (2, 0), **FREE)
    yield awkward(
        "a.gpkg", geopackage(folder, f"{column} (hex(zeroblob(4e8))) VIRTUAL"), "DB_CORRUPT", **FREE
    )
    copied = geopackage(
        folder,
        f'CREATE TABLE b AS SELECT * FROM "{COAL}"',  # noqa: S608 (a test's own)
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('b', 'features', 'b')",
    )
    yield awkward("a.gpkg", copied, "MULTIPLE_LAYERS", **FREE)
    yield from _blobs(folder)


def _blobs(folder: Path) -> Iterator[Awkward]:
    head = b"GP\0\1" + struct.pack("<i", 4490)
    for wkb, verdict, code in (
        (struct.pack("<BIdd", 1, 1, float("nan"), 33.5), (1, 1), "COORD_NOT_FINITE"),
        (struct.pack(">BIdd", 0, 1, 114.0201, 33.5801), (2, 0), None),
        (struct.pack("<BIIdd", 1, 0x2000_0001, 4326, 114.0201, 33.5801), (2, 0), None),
        (b"\1\7\0\0\0\1\0\0\0" * 100_000 + struct.pack("<BIdd", 1, 1, 114, 33), "GEOM_CORRUPT", None),
        (struct.pack(">BII", 0, 4, 1) * 100_000 + struct.pack("<BIdd", 1, 1, 114, 33), "GEOM_CORRUPT", None),
        (struct.pack("<BII", 1, 2, 2**32 - 1), "GEOM_CORRUPT", None),
        (struct.pack("<BII6d", 1, 8, 3, 114, 33, 114.1, 33.1, 114.2, 33), "GEOM_CORRUPT", None),
        (struct.pack("<BI", 1, 99), "GEOM_CORRUPT", None),
    ):
        change = f"UPDATE \"{COAL}\" SET geom = x'{(head + wkb).hex()}' WHERE fid = 1"  # noqa: S608 (a test's own)
        yield awkward("a.gpkg", geopackage(folder, change), verdict, *filter(None, [code]), **FREE)
