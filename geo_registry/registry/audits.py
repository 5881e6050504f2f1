"""Audits of stations: the question, the answer kept per revision, and each source's own priority."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo_registry.core import audit as core
from geo_registry.core.frame import CRS
from geo_registry.core.space.geodesy import ring
from geo_registry.errors import SignInNeeded, ValueRefused
from geo_registry.registry import records, seeing

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
        on, revision = settled.on or house.today, house.revision(settled.as_of)
        request = core.AuditRequest(
            rings_m=settled.rings_m, on=on, statuses=_statuses(settled.status), kinds=settled.kinds
        )
        wanted = (settled.stations, settled.level)
        return core.audit(
            records.valid_on(records.frames(house, viewer, settled.kinds, revision), on),
            records.stations(house, viewer, revision, on=on, wanted=wanted),
            catalog=house.catalog,
            request=request,
            zones=records.valid_on(records.of_role(house, viewer, revision, "zone"), on),
        ).bounded(viewer.bounds)

    return house.recent.get(("audit", settled, viewer.bounds), answer)


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
