"""Pairs as the tables people read: every column named, every order total."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_registry.core.audit.result import PAIR_COLUMNS, SITING_COLUMNS

_SOURCE = ("source_id", "source_code", "kind", "name", "status", "accuracy_m")
_OWN = {"source_id": "id", "source_code": "code"}


def pair_table(
    near: pd.DataFrame, placed: gpd.GeoDataFrame, *, named: pd.DataFrame, rings_m: Sequence[float]
) -> pd.DataFrame:
    """List scored pairs by station, score descending, distance, source code and id.

    Parameters
    ----------
    near
        Pairs as `search.search` finds them, all within a ring, with the columns of `score.score_pairs`.
    placed
        Sources the pairs' ``source`` points into.
    named
        Stations the pairs' ``station`` points into, by code: ``station_id``, ``station_code``,
        ``station_name``.
    rings_m
        Radii in metres the pairs' ``ring`` points into.

    Returns
    -------
    pandas.DataFrame
        Columns `PAIR_COLUMNS`.

    Examples
    --------
    >>> placed = gpd.GeoDataFrame({name: ["a", "b"] for name in ("id", "code", "kind", "name", "status")})
    >>> placed["accuracy_m"] = [10.0, 10.0]
    >>> named = pd.DataFrame({"station_id": ["s"], "station_code": ["S"], "station_name": [""]})
    >>> near = pd.DataFrame({"source": [0, 1], "station": 0, "active": True, "distance_m": [900.0, 800.0]})
    >>> near = near.assign(bearing_deg=0.0, ring=0, uncertain=False, score=70.0, priority="high")
    >>> near = near.assign(flagged=True, reasons="ring:1000=50;kind:kiln=20")
    >>> pair_table(near, placed, named=named, rings_m=[1000.0])["source_id"].tolist()
    ['b', 'a']
    """
    order = np.lexsort((_rank(near, placed), near["distance_m"], -near["score"], near["station"]))
    ranked = near.iloc[order]
    table = _named(ranked, placed, named)
    table["ring_m"] = np.asarray(rings_m, dtype="float64")[ranked["ring"]]
    for name in ("uncertain", "score", "priority", "flagged", "reasons"):
        table[name] = ranked[name].array
    return table[list(PAIR_COLUMNS)]


def siting_table(near: pd.DataFrame, placed: gpd.GeoDataFrame, *, named: pd.DataFrame) -> pd.DataFrame:
    """List the pairs within the siting distance by station, distance, source code and id.

    Parameters
    ----------
    near, placed, named
        As for `pair_table`; of any status, not scored.

    Returns
    -------
    pandas.DataFrame
        Columns `SITING_COLUMNS`.

    Examples
    --------
    >>> placed = gpd.GeoDataFrame({name: ["a"] for name in ("id", "code", "kind", "name", "status")})
    >>> placed["accuracy_m"] = [10.0]
    >>> named = pd.DataFrame({"station_id": ["s"], "station_code": ["S"], "station_name": [""]})
    >>> near = pd.DataFrame({"source": [0], "station": 0, "active": True, "distance_m": 40.0})
    >>> siting_table(near.assign(bearing_deg=0.0), placed, named=named)["distance_m"].tolist()
    [40.0]
    """
    order = np.lexsort((_rank(near, placed), near["distance_m"], near["station"]))
    return _named(near.iloc[order], placed, named)[list(SITING_COLUMNS)]


def near_miss_table(near: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Count by station the sources outside the widest ring that their accuracy may put inside.

    Parameters
    ----------
    near
        Those pairs.
    named
        As for `pair_table`.

    Returns
    -------
    pandas.DataFrame
        The station columns and ``near_misses``, one row a station.

    Examples
    --------
    >>> named = pd.DataFrame({"station_id": ["s", "t"], "station_code": ["S", "T"], "station_name": ""})
    >>> near_miss_table(pd.DataFrame({"station": [1, 1]}), named)["near_misses"].tolist()
    [0, 2]
    """
    return named.assign(near_misses=np.bincount(near["station"], minlength=len(named)))


def _named(near: pd.DataFrame, placed: gpd.GeoDataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Spell pairs out: who the station is, who the source is, and the way between them."""
    station, source = near["station"].to_numpy(), near["source"].to_numpy()
    theirs = {name: named[name].array.take(station) for name in named}
    own = {name: placed[_OWN.get(name, name)].array.take(source) for name in _SOURCE}
    ways = {name: near[name].array for name in ("active", "distance_m", "bearing_deg")}
    return pd.DataFrame(theirs | own | ways)


def _rank(near: pd.DataFrame, placed: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Rank the sources of pairs by code and id; those without a code come last."""
    used, position = np.unique(near["source"], return_inverse=True)
    order = placed[["code", "id"]].iloc[used].reset_index(drop=True).sort_values(["code", "id"]).index
    rank = np.empty(len(used), dtype=np.intp)
    rank[order] = np.arange(len(used))
    return rank[position]
