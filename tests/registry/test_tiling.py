"""Tiles of a store: every record once, shapes and their marks in one layer, groups that count."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest

import geo_registry as gr
from geo_registry.publish import tiles
from geo_registry.registry import Registry
from geo_registry.registry.tiling import drawing


def features(content: bytes) -> list[Any]:
    """Read the features of a tile that has one layer."""
    layers = mapbox_vector_tile.decode(content)
    assert len(layers) <= 1
    return [feature for layer in layers.values() for feature in layer["features"]]


def test_every_source_is_in_some_tile(demo_store: str) -> None:
    """Points over all tiles of a zoom are the located sources, each once; outlines carry one mark each."""
    registry: Registry = gr.open(demo_store)
    located = registry.sources(on=registry.today)
    located = located[located.geometry.notna()]
    west, south, east, north = registry.bounds()
    (x0, x1), (y1, y0) = tiles.world([west, east], [south, north])
    zoom = 10
    marked = [
        feature["properties"]["id"]
        for x in range(int(x0 * 2**zoom), int(x1 * 2**zoom) + 1)
        for y in range(int(y0 * 2**zoom), int(y1 * 2**zoom) + 1)
        for feature in features(registry.tile("sources", zoom, x, y)[0])
        if feature["geometry"]["type"] == "Point"
    ]
    assert sorted(marked) == sorted(located["id"])


def test_a_layer_stands_once_in_a_tile(demo_store: str) -> None:
    """Outlines and points of a tile share one layer: readers keep only one of a name."""
    content, _ = gr.open(demo_store).tile("zones", 9, 418, 205)
    assert {feature["geometry"]["type"] for feature in features(content)} >= {"Polygon", "Point"}


def test_groups_count_every_point(demo_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a crowded tile no point is dropped: the groups' counts sum to the points, by kind too."""
    monkeypatch.setattr(drawing, "CROWDED", 50)
    registry: Registry = gr.open(demo_store)
    groups = [feature["properties"] for feature in features(registry.tile("sources", 5, 26, 12)[0])]
    groups = [group for group in groups if "n" in group]
    located = registry.sources(on=registry.today)
    located = located[located.geometry.notna()]
    assert sum(group["n"] for group in groups) == len(located)
    kilns = sum(group.get("k_curing_kiln", 0) for group in groups)
    assert kilns == (located["kind"] == "curing_kiln").sum()


@pytest.mark.parametrize(
    "address", [("sources", 19, 0, 0), ("sources", 2, 4, 0), ("sources", 2, 0, -1), ("roads", 1, 0, 0)]
)
def test_tiles_that_do_not_exist_are_refused(demo_store: str, address: tuple[str, int, int, int]) -> None:
    """An address outside the pyramid, or an unknown layer, is not found."""
    with pytest.raises(gr.RegistryError) as told:
        gr.open(demo_store).tile(*address)
    assert told.value.code == "TILE_UNKNOWN"
