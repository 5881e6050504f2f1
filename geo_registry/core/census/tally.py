"""Counts and scores of the rings round stations, from numbers alone: no pair is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.census.sums import Sums


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """How many sources of each class lie in each ring of each station.

    Attributes
    ----------
    stations
        ``station_id``, ``station_code``, ``station_name``, by code, shape (s,).
    kinds
        Names of the kinds that are counted, shape (k,).
    classes
        What sources of a class have in common: ``kind`` (place in `kinds`), ``active``, ``listed`` and for
        each scoring ring the ``points`` of a pair there.
    counts
        Sources of a class in a ring and in no smaller one, shape (s, classes, radii).
    radii_m
        The rings asked for and the scoring rings in one ascending row.
    request
        What was asked.
    """

    stations: pd.DataFrame
    kinds: tuple[str, ...]
    classes: pd.DataFrame
    counts: NDArray[np.int64]
    radii_m: tuple[float, ...]
    request: AuditRequest

    def summary(self) -> pd.DataFrame:
        """Give the counts by station, kind and ring: the table that `Audit.summary` is."""
        return self.sums().summary(self.stations)

    def sums(self) -> Sums:
        """Add up what differs in nothing but points, and lies in the same ring of those asked for."""
        rings_m = self.request.rings_m
        kinds, active = self.classes["kind"].to_numpy(int), self.classes["active"].to_numpy(bool)
        onto = np.zeros((len(kinds), 2, len(self.kinds)), dtype=np.int64)
        onto[np.arange(len(kinds)), (~active).astype(int), kinds] = 1
        ring = np.zeros((len(self.radii_m), len(rings_m) + 1), dtype=np.int64)
        ring[np.arange(len(ring)), np.searchsorted(rings_m, self.radii_m)] = 1
        exclusive = np.einsum("scr,cak,rq->askq", self.counts, onto, ring, optimize=True)
        return Sums(self.kinds, rings_m, exclusive[..., :-1])

    def scores(self) -> pd.DataFrame:
        """Add up the scores of listed sources within the widest ring asked for, by station.

        Returns
        -------
        pandas.DataFrame
            The station columns, ``pairs``, ``score_sum``, ``score_max``, ``high``, ``medium``, ``low``.
        """
        rules, rings_m = self.request.rules, np.asarray(self.radii_m)
        asked = np.flatnonzero(rings_m <= self.request.rings_m[-1])
        listed = np.flatnonzero(self.classes["listed"])
        each = [*self.classes["points"].iloc[listed]]
        points = np.array(each, dtype=np.float64).reshape(len(each), len(rules.ring_points))
        points = points[:, np.searchsorted(rules.rings_m, rings_m[asked])]
        counts = self.counts[:, listed][:, :, asked]
        graded = {
            "high": points >= rules.high,
            "medium": (points >= rules.medium) & (points < rules.high),
            "low": points < rules.medium,
        }
        there = np.where(counts > 0, points, 0.0)
        return self.stations.assign(
            pairs=counts.sum(axis=(1, 2)),
            score_sum=(counts * points).sum(axis=(1, 2)),
            score_max=there.max(axis=(1, 2), initial=0.0),
            **{name: (counts * mask).sum(axis=(1, 2)) for name, mask in graded.items()},
        )
