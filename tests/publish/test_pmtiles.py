"""PMTiles archives against the format's own reader."""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import tileid_to_zxy, zxy_to_tileid

from geo_registry.publish import pmtiles

DESCRIBED = pmtiles.Described((73.0, 3.0, 136.0, 54.0), (0, 14), {"name": "源", "vector_layers": []})


@given(z=st.integers(0, 31), data=st.data())
def test_tiles_have_the_numbers_of_the_format(z: int, data: st.DataObject) -> None:
    """Zoom, column and row give the number that the reader gives them, at every zoom there may be."""
    places = st.integers(0, 2**z - 1)
    tiles = data.draw(st.lists(st.tuples(places, places), min_size=1, max_size=20))
    x, y = (np.array(axis, dtype=np.int64) for axis in zip(*tiles, strict=True))
    assert pmtiles.tile_ids(z, x, y).tolist() == [zxy_to_tileid(z, *tile) for tile in tiles]


def read(archive: bytes) -> dict[int, bytes]:
    """Read every tile of an archive, as it is before it was packed."""
    found = all_tiles(MemorySource(archive))
    return {zxy_to_tileid(*address): gzip.decompress(content) for address, content in found}


@given(
    tiles=st.dictionaries(st.integers(0, 5_000), st.sampled_from([b"sea", b"land", b"a town"]), max_size=60)
)
def test_what_goes_in_comes_out(tiles: dict[int, bytes]) -> None:
    """Each tile is found under its number, and none where there is none; equal ones are kept once."""
    archive = pmtiles.archive(sorted(tiles.items()), DESCRIBED)
    reader = Reader(MemorySource(archive))
    for number in range(0, 5_001, 7):
        content = reader.get(*tileid_to_zxy(number))
        assert (gzip.decompress(content) if content else None) == tiles.get(number)
    header = reader.header()
    assert read(archive) == tiles
    assert header["addressed_tiles_count"] == len(tiles)
    assert header["tile_contents_count"] == len(set(tiles.values()))
    assert header["tile_entries_count"] <= len(tiles)
    assert header["clustered"]
    assert pmtiles.archive(sorted(tiles.items()), DESCRIBED) == archive


def test_an_archive_describes_itself() -> None:
    """Bounds, zooms and the description are there to be read."""
    reader = Reader(MemorySource(pmtiles.archive([(0, b"world")], DESCRIBED)))
    header: dict[str, Any] = dict(reader.header())
    assert [header[f"{edge}_e7"] for edge in ("min_lon", "min_lat", "max_lon", "max_lat")] == [
        730_000_000,
        30_000_000,
        1_360_000_000,
        540_000_000,
    ]
    assert (header["min_zoom"], header["max_zoom"], header["tile_type"].name) == (0, 14, "MVT")
    assert reader.metadata() == {"name": "源", "vector_layers": []}


def test_many_tiles_stand_in_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the root directory cannot hold all entries in the file's first 16 KiB, leaves hold them."""
    monkeypatch.setattr(pmtiles, "_LEAF", 64)
    chance = np.random.default_rng(5)
    numbers = np.cumsum(chance.integers(2, 5_000, 20_000)).tolist()
    tiles = {number: bytes(chance.integers(0, 256, number % 9 + 1, dtype=np.uint8)) for number in numbers}
    archive = pmtiles.archive(tiles.items(), DESCRIBED)
    header = Reader(MemorySource(archive)).header()
    assert header["root_offset"] + header["root_length"] <= 16_384
    assert header["leaf_directory_length"] > 0
    assert read(archive) == tiles
