"""The map's tiles in one file: the same tiles as are served, for who may see them."""

from __future__ import annotations

import gzip
from dataclasses import replace

import mapbox_vector_tile
import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles

import geo_registry as gr
from geo_registry.core.access import Viewer
from geo_registry.core.bounds import area
from geo_registry.registry import Registry
from geo_registry.registry.choosing import Choice

TILES = gr.ExportOrder(form="pmtiles", kind="curing_kiln")


def names(archive: bytes, zoom: int) -> list[str]:
    """Read the ids of the points of one zoom."""
    return sorted(
        feature["properties"]["id"]
        for (z, _, _), content in all_tiles(MemorySource(archive))
        if z == zoom
        for layer in mapbox_vector_tile.decode(gzip.decompress(content)).values()
        for feature in layer["features"]
        if feature["geometry"]["type"] == "Point"
    )


def test_a_snapshot_holds_the_tiles_that_are_served(demo_store: str) -> None:
    """Every tile of the file is the one served, and no record is missing at the deepest zoom."""
    registry: Registry = gr.open(demo_store)
    made = registry.export(TILES)
    assert (made.name, made.media_type) == (
        f"curing_kiln_r{registry.revision}.pmtiles",
        "application/vnd.pmtiles",
    )
    kilns = Choice(kinds=("curing_kiln",))
    held = list(all_tiles(MemorySource(made.content)))
    for address, content in held[:: len(held) // 40]:
        assert gzip.decompress(content) == registry.tile("sources", *address, wanted=kilns)[0]
    located = registry.sources("curing_kiln", on=registry.today)
    assert names(made.content, 14) == sorted(located[located.geometry.notna()]["id"])
    assert registry.export(TILES).content == made.content
    reader = Reader(MemorySource(made.content))
    assert reader.metadata()["revision"] == registry.revision
    assert reader.metadata()["vector_layers"][0]["id"] == "sources"


def test_outlines_are_in_every_tile_they_cross(demo_store: str) -> None:
    """Rings, which have no point to them, are in the file wherever the map has them."""
    registry: Registry = gr.open(demo_store)
    made = registry.export(replace(TILES, kind="rings"))
    held = dict(all_tiles(MemorySource(made.content)))
    west, south, east, north = registry.bounds()
    around = [(8, x, y) for x in range(200, 212) for y in range(98, 106)]
    for address in around:
        served = registry.tile("rings", *address)[0]
        assert gzip.decompress(held[address]) == served if served else address not in held
    assert any(address in held for address in around)
    assert {z for z, _, _ in held} == set(range(15))
    header = Reader(MemorySource(made.content)).header()
    assert header["min_lon_e7"] == round(west * 1e7)
    assert header["max_lat_e7"] == round(north * 1e7)
    assert (south, east) < (north, 180)


def test_a_snapshot_is_for_who_asks(demo_store: str) -> None:
    """Who sees one district takes away that district's records and no other, and the file says so."""
    registry: Registry = gr.open(demo_store)
    rows = registry.sources("curing_kiln", on=registry.today)
    rows = rows[rows.geometry.notna()]
    district = str(rows["district"].iloc[0])
    mine = registry.seen_by(Viewer("clerk", "district", frozenset({area([district])})))
    made = mine.export(TILES)
    assert names(made.content, 14) == sorted(rows[rows["district"] == district]["id"])
    assert "scope" in Reader(MemorySource(made.content)).metadata()


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(TILES, crs="EPSG:4490"), "TILES_WHOLE"),
        (replace(TILES, kind="unlocated"), "EXPORT_EMPTY"),
        (replace(TILES, kind="volcano"), "KIND_UNKNOWN"),
        (replace(TILES, form="mbtiles"), "FORMAT_UNKNOWN"),
    ],
)
def test_what_does_not_go_with_tiles_is_refused(demo_store: str, order: gr.ExportOrder, code: str) -> None:
    """An option that tiles cannot keep is refused by name rather than passed over."""
    with pytest.raises(gr.RegistryError) as told:
        gr.open(demo_store).export(order)
    assert told.value.code == code
