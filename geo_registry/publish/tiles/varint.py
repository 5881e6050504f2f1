"""Numbers as protocol buffers write them: seven bits a byte, the lowest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEVEN_BITS = 0x7F
_LONGEST = 5


def varint_lengths(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Count the bytes each value takes as a varint.

    Parameters
    ----------
    values
        Unsigned values below 2^35, any shape.

    Examples
    --------
    >>> varint_lengths(np.array([0, 127, 128, 20000], dtype=np.uint64)).tolist()
    [1, 1, 2, 3]
    """
    lengths = np.ones(values.shape, dtype=np.int64)
    top = int(values.max(initial=0))
    for place in range(1, _LONGEST):
        if top >> 7 * place:
            lengths += values >= np.uint64(1 << (7 * place))
    return lengths


def varints(values: NDArray[np.uint64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    r"""Encode values as varints, one after the other.

    Parameters
    ----------
    values
        Unsigned values below 2^35, shape ``(n,)``.

    Returns
    -------
    tuple
        The bytes, and how many each value took, shape ``(n,)``.

    Examples
    --------
    >>> encoded, lengths = varints(np.array([1, 300], dtype=np.uint64))
    >>> encoded.tobytes(), lengths.tolist()
    (b'\x01\xac\x02', [1, 2])
    """
    lengths = varint_lengths(values)
    ends = np.cumsum(lengths)
    encoded = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    at, left = ends - lengths, values
    encoded[at] = left & np.uint64(SEVEN_BITS)
    while len(longer := np.flatnonzero(left > SEVEN_BITS)):
        at, left = at[longer], left[longer] >> np.uint64(7)
        encoded[at] |= np.uint8(0x80)
        at = at + 1
        encoded[at] = left & np.uint64(SEVEN_BITS)
    return encoded, lengths


def varint(value: int) -> bytes:
    r"""Encode one number of any size.

    Examples
    --------
    >>> varint(300)
    b'\xac\x02'
    """
    encoded = bytearray()
    while value > SEVEN_BITS:
        encoded.append(value & SEVEN_BITS | 0x80)
        value >>= 7
    return bytes([*encoded, value])
