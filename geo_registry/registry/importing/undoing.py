"""Taking a batch back: the inverse of one commit, written as a commit of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo_registry.core.frame import CRS, conform, empty
from geo_registry.errors import Conflict, NotFound
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change

if TYPE_CHECKING:
    from geo_registry.registry.house import House

NAMED_IN_CONFLICT = 5
"""How many of the records that stand in the way are named."""


def undo(house: House, batch: str, by: str) -> Commit:
    """Take a batch back.

    What the batch brought new is closed, what it changed is opened again as it was. Records keep
    their identity and their versions go on counting, so the undo can itself be undone.

    Parameters
    ----------
    house
        Where records are.
    batch
        Name of the batch, as the import said it.
    by
        Who takes it back.

    Raises
    ------
    NotFound
        If there is no such batch.
    Conflict
        If a record of the batch has been changed since; nothing is changed.
    """
    commit = next((each for each in house.store.commits() if each.batch == batch), None)
    if commit is None:
        raise NotFound("BATCH_UNKNOWN", value=batch)
    base = house.revision()
    touched = house.store.touched(commit.revision)
    before = house.store.records(ids=touched, as_of=commit.revision - 1)
    after = house.store.records(ids=touched, as_of=commit.revision)
    today = house.store.records(ids=touched, as_of=base)
    _refuse_if_undone(house, batch)
    _refuse_if_changed(batch, after, today)
    opened = _reopened(house, before, f"b{base + 1}")
    closed = tuple(zip(today["id"], today["version"].astype(int), strict=True)) if len(today) else ()
    details = {"undone": batch, "reopened": len(opened), "closed": len(closed)}
    change = Change(base, opened, tuple((str(name), int(version)) for name, version in closed))
    written = Commit(0, house.now, by, "undo", f"b{base + 1}", details)
    return house.store.commit(change, written)


def _refuse_if_undone(house: House, batch: str) -> None:
    """Refuse a batch that an undo took back, unless that undo was taken back itself."""
    undone = {str(each.details["undone"]): each for each in house.store.commits() if each.action == "undo"}
    by = undone.get(batch)
    if by is not None and by.batch not in undone:
        raise Conflict("UNDO_ALREADY", value=batch, batch=by.batch)


def _refuse_if_changed(batch: str, after: pd.DataFrame, today: pd.DataFrame) -> None:
    then = dict(zip(after["id"], after["version"], strict=True))
    now = dict(zip(today["id"], today["version"], strict=True))
    changed = sorted({name for name in then.keys() | now.keys() if then.get(name) != now.get(name)})
    if changed:
        named = ", ".join(changed[:NAMED_IN_CONFLICT])
        raise Conflict("UNDO_CONFLICT", value=batch, count=len(changed), records=named)


def _reopened(house: House, before: pd.DataFrame, batch: str) -> gpd.GeoDataFrame:
    if before.empty:
        return empty()
    newest = house.store.versions(list(before["id"]))
    parts = []
    for kind, rows in before.groupby("kind", sort=True):
        known = house.catalog.kinds.get(str(kind))
        fields = known.fields if known else ()
        part = conform(
            rows.drop(columns=["known_from", "known_to"]).dropna(axis="columns", how="all"), fields
        )
        part["version"] = [newest[name] + 1 for name in part["id"]]
        part["batch"] = batch
        parts.append(part)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=CRS)
