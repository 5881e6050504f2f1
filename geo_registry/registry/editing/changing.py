"""Edits of one record: a correction takes the place of what was wrong, a move begins a time of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo_registry.core import filters
from geo_registry.core.access import changeable, must, visible
from geo_registry.core.frame import CRS, conform
from geo_registry.core.ledger.versions import differences, latest, overlap, standing
from geo_registry.errors import Conflict, NotAllowed, NotFound, Stale, ValueRefused, VersionNeeded
from geo_registry.registry import records
from geo_registry.registry.editing.orders import TIMES, Edit, Edited
from geo_registry.registry.editing.past import plain_values
from geo_registry.registry.editing.reach import name_of
from geo_registry.registry.editing.values import Changed, changed
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change

if TYPE_CHECKING:
    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Kind
    from geo_registry.registry.house import House

ACTIONS = {"correct": "edit", "move": "move"}
"""What the commit of each act is called."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A record as it is read for an edit, all of it at one time."""

    open: gpd.GeoDataFrame
    version: gpd.GeoDataFrame
    newest: int
    kind: Kind

    @property
    def id(self) -> str:
        """Id of the record."""
        return str(self.version["id"].iloc[0])

    @property
    def number(self) -> int:
        """Number of the version that is edited."""
        return int(self.version["version"].iloc[0])


def edit(
    house: House, viewer: Viewer, record_id: str, order: Edit, *, version: int | None, by: str | None = None
) -> Edited:
    """Change one record.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who edits.
    record_id
        The record.
    order
        What is to be changed, and how.
    version
        Number of the record's newest version that the editor has seen.
    by
        In whose name, where the owner edits for somebody.

    Raises
    ------
    NotAllowed
        If the viewer may not edit, or the record lies outside its area, before the edit or after it.
    NotFound
        If there is no such record, or the viewer may not see it.
    VersionNeeded
        If no version is named.
    Stale
        If the record has a newer one; details hold both.
    ValueRefused, DatumError
        If a field or a value is not one.
    """
    must(viewer, "edit")
    found = _read(house, viewer, record_id, order)
    if version is None:
        raise VersionNeeded(value=record_id)
    if version != found.newest:
        raise _stale(house, viewer, found, order, version=version)
    _refuse_if_outside(house, viewer, found.version, record_id)
    _refuse_if_restricted(viewer, found.kind, order)
    wanted = _wanted(house, found, order)
    fields = differences(found.version.iloc[0], wanted.frame.iloc[0])
    if not fields:
        return Edited(record_id, version, house.revision(), None, fields, wanted.warnings)
    _refuse_if_outside(house, viewer, wanted.frame, record_id)
    opened = _opened(found, wanted.frame, order)
    batch = f"{record_id}.{found.newest + 1}"
    opened["batch"], opened["row"] = batch, pd.array([pd.NA] * len(opened), dtype="Int64")
    change = Change(None, opened, ((record_id, found.number),), ((record_id, found.newest),))
    details = {"id": record_id, "act": order.act, "reason": order.reason, "fields": list(fields)}
    details |= {"on": order.on.isoformat()} if order.on else {}
    note = Commit(0, house.now, name_of(viewer, by), ACTIONS[order.act], batch, details)
    try:
        written = house.store.commit(change, note)
    except Conflict:
        raise _stale(house, viewer, _read(house, viewer, record_id, order), order, version=version) from None
    return Edited(record_id, found.newest + len(opened), written.revision, batch, fields, wanted.warnings)


def _read(house: House, viewer: Viewer, record_id: str, order: Edit) -> _Standing:
    rows, newest = records.open_versions(house, record_id, house.revision())
    if visible(viewer, standing(rows, house.today), house.catalog).empty:
        raise NotFound("RECORD_UNKNOWN", value=record_id)
    held = latest(rows) if order.on is None else rows[filters.valid_on(rows, order.on)]
    if held.empty:
        last = latest(rows).iloc[0]
        since, until = (_day(last[name]) for name in TIMES)
        raise ValueRefused("EDIT_DAY_INVALID", value=str(order.on), since=since, until=until)
    return _Standing(rows, held, newest, house.catalog.kinds[str(held["kind"].iloc[0])])


