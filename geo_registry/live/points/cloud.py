"""Points as plain columns, sorted along the Morton curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_registry.live.points.morton import morton, steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLAIN = ("codes", "x", "y", "ids", "category")


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points, ascending along the Morton curve; not to be changed.

    Attributes
    ----------
    codes
        Morton numbers, shape ``(n,)``.
    x, y
        Places in the unit square in steps of 2^-32, shape ``(n,)``.
    ids
        Records, shape ``(n,)``.
    category
        A number from 0 that groups are counted by; what it means is the caller's affair, shape ``(n,)``.
    others
        Whatever else is known of each point, by name, each of shape ``(n,)``.
    """

    codes: NDArray[np.uint64]
    x: NDArray[np.uint32]
    y: NDArray[np.uint32]
    ids: NDArray[np.uint64]
    category: NDArray[np.uint16]
    others: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.codes)

    def between(self, first: int, last: int) -> tuple[int, int]:
        """Give where points begin and end whose numbers lie between two, both included."""
        begin = np.searchsorted(self.codes, np.uint64(first), side="left")
        return int(begin), int(np.searchsorted(self.codes, np.uint64(last), side="right"))

    def take(self, rows: NDArray[np.integer[Any]] | NDArray[np.bool_] | slice) -> Cloud:
        """Give some of the points.

        Parameters
        ----------
        rows
            Which ones, ascending: places, a mask of shape ``(n,)``, or a slice.
        """
        others = {name: column[rows] for name, column in self.others.items()}
        plain = {name: getattr(self, name)[rows] for name in _PLAIN}
        return Cloud(**plain, others=others)

    def joined(self, other: Cloud) -> Cloud:
        """Merge with other points that have the same columns; what ties stands after this one's own."""
        places = np.searchsorted(self.codes, other.codes, side="right")

        def merge(own: NDArray[Any], theirs: NDArray[Any]) -> NDArray[Any]:
            return np.insert(own, places, theirs)

        plain = {name: merge(getattr(self, name), getattr(other, name)) for name in _PLAIN}
        others = {name: merge(column, other.others[name]) for name, column in self.others.items()}
        return Cloud(**plain, others=others)


def cloud(
    places: tuple[NDArray[np.float64], NDArray[np.float64]],
    ids: NDArray[np.uint64],
    category: NDArray[np.integer[Any]],
    others: Mapping[str, NDArray[Any]] | None = None,
) -> Cloud:
    """Sort points along the Morton curve; those in one place keep their order.

    Parameters
    ----------
    places
        ``x, y`` in the unit square, each of shape ``(n,)``; no NaN.
    ids, category, others
        As `Cloud` has them, in the order of the places.

    Examples
    --------
    >>> made = cloud((np.array([0.9, 0.1]), np.array([0.9, 0.1])), np.array([7, 8], "u8"), np.array([0, 1]))
    >>> made.ids.tolist(), made.category.tolist(), made.between(0, 2**62)
    ([8, 7], [1, 0], (0, 1))
    """
    x, y = (steps(np.asarray(axis, dtype=float)) for axis in places)
    codes = morton(x, y)
    order = np.argsort(codes, kind="stable")
    sorted_others = {name: column[order] for name, column in (others or {}).items()}
    counted = np.asarray(category).astype(np.uint16)[order]
    return Cloud(codes[order], x[order], y[order], np.asarray(ids, np.uint64)[order], counted, sorted_others)
