"""Vector tiles against an independent decoder."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.publish import tiles

TILE = (9, 418, 205)


def decoded(content: bytes) -> dict[str, Any]:
    """Read a tile with the independent library, y growing southwards as in the file."""
    read: dict[str, Any] = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return read


@given(
    places=st.lists(st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)), min_size=1, max_size=40),
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), min_size=40, max_size=40),
)
def test_points_decode_to_what_was_encoded(places: list[tuple[float, float]], texts: list[str]) -> None:
    """Every point stands at its unit of the tile, with its attributes; a missing one is absent."""
    z, column, row = TILE
    x, y = (np.array(axis) for axis in zip(*places, strict=True))
    texts = texts[: len(places)]
    numbers = pd.Series([None if at % 3 == 0 else at * 1.5 for at in range(len(places))], dtype="float64")
    attributes: dict[str, pd.Series[Any]] = {
        "name": pd.Series(texts, dtype=object),
        "n": pd.Series(range(len(places))),
        "score": numbers,
        "flagged": pd.Series([at % 2 == 0 for at in range(len(places))]),
    }
    commands = tiles.point_commands((column + x) / 2**z, (row + y) / 2**z, TILE)
    said = {name: tiles.Attribute.of(column) for name, column in attributes.items()}
    features = decoded(tiles.layer("sources", said, commands))["sources"]["features"]
    assert [feature["properties"] for feature in features] == [
        {
            "name": text,
            "n": at,
            **({} if at % 3 == 0 else {"score": at * 1.5}),
            "flagged": at % 2 == 0,
        }
        for at, text in enumerate(texts)
    ]
    expected = np.floor(
        np.column_stack([((column + x) / 2**z) * 2**z - column, ((row + y) / 2**z) * 2**z - row]) * 4096
    )
    drawn = np.array([feature["geometry"]["coordinates"] for feature in features])
    assert np.abs(drawn - expected).max() == 0


@given(
    said=st.lists(st.one_of(st.none(), st.sampled_from("abcd")), min_size=1, max_size=30),
    chosen=st.lists(st.integers(0, 29), max_size=20),
)
def test_attributes_of_some_features_are_those_features(said: list[str | None], chosen: list[int]) -> None:
    """Taking features out of an attribute, or putting others after it, leaves each its own value or none."""
    rows = np.array([at % len(said) for at in chosen], dtype=np.int64)
    whole = tiles.Attribute.of(pd.Series(said, dtype=object))
    taken = whole.take(rows)
    assert told(taken) == [said[at] for at in rows]
    assert len(taken.spelled) == len({said[at] for at in rows} - {None})
    assert told(taken.then(whole)) == [*told(taken), *said]


def told(attribute: tiles.Attribute) -> list[str | None]:
    """Read the values of an attribute back, each a short text."""
    return [None if code < 0 else attribute.spelled[code][4:].decode() for code in attribute.codes]


def test_shapes_keep_their_holes_and_their_place() -> None:
    """A polygon with a hole and a line come back as such, within a unit of where they are."""
    ring = shapely.Point(114.0, 33.5).buffer(0.1).difference(shapely.Point(114.0, 33.5).buffer(0.05))
    line = shapely.LineString([(113.0, 33.0), (115.0, 34.0)])
    x, y = tiles.world(114.0, 33.5)
    tile = (9, int(x * 2**9), int(y * 2**9))
    commands, kept = tiles.shape_commands(np.array([ring, line], dtype=object), tile)
    assert kept.tolist() == [0, 1]
    content = tiles.layer("zones", {"id": tiles.Attribute.of(pd.Series(["ring", "line"]))}, commands)
    first, second = (feature["geometry"] for feature in decoded(content)["zones"]["features"])
    assert (first["type"], len(first["coordinates"])) == ("Polygon", 2)
    assert shapely.geometry.shape(first).is_valid
    assert second["type"] == "LineString"
    moved = shapely.transform(
        ring,
        lambda points: np.column_stack(
            [(axis * 2**9 - at) * 4096 for axis, at in zip(tiles.world(*points.T), tile[1:], strict=True)]
        ),
    )
    assert shapely.hausdorff_distance(shapely.geometry.shape(first), moved) < 3


def test_what_lies_outside_is_not_drawn() -> None:
    """Shapes that only their box brings near a tile leave nothing in it."""
    corner = shapely.LineString([(113.0, 33.0), (113.0, 34.0), (114.0, 34.0)])
    x, y = tiles.world(113.9, 33.1)
    tile = (14, int(x * 2**14), int(y * 2**14))
    commands, kept = tiles.shape_commands(np.array([corner], dtype=object), tile)
    assert not len(kept)
    assert tiles.layer("zones", {"id": tiles.Attribute.none(0)}, commands) == b""
