"""One tile of the points: each of them, or counted groups where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.live.points.cloud import Cloud
from geo_registry.live.points.morton import BITS, span
from geo_registry.live.points.overlay import Points
from geo_registry.live.points.tally import Pool, Sums, scanned, sums_between

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Cut:
    """How tiles are cut.

    Attributes
    ----------
    most
        Points that are given one by one; with more in a tile all are counted in groups.
    deeper
        Levels by which the cells of groups are finer than the tile: 4 for 16 x 16.
    """

    most: int
    deeper: int


@dataclass(frozen=True, slots=True)
class Groups:
    """Counted groups of a tile, a cell each, none of them empty.

    Attributes
    ----------
    x, y
        Mean places in the unit square, shape ``(m,)``.
    counts
        Points by group and pooled category, shape ``(m, size of the pool)``.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    counts: NDArray[np.int64]


def cut(points: Points, address: tuple[int, int, int], how: Cut, pool: Pool | None = None) -> Cloud | Groups:
    """Give what of the points lies in a tile.

    Parameters
    ----------
    points
        Points with edits on top.
    address
        ``(z, x, y)``, z at most 32 less `Cut.deeper`.
    how
        When and how finely points are grouped.
    pool
        Which categories count, and which of them together in groups; None for all, each by itself.

    Returns
    -------
    Cloud or Groups
        The points, or the counted groups where there are more than `Cut.most`; exact either way.

    Examples
    --------
    >>> from geo_registry.live.points import cloud
    >>> places = np.array([0.1, 0.1, 0.6, 0.9]), np.array([0.1, 0.1, 0.1, 0.9])
    >>> four = Points.of(cloud(places, np.arange(4, dtype="u8"), np.array([0, 1, 1, 0])), 2)
    >>> cut(four, (1, 1, 1), Cut(most=1, deeper=1)).ids.tolist()
    [3]
    >>> cut(four, (0, 0, 0), Cut(most=3, deeper=1)).counts.tolist()
    [[1, 1], [0, 1], [1, 0]]
    """
    tile = _Tile(points, span(*address), pool or Pool.apart(points.width))
    return tile.singles() if tile.count() <= how.most else _groups(tile, address, how)


def _groups(tile: _Tile, address: tuple[int, int, int], how: Cut) -> Groups:
    first, _ = tile.span
    size = 1 << 2 * (BITS - address[0] - how.deeper)
    edges = first + np.arange(1, 4**how.deeper, dtype=np.uint64) * np.uint64(size)
    sums = tile.sums(edges)
    number = sums.counts.sum(axis=1)
    filled = number > 0
    x, y = ((axis[filled] / number[filled] + 0.5) / 2.0**BITS for axis in (sums.x, sums.y))
    return Groups(x, y, sums.counts[filled])


class _Tile:
    """The three runs that a tile is made of: of the base, of what of it is gone, and of what was added."""

    def __init__(self, points: Points, within: tuple[int, int], pool: Pool) -> None:
        self.points, self.span, self.pool = points, within, pool
        self.begin, self.end = points.base.points.between(*within)
        begin, end = np.searchsorted(points.gone, [self.begin, self.end])
        self.gone = points.gone[begin:end]
        self.added = points.added.take(slice(*points.added.between(*within)))

    def count(self) -> int:
        """Count the points that are wanted."""
        if self.pool.is_whole:
            return self.end - self.begin - len(self.gone) + len(self.added)
        return int(self.sums(np.zeros(0, dtype=np.uint64)).counts.sum())

    def singles(self) -> Cloud:
        """Give each point that is wanted."""
        own = self.points.base.points.take(slice(self.begin, self.end))
        if len(self.gone):
            stays = np.ones(len(own), dtype=bool)
            stays[self.gone - self.begin] = False
            own = own.take(stays)
        joined = own.joined(self.added) if len(self.added) else own
        if self.pool.is_whole:
            return joined
        return joined.take(np.flatnonzero(self.pool.wanted[joined.category]))

    def sums(self, edges: NDArray[np.uint64]) -> Sums:
        """Add up the cells between edges, the tile's own ones not among them."""
        base = self.points.base
        bounds = _bounds(base.points.codes[self.begin : self.end], edges) + self.begin
        total = sums_between(base.points, base.sums, bounds, self.pool)
        for sign, part in ((-1, base.points.take(self.gone)), (1, self.added)):
            if len(part):
                more = scanned(part, _bounds(part.codes, edges), self.pool)
                total = Sums(
                    total.counts + sign * more.counts, total.x + sign * more.x, total.y + sign * more.y
                )
        return total


def _bounds(codes: NDArray[np.uint64], edges: NDArray[np.uint64]) -> NDArray[np.intp]:
    return np.concatenate([[0], np.searchsorted(codes, edges, side="left"), [len(codes)]])
