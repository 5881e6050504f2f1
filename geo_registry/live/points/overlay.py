"""Edits on top of sorted points: what is gone, what was added, and both folded in when they are many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.live.identities import places_of
from geo_registry.live.points.cloud import Cloud
from geo_registry.live.points.tally import Tally, tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = 4_096
"""Edits on top from which folding them in pays."""


@dataclass(frozen=True, slots=True)
class Base:
    """Sorted points with what is worked out of them once.

    Attributes
    ----------
    points
        The points.
    sums
        Their tally.
    by_id
        Places of the points, ascending by record, shape ``(n,)``.
    """

    points: Cloud
    sums: Tally
    by_id: NDArray[np.int32]

    @classmethod
    def of(cls, points: Cloud, width: int) -> Base:
        """Work out sums and the order of records; `width` is the number of categories."""
        return cls(points, tally(points, width), np.argsort(points.ids, kind="stable").astype(np.int32))

    def places_of(self, ids: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Give the places of records, ascending, each once; those that are not there have none."""
        return places_of(self.points.ids, self.by_id, ids)


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one layer: sorted ones, and edits on top; a value, every change makes another.

    Attributes
    ----------
    base
        Points as they were sorted last.
    gone
        Places in the base that no longer count, ascending, shape ``(g,)``.
    added
        Points that came since.
    width
        Number of categories, those of added points among them.

    Examples
    --------
    >>> from geo_registry.live.points import cloud
    >>> def at(x: float, record: int) -> Cloud:
    ...     return cloud((np.array([x]), np.array([x])), np.array([record], "u8"), np.array([0]))
    >>> one = Points.of(at(0.25, 7), 1).changed(np.array([7], "u8"), at(0.75, 7)).changed(added=at(0.5, 8))
    >>> len(one), one.now().ids.tolist()
    (2, [8, 7])
    """

    base: Base
    gone: NDArray[np.int32]
    added: Cloud
    width: int

    @classmethod
    def of(cls, points: Cloud, width: int) -> Points:
        """Make a layer of sorted points without edits; `width` is the number of categories."""
        return cls(Base.of(points, width), np.zeros(0, dtype=np.int32), points.take(slice(0, 0)), width)

    def __len__(self) -> int:
        return len(self.base.points) - len(self.gone) + len(self.added)

    @property
    def is_heavy(self) -> bool:
        """Whether folding the edits in pays."""
        return len(self.gone) + len(self.added) >= MANY

    def changed(
        self,
        gone: NDArray[np.uint64] | None = None,
        added: Cloud | None = None,
        *,
        width: int = 0,
    ) -> Points:
        """Take points away and put others there; nothing is sorted anew but the edits.

        Parameters
        ----------
        gone
            Records whose points go, shape ``(g,)``; those that have none are passed over.
        added
            Points that come, with the columns of the others; a record that had points loses these.
        width
            Number of categories, where added points bring new ones.
        """
        coming = self.added.take(slice(0, 0)) if added is None else added
        leaving = coming.ids if gone is None else np.concatenate([np.asarray(gone, np.uint64), coming.ids])
        still = self.added.take(~np.isin(self.added.ids, leaving))
        places = np.union1d(self.gone, self.base.places_of(np.unique(leaving))).astype(np.int32)
        return Points(self.base, places, still.joined(coming), max(width, self.width))

    def now(self) -> Cloud:
        """Give the points as they stand, edits among them."""
        if not (len(self.gone) or len(self.added)):
            return self.base.points
        return self.base.points.take(self._stays()).joined(self.added)

    def _stays(self) -> NDArray[np.bool_]:
        stays = np.ones(len(self.base.points), dtype=bool)
        stays[self.gone] = False
        return stays

    def folded(self) -> Points:
        """Give the same points with nothing on top; takes about a second a few million points."""
        return Points.of(self.now(), self.width)

    def where(self, keep: Callable[[Cloud], NDArray[np.bool_]]) -> Points:
        """Give those points of which something is true.

        Parameters
        ----------
        keep
            Tells of each point of a cloud whether it stays.
        """
        own = self.base.points.take(np.flatnonzero(keep(self.base.points) & self._stays()))
        return Points.of(own.joined(self.added.take(keep(self.added))), self.width)
