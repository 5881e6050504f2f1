"""Mapbox Vector Tiles (version 2.1 of the specification) from arrays, without a loop over points."""

from __future__ import annotations

from geo_registry.publish.tiles.attributes import Attribute, Values
from geo_registry.publish.tiles.encode import layer
from geo_registry.publish.tiles.geometry import (
    BUFFER,
    EXTENT,
    Commands,
    join,
    point_commands,
    shape_commands,
    world,
)

__all__ = [
    "BUFFER",
    "EXTENT",
    "Attribute",
    "Commands",
    "Values",
    "join",
    "layer",
    "point_commands",
    "shape_commands",
    "world",
]