def _day(value: Any) -> str | None:  # noqa: ANN401 (a cell)
    return None if pd.isna(value) else f"{value:%Y-%m-%d}"


def _wanted(house: House, found: _Standing, order: Edit) -> Changed:
    """Work out the new state; of a move it begins on its day."""
    if order.act == "move":
        _refuse_if_no_move(house, found, order)
    wanted = changed(house, found.kind, found.version, order.changes)
    if order.act == "correct" and overlap(pd.concat([_others(found), wanted.frame])):
        raise ValueRefused("DATE_INVALID", field="valid_from", value=_day(wanted.frame["valid_from"].iloc[0]))
    if "code" in order.changes:
        wanted.frame["code_no"] = _next_number(house, found, wanted.frame)
    return wanted


def _refuse_if_no_move(house: House, found: _Standing, order: Edit) -> None:
    on, since = order.on or house.today, found.version["valid_from"].iloc[0]
    if named := [name for name in TIMES if name in order.changes]:
        raise ValueRefused("VALUE_INVALID", field=named[0], value=order.changes[named[0]], expected="on")
    if not date.min < on <= house.today:
        raise ValueRefused("DATE_INVALID", field="on", value=on.isoformat(), latest=house.today.isoformat())
    if not pd.isna(since) and on <= since.date():
        until = _day(found.version["valid_to"].iloc[0])
        raise ValueRefused("EDIT_DAY_INVALID", value=on.isoformat(), since=_day(since), until=until)


def _others(found: _Standing) -> gpd.GeoDataFrame:
    return found.open[found.open["version"] != found.number]


def _next_number(house: House, found: _Standing, wanted: gpd.GeoDataFrame) -> int:
    """Count up the records of one kind that share a code, as a ledger's rows are counted."""
    code = wanted["code"].iloc[0]
    known = house.store.records([found.kind.name])
    same = known[(known["code"] == code) & (known["id"] != found.id)]
    return int(same["code_no"].max()) + 1 if len(same) else 1


def _opened(found: _Standing, wanted: gpd.GeoDataFrame, order: Edit) -> gpd.GeoDataFrame:
    """Make the versions to write: of a move what was true until the day before, and what is from it on."""
    if order.act == "correct" or order.on is None:
        return wanted.assign(version=found.newest + 1)
    before = found.version.assign(
        version=found.newest + 1, valid_to=pd.Timestamp(order.on - timedelta(days=1)).as_unit("s")
    )
    after = wanted.assign(version=found.newest + 2, valid_from=pd.Timestamp(order.on).as_unit("s"))
    both = pd.concat([before, after], ignore_index=True)
    return conform(gpd.GeoDataFrame(both, geometry="geometry", crs=CRS), found.kind.fields)


def _refuse_if_outside(house: House, viewer: Viewer, rows: gpd.GeoDataFrame, record_id: str) -> None:
    if not changeable(viewer, rows, house.catalog).all():
        raise NotAllowed("OUT_OF_AREA", value=record_id)


def _refuse_if_restricted(viewer: Viewer, kind: Kind, order: Edit) -> None:
    closed = {field.name for field in kind.all_fields if field.restricted}
    if closed & set(order.changes) and not viewer.may("contacts"):
        raise NotAllowed(value="contacts")


def _stale(house: House, viewer: Viewer, found: _Standing, order: Edit, *, version: int) -> Stale:
    """Tell both versions: the record as it is now, and as the editor saw it with the changes."""
    past = house.store.history(found.id)
    seen = past[past["version"] == version]
    now = visible(viewer, found.version, house.catalog)
    current = plain_values(now.iloc[0], found.kind) if len(now) else {}
    then = visible(viewer, conform(seen, found.kind.fields), house.catalog) if len(seen) else seen
    yours = plain_values(then.iloc[0], found.kind) if len(then) else {}
    changes = {name: value for name, value in order.changes.items() if value is not None and value != ""}
    emptied = set(order.changes) - set(changes)
    yours = {name: value for name, value in {**yours, **changes}.items() if name not in emptied}
    return Stale(id=found.id, value=found.newest, expected=version, current=current, yours=yours)
