"""Today's records in numbers: a census that stands still, and on top of it what was touched since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.core.census import Census, Words, joined
from geo_registry.core.space.grid import pairs_in_grid
from geo_registry.core.space.nearby import pairs_nearby
from geo_registry.live.identities import places_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

FINE_M = 1_000.0
"""Accuracy in metres up to which records are found in one search; rougher ones are looked for apart."""
_SLACK_M = 1e-3
"""More than a way is rounded by: what is a little too far is sorted out where the rings are decided."""
HEAVY = 5_000
"""Touched records from which on they are better sorted in than looked through."""
_FEW_WORDS = 4_096
"""Combinations that are looked up at once; where there are more, what is fresh has its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Records as of a revision; a value: a commit makes another, at the cost of what it touched.

    Attributes
    ----------
    revision
        As known at.
    base, since
        The census that stands still, and the revision it is as of.
    gone
        Rows of it that no longer hold, ascending, shape (g,).
    fresh
        What holds in their place, and what is new.
    words
        How what is fresh is told: where the base says little in all, as that does.
    by_id
        Rows of the base in the order of their ids, shape (n,).
    rough, rough_rows
        What of the base is known to more than `FINE_M` only, and its rows.
    """

    revision: int
    base: Census
    since: int
    gone: NDArray[np.intp]
    fresh: Census
    words: Words
    by_id: NDArray[np.int32]
    rough: Census
    rough_rows: NDArray[np.intp]

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
        by_id = np.argsort(base.rows.ids, kind="stable").astype(np.int32)
        rough = np.flatnonzero(base.rows.accuracy_m > FINE_M)
        fresh = base.at(none)
        fresh = replace(fresh, states=_few(fresh.states), areas=_few(fresh.areas))
        return cls(revision, base, revision, none, fresh, Words.of(fresh), by_id, base.at(rough), rough)

    @property
    def own_bytes(self) -> int:
        """What it weighs beside the base, which all that stand on it share."""
        return int(sum(column.nbytes for column in self.fresh.rows) + self.gone.nbytes)

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
        both = joined([others, fresh])
        known = both.states is self.fresh.states and both.areas is self.fresh.areas
        words = self.words if known else Words.of(both)
        return replace(self, revision=revision, gone=gone, fresh=both, words=words)

    def folded(self) -> Standing:
        """Give the same records with what was touched sorted in."""
        kept = np.ones(len(self.base), dtype=bool)
        kept[self.gone] = False
        return Standing.of(joined([self.base.at(np.flatnonzero(kept)), self.fresh]), self.revision)

    def rows_of(self, ids: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Find the rows of the base that belong to some records."""
        return places_of(self.base.rows.ids, self.by_id, ids).astype(np.intp)

    def near(self, lon: NDArray[np.float64], lat: NDArray[np.float64], radius_m: float) -> NDArray[np.uint64]:
        """Name the records any version of which may lie within a radius of any place, ascending.

        Parameters
        ----------
        lon, lat
            The places, WGS 84 degrees, shape (m,).
        radius_m
            Metres; a record counts as near where its stated accuracy allows it.

        Raises
        ------
        ValueRefused
            ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.
        """
        places = lon, lat
        rough = self.rough_rows[_near(self.rough, places, radius_m)]
        rows = np.union1d(_near(self.base, places, radius_m, FINE_M), rough)
        standing = np.setdiff1d(rows, self.gone, assume_unique=True)
        fresh = _near(self.fresh, places, radius_m)
        return np.union1d(self.base.rows.ids[standing], self.fresh.rows.ids[fresh])

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

    def parts_since(
        self, before: Standing, touched: NDArray[np.uint64]
    ) -> Sequence[tuple[Census, int]] | None:
        """Give what has to be taken away from earlier records and added to them; None if that is too much.

        Parameters
        ----------
        before
            The earlier ones.
        touched
            Ids of the records that were touched between, shape (t,).

        Returns
        -------
        sequence of tuple or None
            As `parts`, without the base.
        """
        if before.base is not self.base:
            return None
        gone = np.setdiff1d(self.gone, before.gone, assume_unique=True)
        parts = (self.base.at(gone), -1), (before.fresh.of(touched), -1), (self.fresh.of(touched), 1)
        return [(census, sign) for census, sign in parts if len(census)]


def _few(words: pd.DataFrame) -> pd.DataFrame:
    return words if len(words) <= _FEW_WORDS else words[:0]


def _near(
    census: Census,
    places: tuple[NDArray[np.float64], NDArray[np.float64]],
    radius_m: float,
    most_m: float = np.inf,
) -> NDArray[np.intp]:
    """Name the rows that may lie within a radius, as far as their accuracy is at most so many metres."""
    widest_m = most_m if most_m < np.inf else float(np.nan_to_num(census.rows.accuracy_m).max(initial=0.0))
    rings_m = (radius_m + widest_m + _SLACK_M,)
    points = pairs_in_grid(census.grid, *places, rings_m=rings_m)
    shapes = pairs_nearby(census.shapes, *places, rings_m=rings_m)
    rows = np.concatenate([points.i_b, census.shaped[shapes.i_geometry]])
    way_m = np.concatenate([points.distance_m, shapes.distance_m])
    return np.unique(rows[way_m <= radius_m + np.nan_to_num(census.rows.accuracy_m[rows]) + _SLACK_M])
