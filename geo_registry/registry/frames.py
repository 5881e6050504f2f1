"""Audits of plain frames, without a store: for analysts who have their own tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from geo_registry import catalog as catalogs
from geo_registry import settings
from geo_registry.core import audit as core
from geo_registry.registry.audits import DEFAULT_RINGS_M
from geo_registry.registry.house import wall_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd


def audit(
    sources: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    *,
    rings_m: Sequence[float] = DEFAULT_RINGS_M,
    zones: gpd.GeoDataFrame | None = None,
    on: date | None = None,
    statuses: str | tuple[str, ...] = "active",
) -> core.Audit:
    """Count and rank the sources in rings round stations, exactly, without a store.

    Parameters
    ----------
    sources
        Points, lines or polygons in longitude and latitude (EPSG:4326 or 4490) with a column ``kind``
        that names a kind of the catalog; ``id``, ``code``, ``name``, ``status``, ``accuracy_m`` where known.
    stations
        Points in longitude and latitude.
    rings_m
        Radii in metres.
    zones
        Zones in longitude and latitude with ``kind``; ban zones and cores add to the score.
    on
        Valid time; default today (UTC).
    statuses
        ``active``, ``all`` or statuses: which pairs are listed.

    Raises
    ------
    CRSError
        If a frame is not in longitude and latitude: nothing is guessed or warped silently.
    ValueRefused
        If a kind, status or ring is not one.
    """
    request = core.AuditRequest(
        rings_m=tuple(float(radius_m) for radius_m in rings_m),
        on=on or wall_clock().date(),
        statuses=statuses,
    )
    return core.audit(
        sources, stations, catalog=catalogs.load(settings.from_env().layers), request=request, zones=zones
    )
