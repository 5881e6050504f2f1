"""Drawings of a layer: which of its rows a tile holds, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_registry.live.points import Cloud, Cut, Groups, Points, Pool, cut
from geo_registry.live.points.morton import BITS
from geo_registry.live.shapes import ShapeIndex
from geo_registry.publish import tiles
from geo_registry.registry.choosing import Choice
from geo_registry.registry.tiling import saying
from geo_registry.registry.tiling.columns import Categories, Coded, Columns, Describe
from geo_registry.registry.tiling.wanted import among

if TYPE_CHECKING:
    from numpy.typing import NDArray

CROWDED = 2_000
"""Points of a tile above which they are drawn as counted groups: none is dropped."""
DEEPER = 4
"""Levels by which cells of groups are finer than their tile: 16 x 16, 32 px on a screen that draws 512 px."""

COUNTED = ("kind", "active", "flagged", "priority")
"""Columns that groups say their sums of."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """Lines and polygons of a layer.

    Attributes
    ----------
    shapes
        Degrees WGS 84, shape ``(m,)``.
    ids
        Records, shape ``(m,)``.
    by_box
        The same by their boxes.
    said
        What is said of them.
    category
        Their categories, shape ``(m,)``.
    district
        Where they lie, where that is known.
    """

    shapes: NDArray[np.object_]
    ids: NDArray[np.uint64]
    by_box: ShapeIndex
    said: Mapping[str, tiles.Attribute]
    category: NDArray[np.uint16]
    district: Coded | None = None

    @classmethod
    def none(cls) -> Outlines:
        """Give no outlines."""
        empty = np.zeros(0, dtype=object)
        return cls(empty, np.zeros(0, np.uint64), ShapeIndex(empty), {}, np.zeros(0, dtype=np.uint16))

    def of(self, ids: NDArray[np.uint64]) -> Outlines:
        """Give those of some records."""
        rows = np.flatnonzero(np.isin(self.ids, ids))
        shapes, said = self.shapes[rows], {name: one.take(rows) for name, one in self.said.items()}
        district = self.district.take(rows) if self.district else None
        return Outlines(shapes, self.ids[rows], ShapeIndex(shapes), said, self.category[rows], district)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A layer, ready to be cut into tiles; a value, an edit makes another.

    Attributes
    ----------
    points
        Its points; the marks of outlines among them.
    categories
        What the numbers of their categories mean.
    sums
        Which categories groups count together, and what these sums mean.
    words
        What single points say of their categories.
    districts
        What the codes of their districts mean.
    outlines
        Its lines and polygons.
    describe
        Gives what is said of records beyond their columns; None where that is all.
    """

    points: Points
    categories: Categories
    sums: tuple[NDArray[np.intp], Categories]
    words: saying.Words
    districts: tuple[Any, ...] = ()
    outlines: Outlines | None = None
    describe: Describe | None = None

    def changed(self, gone: NDArray[np.uint64], added: Columns) -> Drawn:
        """Take records away and put points there.

        Parameters
        ----------
        gone
            Records whose points go, shape ``(g,)``.
        added
            Points that come, with the same columns; those of a record that had points replace them.
        """
        numbers, categories = self.categories.grown(added.coded)
        points = self.points.changed(gone, added.cloud(numbers), width=len(categories))
        districts = added.district.words if added.district else self.districts
        return replace(self.knowing(categories), points=points, districts=districts)

    def knowing(self, categories: Categories) -> Drawn:
        """Give the same drawing with what has come to the categories."""
        if len(categories) == len(self.categories):
            return self
        points = replace(self.points, width=len(categories))
        return replace(self, points=points, **_known(categories))

    def pool(self, wanted: Choice | None) -> Pool:
        """Tell which categories are counted, and which together."""
        numbers, meant = self.sums
        counted = among(wanted, self.categories) if wanted else None
        return Pool(numbers if counted is None else np.where(counted, numbers, -1), max(1, len(meant)))

    def folded(self) -> Drawn:
        """Give the same drawing with its edits sorted in; for when `points.is_heavy`."""
        return replace(self, points=self.points.folded())

    def of(self, ids: NDArray[np.uint64]) -> Drawn:
        """Give the drawing of some records alone."""
        points = self.points.where(lambda points: np.isin(points.ids, ids))
        return replace(self, points=points, outlines=self.outlines and self.outlines.of(ids))

    def of_districts(self, wanted: Choice) -> Drawn:
        """Give the drawing of some districts alone."""
        named = Coded(np.arange(len(self.districts)), self.districts).among(wanted.districts)
        known = np.concatenate([named, [False]])

        def keep(points: Cloud) -> NDArray[np.bool_]:
            found: NDArray[np.bool_] = known[points.others["district"]]
            return found if len(self.districts) else np.zeros(len(points), dtype=bool)

        return replace(self, points=self.points.where(keep))


