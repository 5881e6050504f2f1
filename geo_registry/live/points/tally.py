"""Sums over any run of points, by category, from sums kept at every so many points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_registry.live.points.cloud import Cloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINEST = 256
"""Points of a block at the least."""
COUNTS_BYTES, PLACES_BYTES = 32_000_000, 64_000_000
"""What kept counts and kept sums of places may take: they are kept less often until they do."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Which categories are counted together, and which not at all.

    Attributes
    ----------
    of
        The sum that each category adds to, -1 for none, shape ``(categories,)``.
    size
        Number of sums.
    """

    of: NDArray[np.intp]
    size: int

    @classmethod
    def apart(cls, width: int) -> Pool:
        """Count so many categories each by itself."""
        return cls(np.arange(width), width)

    @property
    def wanted(self) -> NDArray[np.bool_]:
        """Which categories are counted, shape ``(categories,)``."""
        return self.of >= 0

    @property
    def is_whole(self) -> bool:
        """Whether all categories are counted."""
        return bool(self.wanted.all())

    def added(self, counts: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Add counts by category up, shape ``(runs, categories)`` to ``(runs, size)``."""
        chosen = np.argsort(self.of, kind="stable")[np.count_nonzero(self.of < 0) :]
        numbers, first = np.unique(self.of[chosen], return_index=True)
        sums = np.zeros((len(counts), self.size), dtype=np.int64)
        if len(first):
            sums[:, numbers] = np.add.reduceat(np.take(counts, chosen, axis=1), first, axis=1)
        return sums


@dataclass(frozen=True, slots=True)
class Sums:
    """What consecutive runs of points add up to.

    Attributes
    ----------
    counts
        Points by run and pooled category, shape ``(runs, size of the pool)``.
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
    apart
        Blocks after which sums by category are kept again; they take more room than counts.
    counts
        Points by category, shape ``(blocks + 1, categories)``.
    x, y
        Sums of places in steps by category, shape ``(blocks / apart + 1, categories)``.
    x_all, y_all
        The same of all categories, shape ``(blocks + 1,)``.
    """

    block: int
    apart: int
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
    block = _block(len(points) * width * 4, FINEST, COUNTS_BYTES)
    apart = _block(len(points) * width * 16, block, PLACES_BYTES) // block
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
    return Tally(block, apart, counts, x[::apart].copy(), y[::apart].copy(), x.sum(axis=1), y.sum(axis=1))


def _block(bytes_each: int, least: int, most: int) -> int:
    """Give the points of a block with which sums that would take so much for every point take the most."""
    block = least
    while bytes_each // block > most:
        block *= 2
    return block


def sums_between(points: Cloud, kept: Tally, bounds: NDArray[np.intp], pool: Pool) -> Sums:
    """Add up consecutive runs of points; some ten thousand are looked at, however many there are.

    Parameters
    ----------
    points, kept
        The points and their tally.
    bounds
        Where runs begin, and at last where the last one ends, ascending, shape ``(runs + 1,)``.
    pool
        Which categories count together; there may be more than the points have.
    """
    begin, end = int(bounds[0]), int(bounds[-1])
    own = Pool(pool.of[: kept.width], pool.size)
    apart = 1 if own.is_whole else kept.apart
    if end - begin <= len(bounds) * kept.block * apart // 2:
        return scanned(points.take(slice(begin, end)), bounds - begin, pool)
    block, lengths = np.divmod(bounds, kept.block * apart)
    row = np.arange(int(lengths.sum())) + np.repeat(bounds - np.cumsum(lengths), lengths)
    rest = _by_run((points.category[row], points.x[row], points.y[row]), lengths, pool)
    counts = own.added(kept.counts[block * apart]) + rest.counts
    if own.is_whole:
        x, y = kept.x_all[block], kept.y_all[block]
    else:
        x, y = (axis[block][:, own.wanted].sum(axis=1) for axis in (kept.x, kept.y))
    return Sums(np.diff(counts, axis=0), np.diff(x + rest.x), np.diff(y + rest.y))


def scanned(points: Cloud, bounds: NDArray[np.intp], pool: Pool) -> Sums:
    """Add up consecutive runs of points by looking at each; parameters as `sums_between`."""
    return _by_run((points.category, points.x, points.y), np.diff(bounds), pool)


def _by_run(
    parts: tuple[NDArray[np.uint16], NDArray[np.uint32], NDArray[np.uint32]],
    lengths: NDArray[np.intp],
    pool: Pool,
) -> Sums:
    category, x, y = parts
    # one more sum takes what is not counted
    width = pool.size + 1
    key = (
        np.repeat(np.arange(len(lengths)) * width, lengths)
        + np.where(pool.wanted, pool.of, pool.size)[category]
    )
    counts = np.bincount(key, minlength=len(lengths) * width).reshape(len(lengths), width)
    if not pool.is_whole:
        chosen = pool.wanted[category]
        x, y = np.where(chosen, x, 0), np.where(chosen, y, 0)
    ends = np.cumsum(lengths)
    return Sums(counts[:, : pool.size], *(_run_sums(axis, ends) for axis in (x, y)))


def _run_sums(places: NDArray[np.uint32], ends: NDArray[np.intp]) -> NDArray[np.int64]:
    """Add up consecutive runs that end before some places."""
    until = np.zeros(len(places) + 1, dtype=np.int64)
    # first made wide: adding up narrow numbers into wide ones takes thrice as long
    np.cumsum(places.astype(np.int64), out=until[1:])
    return np.diff(until[ends], prepend=0)
