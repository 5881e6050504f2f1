"""Where records stand in columns, by their identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def places_of(
    ids: NDArray[np.uint64], by_id: NDArray[np.int32], wanted: NDArray[np.uint64]
) -> NDArray[np.int32]:
    """Give the places of some records, by halving: `numpy.searchsorted` would copy `by_id` each time.

    Parameters
    ----------
    ids
        Identities in any order, shape (n,); one may stand there several times.
    by_id
        Places in the order of their identities, shape (n,).
    wanted
        The records, shape (m,); those that are not there have no place.

    Returns
    -------
    numpy.ndarray
        Ascending, each once.

    Examples
    --------
    >>> ids = np.array([7, 3, 7], dtype=np.uint64)
    >>> places_of(ids, np.array([1, 0, 2], dtype=np.int32), np.array([7, 8], dtype=np.uint64)).tolist()
    [0, 2]
    """
    if not len(by_id) or not len(wanted):
        return by_id[:0]
    each = np.concatenate([wanted, wanted])
    behind = np.arange(len(each)) >= len(wanted)
    low, high = np.zeros(len(each), dtype=np.int64), np.full(len(each), len(by_id))
    while (searching := low < high).any():
        middle = (low + high) // 2
        found = ids[by_id[np.minimum(middle, len(by_id) - 1)]]
        passed = searching & ((found < each) | (behind & (found == each)))
        low, high = np.where(passed, middle + 1, low), np.where(passed, high, np.minimum(middle, high))
    runs = [by_id[first:last] for first, last in low.reshape(2, -1).T.tolist() if last > first]
    return np.unique(np.concatenate(runs)) if runs else by_id[:0]
