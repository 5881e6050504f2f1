"""What the headers of a shapefile promise, held against the bytes that are there, before GDAL sees them.

Layout: ESRI Shapefile Technical Description (July 1998), pages 3 to 5 and 23.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from pathlib import Path

MAGIC, VERSION = 9994, 1000
HEADER_BYTES = 100
RECORD_HEADER_BYTES = 8
ENTRY_BYTES = 8
WORD_BYTES = 2
TYPE_AT, TYPE_BYTES, NULL_SHAPE = 32, 4, 0
POINTS, ORDINATE_BYTES = frozenset({1, 11, 21}), 8


@dataclass(frozen=True, slots=True)
class Records:
    """Where the records of a main file are.

    Attributes
    ----------
    stored
        Its bytes.
    starts, lengths
        Place and length in bytes of what each record holds, its own header left out.
    """

    stored: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def values(self, rows: NDArray[np.int64], at: int, kind: str) -> NDArray[Any]:
        """Read the value that stands at the same place in some records."""
        size = np.dtype(kind).itemsize
        places = self.starts[rows, None] + at + np.arange(size)
        found: NDArray[Any] = self.stored[places].view(kind).ravel()
        return found


def check(shp: Path, shx: Path) -> Records:
    """Find the records of a shapefile and make sure that every one is there.

    Parameters
    ----------
    shp
        Main file.
    shx
        Index file.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH`` if either is another kind of file, ``SHP_TRUNCATED`` if bytes are missing,
        ``GEOM_CORRUPT`` if a record is of another type than the file.
    """
    size = _checked_size(shp)
    count = (_checked_size(shx) - HEADER_BYTES) // ENTRY_BYTES
    index = np.frombuffer(shx.read_bytes(), ">i4", count * 2, HEADER_BYTES).reshape(count, 2).astype("int64")
    starts, lengths = index.T * WORD_BYTES
    broken = (starts < HEADER_BYTES) | (lengths < 0) | (starts + RECORD_HEADER_BYTES + lengths > size)
    if np.any(broken):
        raise FileRefused("SHP_TRUNCATED", value=shp.suffix, row=int(np.argmax(broken)) + 1)
    records = Records(np.fromfile(shp, "u1"), starts + RECORD_HEADER_BYTES, lengths)
    _check_types(records)
    return records


def _check_types(records: Records) -> None:
    """Refuse a record that is of another type than the file: it would be read as one without a shape."""
    rows = np.flatnonzero(records.lengths >= TYPE_BYTES)
    types = records.values(rows, 0, "<i4")
    strange = np.flatnonzero((types != NULL_SHAPE) & (types != _type_of(records)))
    if strange.size:
        row, found = int(rows[strange[0]]) + 1, int(types[strange[0]])
        raise FileRefused("GEOM_CORRUPT", row=row, reason=f"shape type {found}")


def _type_of(records: Records) -> int:
    return int.from_bytes(records.stored[TYPE_AT : TYPE_AT + TYPE_BYTES].tobytes(), "little", signed=True)


def with_unmeasured(records: Records, wkb: Sequence[bytes | None]) -> list[bytes | None]:
    """Give back the points whose coordinates are no numbers, which GDAL takes for records without a shape.

    Parameters
    ----------
    records
        Where they are.
    wkb
        What GDAL made of them.
    """
    given = list(wkb)
    if _type_of(records) not in POINTS:
        return given
    rows = np.flatnonzero(records.lengths >= TYPE_BYTES + 2 * ORDINATE_BYTES)
    x, y = (records.values(rows, TYPE_BYTES + at, "<f8") for at in (0, ORDINATE_BYTES))
    shaped = records.values(rows, 0, "<i4") != NULL_SHAPE
    for at in np.flatnonzero(shaped & (np.isnan(x) | np.isnan(y))):
        # a point of which neither is a number would be an empty one
        other = y[at] if np.isfinite(x[at]) or np.isfinite(y[at]) else np.inf
        given[int(rows[at])] = struct.pack("<BIdd", 1, 1, x[at], other)
    return given


def _checked_size(path: Path) -> int:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if struct.pack(">i", MAGIC)[: len(head)] != head[:4]:
        raise FileRefused("CONTENT_MISMATCH", value=path.suffix)
    if len(head) < HEADER_BYTES:
        raise FileRefused("SHP_TRUNCATED", value=path.suffix)
    words = int.from_bytes(head[24:28], "big", signed=True)
    version = int.from_bytes(head[28:32], "little", signed=True)
    if version != VERSION:
        raise FileRefused("CONTENT_MISMATCH", value=path.suffix)
    if not HEADER_BYTES <= words * WORD_BYTES <= size:
        raise FileRefused("SHP_TRUNCATED", value=path.suffix, expected=words * WORD_BYTES, found=size)
    return words * WORD_BYTES


def rebuild(shp: Path, shx: Path) -> None:
    """Write the index of a main file that came without one.

    Parameters
    ----------
    shp
        Main file.
    shx
        Where the index shall be.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH`` or ``SHP_TRUNCATED``, as in `check`.
    """
    size = _checked_size(shp)
    entries = bytearray()
    with shp.open("rb") as file:
        head = bytearray(file.read(HEADER_BYTES))
        start = HEADER_BYTES
        while start + RECORD_HEADER_BYTES <= size:
            file.seek(start)
            _, words = struct.unpack(">ii", file.read(RECORD_HEADER_BYTES))
            entries += struct.pack(">ii", start // WORD_BYTES, words)
            start += RECORD_HEADER_BYTES + max(words, 0) * WORD_BYTES
    struct.pack_into(">i", head, 24, (HEADER_BYTES + len(entries)) // WORD_BYTES)
    shx.write_bytes(head + entries)
