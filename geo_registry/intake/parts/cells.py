"""Values as text, and rows of text as Arrow tables."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING

import pyarrow as pa

from geo_registry.core.raw import GEOMETRY, ROW, WIDTH
from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.settings import Limits

BATCH_ROWS = 8_192
EMPTY_ROWS = 5
"""So many times the rows allowed may be empty: spreadsheet programs write them out to the end of a sheet."""
EXACT_BELOW = 1e15
"""Whole numbers below this are written out by spreadsheet programs; a double holds each of them exactly."""


def number_text(number: float) -> str:
    """Write a number as the shortest decimal text that gives it back.

    Parameters
    ----------
    number
        Any double.

    Examples
    --------
    >>> number_text(411100.0), number_text(113.65724000000001), number_text(1e22)
    ('411100', '113.65724', '1e+22')
    """
    if number.is_integer() and abs(number) < EXACT_BELOW:
        return str(int(number))
    return repr(number)


def value_text(value: object) -> str | None:
    """Write a stored value as text.

    Parameters
    ----------
    value
        A JSON or SQLite value; bytes are written in hexadecimal, lists and objects as JSON.

    Examples
    --------
    >>> value_text(True), value_text(12.0), value_text(["甲", 1]), value_text(None)
    ('true', '12', '["甲", 1]', None)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, ensure_ascii=False)


class Grid:
    """Rows of text on their way into one Arrow table.

    Parameters
    ----------
    limits
        Rows and columns beyond these refuse the file.
    blanks
        True to keep rows in which every cell is empty.
    """

    def __init__(self, limits: Limits, *, blanks: bool = False) -> None:
        self.rows = 0
        self.columns = self._empty = 0
        self._limits = limits
        self._blanks = blanks
        self._numbers: list[int] = []
        self._widths: list[int] = []
        self._cells: list[Sequence[str | None]] = []
        self._batches: list[list[pa.Array]] = []

    def add(self, number: int, cells: Sequence[str | None]) -> None:
        """Take one row; what is empty at its end is cut off.

        Parameters
        ----------
        number
            Row number as the sender sees it.
        cells
            Text of each cell; None and ``""`` are empty.

        Raises
        ------
        FileRefused
            ``TOO_MANY_COLUMNS`` or ``SHEET_TOO_LARGE``.
        """
        width = len(cells)
        while width and not cells[width - 1]:
            width -= 1
        if not width and not self._blanks:
            self._empty += 1
            if self._empty > EMPTY_ROWS * self._limits.rows:
                raise FileRefused("SHEET_TOO_LARGE", row=number, limit=self._limits.rows)
            return
        if width > self._limits.columns:
            raise FileRefused("TOO_MANY_COLUMNS", row=number, value=width, limit=self._limits.columns)
        self.rows += 1
        if self.rows > self._limits.rows:
            raise FileRefused("SHEET_TOO_LARGE", row=number, limit=self._limits.rows)
        self.columns = max(self.columns, width)
        self._numbers.append(number)
        self._widths.append(width)
        self._cells.append(cells[:width])
        if len(self._numbers) == BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        columns = [
            pa.array([cell or None for cell in column], pa.string()) for column in zip_longest(*self._cells)
        ]
        self._batches.append(
            [pa.array(self._numbers, pa.int64()), pa.array(self._widths, pa.int32()), *columns]
        )
        self._numbers, self._widths, self._cells = [], [], []

    def table(self, columns: int | None = None, wkb: Sequence[bytes | None] | None = None) -> pa.Table:
        """Give every row taken.

        Parameters
        ----------
        columns
            Number of text columns, at least the widest row's; that width when not given.
        wkb
            Geometry of each row, where the format carries geometries.

        Returns
        -------
        pyarrow.Table
            ``c0, c1, ...``, `ROW`, `WIDTH` and perhaps `GEOMETRY` (core.raw.RawLayer.cells).
        """
        if self._numbers:
            self._flush()
        schema = schema_of(self.columns if columns is None else columns, geometry=False)
        batches = [_widen(batch, schema) for batch in self._batches]
        table = pa.Table.from_batches(batches, schema)
        if wkb is None:
            return table
        return table.append_column(
            pa.field(GEOMETRY, pa.binary()), pa.chunked_array([pa.array(wkb, pa.binary())])
        )


def _widen(batch: list[pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    numbers, widths, *cells = batch
    missing = len(schema) - len(batch)
    blank = [pa.nulls(len(numbers), pa.string())] * missing
    return pa.record_batch([*cells, *blank, numbers, widths], schema=schema)


def schema_of(columns: int, *, geometry: bool) -> pa.Schema:
    """Give the columns of a raw table.

    Parameters
    ----------
    columns
        Number of text columns.
    geometry
        True where the format carries geometries.
    """
    fields = [pa.field(f"c{index}", pa.string()) for index in range(columns)]
    fields += [pa.field(ROW, pa.int64()), pa.field(WIDTH, pa.int32())]
    return pa.schema([*fields, pa.field(GEOMETRY, pa.binary())] if geometry else fields)
