"""Two audits of the same question at two times to what differs between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo_registry.core.audit.counts import EVERY_KIND
from geo_registry.core.audit.past.changes import (
    CHANGE_COLUMNS,
    COMPARED,
    NAMED,
    PAIR,
    TIMES,
    Changes,
    at_time,
)
from geo_registry.core.audit.result import Audit
from geo_registry.errors import ValueRefused

MOVED_M = 0.001
"""Least distance between two places of one source that is a move, in metres: distances are told to the
millimetre (contract, ``audit``)."""
_CALLED = {"left_only": "gone", "right_only": "new", "both": "changed"}
_ORDER = ("new", "gone", "changed")


def compare(before: Audit, after: Audit) -> Changes:
    """Say what differs between two audits that were asked the same but for the day.

    Parameters
    ----------
    before, after
        The same question put to what was known, or true, at two times.

    Returns
    -------
    Changes
        The pairs that are new, gone or other than before, and how many there were and are.

    Raises
    ------
    ValueRefused
        ``VALUE_INVALID`` where rings, statuses, kinds or rules are not the same: what came in by a wider
        ring has not changed.

    Examples
    --------
    >>> from datetime import date
    >>> import geopandas as gpd
    >>> from geo_registry.core.audit import AuditRequest, audit
    >>> from geo_registry.core.kinds import Catalog, Choice, Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> status = Choice("registered", Label("在册", "Registered"))
    >>> catalog = Catalog({"kiln": kiln}, (status,), ("registered",), (), (), {}, "")
    >>> here = gpd.GeoDataFrame({"code": ["S"]}, geometry=gpd.points_from_xy([114.02], [33.58]), crs=4326)
    >>> def at(day, codes, lons):
    ...     known = {"kind": "kiln", "id": codes, "code": codes}
    ...     kilns = gpd.GeoDataFrame(known, geometry=gpd.points_from_xy(lons, 33.58), crs=4326)
    ...     return audit(kilns, here, catalog=catalog, request=AuditRequest(on=day))
    >>> first = at(date(2026, 1, 1), ["a", "b", "c"], [114.03, 114.04, 114.05])
    >>> then = at(date(2026, 2, 1), ["a", "b", "d"], [114.03, 114.05, 114.06])
    >>> found = compare(first, then)
    >>> found.table[["source_id", "change", "differs"]].to_numpy().tolist()
    [['d', 'new', ''], ['c', 'gone', ''], ['b', 'changed', 'moved']]
    >>> found.sums.loc[found.sums["kind"] == "all", ["before", "gone", "new", "after"]].to_numpy().tolist()
    [[3, 1, 1, 3]]
    """
    if replace(before.request, on=after.request.on) != after.request:
        raise ValueRefused("VALUE_INVALID", field="request", value="other", expected="the same at both times")
    both = _joined(before, after)
    differing = both[(both["change"] != "changed") | (both["differs"] != "")]
    return Changes(table=_ordered(differing), sums=_sums(both, before, after), before=before, after=after)


def _joined(before: Audit, after: Audit) -> pd.DataFrame:
    """Lay the pairs of both times side by side, a row a pair, with what differs."""
    sides = [_timed(audit.pairs, time) for audit, time in zip((before, after), TIMES, strict=True)]
    both = sides[0].merge(sides[1], on=list(PAIR), how="outer", indicator="change")
    for name in NAMED:
        both[name] = both[f"{name}_after"].where(both["change"] != "left_only", both[f"{name}_before"])
    both["change"] = both["change"].astype("str").map(_CALLED)
    both["moved_m"] = _moved_m(both)
    both["differs"] = _differs(both)
    return both


def _timed(pairs: pd.DataFrame, time: str) -> pd.DataFrame:
    names = {name: at_time(name, time) for name in (*NAMED, *COMPARED)}
    return pairs[[*PAIR, *names]].rename(columns=names)


def _moved_m(both: pd.DataFrame) -> pd.Series:
    """Measure how far apart two places are that are known by distance and bearing from one station.

    By the law of cosines in the form that keeps its digits where both are near each other; over the 50 km of
    the widest usual ring the plane is right to some centimetres.
    """
    first, then = both["distance_before_m"], both["distance_after_m"]
    half_turn = np.deg2rad(both["bearing_after_deg"] - both["bearing_before_deg"]) / 2
    squared = (then - first) ** 2 + 4 * first * then * np.sin(half_turn) ** 2
    return pd.Series(np.sqrt(squared), index=both.index)


def _differs(both: pd.DataFrame) -> pd.Series:
    kept = both["change"] == "changed"
    other = {
        "status": both["status_before"] != both["status_after"],
        "ring": both["ring_before_m"] != both["ring_after_m"],
        "score": both["score_before"] != both["score_after"],
        "moved": both["moved_m"] >= MOVED_M,
    }
    told = pd.DataFrame({name: np.where(kept & found, f"{name};", "") for name, found in other.items()})
    return told.sum(axis="columns").astype("str").str.removesuffix(";")


def _ordered(both: pd.DataFrame) -> pd.DataFrame:
    score = both[["score_before", "score_after"]].max(axis="columns")
    place = both["change"].map({name: number for number, name in enumerate(_ORDER)})
    keys = both.assign(_place=place, _score=-score)
    by = ["station_code", "station_id", "_place", "_score", "source_code", "source_id"]
    return keys.sort_values(by, kind="stable")[list(CHANGE_COLUMNS)].reset_index(drop=True)


def _sums(both: pd.DataFrame, before: Audit, after: Audit) -> pd.DataFrame:
    """Count pairs by station and kind at both times, and what lies between."""
    was, is_now = both["change"] != "new", both["change"] != "gone"
    counted = pd.DataFrame(
        {
            "station_id": both["station_id"],
            "kind": both["kind"],
            "before": was,
            "gone": ~is_now,
            "new": ~was,
            "after": is_now,
            "changed": both["differs"] != "",
            "active_before": both["active_before"].eq(other=True),
            "active_after": both["active_after"].eq(other=True),
        }
    )
    every = pd.concat([counted, counted.assign(kind=EVERY_KIND)])
    sums = every.groupby(["station_id", "kind"]).sum().astype("int64")
    rows = pd.concat([after.summary, before.summary])[["station_id", "station_code", "station_name", "kind"]]
    named = rows.drop_duplicates(["station_id", "kind"]).reset_index(drop=True)
    found = named.merge(sums, how="left", left_on=["station_id", "kind"], right_index=True)
    numbers = found[list(sums.columns)].fillna(0).astype("int64")
    kept = (numbers[["before", "after"]].sum(axis="columns") > 0) | (found["kind"] == EVERY_KIND)
    return pd.concat([found[named.columns], numbers], axis="columns")[kept].reset_index(drop=True)
