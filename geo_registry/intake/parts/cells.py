"""Values as text, and rows of text as Arrow tables."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo_registry.core.raw import GEOMETRY, ROW, WIDTH
from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.intake.upload import Spool
    from geo_registry.settings import Limits

BATCH_ROWS = 8_192
EMPTY_ROWS = 5
"""So many times the rows allowed may be empty: spreadsheet programs write them out to the end of a sheet."""
PLAIN_FROM, PLAIN_BELOW = 1e-4, 1e10
"""Between these Arrow writes a double as `number_text` does."""
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


def widths_of(cells: Sequence[pa.StringArray], count: int) -> pa.Int32Array:
    """Count each row's cells up to the last one that is not empty.

    Parameters
    ----------
    cells
        The columns; what is empty is null.
    count
        How many rows there are.
    """
    widths = np.zeros(count, dtype=np.int32)
    for at, column in enumerate(cells, start=1):
        widths[pc.is_valid(column).to_numpy(zero_copy_only=False)] = at
    return pa.array(widths)


def column_texts(values: pa.Array) -> pa.StringArray:
    """Write a column of any Arrow type as text, as `value_text` writes single values.

    Parameters
    ----------
    values
        Days and times are written in ISO 8601; what is nested as JSON.

    Examples
    --------
    >>> column_texts(pa.array([12.0, 0.1, None])).to_pylist(), column_texts(pa.array(["", "a"])).to_pylist()
    (['12', '0.1', None], [None, 'a'])
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_floating(values.type):
        return _number_texts(values)
    if pa.types.is_nested(values.type):
        return pa.array([value_text(each) for each in values.to_pylist()], pa.string())
    texts = values.cast(pa.string())
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _number_texts(values: pa.Array) -> pa.StringArray:
    texts = values.cast(pa.string())
    size = pc.abs(values)
    plain = pc.and_(pc.greater_equal(size, PLAIN_FROM), pc.less(size, PLAIN_BELOW))
    odd = pc.fill_null(pc.invert(plain), fill_value=False)
    own = [number_text(each) for each in values.filter(odd).to_pylist()]
    return pc.replace_with_mask(texts, odd, pa.array(own, pa.string())) if own else texts


class Grid:
    """Rows of text on their way into one Arrow table.

    Parameters
    ----------
    limits
        Rows and columns beyond these refuse the file.
    blanks
        True to keep rows in which every cell is empty.
    spool
        Where rows go as they come; None to keep them for `table`.
    shapes
        True where whoever adds rows makes the batches, with their geometries.
    """

    def __init__(
        self, limits: Limits, *, blanks: bool = False, spool: Spool | None = None, shapes: bool = False
    ) -> None:
        self.rows = 0
        self._spool = spool
        self._shapes = shapes
        self.columns = self._empty = 0
        self._limits = limits
        self._blanks = blanks
        self._numbers: list[int] = []
        self._widths: list[int] = []
        self._cells: list[Sequence[str | None]] = []
        self._batches: list[pa.RecordBatch] = []

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
        if len(self._numbers) == BATCH_ROWS and not self._shapes:
            self.flush()

    def fits(self, rows: int, columns: int) -> bool:
        """Tell whether so many more rows of so many cells break no limit, wherever they are empty."""
        return self.rows + rows <= self._limits.rows and columns <= self._limits.columns

    def take(
        self,
        numbers: pa.Int64Array,
        widths: pa.Int32Array,
        cells: Sequence[pa.StringArray],
        wkb: pa.BinaryArray | None = None,
    ) -> None:
        """Take many rows at once, which `fits` allows.

        Parameters
        ----------
        numbers
            Row numbers as the sender sees them.
        widths
            Count of cells up to the last one that is not empty; unless blanks are kept, rows of 0 are left
            out.
        cells
            The columns; what is empty is null.
        wkb
            Geometries, where the format carries them.
        """
        self.flush()
        filled = pc.greater(widths, 0)
        if not self._blanks and not pc.all(filled).as_py():
            numbers, widths, *cells = [each.filter(filled) for each in (numbers, widths, *cells)]
            self._empty += len(filled) - len(numbers)
        if len(numbers):
            width = pc.max(widths).as_py()
            self.rows, self.columns = self.rows + len(numbers), max(self.columns, width)
            self._keep([*cells[:width], numbers, widths, *([] if wkb is None else [wkb])])

    def flush(self, wkb: Sequence[bytes | None] | None = None) -> None:
        """Make a batch of the rows that were added.

        Parameters
        ----------
        wkb
            Geometry of each of them, where the format carries geometries.
        """
        if not self._numbers:
            return
        columns = [
            pa.array([cell or None for cell in column], pa.string()) for column in zip_longest(*self._cells)
        ]
        shapes = [] if wkb is None else [pa.array(wkb, pa.binary())]
        self._keep(
            [*columns, pa.array(self._numbers, pa.int64()), pa.array(self._widths, pa.int32()), *shapes]
        )
        self._numbers, self._widths, self._cells = [], [], []

    @property
    def waiting(self) -> int:
        """How many rows were added since the last batch was made."""
        return len(self._numbers)

    def _keep(self, arrays: Sequence[pa.Array]) -> None:
        shapes = pa.types.is_binary(arrays[-1].type)
        schema = schema_of(len(arrays) - 2 - shapes, geometry=shapes)
        batch = pa.record_batch(list(arrays), schema=schema)
        if self._spool:
            self._spool.write(batch)
        else:
            self._batches.append(batch)

    def table(self, columns: int | None = None, wkb: Sequence[bytes | None] | None = None) -> pa.Table:
        """Give every row taken that did not go to the spool.

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
        self.flush()
        schema = schema_of(self.columns if columns is None else columns, geometry=self._shapes)
        table = pa.Table.from_batches([widened(batch, schema) for batch in self._batches], schema)
        if wkb is None:
            return table
        return table.append_column(
            pa.field(GEOMETRY, pa.binary()), pa.chunked_array([pa.array(wkb, pa.binary())])
        )


def widened(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Bring a batch of fewer text columns to a schema of `schema_of`.

    Raises
    ------
    ValueError
        If it has a column that the schema has not, or of another type.
    """
    strangers = [field for field in batch.schema if field not in schema]
    if strangers or not {ROW, WIDTH} <= {*batch.schema.names}:
        raise ValueError(strangers)
    held = dict(zip(batch.schema.names, batch.columns, strict=True))
    return pa.record_batch(
        [held.get(field.name, pa.nulls(len(batch), field.type)) for field in schema], schema=schema
    )


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
