"""Rows as the sender wrote them: text, row numbers and WKB, before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo_registry.core.findings import Finding

ROW = "_row"
"""Column of a raw table: int64 row number as the sender sees it, 1-based."""
WIDTH = "_width"
"""Column of a raw table: int32 count of cells in that row up to the last one that is not empty."""
GEOMETRY = "_wkb"
"""Column of a raw table: binary little-endian WKB of the row's geometry, null where it has none."""

FOLDER = "folder"
"""Heading of the column in which `joined` says which layer a row is from."""


@dataclass(frozen=True, slots=True)
class RawLayer:
    """One sheet, table or layer of a file.

    Attributes
    ----------
    name
        Name of the sheet or layer; the file's stem for formats with a single layer.
    headings
        Attribute names where the format has them (shapefile, GeoPackage, GeoJSON, KML); None for
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


def _nothing() -> None:
    """Rows that stand in memory alone cannot be let go of."""


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
        ``csv | xlsx | shp | geojson | gpkg | kml``.
    encoding
        Text encoding that was used, such as ``"utf-8"`` or ``"gb18030"``; None where the format fixes it.
    layers
        One entry a sheet or layer, in the file's order.
    findings
        Warnings about the whole file (``ENCODING_GUESSED``, ``SHEET_HIDDEN`` ...).
    forget
        Lets go of the memory of rows that were looked at; they can be looked at again.
    """

    name: str
    sha256: str
    format: str
    encoding: str | None
    layers: tuple[RawLayer, ...]
    findings: tuple[Finding, ...] = ()
    forget: Callable[[], None] = _nothing


def joined(layers: Sequence[RawLayer], name: str) -> RawLayer:
    """Make one layer of several with attribute names, in the order of their rows' numbers.

    Parameters
    ----------
    layers
        At least one, of one file and one reference system.
    name
        Name of the layer that is made. Where one of them is called otherwise, a column `FOLDER` says how.

    Examples
    --------
    >>> cells = pa.table({"c0": ["甲"], "_row": [1], "_width": [1]})
    >>> parts = [RawLayer("北", ("名称",), cells), RawLayer("南", ("code",), cells)]
    >>> one = joined(parts, "点位")
    >>> one.headings, one.cells.select(["c0", "c1", "c2"]).to_pydict()
    (('名称', 'code', 'folder'), {'c0': ['甲', None], 'c1': [None, '甲'], 'c2': ['北', '南']})
    """
    headings = tuple(dict.fromkeys(heading for layer in layers for heading in layer.headings or ()))
    named = any(layer.name != name for layer in layers)
    rows = pa.concat_tables([_row_parts(layer, headings, named=named) for layer in layers]).sort_by(ROW)
    return RawLayer(name, (*headings, FOLDER) if named else headings, rows, layers[0].crs)


def _row_parts(layer: RawLayer, headings: Sequence[str], *, named: bool) -> pa.Table:
    blank = pa.nulls(layer.cells.num_rows, pa.string())
    held = {heading: layer.cells[f"c{at}"] for at, heading in enumerate(layer.headings or ())}
    columns = [held.get(heading, blank) for heading in headings]
    if named:
        columns.append(pa.array([layer.name] * layer.cells.num_rows, pa.string()))
    rest = [name for name in (ROW, WIDTH, GEOMETRY) if name in layer.cells.column_names]
    names = [*(f"c{at}" for at in range(len(columns))), *rest]
    return pa.table([*columns, *(layer.cells[name] for name in rest)], names)
