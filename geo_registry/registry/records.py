"""Records as frames: of a kind or a role, as known at a revision, as a viewer may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo_registry.core import filters
from geo_registry.core.access import Viewer, visible
from geo_registry.core.frame import CRS, conform, empty
from geo_registry.core.ledger import versions
from geo_registry.core.ledger.reading.cell import fold, key_of
from geo_registry.errors import NotFound, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo_registry.core.kinds import Kind, Role
    from geo_registry.registry.house import House


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


def frame(house: House, viewer: Viewer, kind: str, revision: int) -> gpd.GeoDataFrame:
    """Give the records of one kind as they were known at a revision.

    Parameters
    ----------
    house
        Where they are.
    viewer
        Who asks.
    kind
        Name of the kind.
    revision
        As known at.

    Returns
    -------
    geopandas.GeoDataFrame
        Canonical, WGS 84; a copy the caller may change.
    """

    def load() -> gpd.GeoDataFrame:
        fields = house.catalog.kinds[kind].fields
        known = house.store.records([kind], as_of=revision)
        return conform(known, fields) if len(known) else empty(fields)

    def look() -> gpd.GeoDataFrame:
        return visible(viewer, house.recent.get(("known", kind, revision), load), house.catalog)

    return house.recent.get(("frame", kind, revision, viewer), look).copy()


def frames(house: House, viewer: Viewer, kinds: Sequence[str], revision: int) -> gpd.GeoDataFrame:
    """Give the records of several kinds in one frame; a column some kinds lack is empty there.

    Parameters
    ----------
    house
        Where they are.
    viewer
        Who asks.
    kinds
        Names of the kinds.
    revision
        As known at.
    """

    def load() -> gpd.GeoDataFrame:
        parts = [part for kind in kinds if len(part := frame(house, viewer, kind, revision))]
        if not parts:
            return empty()
        return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=CRS)

    return house.recent.get(("frames", tuple(kinds), revision, viewer), load).copy()


def of_role(house: House, viewer: Viewer, revision: int, *roles: Role) -> gpd.GeoDataFrame:
    """Give the records of every kind that plays one of the roles."""
    return frames(house, viewer, house.catalog.of_role(*roles), revision)


def counts(house: House, viewer: Viewer, revision: int) -> dict[str, int]:
    """Count the records known at a revision by kind."""
    found = {kind: frame(house, viewer, kind, revision)["id"].nunique() for kind in house.catalog.kinds}
    return {kind: count for kind, count in found.items() if count}


def districts(house: House) -> gpd.GeoDataFrame | None:
    """Give the zones that divide the land: those whose kind says by which scheme; None without any."""
    kinds = [name for name in house.catalog.of_role("zone") if house.catalog.kinds[name].field("scheme")]
    known = house.store.records(kinds)
    return versions.standing(conform(known), house.today) if len(known) else None


def any_synthetic(house: House, viewer: Viewer, revision: int) -> bool:
    """Tell whether any record known at a revision is made up."""

    def look() -> bool:
        rows = of_role(house, viewer, revision, "source", "station", "zone", "asset")
        return bool(rows["synthetic"].any())

    return house.recent.get(("synthetic", revision, viewer), look)


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


def one(house: House, viewer: Viewer, record_id: str, revision: int) -> pd.Series[Any]:
    """Give one record as it is today, else as it was last.

    Returns
    -------
    pandas.Series
        Its ``version`` is the record's own, which an edit must name, also where a version before holds.

    Raises
    ------
    NotFound
        If there is none, or the viewer may not see it.
    """
    rows, newest = open_versions(house, record_id, revision)
    shown = visible(viewer, versions.standing(rows, house.today), house.catalog)
    if shown.empty:
        raise NotFound("RECORD_UNKNOWN", value=record_id)
    found = shown.iloc[0].copy()
    found["version"] = newest
    return found


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
    """Find records whose code, name, address or township holds a text.

    Parameters
    ----------
    house
        Where they are.
    viewer
        Who asks.
    text
        What to look for; case and width of the characters do not matter.
    limit
        How many at the most; stations come first.
    """
    wanted = fold(text)
    if not wanted:
        return empty()
    known = of_role(house, viewer, house.revision(), "station", "source", "asset", "zone")
    rows = versions.standing(known, house.today)
    hit = pd.Series(data=False, index=rows.index)
    for column in ("code", "name", "address", "township"):
        hit |= rows[column].fillna("").map(fold).str.contains(wanted, regex=False)
    return rows[hit].head(limit)
