"""Counts that can be added up: of parts of the records, and of what an edit took away and brought."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_registry.core.audit.counts import tidy


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """How many sources lie in rings.

    Attributes
    ----------
    kinds
        Names of the kinds, shape (k,).
    rings_m
        Radii in metres, ascending, shape (r,).
    exclusive
        Active sources, and those that are not, in a ring and in no smaller one, shape (2, s, k, r).
    """

    kinds: tuple[str, ...]
    rings_m: tuple[float, ...]
    exclusive: NDArray[np.int64]

    def plus(self, other: Sums, sign: int = 1) -> Sums:
        """Add what was counted of other records for the same stations, kinds and rings, or take it away."""
        return replace(self, exclusive=self.exclusive + sign * other.exclusive)

    def table(self) -> pd.DataFrame:
        """Lay the counts out by kind and ring, as `counts.tidy`."""
        active, other = self.exclusive
        counts = np.stack([active, active + other])
        whole = np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2)
        return tidy(whole, self.kinds, self.rings_m)

    def summary(self, stations: pd.DataFrame) -> pd.DataFrame:
        """Give the counts by station, kind and ring: the table that `Audit.summary` is.

        Parameters
        ----------
        stations
            ``station_id``, ``station_code``, ``station_name`` of the stations, shape (s,).
        """
        rows = (len(self.kinds) + 1) * len(self.rings_m)
        sited = stations.iloc[np.arange(len(stations)).repeat(rows)].reset_index(drop=True)
        return pd.concat([sited, self.table()], axis="columns")


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """What lies in any ring of any station, each source once.

    Attributes
    ----------
    sums
        Counts, as of one station.
    synthetic
        Made-up sources of a listed status among them.
    """

    sums: Sums
    synthetic: int

    @property
    def totals(self) -> pd.DataFrame:
        """Counts by kind and ring: the table that `Audit.totals` is."""
        return self.sums.table()

    def plus(self, other: City, sign: int = 1) -> City:
        """Add what was counted of other records, or take it away."""
        return City(self.sums.plus(other.sums, sign), self.synthetic + sign * other.synthetic)
