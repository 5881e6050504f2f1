"""Sums over any run of points, by category, from sums kept at every so many points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.live.points.cloud import Cloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINEST = 256
"""Points of a block at the least."""
MOST_BYTES = 64_000_000
"""What the kept sums may take: blocks are made longer until they do."""
_BYTES_EACH = 4 + 8 + 8


@dataclass(frozen=True, slots=True)
class Sums:
    """What consecutive runs of points add up to.

    Attributes
    ----------
    counts
        Points by run and category, shape ``(runs, categories)``.
    x, y
        Sums of their places in steps, shape ``(runs,)``; exact.
    """

    counts: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of all points before the first of each block.

    Attributes
    ----------
    block
        Points of a block.
    counts
        Points by category, shape ``(blocks + 1, categories)``.
    x, y
        Sums of places in steps by category, shape ``(blocks + 1, categories)``.
    x_all, y_all
        The same of all categories, shape ``(blocks + 1,)``.
    """

    block: int
    counts: NDArray[np.int32]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    x_all: NDArray[np.int64]
    y_all: NDArray[np.int64]

    @property
    def width(self) -> int:
        """Number of categories."""
        return int(self.counts.shape[1])


def tally(points: Cloud, width: int) -> Tally:
    """Add up points by block and category.

    Parameters
    ----------
    points
        The points.
    width
        Number of categories, above every category of a point.
    """
    block = FINEST
    while len(points) // block * width * _BYTES_EACH > MOST_BYTES:
        block *= 2
    blocks = len(points) // block + 1
    key = np.arange(len(points), dtype=np.int64) // block * width + points.category
    size = blocks * width

    def before(each: NDArray[np.float64] | NDArray[np.intp]) -> NDArray[np.int64]:
        sums = np.zeros((blocks + 1, width), dtype=np.int64)
        np.cumsum(each.reshape(blocks, width), axis=0, out=sums[1:], dtype=np.int64)
        return sums

    counts = before(np.bincount(key, minlength=size)).astype(np.int32)
    # a block's sums stay far below 2^53, up to which floats are exact
    x, y = (before(np.bincount(key, weights=axis, minlength=size)) for axis in (points.x, points.y))
    return Tally(block, counts, x, y, x.sum(axis=1), y.sum(axis=1))


def sums_between(
    points: Cloud, kept: Tally, bounds: NDArray[np.intp], wanted: NDArray[np.bool_] | None = None
) -> Sums:
    """Add up consecutive runs of points; some ten thousand are looked at, however many there are.

    Parameters
    ----------
    points, kept
        The points and their tally.
    bounds
        Where runs begin, and at last where the last one ends, ascending, shape ``(runs + 1,)``.
    wanted
        Which categories count, shape ``(categories,)``; None for all.
    """
    begin, end = int(bounds[0]), int(bounds[-1])
    if end - begin <= len(bounds) * kept.block // 2:
        return scanned(points.take(slice(begin, end)), bounds - begin, kept.width, wanted)
    block, lengths = bounds // kept.block, bounds % kept.block
    row = np.arange(int(lengths.sum())) + np.repeat(bounds - np.cumsum(lengths), lengths)
    parts = points.category[row], points.x[row], points.y[row]
    rest = _by_run(parts, lengths, kept.width, wanted)
    counts = kept.counts[block] + rest.counts
    if wanted is None:
        x, y = kept.x_all[block], kept.y_all[block]
    else:
        counts[:, ~wanted] = 0
        x, y = (axis[block][:, wanted].sum(axis=1) for axis in (kept.x, kept.y))
    return Sums(np.diff(counts, axis=0), np.diff(x + rest.x), np.diff(y + rest.y))


def scanned(
    points: Cloud, bounds: NDArray[np.intp], width: int, wanted: NDArray[np.bool_] | None = None
) -> Sums:
    """Add up consecutive runs of points by looking at each; parameters as `sums_between`."""
    return _by_run((points.category, points.x, points.y), np.diff(bounds), width, wanted)


def _by_run(
    parts: tuple[NDArray[np.uint16], NDArray[np.uint32], NDArray[np.uint32]],
    lengths: NDArray[np.intp],
    width: int,
    wanted: NDArray[np.bool_] | None,
) -> Sums:
    category, x, y = parts
    key = np.repeat(np.arange(len(lengths)) * width, lengths) + category
    counts = np.bincount(key, minlength=len(lengths) * width).reshape(len(lengths), width)
    if wanted is not None:
        counts[:, ~wanted] = 0
        chosen = wanted[category]
        x, y = np.where(chosen, x, 0), np.where(chosen, y, 0)
    ends = np.cumsum(lengths)
    return Sums(counts, *(_run_sums(axis, ends) for axis in (x, y)))


def _run_sums(places: NDArray[np.uint32], ends: NDArray[np.intp]) -> NDArray[np.int64]:
    """Add up consecutive runs that end before some places."""
    until = np.zeros(len(places) + 1, dtype=np.int64)
    # first made wide: adding up narrow numbers into wide ones takes thrice as long
    np.cumsum(places.astype(np.int64), out=until[1:])
    return np.diff(until[ends], prepend=0)
