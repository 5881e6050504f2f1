"""One file or more for every code of the contract's part Import, made here and held by nobody."""

from __future__ import annotations

import json
import sqlite3
import stat
import struct
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from geo_registry.registry.importing import Order
from tests.intake.making import limited, package, shapefile, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

COAL, STATION, ENTERPRISE, ZONE = "散煤销售点", "监测站", "工业企业", "行政区"
HEADS = "名称,经度,纬度"
GOOD = "甲煤点,114.0201,33.5801"
TWO_ROWS = f"{HEADS}\n{GOOD}\n乙煤点,114.1201,33.6801\n"


@dataclass(frozen=True)
class Sent:
    """A file, what is asked of its import, and the rows that are good and refused.

    Attributes
    ----------
    first
        Files sent before it.
    """

    code: str
    name: str
    content: bytes
    accepted: int = 0
    rejected: int = 0
    ask: dict[str, Any] = field(default_factory=dict)
    first: tuple[Sent, ...] = ()

    def order(self) -> Order:
        """Give what is asked: coal points in WGS 84 unless something else is said."""
        usual: dict[str, Any] = {"kind": COAL, "datum": "wgs84", "by": "tester", "accept_partial": True}
        return Order(**(usual | self.ask))


def text(code: str, lines: str | bytes, accepted: int = 0, rejected: int = 0, **ask: object) -> Sent:
    """Send delimited text."""
    content = lines.encode() if isinstance(lines, str) else lines
    return Sent(code, "a.csv", content, accepted, rejected, ask)


def row(code: str, value: str, heads: str = HEADS, *, severe: bool = True, **ask: object) -> Sent:
    """Send a good row and one that is refused, or kept with a warning."""
    good = "好的煤点,114.5201,33.9801" + "," * (heads.count(",") - HEADS.count(","))
    return text(code, f"{heads}\n{good}\n{value}\n", 2 - severe, int(severe), **ask)


def points(**columns: Sequence[object]) -> gpd.GeoDataFrame:
    """Make two coal points as a frame."""
    names = {"名称": ["甲煤点", "乙煤点"]} | columns
    return gpd.GeoDataFrame(names, geometry=gpd.points_from_xy([114.01, 114.11], [33.51, 33.61]), crs=4490)


def shp(
    folder: Path, frame: gpd.GeoDataFrame | None = None, encoding: str = "UTF-8", **parts: bytes | None
) -> bytes:
    """Zip a shapefile, some of its parts replaced, or left out where they are None."""
    made = shapefile(
        folder, points() if frame is None else frame, encoding, stem=f"s{len(list(folder.iterdir()))}"
    )
    by_suffix = {f"点位.{name.rpartition('.')[2]}": content for name, content in made.items()}
    changed = by_suffix | {f"点位.{suffix}": content for suffix, content in parts.items()}
    return zipped({name: content for name, content in changed.items() if content is not None})


def part(folder: Path, suffix: str, encoding: str = "UTF-8") -> bytes:
    """Give one part of the usual shapefile."""
    home = folder / f"part-{suffix}-{encoding}-{len(list(folder.iterdir()))}"
    home.mkdir()
    return next(
        content for name, content in shapefile(home, points(), encoding).items() if name.endswith(suffix)
    )


def features(*listed: object, **members: object) -> bytes:
    """Write a feature collection."""
    return json.dumps(
        {"type": "FeatureCollection", "features": list(listed)} | members, ensure_ascii=False
    ).encode()


def feature(name: str, geometry: object, **properties: object) -> dict[str, object]:
    """Make one feature."""
    return {"type": "Feature", "properties": {"名称": name} | properties, "geometry": geometry}


def point(lon: object = 114.0201, lat: object = 33.5801) -> dict[str, object]:
    """Make a point."""
    return {"type": "Point", "coordinates": [lon, lat]}


def kml(inner: str, head: str = "") -> bytes:
    """Write a document of placemarks."""
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inner}</Document></kml>'.encode()