def drawing(columns: Columns, describe: Describe | None = None) -> Drawn:
    """Draw points that are given as plain columns.

    Parameters
    ----------
    columns
        The points.
    describe
        Gives by name what else is said of the few single points of one tile.

    Examples
    --------
    >>> kinds = Coded(np.array([0, 0]), ("kiln",))
    >>> two = Columns(lon=np.array([114.0, 115.0]), lat=np.array([33.0, 34.0]),
    ...               ids=np.array([1, 2], "u8"), coded={"kind": kinds})
    >>> b"0000000000000002" in encode("sources", drawing(two), (0, 0, 0))
    True
    """
    numbers, categories = Categories().grown(columns.coded)
    points = Points.of(columns.cloud(numbers), len(categories))
    districts = columns.district.words if columns.district else ()
    return Drawn(points, **_known(categories), districts=districts, describe=describe)


def _known(categories: Categories) -> dict[str, Any]:
    """Work out what follows from categories alone."""
    words, sums = saying.Words.of(categories), categories.pooled(COUNTED)
    return {"categories": categories, "sums": sums, "words": words}


def encode(layer: str, drawn: Drawn, address: tuple[int, int, int], wanted: Choice | None = None) -> bytes:
    """Cut one tile out of a drawing.

    Parameters
    ----------
    layer
        Name of the layer.
    drawn
        Its drawing.
    address
        ``(z, x, y)``.
    wanted
        What of it is wanted, settled; its districts have been dealt with for the points. None for all.

    Returns
    -------
    bytes
        A vector tile; empty where nothing lies in it.
    """
    pool = drawn.pool(wanted)
    found = cut(drawn.points, address, Cut(CROWDED, DEEPER), pool)
    marks, said = _marked(drawn, found, address)
    if drawn.outlines is None:
        return tiles.layer(layer, said, marks)
    shapes, own = _outlined(drawn.outlines, address, wanted, pool)
    return tiles.layer(
        layer, _beside(own, said, (len(shapes.types), len(marks.types))), tiles.join(shapes, marks)
    )


def _marked(
    drawn: Drawn, found: Cloud | Groups, address: tuple[int, int, int]
) -> tuple[tiles.Commands, saying.Said]:
    if isinstance(found, Groups):
        return tiles.point_commands(found.x, found.y, address), saying.of_groups(found, drawn.sums[1])
    x, y = ((axis.astype(np.float64) + 0.5) / 2.0**BITS for axis in (found.x, found.y))
    said = saying.of_singles(found, drawn.words, drawn.describe) if len(found) else {}
    return tiles.point_commands(x, y, address), said


def _outlined(
    outlines: Outlines,
    address: tuple[int, int, int],
    wanted: Choice | None,
    pool: Pool,
) -> tuple[tiles.Commands, saying.Said]:
    near = outlines.by_box.meeting(box(address))
    if not pool.is_whole:
        near = near[pool.wanted[outlines.category[near]]]
    if wanted is not None and wanted.districts:
        where = outlines.district
        near = near[where.take(near).among(wanted.districts)] if where else near[:0]
    shapes, kept = tiles.shape_commands(outlines.shapes[near], address)
    return shapes, {name: one.take(near[kept]) for name, one in outlines.said.items()}


def _beside(shapes: saying.Said, points: saying.Said, counts: tuple[int, int]) -> saying.Said:
    """Put what is said of points after what is said of shapes; either may lack what the other has."""
    if not counts[0]:
        return points
    none = [tiles.Attribute.none(count) for count in counts]
    names = dict.fromkeys([*shapes, *points])
    return {name: shapes.get(name, none[0]).then(points.get(name, none[1])) for name in names}


def box(address: tuple[int, int, int]) -> tuple[float, float, float, float]:
    """Give the box of a tile with what lines and polygons reach over it, W, S, E, N in degrees.

    Parameters
    ----------
    address
        ``(z, x, y)``.
    """
    z, x, y = address
    edge = tiles.BUFFER / tiles.EXTENT
    lon = [(at / 2.0**z - 0.5) * 360.0 for at in (x - edge, x + 1 + edge)]
    lat = [
        np.degrees(np.arctan(np.sinh((0.5 - at / 2.0**z) * 2.0 * np.pi))) for at in (y + 1 + edge, y - edge)
    ]
    return lon[0], float(lat[0]), lon[1], float(lat[1])
