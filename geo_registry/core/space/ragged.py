"""Groups of unequal size, laid end to end in flat arrays so that no loop over them is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Index: TypeAlias = NDArray[np.intp]


def spread(counts: Index) -> tuple[Index, Index]:
    """Give each member of some groups its group and its place there.

    Parameters
    ----------
    counts
        Size of each group, shape (n,).

    Returns
    -------
    group, place : numpy.ndarray
        Numbers from 0, for each member in turn, shape (counts.sum(),).

    Examples
    --------
    >>> spread(np.array([2, 0, 3]))
    (array([0, 0, 2, 2, 2]), array([0, 1, 0, 1, 2]))
    """
    group = np.repeat(np.arange(len(counts)), counts)
    return group, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)


def runs(counts: Index, limit: int) -> Iterator[slice]:
    """Cut a row of groups into runs of a bearable size.

    Parameters
    ----------
    counts
        Size of each group, shape (n,).
    limit
        Most members in a run; a group larger than that makes a run by itself.

    Yields
    ------
    slice
        Of groups; together they cover all, in order.

    Examples
    --------
    >>> list(runs(np.array([2, 2, 9, 1]), 4))
    [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        done = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, done + limit, "right")), start + 1)
        yield slice(start, stop)
        start = stop
