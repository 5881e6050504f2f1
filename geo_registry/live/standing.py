"""Today's records in numbers: a census that stands still, and on top of it what was touched since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.core.census import Census, joined
from geo_registry.core.space.grid import pairs_in_grid
from geo_registry.core.space.nearby import pairs_nearby

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HEAVY = 5_000
"""Touched records from which on they are better sorted in than looked through."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Records as of a revision; a value: a commit makes another, at the cost of what it touched.

    Attributes
    ----------
    revision
        As known at.
    base
        The census that stands still.
    gone
        Rows of it that no longer hold, ascending, shape (g,).
    fresh
        What holds in their place, and what is new.
    by_id
        Rows of the base in the order of their ids, shape (n,).
    """

    revision: int
    base: Census
    gone: NDArray[np.intp]
    fresh: Census
    by_id: NDArray[np.intp]

    @classmethod
    def of(cls, base: Census, revision: int) -> Standing:
        """Let a census stand.

        Parameters
        ----------
        base
            The census.
        revision
            As known at.
        """
        none = np.empty(0, dtype=np.intp)
        return cls(revision, base, none, base.at(none), np.argsort(base.rows.ids, kind="stable"))

    @property
    def is_heavy(self) -> bool:
        """Whether so much was touched that it should be sorted in."""
        return len(self.gone) + len(self.fresh) > HEAVY

    def moved_on(self, revision: int, touched: NDArray[np.uint64], fresh: Census) -> Standing:
        """Give the records as of a later revision.

        Parameters
        ----------
        revision
            The later one.
        touched
            Ids of the records that were touched between, shape (t,).
        fresh
            What holds of them now: nothing of those that were taken away.
        """
        gone = np.union1d(self.gone, self.rows_of(touched))
        others = self.fresh.at(np.flatnonzero(~np.isin(self.fresh.rows.ids, touched)))
        return replace(self, revision=revision, gone=gone, fresh=joined([others, fresh]))

    def folded(self) -> Standing:
        """Give the same records with what was touched sorted in."""
        kept = np.ones(len(self.base), dtype=bool)
        kept[self.gone] = False
        return Standing.of(joined([self.base.at(np.flatnonzero(kept)), self.fresh]), self.revision)

    def rows_of(self, ids: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Find the rows of the base that belong to some records."""
        known = self.base.rows.ids
        start = np.searchsorted(known, ids, "left", sorter=self.by_id)
        stop = np.searchsorted(known, ids, "right", sorter=self.by_id)
        runs = [self.by_id[first:last] for first, last in zip(start.tolist(), stop.tolist(), strict=True)]
        return np.unique(np.concatenate([np.empty(0, dtype=np.intp), *runs]))

    def near(self, lon: float, lat: float, radius_m: float) -> NDArray[np.uint64]:
        """Name the records any version of which lies within a radius of a place, ascending.

        Parameters
        ----------
        lon, lat
            The place, WGS 84 degrees.
        radius_m
            Metres; each record's accuracy is not added.

        Raises
        ------
        ValueRefused
            ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.
        """
        place = np.array([lon]), np.array([lat])
        rows = np.setdiff1d(_near(self.base, place, radius_m), self.gone)
        fresh = _near(self.fresh, place, radius_m)
        return np.union1d(self.base.rows.ids[rows], self.fresh.rows.ids[fresh])

    def parts(self) -> Sequence[tuple[Census, int]]:
        """Give what the records are the sum of: the base, less what is gone, and what is fresh.

        Returns
        -------
        sequence of tuple
            Each census with 1 where it counts, -1 where it is taken away.
        """
        if not len(self.gone) + len(self.fresh):
            return [(self.base, 1)]
        return [(self.base, 1), (self.base.at(self.gone), -1), (self.fresh, 1)]


def _near(
    census: Census, place: tuple[NDArray[np.float64], NDArray[np.float64]], radius_m: float
) -> NDArray[np.intp]:
    points = pairs_in_grid(census.grid, *place, rings_m=(radius_m,)).i_b
    shapes = pairs_nearby(census.shapes, *place, rings_m=(radius_m,)).i_geometry
    return np.union1d(points, census.shaped[shapes])
