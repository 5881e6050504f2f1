"""How many sources lie in each ring, by station and kind, and in all rings together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

EVERY_KIND = "all"
"""Name that stands in the column ``kind`` of the rows that add up all kinds."""

COUNTS = ("cumulative_active", "exclusive_active", "cumulative_all", "exclusive_all")
"""Count columns: sources with distance <= ring, and those of them beyond the next smaller ring."""


def count_stations(
    near: pd.DataFrame, stations: pd.DataFrame, *, kinds: Sequence[str], rings_m: Sequence[float]
) -> pd.DataFrame:
    """Count the sources in each ring of each station, by kind and over all kinds.

    Parameters
    ----------
    near
        One row a pair within the widest ring: ``station``, ``kind``, ``ring`` (places in the three
        sequences) and ``active``.
    stations
        ``station_id``, ``station_code``, ``station_name`` in the order wanted, ``(s,)``.
    kinds
        Names of the kinds, ``(k,)``.
    rings_m
        Radii in metres, ascending, ``(r,)``.

    Returns
    -------
    pandas.DataFrame
        The three station columns, ``kind`` (the kinds, then `EVERY_KIND`), ``ring_m`` and `COUNTS`;
        ``s * (k + 1) * r`` rows.

    Examples
    --------
    >>> near = pd.DataFrame({"station": [0, 0], "kind": [0, 0], "ring": [0, 1], "active": [True, False]})
    >>> stations = pd.DataFrame({"station_id": ["a"], "station_code": ["A"], "station_name": [""]})
    >>> counts = count_stations(near, stations, kinds=["kiln"], rings_m=[1e3, 3e3])
    >>> counts.query("kind == 'kiln'").cumulative_all.tolist()
    [1, 2]
    """
    shape = len(stations), len(kinds), len(rings_m)
    place = (near["station"], near["kind"], near["ring"])
    counts = tidy(_tally(place, near["active"], shape), kinds, rings_m)
    sited = stations.iloc[np.arange(len(stations)).repeat((len(kinds) + 1) * len(rings_m))]
    return pd.concat([sited.reset_index(drop=True), counts], axis="columns")


def count_city(near: pd.DataFrame, *, kinds: Sequence[str], rings_m: Sequence[float]) -> pd.DataFrame:
    """Count the sources in any station's rings once each, by the smallest ring that holds them.

    Parameters
    ----------
    near
        One row a pair within the widest ring: ``source``, ``kind``, ``ring`` and ``active``.
    kinds
        Names of the kinds, ``(k,)``.
    rings_m
        Radii in metres, ascending, ``(r,)``.

    Returns
    -------
    pandas.DataFrame
        ``kind`` (the kinds, then `EVERY_KIND`), ``ring_m`` and `COUNTS`; ``(k + 1) * r`` rows.

    Examples
    --------
    >>> near = pd.DataFrame({"source": [7, 7], "kind": [0, 0], "ring": [1, 0], "active": [True, True]})
    >>> counts = count_city(near, kinds=["kiln"], rings_m=[1e3, 3e3])
    >>> counts.query("kind == 'all'").exclusive_active.tolist()
    [1, 0]
    """
    once = near.sort_values("ring", kind="stable").drop_duplicates("source")
    place = (np.zeros(len(once), dtype=int), once["kind"], once["ring"])
    return tidy(_tally(place, once["active"], (1, len(kinds), len(rings_m))), kinds, rings_m)


def _tally(place: tuple[object, ...], active: pd.Series, shape: tuple[int, int, int]) -> NDArray[np.int64]:
    """Count active and all by place, ``(2, s, k + 1, r)``: the last kind is the sum of the others."""
    flat = np.ravel_multi_index(tuple(np.asarray(one, dtype=int) for one in place), shape)
    size = int(np.prod(shape))
    counts = [np.bincount(flat[rows], minlength=size) for rows in (active.to_numpy(bool), slice(None))]
    by_kind = np.stack(counts).reshape(2, *shape)
    return np.concatenate([by_kind, by_kind.sum(axis=2, keepdims=True)], axis=2)


def tidy(exclusive: NDArray[np.int64], kinds: Sequence[str], rings_m: Sequence[float]) -> pd.DataFrame:
    """Lay counts out as a table.

    Parameters
    ----------
    exclusive
        Active sources and all sources in each ring and in no smaller one, ``(2, s, k + 1, r)``; the last
        kind is the sum of the others.
    kinds
        Names of the kinds, ``(k,)``.
    rings_m
        Radii in metres, ascending, ``(r,)``.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``ring_m`` and `COUNTS`; ``s * (k + 1) * r`` rows.

    Examples
    --------
    >>> tidy(np.ones((2, 1, 2, 2), dtype=np.int64), ["kiln"], [1e3, 3e3]).cumulative_all.tolist()
    [1, 2, 1, 2]
    """
    stations = exclusive.shape[1]
    cumulative = exclusive.cumsum(axis=3)
    columns = (cumulative[0], exclusive[0], cumulative[1], exclusive[1])
    named = np.array([*kinds, EVERY_KIND], dtype=object)
    return pd.DataFrame(
        {
            "kind": pd.array(np.tile(named.repeat(len(rings_m)), stations), dtype="str"),
            "ring_m": np.tile(np.asarray(rings_m, dtype="float64"), stations * len(named)),
            **{name: counts.ravel() for name, counts in zip(COUNTS, columns, strict=True)},
        }
    )
