"""Stations and sources to an audit: who is near whom, how sure that is, and how much it matters."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_registry.core.audit.counts import count_city, count_stations
from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.audit.result import STATION, Audit, Provenance
from geo_registry.core.audit.rows import (
    counted_kinds,
    has_place,
    located,
    source_rows,
    station_rows,
    zone_rows,
)
from geo_registry.core.audit.score import conditions, score_pairs
from geo_registry.core.audit.search import search
from geo_registry.core.audit.tables import near_miss_table, pair_table, siting_table
from geo_registry.core.kinds import Catalog


def audit(
    sources: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    *,
    catalog: Catalog,
    request: AuditRequest,
    zones: gpd.GeoDataFrame | None = None,
) -> Audit:
    """Count, score and rank the sources in rings round stations.

    Parameters
    ----------
    sources
        Points, lines or polygons in WGS 84 with ``kind`` and whatever else is known of them; kinds
        whose role is not source are never counted.
    stations
        Points in WGS 84.
    catalog
        Kinds, statuses and what counts as active.
    request
        Rings, date, kinds, statuses and scoring rules.
    zones
        Zones in WGS 84 with ``kind``; those of a condition kind add to the score of what lies inside.

    Returns
    -------
    Audit
        Of the stations and sources that have a position and are valid at the date.

    Raises
    ------
    CRSError
        If a frame is not in longitude and latitude.
    ValueRefused
        ``KIND_UNKNOWN``, ``KIND_NOT_SOURCE``, ``STATUS_UNKNOWN``, ``STATION_NOT_POINT`` or
        ``ID_REPEATED``.

    Examples
    --------
    >>> from datetime import date
    >>> from geo_registry.core.kinds import Choice, Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> status = Choice("registered", Label("在册", "Registered"))
    >>> catalog = Catalog({"kiln": kiln}, (status,), ("registered",), (), (), {}, "")
    >>> places = gpd.points_from_xy([114.03, 114.2], [33.58, 33.58])
    >>> kilns = gpd.GeoDataFrame({"kind": "kiln", "code": ["a", "b"]}, geometry=places, crs=4326)
    >>> station = gpd.GeoDataFrame({"code": ["S"]}, geometry=gpd.points_from_xy([114.02], [33.58]), crs=4326)
    >>> found = audit(kilns, station, catalog=catalog, request=AuditRequest(on=date(2026, 1, 1)))
    >>> found.pairs[["source_code", "distance_m", "ring_m", "score", "reasons"]].to_dict("records")
    [{'source_code': 'a', 'distance_m': 928.36, 'ring_m': 1000.0, 'score': 70.0,
      'reasons': 'ring:1000=50;kind:kiln=20'}]
    """
    known, everyone = source_rows(sources, catalog, request), station_rows(stations, request.on)
    placed, sited = located(known), located(everyone)
    kinds = counted_kinds(sources, catalog, request)
    near = _described(search(placed, sited, request), placed, kinds=kinds, catalog=catalog, request=request)
    named = pd.DataFrame(sited[["id", "code", "name"]]).set_axis(list(STATION), axis="columns")
    within, listed = near["ring"] < len(request.rings_m), near["listed"]
    shown = _scored(near[within & listed], placed, catalog=catalog, request=request, zones=zones)
    return Audit(
        pairs=pair_table(shown, placed, named=named, rings_m=request.rings_m),
        summary=count_stations(near[within], named, kinds=kinds, rings_m=request.rings_m),
        totals=count_city(near[within], kinds=kinds, rings_m=request.rings_m),
        siting=siting_table(near[near["distance_m"] <= request.rules.siting_m], placed, named=named),
        near_misses=near_miss_table(near[~within & listed & near["flips"]], named),
        request=request,
        provenance=Provenance(
            catalog_digest=catalog.digest,
            score_version=request.rules.version,
            stations=len(sited),
            stations_unlocated=len(everyone) - len(sited),
            sources=len(placed),
            unlocated=_count_kinds(known[~has_place(known)], kinds),
        ),
    )


def _count_kinds(rows: pd.DataFrame, kinds: tuple[str, ...]) -> dict[str, int]:
    found = rows["kind"].value_counts()
    return {kind: int(found.get(kind, 0)) for kind in kinds}


def _described(
    near: pd.DataFrame,
    placed: gpd.GeoDataFrame,
    *,
    kinds: tuple[str, ...],
    catalog: Catalog,
    request: AuditRequest,
) -> pd.DataFrame:
    """Add to each pair the place of its kind, whether it is active and whether it is listed."""
    source = near["source"].to_numpy()
    place = {name: number for number, name in enumerate(kinds)}
    return near.assign(
        kind=placed["kind"].map(place).to_numpy(dtype="int64")[source],
        active=placed["status"].isin(catalog.active).to_numpy()[source],
        listed=placed["status"].isin(request.listed(catalog)).to_numpy()[source],
    )


def _scored(
    near: pd.DataFrame,
    placed: gpd.GeoDataFrame,
    *,
    catalog: Catalog,
    request: AuditRequest,
    zones: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """Add score, priority, flag and reasons; only sources that are in a pair are looked at."""
    used, source = np.unique(near["source"], return_inverse=True)
    valid_zones = zone_rows(zones, request.on)
    states = conditions(placed.iloc[used], catalog=catalog, on=request.on, zones=valid_zones)
    scores = score_pairs(states, source, distance_m=near["distance_m"].to_numpy(), rules=request.rules)
    return pd.concat([near.reset_index(drop=True), scores], axis="columns")
