"""Audits of stations: the question, the answer kept per revision, and each source's own priority."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core import audit as core
from geo_registry.core.frame import CRS
from geo_registry.core.space.geodesy import ring
from geo_registry.errors import SignInNeeded, ValueRefused
from geo_registry.registry import records, seeing
from geo_registry.registry.seeing import many
from geo_registry.registry.seeing.known import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

DEFAULT_RINGS_M = (1_000.0, 3_000.0, 5_000.0)
"""Rings of the contract, in metres."""
NATIONAL = "national"
"""Level that is assessed where no station is named (contract, `audit`)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an audit is asked.

    Attributes
    ----------
    stations
        Codes, ids or names; none means every station of `level`.
    level
        Level of the stations that are meant where none is named.
    kinds
        Kinds of sources; none means all.
    status
        ``active``, ``all`` or statuses, comma-separated: which pairs are listed.
    rings_m
        Radii in metres.
    on
        Valid time; None for today.
    as_of
        Revision, or the day at whose end it was the newest; None for the newest of all.
    """

    stations: tuple[str, ...] = ()
    level: str = NATIONAL
    kinds: tuple[str, ...] = ()
    status: str = "active"
    rings_m: tuple[float, ...] = DEFAULT_RINGS_M
    on: date | None = None
    as_of: int | date | None = None


def settle(house: House, viewer: Viewer, question: Question) -> Question:
    """Fill what was left open, today and the newest revision, and refuse what the viewer may not ask.

    Who sees counts alone asks for nothing but the national stations' rings of the contract, today, over all
    kinds: with circles of any size, days and revisions to choose from, the place of a single source could be
    worked out from counts.

    Raises
    ------
    ValueRefused
        If a kind is unknown or is no source, or there is no such revision.
    NotAllowed
        If a past revision is asked for without a right to the history.
    SignInNeeded
        ``COUNTS_ONLY``.
    """
    seeing.at(house, viewer, question.as_of)
    settled = filled(house, question)
    if viewer.counts_only and _probes(house, viewer, settled):
        raise SignInNeeded("COUNTS_ONLY")
    return settled


def _probes(house: House, viewer: Viewer, settled: Question) -> bool:
    """Tell whether a question is any other than the one that is answered with counts alone."""
    usual = filled(house, Question(stations=settled.stations, status=settled.status))
    if replace(settled, rings_m=tuple(sorted(set(settled.rings_m)))) != usual:
        return True
    wanted = (settled.stations, settled.level)
    found = records.stations(house, viewer, house.revision(), on=house.today, wanted=wanted)
    return "level" not in found or bool((found["level"] != NATIONAL).any())


def filled(house: House, question: Question) -> Question:
    """Fill what was left open: today, the newest revision, and the kinds by their names.

    Raises
    ------
    ValueRefused
        If a kind is unknown or is no source, or there is no such revision.
    """
    kinds = tuple(records.of_kind(house, name).name for name in question.kinds)
    sources = house.catalog.of_role("source")
    for kind in kinds:
        if kind not in sources:
            raise ValueRefused("KIND_NOT_SOURCE", value=kind, known=", ".join(sources))
    return replace(
        question,
        kinds=kinds or sources,
        on=question.on or house.today,
        as_of=house.revision(question.as_of),
    )


def audit(house: House, viewer: Viewer, question: Question) -> core.Audit:
    """Audit the neighbourhood of stations.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    question
        What is asked.

    Raises
    ------
    NotFound
        If a station is unknown.
    ValueRefused
        If a ring, kind, level, status or revision is not one.
    NotAllowed, SignInNeeded
        As from `settle`.
    """
    return answered(house, viewer, settle(house, viewer, question))


def answered(house: House, viewer: Viewer, settled: Question) -> core.Audit:
    """Answer a question that `settle` let through; one answer serves all who see the same.

    Raises
    ------
    NotFound, ValueRefused
        As from `audit`.
    """
    if viewer.counts_only:
        return answered(house, replace(viewer, counts_only=False), settled).counts_alone()

    def answer() -> core.Audit:
        on, stations = settled.on or house.today, sited(house, viewer, settled)
        sources, counted = _sources(house, viewer, settled, stations)
        made = core.audit(
            records.valid_on(sources, on),
            stations,
            catalog=house.catalog,
            request=request_of(house, settled),
            zones=zones(house, viewer, settled),
        ).bounded(viewer.bounds)
        return made.resting_on(*counted) if counted else made

    return house.recent.get(("audit", settled, viewer.bounds), answer)


def request_of(house: House, settled: Question) -> core.AuditRequest:
    """Put a question that `settle` let through as the core is asked; errors as `core.AuditRequest`."""
    on, statuses = settled.on or house.today, _statuses(settled.status)
    return core.AuditRequest(rings_m=settled.rings_m, on=on, statuses=statuses, kinds=settled.kinds)


def sited(house: House, viewer: Viewer, settled: Question) -> gpd.GeoDataFrame:
    """Give the stations that a question is about; errors as `records.stations`."""
    revision, wanted = house.revision(settled.as_of), (settled.stations, settled.level)
    return records.stations(house, viewer, revision, on=settled.on or house.today, wanted=wanted)


def zones(house: House, viewer: Viewer, settled: Question) -> gpd.GeoDataFrame:
    """Give the zones that add to scores on the day of a question."""
    known = records.of_role(house, viewer, house.revision(settled.as_of), "zone")
    return records.valid_on(known, settled.on or house.today)


def _sources(
    house: House, viewer: Viewer, settled: Question, sited: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, tuple[int, dict[str, int]] | None]:
    """Give the sources that may be in a ring; of many records also how many there are, placed and not."""
    on, revision = settled.on or house.today, house.revision(settled.as_of)
    if many.is_whole(house, viewer.bounds, revision):
        return records.frames(house, viewer, settled.kinds, revision), None
    lon, lat = shapely.get_coordinates(np.asarray(sited.geometry.dropna().array)).T
    reach = lon, lat, max(core.checked_rings(settled.rings_m))
    counted = many.totals(house, viewer.bounds, settled.kinds, revision=revision, on=on)
    return many.around(house, viewer.bounds, settled.kinds, revision=revision, reach=reach), counted


def _statuses(status: str) -> str | tuple[str, ...]:
    return status if status in {"active", "all"} else tuple(part.strip() for part in status.split(","))


def priorities(house: House, viewer: Viewer, revision: int, on: date) -> pd.DataFrame:
    """Give each source's own priority: the highest of its pairs with the assessed stations.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    revision
        As known at.
    on
        Valid at.

    Returns
    -------
    pandas.DataFrame
        As `core.audit.source_priority`: by source id; sources in no ring are absent.
    """
    question = filled(house, Question(status="all", on=on, as_of=revision))
    return core.source_priority(answered(house, viewer, question).pairs)


def priority_of(house: House, viewer: Viewer, record_id: str) -> pd.DataFrame:
    """Give the priority of one source today: a row as `priorities` has it, or none.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    record_id
        The source.
    """
    revision, on = house.revision(), house.today
    if many.is_whole(house, viewer.bounds, revision):
        every = priorities(house, viewer, revision, on)
        return every[every.index == record_id]
    ids = np.array([int(record_id, 16)], dtype=np.uint64)
    kinds = house.catalog.of_role("source")
    alone = many.rows_of(house, viewer.bounds, kinds, revision=revision, ids=ids)
    made = core.audit(
        records.valid_on(alone, on),
        records.stations(house, viewer, revision, on=on, wanted=((), NATIONAL)),
        catalog=house.catalog,
        request=core.AuditRequest(rings_m=DEFAULT_RINGS_M, on=on, statuses="all", kinds=kinds),
        zones=records.valid_on(records.of_role(house, viewer, revision, "zone"), on),
    )
    return core.source_priority(made.pairs)


def national_rings(
    house: House, viewer: Viewer, rings_m: tuple[float, ...], on: date, *, revision: int | None = None
) -> gpd.GeoDataFrame:
    """Draw the rings of the national stations, as `rings` does; drawn once until a station is touched.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    rings_m
        Radii in metres.
    on
        Valid at.
    revision
        As known at; None for the newest.

    Raises
    ------
    ValueRefused
        As from `rings`.
    """
    at = house.revision() if revision is None else revision
    since = tuple(known(house, kind, at).since for kind in house.catalog.of_role("station"))
    bounds = seeing.bounds_of(house, viewer, *house.catalog.of_role("station"))

    def draw() -> gpd.GeoDataFrame:
        return rings(records.stations(house, viewer, at, on=on, wanted=((), NATIONAL)), rings_m)

    return house.recent.get(("rings", since, bounds, rings_m, on), draw).copy(deep=False)


def rings(stations: gpd.GeoDataFrame, rings_m: Sequence[float]) -> gpd.GeoDataFrame:
    """Draw the rings of stations as polygons.

    Parameters
    ----------
    stations
        Canonical frame.
    rings_m
        Radii in metres.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a station and radius, biggest first: ``id``, ``station_id``, ``station_code``,
        ``station_name``, ``radius_m``; WGS 84.

    Raises
    ------
    ValueRefused
        ``RING_NOT_POSITIVE`` or ``RINGS_COUNT``; ``VALUE_INVALID`` for a radius too wide to be drawn.
    """
    placed = stations[stations.geometry.notna()]
    rows = [
        {
            "id": f"{station['id']}-{radius_m:g}",
            "station_id": station["id"],
            "station_code": station["code"],
            "station_name": station["name"],
            "radius_m": float(radius_m),
            "geometry": ring(station.geometry.x, station.geometry.y, radius_m),
        }
        for radius_m in reversed(core.checked_rings(rings_m))
        for _, station in placed.iterrows()
    ]
    columns = ["id", "station_id", "station_code", "station_name", "radius_m", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=CRS)
