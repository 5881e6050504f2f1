"""Good rows of a long ledger, as they will be stored, in a file that nobody else sees."""

from __future__ import annotations

import weakref
from contextlib import suppress
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geo_registry.intake import room
from geo_registry.store.writing.columns import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from numpy.typing import NDArray

MIDDLES = ("middle_lon", "middle_lat")
"""Where the middle of each row's shape lies, WGS 84 degrees."""
KEYS = ("code", "name", "uscc")
"""Columns by which rows that speak of one thing are found."""
_SPILLED = pa.schema([*SCHEMA, *(pa.field(name, pa.float64()) for name in MIDDLES)])


class Spill:
    """Rows by the columns of the records table, in the order they came.

    Attributes
    ----------
    rows
        How many there are.
    marks
        Numbers that tell the texts of `KEYS` apart.
    numbers, placed
        Row numbers as the sender sees them, and which rows have a position, ``(rows,)``.
    kept
        Which of them are stored, ``(rows,)``.
    code_no
        Order of each among equal codes, ``(rows,)``.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.marks: dict[str, NDArray[np.int64]] = {}
        self._marks: dict[str, list[NDArray[np.int64]]] = {name: [] for name in KEYS}
        self._numbers: list[NDArray[np.int64]] = []
        self._placed: list[NDArray[np.bool_]] = []
        self.numbers = np.array([], dtype=np.int64)
        self.placed = np.array([], dtype=bool)
        self.kept = np.array([], dtype=bool)
        self.code_no = np.array([], dtype=np.int64)
        self._file = TemporaryFile(prefix="geo-registry-")  # noqa: SIM115 (it lives as long as the rows)
        weakref.finalize(self, _let_go, self._file)
        self._writer = pa.ipc.new_file(pa.PythonFile(self._file, "w"), _SPILLED)

    def add(self, rows: pa.Table, marks: Mapping[str, NDArray[np.int64]]) -> None:
        """Take some rows.

        Parameters
        ----------
        rows
            By the columns of `with_middles`; at least one.
        marks
            What `duplicates.key_marks` gives for the texts of `KEYS`.
        """
        with room.told():
            self._writer.write_table(rows.combine_chunks())
        self.rows += len(rows)
        for name in KEYS:
            self._marks[name].append(marks[name])
        self._numbers.append(rows["row"].to_numpy())
        self._placed.append(np.asarray(pc.or_(pc.is_valid(rows["lon"]), pc.is_valid(rows["shape"]))))

    def end(self) -> None:
        """Take no more rows; from now on they can be read."""
        with room.told():
            self._writer.close()
            self._file.flush()
        if self.rows:
            self.marks = {name: np.concatenate(parts) for name, parts in self._marks.items()}
            self.numbers, self.placed = np.concatenate(self._numbers), np.concatenate(self._placed)
        self._marks, self._numbers, self._placed = {}, [], []

    def mark(self, first: NDArray[np.int64], code_no: NDArray[np.int64]) -> None:
        """Say which rows are copies of others (`whole.Whole`), and the order of the others' codes."""
        self.kept, self.code_no = first < 0, code_no

    def some(self, name: str, places: NDArray[np.int64]) -> pa.ChunkedArray:
        """Give a column of some rows.

        Parameters
        ----------
        name
            The column.
        places
            Places of the rows, in ascending order.
        """
        wanted = pa.ipc.IpcReadOptions(included_fields=[_SPILLED.get_field_index(name)])
        found, start = [], 0
        for batch in self._batches(wanted):
            low, high = np.searchsorted(places, (start, start + len(batch)))
            if low < high:
                found.append(batch.column(0).take(pa.array(places[low:high] - start)))
            start += len(batch)
        return pa.chunked_array(found, _SPILLED.field(name).type)

    def tables(self) -> Iterator[pa.Table]:
        """Give all rows, block by block, by the columns of the records table."""
        for batch in self._batches():
            yield pa.Table.from_batches([batch]).select(SCHEMA.names)

    def _batches(self, options: pa.ipc.IpcReadOptions | None = None) -> Iterator[pa.RecordBatch]:
        reader = pa.ipc.open_file(pa.PythonFile(self._file, "r"), options=options)
        for at in range(reader.num_record_batches):
            yield reader.get_batch(at)


def with_middles(rows: pa.Table) -> pa.Table:
    """Add where the middle of each row's shape lies.

    Parameters
    ----------
    rows
        By the columns of the records table.
    """
    lon, lat = rows["lon"], rows["lat"]
    if rows["shape"].null_count < len(rows):
        middles = shapely.centroid(shapely.from_wkb(np.array(rows["shape"].to_pylist(), dtype=object)))
        lon = pc.coalesce(lon, pa.array(shapely.get_x(middles), from_pandas=True))
        lat = pc.coalesce(lat, pa.array(shapely.get_y(middles), from_pandas=True))
    return rows.append_column(MIDDLES[0], lon).append_column(MIDDLES[1], lat)


def _let_go(file: IO[bytes]) -> None:
    """Close a file that nobody reads; on a full disk it says once more what was said already."""
    with suppress(OSError):
        file.close()
