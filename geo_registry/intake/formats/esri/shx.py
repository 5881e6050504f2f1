"""What the headers of a shapefile promise, held against the bytes that are there, before GDAL sees them.

Layout: ESRI Shapefile Technical Description (July 1998), pages 3 to 5 and 23.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from pathlib import Path

MAGIC, VERSION = 9994, 1000
HEADER_BYTES = 100
RECORD_HEADER_BYTES = 8
ENTRY_BYTES = 8
WORD_BYTES = 2


def check(shp: Path, shx: Path) -> int:
    """Count the records of a shapefile and make sure that every one is there.

    Parameters
    ----------
    shp
        Main file.
    shx
        Index file.

    Returns
    -------
    int
        Records.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH`` if either is another kind of file, ``SHP_TRUNCATED`` if bytes are missing.
    """
    size = _checked_size(shp)
    count = (_checked_size(shx) - HEADER_BYTES) // ENTRY_BYTES
    index = np.frombuffer(shx.read_bytes(), ">i4", count * 2, HEADER_BYTES).reshape(count, 2).astype("int64")
    starts, lengths = index.T * WORD_BYTES
    ends = starts + RECORD_HEADER_BYTES + lengths
    if np.any((starts < HEADER_BYTES) | (lengths < 0) | (ends > size)):
        row = int(np.argmax((starts < HEADER_BYTES) | (lengths < 0) | (ends > size))) + 1
        raise FileRefused("SHP_TRUNCATED", value=shp.suffix, row=row)
    return count


def _checked_size(path: Path) -> int:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if struct.pack(">i", MAGIC) != head[:4]:
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
