"""The land under a map: outlines of Natural Earth, no borders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import shapely

from geo_registry.core.space.topology import polygons

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]


def land_within(topology: str, box: Box) -> BaseGeometry:
    """Cut the land to a box.

    Parameters
    ----------
    topology
        TopoJSON with an object ``land`` of polygons, its arcs quantised (TopoJSON 1.0, 2.1.3).
    box
        W, S, E, N in degrees.

    Returns
    -------
    shapely geometry
        Polygons in degrees; empty where all is sea.
    """
    every = polygons(json.loads(topology), "land")
    near = every[shapely.intersects(every, shapely.box(*box))]
    return shapely.union_all(shapely.clip_by_rect(shapely.make_valid(near), *box))
