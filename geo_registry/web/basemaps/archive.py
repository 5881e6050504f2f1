"""Pictures or vector tiles from a PMTiles file on this machine (version 3 of its specification)."""

from __future__ import annotations

import os
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from geo_registry.errors import ValueRefused
from geo_registry.web.basemaps.pictures import MOST_BYTES, Picture, failed, missing, picture

if TYPE_CHECKING:
    from geo_registry.settings import Basemap

FRESH_S = 3_600
"""Seconds for which a browser need not ask whether the file was replaced."""
DIRECTORIES = 64
"""Directories kept unpacked; each has some thousands of entries."""
MOST_DIRECTORY_BYTES = 16_000_000
"""Largest directory that is unpacked: hundreds of times what programs write."""
DEEPEST = 4
"""Directories on the way to a tile (the readers of the format's makers go as far)."""
_HEADER_BYTES, _E7 = 127, 1e7
_PICTURES = frozenset({TileType.PNG, TileType.JPEG, TileType.WEBP, TileType.AVIF})
_PLAIN = frozenset({Compression.NONE, Compression.UNKNOWN})
_VECTOR_TYPE = "application/vnd.mapbox-vector-tile"
_DAMAGED = (
    ValueError,
    IndexError,
    EOFError,
    OSError,
    zlib.error,
    MagicNumberNotFound,
    SpecVersionUnsupported,
)


class Archive:
    """A basemap in a file.

    Parameters
    ----------
    told
        The basemap as it is set.

    Raises
    ------
    ValueRefused
        ``FILE_UNREADABLE`` if there is no such file, ``BASEMAP_TILES`` if its tiles are none that are drawn.
    """

    layers = 1

    def __init__(self, told: Basemap) -> None:
        self.told = told
        # read by position, never mapped: a file that is replaced by a shorter one would end the process
        self._directory = lru_cache(DIRECTORIES)(self._read_directory)
        try:
            self._file = os.open(told.archive or "", os.O_RDONLY)
            self._header = deserialize_header(self._part(0, _HEADER_BYTES))
            self._directory(self._header["root_offset"], self._header["root_length"])
        except _DAMAGED as fault:
            reason = f"{told.archive}: {type(fault).__name__}, PMTiles 3"
            raise ValueRefused("FILE_UNREADABLE", reason=reason) from fault
        sort, packing = self._header["tile_type"], self._header["tile_compression"]
        self.vector, self._packed = sort is TileType.MVT, packing is Compression.GZIP
        is_drawn = (self.vector and self._packed) or (
            packing in _PLAIN and (self.vector or sort in _PICTURES)
        )
        if not is_drawn:
            raise ValueRefused("BASEMAP_TILES", value=str(told.archive), sort=f"{sort.name}, {packing.name}")
        self.zooms = self._header["min_zoom"], self._header["max_zoom"]

    @property
    def bounds(self) -> tuple[float, ...]:
        """West, south, east and north of what the file covers, degrees."""
        header = self._header
        edges = header["min_lon_e7"], header["min_lat_e7"], header["max_lon_e7"], header["max_lat_e7"]
        return tuple(edge / _E7 for edge in edges)

    def picture(self, layer: int, z: int, x: int, y: int) -> Picture:
        """Read one tile.

        Parameters
        ----------
        layer
            Which of the basemap's layers; there is one.
        z, x, y
            Zoom, column and row, of a tile that there may be.

        Raises
        ------
        NotReady
            ``BASEMAP_FAILED`` if the file is damaged there.
        NotFound
            ``TILE_UNKNOWN`` if it has none there.
        """
        try:
            entry = self._entry(zxy_to_tileid(z, x, y))
            if entry is None:
                raise missing(self.told.name, layer, (z, x, y))
            content = self._part(self._header["tile_data_offset"] + entry.offset, entry.length, MOST_BYTES)
        except _DAMAGED as fault:
            raise failed(self.told.name, type(fault).__name__) from fault
        if self.vector:
            return Picture(content, _VECTOR_TYPE, FRESH_S, packed=self._packed)
        return picture(self.told.name, content, FRESH_S)

    def _entry(self, number: int) -> Entry | None:
        """Find where a tile stands, directory by directory."""
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(DEEPEST):
            entry = find_tile(self._directory(offset, length), number)
            if entry is None or entry.run_length:
                return entry
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        raise EOFError

    def _read_directory(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._part(offset, length, MOST_DIRECTORY_BYTES))

    def _part(self, offset: int, length: int, most: int = _HEADER_BYTES) -> bytes:
        content = os.pread(self._file, length, offset) if length <= most else b""
        if len(content) != length:
            raise EOFError
        return content
