from __future__ import annotations

import gzip
import random
from typing import TYPE_CHECKING

import pytest
from pmtiles.tile import Compression, TileType

from geo_registry.errors import NotFound, NotReady, ValueRefused
from geo_registry.settings import Basemap, Settings
from geo_registry.web import create_app
from geo_registry.web.basemaps.archive import Archive
from tests.web.basemaps.tiles import PNG, archive, png, settings_file

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.registry import Registry

TILES = {(z, x, y): png(z, x, y) for z in range(4) for x in range(2**z) for y in range(2**z)}


def opened(path: Path) -> Archive:
    """Open a file as a basemap."""
    return Archive(Basemap("file", {}, "they", archive=path))


def test_every_tile_of_a_file_is_served_as_it_is(registry: Registry, tmp_path: Path) -> None:
    """All tiles of a PMTiles file come through the web byte for byte; the map is told what it covers."""
    archive(tmp_path / "a.pmtiles", TILES)
    file = settings_file(tmp_path, file={"pmtiles": "a.pmtiles", "attribution": "they"})
    client = create_app(
        Settings(store_url=registry.settings.store_url, basemaps=file), registry
    ).test_client()
    for (z, x, y), content in TILES.items():
        answer = client.get(f"/basemap/file/0/{z}/{x}/{y}")
        assert (answer.data, answer.mimetype) == (content, "image/png")
    assert client.get("/basemap/file/0/4/0/0").status_code == 404
    assert opened(tmp_path / "a.pmtiles").zooms == (0, 3)


def test_leaves_and_repeated_tiles_are_found(tmp_path: Path) -> None:
    """A file so large that its directories have leaves gives each tile; one that it has not is said so."""
    chance = random.Random(5)  # noqa: S311 (places, not secrets)
    places = {(12, chance.randrange(4096), chance.randrange(4096)) for _ in range(20_000)}
    tiles = {place: b"\x89PNG\r\n\x1a\n%d %d" % (place[1], place[2] // 64) for place in places}
    file = opened(archive(tmp_path / "a.pmtiles", tiles))
    assert file._header["leaf_directory_length"] > 0  # noqa: SLF001 (the case under test)
    for place in chance.sample(sorted(places), 500):
        assert file.picture(0, *place).content == tiles[place]
    absent = next((12, 7, y) for y in range(4096) if (12, 7, y) not in places)
    with pytest.raises(NotFound, match="TILE_UNKNOWN"):
        file.picture(0, *absent)


@pytest.mark.parametrize("packing", [Compression.NONE, Compression.GZIP])
def test_vector_tiles_are_served_packed_or_not(
    registry: Registry, tmp_path: Path, packing: Compression
) -> None:
    """Vector tiles come as they are to who unpacks, unpacked to others, and the map is told what they are."""
    tile = b"\x1a\x00 water" * 50
    held = gzip.compress(tile) if packing is Compression.GZIP else tile
    archive(tmp_path / "a.pmtiles", {(0, 0, 0): held}, TileType.MVT, packing)
    file = settings_file(tmp_path, file={"pmtiles": "a.pmtiles", "attribution": "they"})
    client = create_app(
        Settings(store_url=registry.settings.store_url, basemaps=file), registry
    ).test_client()
    for accepted in ("gzip", "identity"):
        answer = client.get("/basemap/file/0/0/0/0", headers={"Accept-Encoding": accepted})
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        assert is_packed == (accepted == "gzip" and packing is Compression.GZIP)
        assert (gzip.decompress(answer.data) if is_packed else answer.data) == tile
        assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    assert '"vector": true' in client.get("/").text


@pytest.mark.parametrize(
    ("sort", "packing"),
    [(TileType.MVT, Compression.BROTLI), (TileType.PNG, Compression.GZIP), (TileType.MLT, Compression.NONE)],
)
def test_tiles_that_are_not_drawn_are_refused(tmp_path: Path, sort: TileType, packing: Compression) -> None:
    """A file of tiles that no browser of ours draws is refused at the start, by name."""
    with pytest.raises(ValueRefused, match="BASEMAP_TILES"):
        opened(archive(tmp_path / "a.pmtiles", {(0, 0, 0): b"\x1a\x00"}, sort, packing))


@pytest.mark.parametrize(
    "content", [None, b"", b"PMTiles\x02" + bytes(200), b"PMTiles\x03" + b"\xff" * 200, PNG]
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A file that is missing, empty, of another version or of another kind is refused at the start."""
    path = tmp_path / "a.pmtiles"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueRefused, match="FILE_UNREADABLE"):
        opened(path)


def test_damage_is_a_sentence(tmp_path: Path) -> None:
    """Cut short or spoilt after it was opened, a file gives its tiles or says that it cannot."""
    path = archive(tmp_path / "a.pmtiles", TILES)
    whole, failed = path.read_bytes(), 0
    chance = random.Random(7)  # noqa: S311 (damage, not secrets)
    for _ in range(60):
        file, spoilt = opened(path), bytearray(whole)
        for _ in range(40):
            spoilt[chance.randrange(127, len(spoilt))] = chance.randrange(256)
        path.write_bytes(spoilt[: chance.randrange(200, len(spoilt))])
        for place in TILES:
            try:
                file.picture(0, *place)
            except NotReady as fault:
                failed += fault.code == "BASEMAP_FAILED"
        path.write_bytes(whole)
    assert failed > 100