MARK = "<Placemark><name>甲煤点</name><Point><coordinates>114.0201,33.5801</coordinates></Point></Placemark>"


def geopackage(folder: Path, *orders: str, layer: str = COAL) -> bytes:
    """Write a GeoPackage of two coal points and change it."""
    path = folder / f"g{len(list(folder.iterdir()))}.gpkg"
    pyogrio.write_dataframe(points(), path, layer=layer)
    with closing(sqlite3.connect(path)) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for order in (*(f'DROP TRIGGER "{name}"' for (name,) in triggers), *orders):
            database.execute(order)
        database.commit()
    return path.read_bytes()


def sheet(*rows: str, name: str = COAL, **more: str) -> dict[str, str]:
    """Make the parts of a workbook from rows of cells."""
    inner = "".join(f"<row>{cells}</row>" for cells in rows)
    return package({name: f"<sheetData>{inner}</sheetData>"} | more)


def cells(*texts: str) -> str:
    """Write cells of text."""
    return "".join(f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in texts)


LEDGER = (cells("名称", "经度", "纬度"), cells("甲煤点", "114.0201", "33.5801"))


def entry(name: str, content: bytes = b"x", *, mode: int = 0, flags: int = 0) -> bytes:
    """Zip one entry with a mode and flags of choice."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content)
    raw = bytearray(packed.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.index(mark) + at
        struct.pack_into("<H", raw, start, struct.unpack_from("<H", raw, start)[0] | flags)
    return bytes(raw)


def file_faults(folder: Path) -> Iterator[Sent]:
    """Make files that are refused whole."""
    yield text("FILE_EMPTY", "")
    yield text("NO_ROWS", f"{HEADS}\n")
    yield Sent("FORMAT_NOT_ALLOWED", "a.exe", b"MZ")
    yield Sent("FORMAT_NOT_ALLOWED", "a.zip", zipped({"a.txt": "x"}))
    yield Sent("CONTENT_MISMATCH", "a.xlsx", TWO_ROWS.encode())
    yield Sent("FILENAME_INVALID", "a\n.csv", TWO_ROWS.encode())
    yield text("ENCODING_AMBIGUOUS", "name,lon,lat\nCafé Müller Straße,114.01,33.51\n".encode("latin-1"))
    yield text("ENCODING_NOT_UTF8", (TWO_ROWS * 9).encode() + b"\xe7\x83,114.2,33.5\n")
    yield text("HEADER_MISSING", "a,b,c\n1,2,3\n")
    yield text("HEADER_DUPLICATE", f"{HEADS},名称\n{GOOD},丙\n")
    yield text("CSV_UNBALANCED_QUOTE", f'{HEADS}\n"甲,114.02,33.58\n')
    yield text("TOO_MANY_COLUMNS", ",".join(f"c{at}" for at in range(20_000)) + "\n")
    yield from _workbook_faults()
    yield from _reference_faults(folder)
    yield from _archive_faults()
    yield from _shapefile_faults(folder)
    yield Sent("DB_CORRUPT", "a.gpkg", geopackage(folder)[:-8_192])
    yield Sent("GEOM_CORRUPT", "a.gpkg", geopackage(folder, f"UPDATE \"{COAL}\" SET geom = x'00'"))  # noqa: S608
    yield from _parquet_faults()
    yield from _json_faults()
    yield from _xml_faults()
    yield from _limit_faults()


def _workbook_faults() -> Iterator[Sent]:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield Sent("SHEET_TOO_LARGE", "a.xlsx", zipped(package({COAL: f"<sheetData>{far}</sheetData>"})))
    formula = cells("甲煤点", "114.0201") + "<c><f>1+1</f></c>"
    yield Sent("CELL_FORMULA", "a.xlsx", zipped(sheet(LEDGER[0], formula)))
    yield Sent("MACRO", "a.xlsm", zipped(sheet(*LEDGER) | {"xl/vbaProject.bin": "x"}))
    two = package(
        {each: f"<sheetData><row>{'</row><row>'.join(LEDGER)}</row></sheetData>" for each in "甲乙"}
    )
    yield Sent("MULTIPLE_LAYERS", "a.xlsx", zipped(two))
    yield Sent("LAYER_UNKNOWN", "a.xlsx", zipped(two), ask={"sheet": "丙"})


def _reference_faults(folder: Path) -> Iterator[Sent]:
    free: dict[str, Any] = {"datum": None}
    yield Sent("CRS_MISSING", "a.zip", shp(folder, prj=None), ask=free)
    yield Sent("CRS_INVALID", "a.zip", shp(folder, prj=b"<html>not found</html>"), ask=free)
    yield Sent("CRS_UNSUPPORTED", "a.zip", shp(folder, points().set_crs(4214, allow_override=True)), ask=free)
    yield text("DATUM_MISSING", TWO_ROWS, **free)
    yield Sent("DATUM_MISSING", "a.kml", kml(MARK), ask=free)


def _archive_faults() -> Iterator[Sent]:
    whole = zipped({"a.shp": "x" * 100})
    yield Sent("ARCHIVE_CORRUPT", "a.zip", whole[:-30])
    yield Sent("ARCHIVE_EMPTY", "a.zip", zipped({}))
    yield Sent("ARCHIVE_ENCRYPTED", "a.zip", entry("a.shp", flags=1))
    yield Sent("ARCHIVE_ENTRIES", "a.zip", zipped({f"{at}.txt": "x" for at in range(201)}))
    yield Sent("ARCHIVE_LINK", "a.zip", entry("a.shp", b"/etc/passwd", mode=stat.S_IFLNK | 0o777))
    yield Sent("ARCHIVE_NESTED", "a.zip", zipped({"b.zip": whole}))
    for path in ("../a.shp", "/etc/a.shp", "C:\\a.shp", "a/../../b.shp", "..\\a.shp"):
        yield Sent("ARCHIVE_PATH", "a.zip", entry(path))
    yield Sent("ARCHIVE_RATIO", "a.zip", zipped({"a.shp": bytes(2_000_000)}))


def _shapefile_faults(folder: Path) -> Iterator[Sent]:
    yield Sent("SHP_MISSING_PART", "a.zip", shp(folder, dbf=None))
    yield Sent("SHP_TRUNCATED", "a.zip", shp(folder, shp=part(folder, "shp")[:-20]))
    short = bytearray(part(folder, "dbf"))
    struct.pack_into("<I", short, 4, 1)
    yield Sent("SHP_DBF_MISMATCH", "a.zip", shp(folder, dbf=bytes(short)))
    yield Sent("SHP_DBF_CORRUPT", "a.zip", shp(folder, dbf=part(folder, "dbf")[:-40]))


def parquet(*, place: str = "geometry", changed: Mapping[str, Any] | None = None) -> bytes:
    """Write two coal points as GeoParquet, with some of the column's metadata changed."""
    frame = points().to_crs(4326)
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]} | dict(changed or {})
    geo = {"version": "1.1.0", "primary_column": place, "columns": {place: column}}
    table = pa.table({"名称": frame["名称"].tolist(), "geometry": shapely.to_wkb(frame.geometry.to_numpy())})
    sink = BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), sink)
    return sink.getvalue()


