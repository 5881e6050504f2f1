"""Versions of one record: which holds on a day, which holds last, and what differs between two."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_registry.core.filters import valid_on

UNSAID = frozenset({"id", "version", "kind", "batch", "row", "known_from", "known_to", "extra"})
"""Columns that tell versions apart without saying anything of the thing."""


def latest(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each record once: the version that is valid last.

    Parameters
    ----------
    rows
        Canonical versions that are open in known time; a record that moved has several.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> rows = conform(pd.DataFrame({"id": ["r1", "r1"], "version": [3, 2], "name": ["乙", "甲"],
    ...     "valid_from": ["2026-05-01", None], "valid_to": [None, "2026-04-30"]}))
    >>> latest(rows)["name"].tolist()
    ['乙']
    """
    if rows["id"].is_unique:
        return rows
    ordered = rows.sort_values(["valid_from", "version"], na_position="first", kind="stable")
    return ordered.drop_duplicates("id", keep="last").sort_index()


def standing(rows: gpd.GeoDataFrame, on: date) -> gpd.GeoDataFrame:
    """Give each record once: the version that is valid on a day, else the one that is valid last.

    Parameters
    ----------
    rows
        As for `latest`.
    on
        The day.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> rows = conform(pd.DataFrame({"id": ["r1", "r1"], "version": [2, 3], "name": ["甲", "乙"],
    ...     "valid_from": [None, "2026-05-01"], "valid_to": ["2026-04-30", None]}))
    >>> standing(rows, date(2026, 4, 1))["name"].tolist()
    ['甲']
    """
    if rows["id"].is_unique:
        return rows
    now = rows[valid_on(rows, on)]
    others = latest(rows[~rows["id"].isin(now["id"])])
    return rows.loc[now.index.union(others.index)]


def standing_for(known: gpd.GeoDataFrame, found: pd.Series[str], days: pd.Series[Any]) -> gpd.GeoDataFrame:
    """Give the version that each row of a ledger speaks of.

    Parameters
    ----------
    known
        Versions that are open in known time.
    found
        Id of the record of each row.
    days
        A day on which each row says it is true, datetime64; missing where it does not say.

    Returns
    -------
    geopandas.GeoDataFrame
        One version a row, with the index of `found`: the one valid on the day the row names, else the one
        valid last.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> known = conform(pd.DataFrame({"id": ["r1", "r1"], "version": [2, 3], "name": ["甲", "乙"],
    ...     "valid_from": ["2020-01-01", "2026-05-01"], "valid_to": ["2026-04-30", None]}))
    >>> days = pd.Series(pd.to_datetime([None, "2020-01-01"]), index=[7, 8])
    >>> standing_for(known, pd.Series(["r1", "r1"], index=[7, 8]), days)["name"].to_dict()
    {7: '乙', 8: '甲'}
    """
    last = latest(known)
    places = pd.Series(last.index, index=last["id"].to_numpy()).reindex(found.to_numpy())
    places.index = found.index
    several = known[known["id"].duplicated(keep=False)]
    for row in found.index[found.isin(several["id"]) & days.reindex(found.index).notna()]:
        own = several[several["id"] == found[row]]
        held = own.index[valid_on(own, days[row].date())]
        places[row] = held[0] if len(held) else places[row]
    chosen = known.loc[places.to_numpy()]
    return chosen.set_axis(found.index)


def overlap(rows: gpd.GeoDataFrame) -> bool:
    """Tell whether two versions of one record hold on the same day.

    Parameters
    ----------
    rows
        Versions of one record.

    Examples
    --------
    >>> rows = pd.DataFrame({"valid_from": pd.to_datetime([None, "2026-05-01"]),
    ...     "valid_to": pd.to_datetime(["2026-05-01", None])})
    >>> overlap(rows)
    True
    """
    ordered = rows.sort_values("valid_from", na_position="first")
    ends, begins = ordered["valid_to"].iloc[:-1], ordered["valid_from"].iloc[1:]
    apart = ends.to_numpy() < begins.to_numpy()
    return not bool(apart.all())


def differences(before: pd.Series[Any], after: pd.Series[Any]) -> tuple[str, ...]:
    """Name the columns in which two versions differ, in the order of the later one's columns.

    Parameters
    ----------
    before, after
        Rows of canonical frames; a column that one lacks counts as empty there.

    Examples
    --------
    >>> differences(pd.Series({"name": "甲", "note": None}), pd.Series({"name": "乙", "note": pd.NA}))
    ('name',)
    """
    names = dict.fromkeys([*after.index, *before.index])
    said = [name for name in names if name not in UNSAID]
    return tuple(name for name in said if not _same(before.get(name), after.get(name)))


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 (any cell)
    if one is None or other is None or pd.isna(one) or pd.isna(other):
        return (one is None or bool(pd.isna(one))) and (other is None or bool(pd.isna(other)))
    return bool(one == other)
