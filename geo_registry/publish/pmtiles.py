"""Tiles of all zooms as one file: a PMTiles archive, version 3 of its specification.

The file is a header, directories that say where each tile stands, a JSON description, and the tiles along a
Hilbert curve. Any web server that answers range requests serves it as it lies.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.publish.tiles.varint import varints

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEDIA_TYPE = "application/vnd.pmtiles"
_MAGIC, _VERSION = b"PMTiles", 3
_HEADER = struct.Struct("<7sB 11Q 6B 4i B 2i")
_ROOM = 16_384
"""Bytes at the file's begin that hold the header and the root directory (specification, chapter 2)."""
_LEAF = 4_096
"""Entries of a leaf directory at first; more where the root would not fit otherwise."""
_GZIP, _MVT, _CLUSTERED = 2, 1, 1
_E7 = 1e7


def tile_ids(z: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give tiles of a zoom the format's numbers: after all of lower zooms, along the Hilbert curve.

    Parameters
    ----------
    z
        Zoom, 0 to 31.
    x, y
        Columns and rows of the tiles, shape ``(n,)``.

    Examples
    --------
    >>> tile_ids(1, np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0])).tolist()
    [1, 2, 3, 4]
    """
    x, y = x.astype(np.int64), y.astype(np.int64)
    number = np.zeros(len(x), dtype=np.int64)
    for level in range(z - 1, -1, -1):
        side = 1 << level
        right, below = (x & side) > 0, (y & side) > 0
        number += side * side * ((3 * right) ^ below)
        x, y = x & (side - 1), y & (side - 1)
        # the curve of a quarter is that of the whole, turned over its diagonal in the upper two
        turned = ~below & right
        x, y = np.where(turned, side - 1 - x, x), np.where(turned, side - 1 - y, y)
        x, y = np.where(below, x, y), np.where(below, y, x)
    return number + ((1 << 2 * z) - 1) // 3


@dataclass(frozen=True, slots=True)
class Described:
    """What an archive says of itself.

    Attributes
    ----------
    bounds
        W, S, E, N in degrees.
    zooms
        The lowest and the highest zoom.
    metadata
        Anything that JSON can hold; ``vector_layers`` names layers and their attributes.
    """

    bounds: tuple[float, float, float, float]
    zooms: tuple[int, int]
    metadata: Mapping[str, object]


@dataclass(slots=True)
class _Entries:
    """Where tiles stand: runs of tiles that follow on each other and are the same."""

    ids: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)

    def add(self, number: int, offset: int, length: int) -> None:
        """Note a tile; numbers ascend."""
        if self.ids and number == self.ids[-1] + self.runs[-1] and offset == self.offsets[-1]:
            self.runs[-1] += 1
            return
        for column, value in (
            (self.ids, number),
            (self.offsets, offset),
            (self.lengths, length),
            (self.runs, 1),
        ):
            column.append(value)

    def directory(self, begin: int, end: int) -> bytes:
        """Write some of the entries as a directory."""
        columns = (self.ids, self.runs, self.lengths, self.offsets)
        return _directory(*(np.array(column[begin:end], dtype=np.int64) for column in columns))


def _directory(
    ids: NDArray[np.int64], runs: NDArray[np.int64], lengths: NDArray[np.int64], offsets: NDArray[np.int64]
) -> bytes:
    """Write a directory column by column: steps of numbers, runs, lengths, and places where they jump."""
    follows = offsets[1:] == offsets[:-1] + lengths[:-1]
    places = offsets + 1
    places[1:][follows] = 0
    columns = [np.array([len(ids)]), np.diff(ids, prepend=0), runs, lengths, places]
    encoded, _ = varints(np.concatenate(columns).astype(np.uint64))
    return gzip.compress(encoded.tobytes(), mtime=0)


def _directories(entries: _Entries) -> tuple[bytes, bytes]:
    """Give the root directory, and the leaves it points to where it cannot hold all entries itself."""
    root, leaves, size = entries.directory(0, len(entries.ids)), b"", _LEAF
    while len(root) > _ROOM - _HEADER.size:
        begins = range(0, len(entries.ids), size)
        parts = [entries.directory(begin, begin + size) for begin in begins]
        lengths = np.array([len(part) for part in parts], dtype=np.int64)
        first = np.array(entries.ids[::size], dtype=np.int64)
        root = _directory(first, np.zeros_like(first), lengths, np.cumsum(lengths) - lengths)
        leaves, size = b"".join(parts), size * 2
    return root, leaves


def archive(tiles: Iterable[tuple[int, bytes]], described: Described) -> bytes:
    r"""Write an archive of vector tiles; the same tiles give the same bytes.

    Parameters
    ----------
    tiles
        Number, from `tile_ids`, and content of each tile that is not empty, in ascending order.
    described
        What the archive says of itself.

    Examples
    --------
    >>> made = archive([(0, b"tile")], Described((-180, -85, 180, 85), (0, 0), {"name": "one"}))
    >>> made[:8], len(made) > 127
    (b'PMTiles\x03', True)
    """
    entries, known, packed, offset = _Entries(), dict[bytes, tuple[int, int]](), list[bytes](), 0
    number_of_tiles = 0
    for number, content in tiles:
        same = hashlib.sha256(content).digest()
        if same not in known:
            body = gzip.compress(content, mtime=0)
            known[same] = offset, len(body)
            packed.append(body)
            offset += len(body)
        entries.add(number, *known[same])
        number_of_tiles += 1
    sections = (*_directories(entries), b"".join(packed))
    return _joined(sections, (number_of_tiles, len(entries.ids), len(packed)), described)


def _joined(sections: tuple[bytes, bytes, bytes], counts: Sequence[int], described: Described) -> bytes:
    root, leaves, data = sections
    text = json.dumps(dict(described.metadata), ensure_ascii=False, sort_keys=True)
    metadata = gzip.compress(text.encode(), mtime=0)
    parts = (root, metadata, leaves, data)
    places, begin = list[int](), _HEADER.size
    for part in parts:
        places += [begin, len(part)]
        begin += len(part)
    west, south, east, north = described.bounds
    centre = ((west + east) / 2, (south + north) / 2)
    lowest, highest = described.zooms
    header = _HEADER.pack(
        _MAGIC,
        _VERSION,
        *places,
        *counts,
        *(_CLUSTERED, _GZIP, _GZIP, _MVT, lowest, highest),
        *(round(edge * _E7) for edge in (west, south, east, north)),
        lowest,
        *(round(edge * _E7) for edge in centre),
    )
    return b"".join((header, *parts))