def _parquet_faults() -> Iterator[Sent]:
    ask: dict[str, Any] = {"datum": None, "limits": limited(bulk=True)}
    whole = parquet()
    yield Sent("FORMAT_NOT_ALLOWED", "a.parquet", whole)
    yield Sent("CONTENT_MISMATCH", "a.parquet", TWO_ROWS.encode(), ask=ask)
    yield Sent("PARQUET_INVALID", "a.parquet", whole[:-9], ask=ask)
    yield Sent("PARQUET_INVALID", "a.parquet", whole[:20] + bytes(60) + whole[80:], ask=ask)
    yield Sent("PARQUET_INVALID", "a.parquet", parquet(place="geom"), ask=ask)
    yield Sent("PARQUET_INVALID", "a.parquet", parquet(changed={"encoding": "point"}), ask=ask)
    yield Sent(
        "GEOM_CORRUPT", "a.parquet", whole.replace(b"\x01\x01\x00\x00\x00", b"\x01\x63\x00\x00\x00"), ask=ask
    )
    yield Sent("CRS_MISSING", "a.parquet", parquet(changed={"crs": None}), ask=ask)
    yield Sent("CRS_INVALID", "a.parquet", parquet(changed={"crs": {"type": "nonsense"}}), ask=ask)
    small = {"datum": None, "limits": limited(bulk=True, rows=1)}
    yield Sent("SHEET_TOO_LARGE", "a.parquet", whole, ask=small)
    narrow = {"datum": None, "limits": limited(bulk=True, columns=0)}
    yield Sent("TOO_MANY_COLUMNS", "a.parquet", whole, ask=narrow)
    tight = {"datum": None, "limits": limited(bulk=True, unpacked_mb=0)}
    yield Sent("FILE_TOO_COSTLY", "a.parquet", whole, ask=tight)


