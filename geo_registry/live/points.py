"""Points in Morton order: every tile of every zoom is one slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 26
"""Bits a coordinate: 2^26 steps round the earth are 0.6 m."""


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero bit between the bits of each value (the usual five masks for 32 bits)."""
    spread = values
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread


def morton(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Place points of the unit square along the Morton curve.

    Parameters
    ----------
    x, y
        Places in the unit square, shape ``(n,)``; places outside count as on its edge.

    Examples
    --------
    >>> (morton(np.array([0.0, 0.75]), np.array([0.0, 0.25])) >> np.uint64(50)).tolist()
    [0, 1]
    """
    top = 2**BITS - 1
    steps = [np.clip(axis * 2.0**BITS, 0, top).astype(np.uint64) for axis in (x, y)]
    return _spread(steps[0]) | (_spread(steps[1]) << np.uint64(1))


@dataclass(frozen=True, slots=True)
class PointIndex:
    """Points of the unit square, sorted along the Morton curve.

    Attributes
    ----------
    codes
        Morton numbers, ascending, shape ``(n,)``.
    order
        Which point stands at each place, shape ``(n,)``.
    """

    codes: NDArray[np.uint64]
    order: NDArray[np.int64]

    def in_tile(self, z: int, x: int, y: int) -> NDArray[np.int64]:
        """Name the points of one tile.

        Parameters
        ----------
        z, x, y
            Address of the tile.
        """
        shift = np.uint64(2 * (BITS - z))
        address = np.array([x, y], dtype=np.uint64)
        prefix = _spread(address[:1]) | (_spread(address[1:]) << np.uint64(1))
        first = prefix << shift
        begin = int(np.searchsorted(self.codes, first, side="left")[0])
        end = int(np.searchsorted(self.codes, first + (np.uint64(1) << shift), side="left")[0])
        return self.order[begin:end]


def index_points(x: NDArray[np.float64], y: NDArray[np.float64]) -> PointIndex:
    """Sort points along the Morton curve.

    Parameters
    ----------
    x, y
        Places in the unit square, shape ``(n,)``.
    """
    codes = morton(x, y)
    order = np.argsort(codes, kind="stable")
    return PointIndex(codes[order], order)
