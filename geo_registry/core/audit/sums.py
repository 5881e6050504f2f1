"""Audits of parts of the sources, added up to the audit of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from geo_registry.core.audit.counts import COUNTS
from geo_registry.core.audit.result import Audit


def added(nothing: Audit, parts: Iterable[Audit]) -> Audit:
    """Add up audits of which each is about other sources, and about some of the stations.

    Parameters
    ----------
    nothing
        The same question put to no sources: all stations, every count 0.
    parts
        The others; the pairs of each may have been taken away.

    Returns
    -------
    Audit
        Summary, totals, siting and near misses of all sources, and those pairs that are still there; the
        provenance is that of `nothing`.

    Examples
    --------
    >>> from datetime import date
    >>> import geopandas as gpd
    >>> from geo_registry.core.audit import AuditRequest, audit
    >>> from geo_registry.core.kinds import Choice, Catalog, Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> status = Choice("registered", Label("在册", "Registered"))
    >>> catalog = Catalog({"kiln": kiln}, (status,), ("registered",), (), (), {}, "")
    >>> places = gpd.points_from_xy([114.03, 114.04], [33.58, 33.58])
    >>> kilns = gpd.GeoDataFrame({"kind": "kiln", "code": ["a", "b"]}, geometry=places, crs=4326)
    >>> here = gpd.GeoDataFrame({"code": ["S"]}, geometry=gpd.points_from_xy([114.02], [33.58]), crs=4326)
    >>> asked = {"catalog": catalog, "request": AuditRequest(on=date(2026, 1, 1), kinds=("kiln",))}
    >>> each = [audit(kilns[at : at + 1], here, **asked) for at in (0, 1)]
    >>> every = added(audit(kilns[:0], here, **asked), each)
    >>> every.summary.equals(audit(kilns, here, **asked).summary), every.pairs["source_code"].tolist()
    (True, ['a', 'b'])
    """
    columns = list(COUNTS)
    summary, totals, missed = nothing.summary.copy(), nothing.totals.copy(), nothing.near_misses.copy()
    pairs, siting = [nothing.pairs], [nothing.siting]
    for part in parts:
        own = summary["station_id"].isin(part.summary["station_id"])
        summary.loc[own, columns] += part.summary[columns].to_numpy()
        totals[columns] += part.totals[columns].to_numpy()
        here = missed["station_id"].isin(part.near_misses["station_id"])
        missed.loc[here, "near_misses"] += part.near_misses["near_misses"].to_numpy()
        pairs.append(part.pairs)
        siting.append(part.siting)
    place = {station: at for at, station in enumerate(missed["station_id"])}
    return replace(
        nothing,
        summary=summary,
        totals=totals,
        near_misses=missed,
        pairs=_ordered(pairs, place, ["score", "distance_m"]),
        siting=_ordered(siting, place, ["distance_m"]),
    )


def _ordered(tables: list[pd.DataFrame], place: dict[str, int], by: list[str]) -> pd.DataFrame:
    """Put tables together in the order of the stations, and within one as `tables.pair_table` does."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return tables[0]
    whole = pd.concat(filled, ignore_index=True)
    keys = whole.assign(place=whole["station_id"].map(place))
    order = ["place", *by, "source_code", "source_id"]
    return whole.loc[
        keys.sort_values(order, ascending=[name != "score" for name in order]).index
    ].reset_index(drop=True)