def _json_faults() -> Iterator[Sent]:
    free: dict[str, Any] = {"datum": None}
    deep = "[" * 5_000 + "]" * 5_000
    one = features(feature("甲", point())).decode()
    yield Sent("JSON_INVALID", "a.geojson", one[:-1].encode(), ask=free)
    yield Sent("JSON_INVALID", "a.geojson", features(feature("甲", point(float("nan")))), ask=free)
    yield Sent(
        "JSON_DUPLICATE_KEY", "a.geojson", one.replace('"名称"', '"名称": 1, "名称"').encode(), ask=free
    )
    yield Sent("JSON_TOO_DEEP", "a.geojson", one.replace('"甲"', deep).encode(), ask=free)
    yield Sent("JSON_NOT_FEATURES", "a.geojson", b'{"type": "Topology"}', ask=free)


def _xml_faults() -> Iterator[Sent]:
    entity = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    yield Sent("XML_INVALID", "a.kml", kml(MARK)[:-4])
    yield Sent("XML_DTD", "a.kml", kml(MARK, '<!DOCTYPE kml SYSTEM "x.dtd">'))
    yield Sent("XML_ENTITY", "a.kml", kml(MARK, entity))
    yield Sent("XML_TOO_DEEP", "a.kml", kml("<Folder>" * 500 + "</Folder>" * 500))


def _limit_faults() -> Iterator[Sent]:
    yield text("FILE_TOO_LARGE", TWO_ROWS + "\n" * 1_000_000, limits=limited(file_mb=1))
    yield text("FILE_TOO_SLOW", TWO_ROWS, limits=limited(seconds=0))
    swollen = b'{"type": "FeatureCollection", "features": [' + b"[]," * 4_000_000 + b"[]]}"
    yield Sent("FILE_TOO_COSTLY", "a.geojson", swollen, ask={"limits": limited(memory_mb=500)})


