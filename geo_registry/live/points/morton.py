"""The Morton curve over the unit square: which numbers a tile holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 32
"""Bits a coordinate: 2^32 steps round the earth are 9 mm."""


def spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero bit between the bits of each value (the usual five masks for 32 bits)."""
    out = values
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        out = (out | (out << np.uint64(shift))) & np.uint64(mask)
    return out


def steps(places: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Give coordinates of the unit square in whole steps; those outside count as on its edge.

    Parameters
    ----------
    places
        One coordinate of each point, shape ``(n,)``; no NaN.

    Examples
    --------
    >>> steps(np.array([0.0, 0.5, 1.0])).tolist()
    [0, 2147483648, 4294967295]
    """
    return np.clip(places * 2.0**BITS, 0, 2**BITS - 1).astype(np.uint32)


def morton(x: NDArray[np.uint32], y: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Place points along the Morton curve.

    Parameters
    ----------
    x, y
        Places in steps, shape ``(n,)``.

    Examples
    --------
    >>> (morton(steps(np.array([0.0, 0.75])), steps(np.array([0.0, 0.25]))) >> np.uint64(62)).tolist()
    [0, 1]
    """
    return spread(x.astype(np.uint64)) | (spread(y.astype(np.uint64)) << np.uint64(1))


def span(z: int, x: int, y: int) -> tuple[int, int]:
    """Give the first and the last Morton number of a tile.

    Parameters
    ----------
    z, x, y
        Address of the tile, 0 <= z <= 32.

    Examples
    --------
    >>> span(0, 0, 0) == (0, 2**64 - 1), span(1, 1, 0) == (2**62, 2**63 - 1)
    (True, True)
    """
    first = sum((x >> place & 1 | (y >> place & 1) << 1) << 2 * (BITS - z + place) for place in range(z))
    return first, first + (1 << 2 * (BITS - z)) - 1
