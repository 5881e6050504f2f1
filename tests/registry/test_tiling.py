"""Tiles of a store: every record once, shapes and their marks in one layer, groups that count."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import pytest

import geo_registry as gr
from geo_registry.publish import tiles
from geo_registry.registry import Registry
from geo_registry.registry.choosing import Choice
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


FILTERS = {
    "kinds": Choice(kinds=("curing_kiln", "brick_kiln")),
    "by label": Choice(kinds=("Tobacco curing barn",)),
    "active": Choice(status="active"),
    "statuses": Choice(status="rectifying, registered"),
    "priorities": Choice(priorities=("high", "medium")),
    "flagged": Choice(flagged=True),
    "district": Choice(districts=("郾城区", "舞阳县")),
    "all at once": Choice(kinds=("construction_site",), status="active", priorities=("low",)),
}


def located(registry: Registry, wanted: Choice) -> pd.DataFrame:
    """Look at each located source of today: whether it is wanted."""
    rows = pd.DataFrame(registry.sources(on=registry.today))
    rows = rows[rows["geometry"].notna()].set_index("id")
    priority = registry.priorities()["priority"].reindex(rows.index).fillna("low")
    kinds = {kind.name for kind in registry.catalog.kinds.values() if kind.label.en in wanted.kinds}
    statuses = {"active": registry.catalog.active}.get(wanted.status, wanted.status.split(", "))
    mask = pd.Series(data=True, index=rows.index)
    mask &= rows["kind"].isin({*wanted.kinds, *kinds}) if wanted.kinds else True
    mask &= rows["status"].isin(statuses) if wanted.status != "all" else True
    mask &= priority.isin(wanted.priorities) if wanted.priorities else True
    mask &= rows["district"].isin(wanted.districts) if wanted.districts else True
    return rows[mask & ((priority == "high") | (not wanted.flagged))]


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("crowded", [0, 200])
def test_tiles_count_the_store_at_every_zoom_and_filter(
    demo_store: str, monkeypatch: pytest.MonkeyPatch, name: str, crowded: int
) -> None:
    """What is wanted is counted once at every zoom: single points and groups sum up to the store's rows."""
    monkeypatch.setattr(drawing, "CROWDED", crowded)
    registry: Registry = gr.open(demo_store)
    wanted = FILTERS[name]
    true = located(registry, wanted)
    assert len(true) > 0
    places = gpd.GeoSeries(true["geometry"]).representative_point()
    x, y = tiles.world(places.x, places.y)
    for z in (0, 3, 6, 8, 9, 11):
        spots = set(zip((x * 2**z).astype(int).tolist(), (y * 2**z).astype(int).tolist(), strict=True))
        marks = [
            feature["properties"]
            for column, row in spots
            for feature in features(registry.tile("sources", z, column, row, wanted=wanted)[0])
            if feature["geometry"]["type"] == "Point"
        ]
        assert sum(mark.get("n", 1) for mark in marks) == len(true), (z, name)


def test_outlines_obey_filters_as_points_do(demo_store: str) -> None:
    """An area that is not wanted is not drawn, and a tile of what nobody has is empty."""
    registry: Registry = gr.open(demo_store)
    everything = features(registry.tile("zones", 9, 418, 205)[0])
    kinds = {feature["properties"]["kind"] for feature in everything}
    for kind in kinds:
        only = features(registry.tile("zones", 9, 418, 205, wanted=Choice(kinds=(kind,)))[0])
        assert {feature["properties"]["kind"] for feature in only} == {kind}
        assert 0 < len(only) < len(everything)
    for wanted in (Choice(kinds=("brick_kiln",)), Choice(districts=("Nowhere",)), Choice(flagged=True)):
        assert registry.tile("zones", 9, 418, 205, wanted=wanted)[0] == b""
    assert registry.tile("rings", 9, 418, 205)[0] != b""
    assert registry.tile("rings", 9, 418, 205, wanted=Choice(kinds=("brick_kiln",)))[0] == b""


def test_a_tag_tells_what_was_wanted(demo_store: str) -> None:
    """The same in other words or another order has one tag; anything else has another."""
    registry: Registry = gr.open(demo_store)

    def tag(wanted: Choice) -> str:
        return registry.tile("sources", 9, 418, 205, wanted=wanted)[1]

    known = [tag(wanted) for wanted in (Choice(), *FILTERS.values())]
    assert len(set(known)) == len(known)
    assert tag(Choice(kinds=("brick_kiln", "curing_kiln"))) == tag(FILTERS["kinds"])
    assert tag(Choice(as_of=registry.revision)) != tag(Choice(as_of=0))


def test_tiles_of_the_past_show_the_past(demo_store: str) -> None:
    """As known at the first revision there was nothing; on a day long gone nothing was valid yet."""
    registry: Registry = gr.open(demo_store)
    assert registry.tile("sources", 5, 26, 12, wanted=Choice(as_of=0))[0] == b""
    now = features(registry.tile("sources", 5, 26, 12, wanted=Choice(as_of=registry.revision))[0])
    assert len(now) == len(features(registry.tile("sources", 5, 26, 12)[0]))


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Choice(kinds=("volcano",)), "KIND_UNKNOWN"),
        (Choice(status="asleep"), "STATUS_UNKNOWN"),
        (Choice(priorities=("urgent",)), "CHOICE_UNKNOWN"),
        (Choice(as_of=10**6), "REVISION_UNKNOWN"),
    ],
)
def test_a_misspelled_filter_is_refused(demo_store: str, wanted: Choice, code: str) -> None:
    """A word that no door knows is refused by name, rather than that a map shows too much or nothing."""
    with pytest.raises(gr.RegistryError) as told:
        gr.open(demo_store).tile("sources", 9, 418, 205, wanted=wanted)
    assert told.value.code == code