def row_faults() -> Iterator[Sent]:
    """Make files in which one row is refused and the others go."""
    yield row("COORD_MISSING", "乙煤点,114.02,")
    yield row("COORD_NOT_NUMBER", "乙煤点,路口东,33.58")
    yield row("COORD_NOT_FINITE", "乙煤点,nan,33.58")
    yield row("COORD_OUT_OF_RANGE", "乙煤点,214.0201,33.5801")
    yield row("COORD_NULL_ISLAND", "乙煤点,0,0")
    yield row("COORD_SWAPPED", "乙煤点,33.5801,114.0201")
    yield row("COORD_PROJECTED", "乙煤点,409087.2,3717265.4")
    yield row("OUT_OF_REGION", "乙煤点,2.3522,48.8566")
    shapes = [feature("甲煤点", point()), feature("乙煤点", None)]
    free: dict[str, Any] = {"datum": None}
    yield Sent("GEOM_MISSING", "a.geojson", features(*shapes), 1, 1, free)
    line = {"type": "LineString", "coordinates": [[114, 33.5], [114.1, 33.6]]}
    yield Sent("GEOM_TYPE", "a.geojson", features(shapes[0], feature("乙煤点", line)), 1, 1, free)
    yield row("DATE_INVALID", "乙煤点,114.0201,33.5801,2025-02-30", f"{HEADS},建档日期")
    yield row("FIELD_TOO_LONG", f"乙煤点,114.0201,33.5801,{'长' * 101}", f"{HEADS},乡镇")
    yield row("TEXT_CONTROL_CHAR", "乙煤点,114.0201,33.5801,a\x00b", f"{HEADS},备注")
    yield row("ROW_WIDTH", "乙煤点,114.0201,33.5801,多余")
    yield text("DUPLICATE", f"{HEADS}\n{GOOD}\n{GOOD}\n", 1, 1)
    yield row("VALUE_INVALID", "乙煤点,114.0201,33.5801,很多", f"{HEADS},存煤量")
    categories = f"{HEADS},类别\n{GOOD},散煤销售点\n乙,114.1201,33.6801,火星基地\n"
    yield text("CATEGORY_UNKNOWN", categories, 1, 1, kind=None)


def warnings(folder: Path) -> Iterator[Sent]:
    """Make files whose rows are all kept, with a warning."""
    yield text("ENCODING_GUESSED", TWO_ROWS.encode("gb18030"), 2)
    yield row("COORD_LOW_PRECISION", "乙煤点,114.0,33.5", severe=False)
    yield Sent("UNCHANGED", "b.csv", TWO_ROWS.encode(), 2, first=(text("", TWO_ROWS, 2),))
    away = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    yield Sent("LINK_IGNORED", "a.kml", kml(MARK + away), 1)
    yield Sent("SHX_REBUILT", "a.zip", shp(folder, shx=None), 2)
    deleted = bytearray(part(folder, "dbf"))
    deleted[struct.unpack_from("<H", deleted, 8)[0]] = ord("*")
    yield Sent("ROWS_DELETED", "a.zip", shp(folder, dbf=bytes(deleted)), 1)
    hidden = {"旧表!": f"<sheetData><row>{LEDGER[0]}</row></sheetData>"}
    yield Sent("SHEET_HIDDEN", "a.xlsx", zipped(sheet(*LEDGER, **hidden)), 1)
    yield row("BOUND_NOT_NUMBER", "乙煤点,114.0201,33.5801,10余吨", f"{HEADS},存煤量", severe=False)
    yield row("POSITION_MISSING", "乙煤点,,", severe=False, allow_unlocated=True)
    yield text("SUMMARY_ROW_SKIPPED", f"{HEADS}\n{GOOD}\n合计,,\n", 1)
    yield text("STATION_CLOSED_MARK", f"{HEADS}\n北站（停运）,114.0201,33.5801\n", 1, kind=STATION)
    codes = "A1,甲煤点,114.0201,33.5801\nA1,乙煤点,114.1201,33.6801"
    yield row("COORD_AT_SEA", "乙煤点,125.5012,30.1034", severe=False)
    yield text("CODE_REPEATED", f"编码,{HEADS}\n{codes}\n", 2)
    twins = "A1,甲煤点,114.0201,33.5801\nA2,甲煤点,114.02012,33.5801"
    yield text("POSSIBLE_DUPLICATE", f"编码,{HEADS}\n{twins}\n", 2)
    areas = {"源汇区": shapely.box(113.9, 33.4, 114.2, 33.7), "郾城区": shapely.box(114.2, 33.4, 114.5, 33.7)}
    drawn = "".join(f'{name},county,gb2260,"{shapely.to_wkt(area)}"\n' for name, area in areas.items())
    zones = text("", f"名称,级别,编码体系,wkt\n{drawn}", 2, kind=ZONE)
    stated = f"{HEADS},区县\n{GOOD},郾城区\n"
    yield Sent("DISTRICT_MISMATCH", "b.csv", stated.encode(), 1, first=(zones,))
