"""Merged cells: what stands in the first one holds for all of them (ECMA-376 part 1, 18.3.1.55)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from geo_registry.core.raw import ROW, WIDTH
from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

Range = tuple[int, int, int, int]
"""First and last row, numbered as in the sheet; first and last column from 0."""
Span = tuple[int, int, str]


def spread(table: pa.Table, columns: int, merged: Iterable[Range], most: int) -> pa.Table:
    """Put the text of merged cells into every empty cell of their range.

    Parameters
    ----------
    table
        Rows of a sheet that are in use, in their order.
    columns
        Count of its columns of text; a range ends at the last of them.
    merged
        The ranges.
    most
        Cells that may be filled.

    Raises
    ------
    FileRefused
        ``SHEET_TOO_LARGE`` beyond `most`.
    """
    widths = table[WIDTH].to_numpy().copy()
    for column, spans in _spans(table, columns, merged, most).items():
        cells = table.column(column).to_pylist()
        for first, end, text in spans:
            cells[first:end] = [cell or text for cell in cells[first:end]]
            widths[first:end] = np.maximum(widths[first:end], column + 1)
        table = table.set_column(column, table.field(column), pa.array(cells, pa.string()))
    at = table.schema.get_field_index(WIDTH)
    return table.set_column(at, table.field(at), pa.array(widths))


def _spans(table: pa.Table, columns: int, merged: Iterable[Range], most: int) -> dict[int, list[Span]]:
    """List by column which rows get which text."""
    rows, filled = table[ROW].to_numpy(), 0
    spans: dict[int, list[Span]] = defaultdict(list)
    for top, bottom, left, right in merged:
        first, end = (int(place) for place in np.searchsorted(rows, [top, bottom + 1]))
        if first == end or rows[first] != top or left >= columns:
            continue
        text, reached = table.column(left)[first].as_py(), range(left, min(right + 1, columns))
        filled += (end - first) * len(reached)
        if filled > most:
            raise FileRefused("SHEET_TOO_LARGE", row=top, limit=most, unit="cells")
        for column in reached if text else ():
            spans[column].append((first, end, text))
    return spans
