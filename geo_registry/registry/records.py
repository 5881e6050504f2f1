"""Records as frames: of a kind or a role, as known at a revision, as a viewer may see them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_registry.core import filters
from geo_registry.core.access import Viewer, must
from geo_registry.core.frame import conform, empty, joined
from geo_registry.core.ledger import versions
from geo_registry.core.ledger.reading.cell import fold, key_of
from geo_registry.core.ledger.searching import folded, holding
from geo_registry.core.space.nearby import pairs_nearby
from geo_registry.errors import NotAllowed, NotFound, ValueRefused
from geo_registry.registry.seeing import frame, frames, many, one
from geo_registry.registry.seeing.mentioned import mentioning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd

    from geo_registry.core.kinds import Kind, Role
    from geo_registry.registry.house import House
    from geo_registry.store.chain import Commit

__all__ = [
    "any_synthetic",
    "commits",
    "counts",
    "frame",
    "frames",
    "levels_of",
    "near",
    "of_kind",
    "of_role",
    "one",
    "search",
    "stations",
    "valid_on",
]


def of_kind(house: House, name: str) -> Kind:
    """Find a kind by its name, a label or an alias.

    Raises
    ------
    ValueRefused
        If the catalog has no such kind.
    """
    wanted = key_of(name)
    for kind in house.catalog.kinds.values():
        if wanted in {key_of(word) for word in (kind.name, kind.label.zh, kind.label.en, *kind.aliases)}:
            return kind
    raise ValueRefused("KIND_UNKNOWN", value=name, known=", ".join(house.catalog.kinds))


def of_role(house: House, viewer: Viewer, revision: int, *roles: Role) -> gpd.GeoDataFrame:
    """Give the records of every kind that plays one of the roles."""
    return frames(house, viewer, house.catalog.of_role(*roles), revision)


def counts(house: House, viewer: Viewer, revision: int) -> dict[str, int]:
    """Count the records known at a revision by kind."""
    if not many.is_whole(house, viewer.bounds, revision):
        return house.recent.get(
            ("counts", revision, viewer.bounds), lambda: many.counts(house, viewer.bounds, revision)
        )

    def look() -> dict[str, int]:
        found = {kind: frame(house, viewer, kind, revision)["id"].nunique() for kind in house.catalog.kinds}
        return {kind: count for kind, count in found.items() if count}

    return house.recent.get(("counts", revision, viewer.bounds), look)


def districts(house: House) -> gpd.GeoDataFrame | None:
    """Give the zones that divide the land: those whose kind says by which scheme; None without any."""
    kinds = [name for name in house.catalog.of_role("zone") if house.catalog.kinds[name].field("scheme")]
    known = house.store.records(kinds)
    return versions.standing(conform(known), house.today) if len(known) else None


def any_synthetic(house: House, viewer: Viewer, revision: int) -> bool:
    """Tell whether any record that is shown or counted is made up."""
    counting = replace(viewer, counts_only=False)

    def look() -> bool:
        if not many.is_whole(house, counting.bounds, revision):
            return many.any_synthetic(house, counting.bounds, revision)
        rows = of_role(house, counting, revision, "source", "station", "zone", "asset")
        return bool(rows["synthetic"].any())

    return house.recent.get(("synthetic", revision, counting.bounds), look)


def commits(house: House, viewer: Viewer) -> Sequence[Commit]:
    """Give every commit, oldest first.

    Raises
    ------
    NotAllowed
        If the viewer has no right to the history, or only to that of an area: commits tell of all.
    """
    must(viewer, "history")
    if viewer.bounds.areas is not None:
        raise NotAllowed(value="history")
    return house.store.commits()


def valid_on(rows: gpd.GeoDataFrame, on: date | None) -> gpd.GeoDataFrame:
    """Keep what is valid at a date (valid time, both ends included): each record once.

    Parameters
    ----------
    rows
        Canonical frame.
    on
        The date; None for every record as it is valid last.
    """
    return versions.latest(rows) if on is None else rows[filters.valid_on(rows, on)]


def open_versions(house: House, record_id: str, revision: int) -> tuple[gpd.GeoDataFrame, int]:
    """Give the versions of one record that are true of its several times, whoever asks.

    Parameters
    ----------
    house
        Where they are.
    record_id
        Its id.
    revision
        As known at.

    Returns
    -------
    tuple
        The versions, and the number of the newest one, closed ones too: all of one reading.

    Raises
    ------
    NotFound
        If there is none.
    """
    found, newest = house.store.standing(record_id, as_of=revision)
    kind = house.catalog.kinds.get(str(found["kind"].iloc[0])) if len(found) else None
    if kind is None:
        raise NotFound("RECORD_UNKNOWN", value=record_id)
    return conform(found, kind.fields), newest


def stations(
    house: House, viewer: Viewer, revision: int, *, on: date, wanted: StationsWanted
) -> gpd.GeoDataFrame:
    """Give stations by code, id or level, valid at a date.

    Parameters
    ----------
    house
        Where they are.
    viewer
        Who asks.
    revision
        As known at.
    on
        Valid at.
    wanted
        ``(codes, level)``: stations by their code, id or name; without any, every station of the level.

    Raises
    ------
    NotFound
        If a code names no station.
    ValueRefused
        If there is no such level.
    """
    codes, level = wanted
    rows = of_role(house, viewer, revision, "station")
    if codes:
        missing = [code for code in codes if not _named(rows, code).any()]
        if missing:
            raise NotFound("STATION_UNKNOWN", value=", ".join(missing))
        rows = rows[pd.concat([_named(rows, code) for code in codes], axis=1).any(axis=1)]
        return valid_on(rows, on)
    levels = levels_of(house)
    if level not in levels:
        raise ValueRefused("LEVEL_UNKNOWN", value=level, known=", ".join(levels))
    return valid_on(rows[rows["level"] == level] if "level" in rows else rows, on)


StationsWanted = tuple[tuple[str, ...], str]
"""Codes of stations, and the level that is meant where no code is given."""


def levels_of(house: House) -> tuple[str, ...]:
    """Name the levels stations may have, from the layer files."""
    kinds = [house.catalog.kinds[name] for name in house.catalog.of_role("station")]
    found = [kind.field("level") for kind in kinds]
    return tuple(choice.value for field in found if field for choice in field.choices)


def _named(rows: gpd.GeoDataFrame, code: str) -> pd.Series[bool]:
    by_code = (rows["code"] == code) | (rows["id"] == code)
    return by_code if by_code.any() else rows["name"] == code


def search(house: House, viewer: Viewer, text: str, limit: int) -> gpd.GeoDataFrame:
    """Find records whose code, name, address, township or USCC holds a text.

    Parameters
    ----------
    house
        Where they are.
    viewer
        Who asks.
    text
        What to look for; case and width of the characters do not matter. Among many records it is looked
        for as it was typed, without its blanks, and in half width.
    limit
        How many at the most; stations come first.
    """
    if not fold(text):
        return empty()
    revision = house.revision()
    others: tuple[Role, ...] = ("source", "asset", "zone")
    whole = many.is_whole(house, viewer.bounds, revision)
    known = of_role(house, viewer, revision, "station", *(others if whole else ()))
    rows = versions.standing(known, house.today)
    found = rows[holding(folded(rows), text)].head(limit)
    if whole or len(found) == limit:
        return found
    kinds = house.catalog.of_role(*others)
    more = mentioning(house, viewer.bounds, kinds, text=text, limit=limit - len(found))
    return joined([found, more])


def near(
    house: House, viewer: Viewer, place: tuple[float, float], radius_m: float, *, on: date | None
) -> pd.DataFrame:
    """List sources and stations round a point, nearest first.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    place
        Longitude and latitude in degrees WGS 84.
    radius_m
        Metres.
    on
        Valid at; None for today.

    Returns
    -------
    pandas.DataFrame
        ``id, code, kind, role, name, status, active, distance_m, bearing_deg``.

    Raises
    ------
    ValueRefused
        If the point is not on the earth or the radius is not positive.
    """
    filters.Near(*place, radius_m)
    rows = _near(house, viewer, place, radius_m)
    rows = valid_on(rows[rows.geometry.notna()], on or house.today).reset_index(drop=True)
    shapes = np.asarray(rows.geometry.array, dtype=object)
    found = pairs_nearby(shapes, np.array([place[0]]), np.array([place[1]]), rings_m=(radius_m,))
    inside = found.distance_m <= radius_m
    table = rows.loc[found.i_geometry[inside], ["id", "code", "kind", "name", "status"]].reset_index(
        drop=True
    )
    table.insert(
        3, "role", table["kind"].map({name: kind.role for name, kind in house.catalog.kinds.items()})
    )
    table["active"] = table["status"].isin(house.catalog.active)
    table["distance_m"] = found.distance_m[inside].round(3)
    table["bearing_deg"] = (found.azimuth_deg[inside].round(2)) % 360.0
    return table.sort_values(["distance_m", "id"], ignore_index=True)


def _near(house: House, viewer: Viewer, place: tuple[float, float], radius_m: float) -> gpd.GeoDataFrame:
    """Give the sources and stations that may be near."""
    revision = house.revision()
    if many.is_whole(house, viewer.bounds, revision):
        return of_role(house, viewer, revision, "source", "station")
    kinds = house.catalog.of_role("source", "station")
    reach = np.array(place[:1]), np.array(place[1:]), radius_m
    return many.around(house, viewer.bounds, kinds, revision=revision, reach=reach)
