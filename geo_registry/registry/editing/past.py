"""What a record was: every version with its times, who wrote it and what differs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_registry.core.access import must, visible
from geo_registry.core.frame import conform
from geo_registry.core.ledger.versions import differences
from geo_registry.registry import records
from geo_registry.registry.editing.orders import Difference, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Kind
    from geo_registry.registry.house import House
    from geo_registry.store.chain import Commit

AS_SENT = ("datum", "x_given", "y_given")
_DECIMALS = 7
"""Digits of a shown coordinate: a centimetre."""


def history(house: House, viewer: Viewer, record_id: str) -> list[Version]:
    """Tell every version of a record that the viewer may see, oldest first.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    record_id
        The record.

    Raises
    ------
    NotAllowed
        If the viewer may not look at the past.
    NotFound
        If there is no such record, or the viewer may not see it.
    """
    must(viewer, "history")
    now = records.one(house, viewer, record_id, house.revision())
    kind = house.catalog.kinds[str(now["kind"])]
    past = conform(house.store.history(record_id), kind.fields)
    shown = visible(viewer, past, house.catalog)
    commits = house.store.commits()
    return [
        _version(shown.iloc[at], _before(shown, at), commits[int(shown["known_from"].iloc[at])], kind)
        for at in range(len(shown))
    ]


def _before(past: gpd.GeoDataFrame, at: int) -> pd.Series[Any] | None:
    """Find the version whose place one took: what its commit closed, else the one before it by number."""
    own = past.iloc[at]
    earlier = past[past["version"] < own["version"]]
    closed = earlier[earlier["known_to"] == own["known_from"]]
    if closed.empty:
        return earlier.iloc[-1] if len(earlier) else None
    begun = ~(closed["valid_from"] > own["valid_to"])
    meeting = closed[begun & ~(closed["valid_to"] < own["valid_from"])]
    last: pd.Series[Any] = (meeting if len(meeting) else closed).sort_values("version").iloc[-1]
    return last


def _version(row: pd.Series[Any], before: pd.Series[Any] | None, commit: Commit, kind: Kind) -> Version:
    known_to = row["known_to"]
    return Version(
        number=int(row["version"]),
        known_from=int(row["known_from"]),
        known_to=None if pd.isna(known_to) else int(known_to),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        at=commit.at,
        by=commit.by,
        action=commit.action,
        batch=commit.batch,
        reason=str(commit.details.get("reason", "")),
        fields=plain_values(row, kind),
        differences=() if before is None else differing(before, row, kind),
    )


def differing(before: pd.Series[Any], after: pd.Series[Any], kind: Kind) -> tuple[Difference, ...]:
    """Tell what two versions of a record say differently, as plain values.

    Parameters
    ----------
    before, after
        Rows of canonical frames.
    kind
        Of the record.
    """
    then, now = plain_values(before, kind), plain_values(after, kind)
    then["geometry"], now["geometry"] = _place(then), _place(now)
    return tuple(Difference(name, then.get(name), now.get(name)) for name in differences(before, after))


def _place(values: Mapping[str, Any]) -> str | None:
    return None if values.get("lon") is None else f"{values['lon']}, {values['lat']}"


def plain_values(row: pd.Series[Any], kind: Kind) -> dict[str, Any]:
    """Give what a version says as plain values, without what is empty.

    Parameters
    ----------
    row
        Row of a canonical frame.
    kind
        Its kind.
    """
    shape = row["geometry"]
    lon, lat = (None, None)
    if shape is not None and not shape.is_empty:
        point = shape if shape.geom_type == "Point" else shape.representative_point()
        lon, lat = round(point.x, _DECIMALS), round(point.y, _DECIMALS)
    names = [*(field.name for field in kind.all_fields), *AS_SENT]
    values = {name: _plain(row.get(name)) for name in names} | {"lon": lon, "lat": lat}
    return {name: value for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401 (any cell)
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def _day(value: Any) -> date | None:  # noqa: ANN401 (a cell)
    return None if pd.isna(value) else value.date()
