"""The land under a map: outlines of Natural Earth, no borders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
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
    told = json.loads(topology)
    arcs = [_arc(arc, told["transform"]) for arc in told["arcs"]]
    polygons = [
        shapely.Polygon(_ring(rings[0], arcs), [_ring(hole, arcs) for hole in rings[1:]])
        for part in told["objects"]["land"]["geometries"]
        for rings in part["arcs"]
    ]
    near = [one for one in polygons if one.intersects(shapely.box(*box))]
    return shapely.union_all(shapely.clip_by_rect(shapely.make_valid(near), *box))


def _arc(steps: list[list[int]], transform: dict[str, Any]) -> NDArray[np.float64]:
    """Add up the steps of an arc: degrees, shape (n, 2)."""
    scale, origin = np.array(transform["scale"]), np.array(transform["translate"])
    places: NDArray[np.float64] = np.cumsum(steps, axis=0) * scale + origin
    return places


def _ring(indexes: list[int], arcs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Join arcs; a negative index names the arc ~index, run backwards."""
    return np.concatenate([arcs[at] if at >= 0 else arcs[~at][::-1] for at in indexes])
