"""Valid files of every format, and the damage done to them: flips, cuts, insertions, splices."""

from __future__ import annotations

import io
import random
import sqlite3
import zipfile
from contextlib import closing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import xlsxwriter

from tests.intake.making import VRT, shapefile, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 12
LONGEST_CUT = 64


def places(rows: int = ROWS) -> gpd.GeoDataFrame:
    """Make sources with text, numbers, dates and truth values."""
    columns = {
        "编码": [f"M{row:03}" for row in range(rows)],
        "名称": [f"第{row}散煤点" for row in range(rows)],
        "存煤量": [row * 1.5 for row in range(rows)],
        "建档日期": ["2025-01-02"] * rows,
        "是否流动": [row % 2 == 0 for row in range(rows)],
    }
    points = gpd.points_from_xy(
        [114 + row / 97 for row in range(rows)], [33.5 + row / 89 for row in range(rows)]
    )
    return gpd.GeoDataFrame(columns, geometry=points, crs=4490)


def table(frame: gpd.GeoDataFrame) -> list[list[object]]:
    """Give the frame as rows of cells under headings."""
    plain = frame.drop(columns="geometry").assign(经度=frame.geometry.x, 纬度=frame.geometry.y)
    return [list(plain.columns), *plain.to_numpy().tolist()]


def workbook(frame: gpd.GeoDataFrame) -> bytes:
    """Write a workbook with a merged title, a formula and a second sheet."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet("散煤销售点")
        sheet.merge_range("A1:G1", "散煤销售点台账")
        for at, row in enumerate(table(frame), start=1):
            sheet.write_row(at, 0, row)
        sheet.write_formula(3, 2, "=1+2", None, 3)
        book.add_worksheet("说明").write(0, 0, "填表说明")
    return written.getvalue()


def markup(frame: gpd.GeoDataFrame, link: str) -> str:
    """Write KML with folders, extended data, and links that lead to the canary and the listener."""
    marks = "".join(
        f'<Placemark><name>{name}</name><ExtendedData><Data name="编码"><value>{code}</value></Data>'
        f"</ExtendedData><Point><coordinates>{lon},{lat},0</coordinates></Point></Placemark>"
        for code, name, *_, lon, lat in table(frame)[1:]
    )
    away = f"<NetworkLink><Link><href>{link}</href></Link></NetworkLink>"
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
    return f"{head}<Document>{away}<Folder><name>散煤点</name>{marks}</Folder></Document></kml>"


def seeds(folder: Path, canary: Path, link: str) -> dict[str, bytes]:
    """Make one valid file of each format by its suffix.

    Parameters
    ----------
    folder
        Where files are made.
    canary
        A file that nothing may read.
    link
        An address that nothing may call.
    """
    frame = places()
    text = "\r\n".join(",".join(map(str, row)) for row in table(frame))
    pyogrio.write_dataframe(frame, folder / "a.gpkg", layer="coal_sales_point")
    with closing(sqlite3.connect(folder / "a.gpkg")) as database:
        database.execute("CREATE VIEW again AS SELECT * FROM coal_sales_point")
        database.commit()
    trick = {"a.vrt": VRT.format(path=canary).encode()}
    kml = markup(frame, link)
    geojson = frame.to_json().replace('"features"', f'"see": "{link}", "features"', 1)
    return {
        ".csv": text.encode("gb18030"),
        ".tsv": text.replace(",", "\t").encode("utf-16"),
        ".xlsx": workbook(frame),
        ".zip": zipped(shapefile(folder, frame, "GBK", "散煤点") | trick),
        ".geojson": geojson.encode(),
        ".gpkg": (folder / "a.gpkg").read_bytes(),
        ".kml": kml.encode(),
        ".kmz": zipped({"doc.kml": kml}),
    }


TEXTS = {".csv": "gb18030", ".tsv": "utf-16", ".geojson": "utf-8", ".kml": "utf-8", ".xml": "utf-8"}
"""Encoding of the files that are text, by suffix."""
SIGNS = [
    *'"",;\t\n\r<>&/={}[]:.-+0123456789eE\\',
    "\0",
    "\u3000",
    "\ufeff",
    "\U0001f3ed",
    "NaN",
    "1e999",
    "<![CDATA[",
]
"""What means something to a reader of text."""


def damaged(whole: bytes, suffix: str, chance: random.Random) -> bytes:
    """Damage a file, or an entry of it that is packed again, so that checksums do not hide what is inside.

    Text is damaged by characters as often as by bytes, so that it does not stop at its encoding.
    """
    if suffix in {".xlsx", ".zip", ".kmz"} and chance.random() < 0.8:
        return _with_damaged_entry(whole, chance)
    if suffix in TEXTS and chance.random() < 0.7:
        return _damaged_text(whole.decode(TEXTS[suffix]), chance).encode(TEXTS[suffix], "ignore")
    return _damaged_bytes(whole, chance)


def _with_damaged_entry(whole: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(entries))
    entries[name] = damaged(entries[name], PurePosixPath(name).suffix, chance)
    return zipped(entries)


def _damaged_text(whole: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, to = chance.randrange(len(whole) + 1), chance.randrange(len(whole) + 1)
        gone = chance.choice((0, 0, 1, 1, chance.randrange(LONGEST_CUT)))
        part = chance.choice(
            ("", *chance.choices(SIGNS, k=3), whole[to : to + chance.randrange(LONGEST_CUT)])
        )
        whole = whole[:at] + part + whole[at + gone :]
    return whole


def _damaged_bytes(whole: bytes, chance: random.Random) -> bytes:
    harmed = bytearray(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        chance.choice(HARMS)(harmed, chance)
    return bytes(harmed)


def _flip(harmed: bytearray, chance: random.Random) -> None:
    if harmed:
        harmed[chance.randrange(len(harmed))] ^= 1 << chance.randrange(8)


def _set(harmed: bytearray, chance: random.Random) -> None:
    if harmed:
        harmed[chance.randrange(len(harmed))] = chance.choice((0, 1, 0x22, 0x2C, 0x3C, 0x7F, 0x80, 0xFF))


def _cut_end(harmed: bytearray, chance: random.Random) -> None:
    del harmed[chance.randrange(len(harmed) + 1) :]


def _cut_out(harmed: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(harmed) + 1)
    del harmed[at : at + chance.randrange(1, LONGEST_CUT)]


def _insert(harmed: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(harmed) + 1)
    harmed[at:at] = chance.randbytes(chance.randrange(1, LONGEST_CUT))


def _splice(harmed: bytearray, chance: random.Random) -> None:
    start, at = chance.randrange(len(harmed) + 1), chance.randrange(len(harmed) + 1)
    part = harmed[start : start + chance.randrange(1, 4 * LONGEST_CUT)]
    if chance.random() < 0.5:
        harmed[at:at] = part
    else:
        harmed[at : at + len(part)] = part


HARMS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip,
    _set,
    _cut_end,
    _cut_out,
    _insert,
    _splice,
)
