"""Filters in a tile's address: the words of every other door, and tags that tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

TILE = "/tiles/sources/0/0/0.mvt"


def said(answer: TestResponse) -> list[dict[str, Any]]:
    """Read what the features of a tile say."""
    assert answer.status_code == 200
    layers = mapbox_vector_tile.decode(answer.data) if answer.data else {}
    return [feature["properties"] for layer in layers.values() for feature in layer["features"]]


@pytest.mark.parametrize(
    ("asked", "name", "words"),
    [
        ("kind=brick_kiln", "kind", {"brick_kiln"}),
        ("kind=brick_kiln,construction_site", "kind", {"brick_kiln", "construction_site"}),
        ("kind=brick_kiln&kind=construction_site", "kind", {"brick_kiln", "construction_site"}),
        ("status=active", "active", {True}),
        ("priority=high,medium", "priority", {"high", "medium"}),
        ("flagged=true", "flagged", {True}),
    ],
)
def test_a_filter_leaves_what_it_names(client: FlaskClient, asked: str, name: str, words: set[Any]) -> None:
    """Features of a filtered tile are those of the whole one that have the words asked for."""
    expected = sorted(one["id"] for one in said(client.get(TILE)) if one.get(name) in words)
    found = said(client.get(f"{TILE}?{asked}"))
    assert sorted(one["id"] for one in found) == expected
    assert {one[name] for one in found} <= words


@pytest.mark.parametrize(
    "asked",
    [
        "kind=volcano",
        "status=asleep",
        "priority=urgent",
        "flagged=perhaps",
        "as_of=99999",
        "as_of=soon",
        "on=today",
        "sort=of",
        "status=active&status=all",
    ],
)
def test_a_misspelled_filter_is_refused(client: FlaskClient, asked: str) -> None:
    """A word that no door knows is a fault of the request; neither more nor less is shown for it."""
    answer = client.get(f"{TILE}?{asked}")
    assert answer.status_code == 400
    assert answer.json


def test_tags_tell_filters_apart(client: FlaskClient) -> None:
    """A client that kept another filter's tile is not told that it is unchanged."""
    whole = client.get(TILE).headers["ETag"]
    kilns = client.get(f"{TILE}?kind=brick_kiln").headers["ETag"]
    assert whole != kilns
    assert client.get(f"{TILE}?kind=brick_kiln", headers={"If-None-Match": whole}).status_code == 200
    assert client.get(f"{TILE}?kind=brick_kiln", headers={"If-None-Match": kilns}).status_code == 304
    # the same said in another way
    assert client.get(f"{TILE}?kind=brick_kiln,brick_kiln&status=all").headers["ETag"] == kilns


def test_a_described_layer_keeps_its_filter(client: FlaskClient) -> None:
    """The document that says where the tiles are says so with the filter it was asked with."""
    document = client.get("/tiles/sources/tilejson.json?kind=brick_kiln&status=active").json
    assert document is not None
    assert document["tiles"][0].endswith("/tiles/sources/{z}/{x}/{y}.mvt?kind=brick_kiln&status=active")
    assert client.get("/tiles/sources/tilejson.json?kind=volcano&x=y").status_code == 400
