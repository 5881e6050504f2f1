"""Rows as the sender wrote them: text, row numbers and WKB, before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from geo_registry.core.findings import Finding

ROW = "_row"
"""Column of a raw table: int64 row number as the sender sees it, 1-based."""
WIDTH = "_width"
"""Column of a raw table: int32 count of cells in that row up to the last one that is not empty."""
GEOMETRY = "_wkb"
"""Column of a raw table: binary little-endian WKB of the row's geometry, null where it has none."""


@dataclass(frozen=True, slots=True)
class RawLayer:
    """One sheet, table or layer of a file.

    Attributes
    ----------
    name
        Name of the sheet or layer; the file's stem for formats with a single layer.
    headings
        Attribute names where the format has them (shapefile, GeoPackage, GeoJSON); None for
        grids of cells (CSV, XLSX), whose heading rows are still among the rows.
    cells
        Table with one string column per heading or grid column, named ``c0, c1, ...``
        (null for an empty cell), and the columns `ROW`, `WIDTH` and, where the format carries
        geometries, `GEOMETRY`.
    crs
        Coordinate reference system the file itself states (``"EPSG:4490"`` or WKT), or None.
    formulas
        ``(row, column index)`` of formula cells without a cached value.
    """

    name: str
    headings: tuple[str, ...] | None
    cells: pa.Table
    crs: str | None = None
    formulas: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file, parsed and not yet judged.

    Attributes
    ----------
    name
        File name as the sender gave it, without folders.
    sha256
        Hex digest of the bytes.
    format
        ``csv | xlsx | shp | geojson | gpkg``.
    encoding
        Text encoding that was used, such as ``"utf-8"`` or ``"gb18030"``; None where the format fixes it.
    layers
        One entry a sheet or layer, in the file's order.
    findings
        Warnings about the whole file (``ENCODING_GUESSED``, ``SHEET_HIDDEN`` ...).
    """

    name: str
    sha256: str
    format: str
    encoding: str | None
    layers: tuple[RawLayer, ...]
    findings: tuple[Finding, ...] = ()
