"""Lines and polygons by their boxes, in an R-tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from rtree.index import Index

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ShapeIndex:
    """Finds the shapes whose box meets a box.

    Parameters
    ----------
    shapes
        Shapely geometries, degrees WGS 84, shape ``(n,)``.

    Examples
    --------
    >>> boxes = np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    >>> ShapeIndex(boxes).meeting((0.5, 0.5, 2, 2)).tolist()
    [0]
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        boxes = shapely.bounds(shapes)
        self._tree = Index((at, tuple(box), None) for at, box in enumerate(boxes)) if len(boxes) else Index()

    def meeting(self, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
        """Name the shapes whose box meets a box, ascending.

        Parameters
        ----------
        box
            West, south, east, north in degrees.
        """
        return np.array(sorted(self._tree.intersection(box)), dtype=np.int64)
