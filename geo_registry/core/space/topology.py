"""Polygons of a TopoJSON document, put together from its arcs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def polygons(topology: dict[str, Any], name: str) -> NDArray[Any]:
    """Put the polygons of an object together.

    Parameters
    ----------
    topology
        TopoJSON with quantised arcs (TopoJSON 1.0, 2.1.3).
    name
        Of one of its objects, a collection of ``Polygon`` and ``MultiPolygon``.

    Returns
    -------
    ndarray of shapely geometries
        In the document's own units, shape (n,).

    Examples
    --------
    >>> square = {
    ...     "transform": {"scale": [0.5, 0.5], "translate": [100.0, 30.0]},
    ...     "arcs": [[[0, 0], [2, 0], [0, 2]], [[0, 0], [0, 2], [2, 0]]],
    ...     "objects": {"land": {"geometries": [{"type": "Polygon", "arcs": [[0, -2]]}]}},
    ... }
    >>> polygons(square, "land")[0].bounds
    (100.0, 30.0, 101.0, 31.0)
    """
    scale, origin = (np.array(topology["transform"][part]) for part in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]
    found = []
    for shape in topology["objects"][name]["geometries"]:
        for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            outer, *holes = (shapely.LinearRing(_ring(ring, arcs)) for ring in polygon)
            found.append(shapely.Polygon(outer, holes))
    return np.array(found)


def _ring(numbers: Sequence[int], arcs: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Join arcs end to end; the number ~n means arc n backwards."""
    parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.concatenate([part if at == 0 else part[1:] for at, part in enumerate(parts)])
