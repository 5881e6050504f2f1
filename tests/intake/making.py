"""Files as senders make them, whole and broken, and the ways to send and look at them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import pytest

from geo_registry.core.raw import GEOMETRY, ROW, WIDTH, RawFile, RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake import read
from geo_registry.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LIMITS = Limits()
OURS = "http://schemas.openxmlformats.org"
RELATIONS = f'<Relationships xmlns="{OURS}/package/2006/relationships">'
TYPE = f"{OURS}/officeDocument/2006/relationships"
MAIN = f'xmlns="{OURS}/spreadsheetml/2006/main" xmlns:r="{TYPE}"'
VRT = """<OGRVRTDataSource><OGRVRTLayer name="canary"><SrcDataSource>{path}</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


def send(folder: Path, content: bytes | str, name: str, **options: Any) -> RawFile:  # noqa: ANN401 (as read)
    """Save bytes and read them under a name."""
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, name=name, **({"limits": LIMITS} | options))


def refused(folder: Path, content: bytes | str, name: str, **options: Any) -> FileRefused:  # noqa: ANN401 (as read)
    """Send what must be refused and give the refusal."""
    with pytest.raises(FileRefused) as caught:
        send(folder, content, name, **options)
    return caught.value


def texts(layer: RawLayer) -> list[list[str | None]]:
    """Give the cells of a layer row by row."""
    names = [name for name in layer.cells.column_names if name not in {ROW, WIDTH, GEOMETRY}]
    return [[row[name] for name in names] for row in layer.cells.to_pylist()]


def numbers(layer: RawLayer, column: str = ROW) -> list[int]:
    """Give the row numbers, or the widths, of a layer."""
    listed: list[int] = layer.cells.column(column).to_pylist()
    return listed


def limited(**limits: int) -> Limits:
    """Give the usual limits with some of them changed."""
    changed: dict[str, Any] = dict(limits)
    return replace(LIMITS, **changed)


def zipped(entries: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack entries into an archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def places() -> gpd.GeoDataFrame:
    """Make three sources with text, whole numbers, decimals and truth values, some missing."""
    columns = {
        "名称": ["甲厂", "乙厂", None],
        "stock": [1.5, None, 3.0],
        "n": [1, 2, 3],
        "on": [True, False, True],
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([113, 114, 115], [34, 35, 36]), crs=4490)


def shapefile(
    folder: Path, frame: gpd.GeoDataFrame, encoding: str = "UTF-8", stem: str = "点位"
) -> dict[str, bytes]:
    """Write a shapefile and give its parts by entry name."""
    home = folder / f"{stem}-{encoding}"
    home.mkdir()
    pyogrio.write_dataframe(frame, home / f"{stem}.shp", encoding=encoding)
    return {path.name: path.read_bytes() for path in sorted(home.iterdir())}


def package(
    sheets: Mapping[str, str], strings: str = "", styles: str = "", properties: str = ""
) -> dict[str, str]:
    """Make the parts of a workbook from the XML inside each sheet's ``worksheet`` element."""
    listed = "".join(
        f'<sheet name="{name.rstrip("!")}" sheetId="{at}" r:id="s{at}"{_state(name)}/>'
        for at, name in enumerate(sheets, start=1)
    )
    parts = [(f"s{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(sheets) + 1)]
    parts += [("x1", "sharedStrings", "sharedStrings.xml"), ("x2", "styles", "/xl/styles.xml")]
    related = "".join(
        f'<Relationship Id="{i}" Type="{TYPE}/{kind}" Target="{path}"/>' for i, kind, path in parts
    )
    root = f'<Relationship Id="a" Type="{TYPE}/officeDocument" Target="xl/workbook.xml"/>'
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f"{RELATIONS}{root}</Relationships>",
        "xl/workbook.xml": f"<workbook {MAIN}>{properties}<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{RELATIONS}{related}</Relationships>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        "xl/styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>",
    } | {
        f"xl/worksheets/sheet{at}.xml": f"<worksheet {MAIN}>{inner}</worksheet>"
        for at, inner in enumerate(sheets.values(), 1)
    }


def _state(name: str) -> str:
    return ' state="hidden"' if name.endswith("!") else ""
