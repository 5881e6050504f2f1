"""Taking a batch back: the inverse of one commit, written as a commit of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_registry.core.access import changeable, must
from geo_registry.core.frame import CRS, conform, empty
from geo_registry.errors import Conflict, NotFound
from geo_registry.registry.editing.decisions import is_undone, undone_by
from geo_registry.registry.editing.reach import name_of
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change, contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

NAMED_IN_CONFLICT = 5
"""How many of the records that stand in the way are named."""


def undo(house: House, viewer: Viewer, batch: str, by: str | None = None) -> Commit:
    """Take a batch back.

    What the batch brought new is closed, what it changed is opened again as it was. Records keep
    their identity and their versions go on counting, so the undo can itself be undone.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who takes it back.
    batch
        Name of the batch, as the import or the edit said it.
    by
        In whose name, where the owner acts for somebody.

    Raises
    ------
    NotFound
        If there is no such batch, or the viewer may not see every record of it.
    NotAllowed
        If the viewer may undo nothing.
    Conflict
        If a record of the batch has been changed since; nothing is changed.
    """
    must(viewer, "undo")
    commit = next((each for each in house.store.commits() if each.batch == batch), None)
    if commit is None:
        raise NotFound("BATCH_UNKNOWN", value=batch)
    base = house.revision()
    touched = list(house.store.touched(commit.revision))
    before = house.store.records(ids=touched, as_of=commit.revision - 1)
    after = house.store.records(ids=touched, as_of=commit.revision)
    _refuse_if_unseen(house, viewer, batch, [part for part in (before, after) if len(part)])
    _refuse_if_undone(house, batch)
    today = house.store.records(ids=touched, as_of=base)
    _refuse_if_changed(batch, after, today)
    opened = _reopened(house, _beyond(before, _said(after)), f"b{base + 1}")
    gone = _beyond(today, _said(before))
    closed = tuple(
        (str(name), int(version)) for name, version in zip(gone["id"], gone["version"], strict=True)
    )
    details = {"undone": batch, "reopened": len(opened), "closed": len(closed)}
    written = Commit(0, house.now, name_of(viewer, by), "undo", f"b{base + 1}", details)
    return house.store.commit(Change(base, opened, closed), written)


def _said(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    """Give what each version says, with its id: one that was opened again as it was is the same."""
    if rows.empty:
        return []
    return list(zip(rows["id"], contents(conform(rows)), strict=True))


def _beyond(rows: pd.DataFrame, others: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    """Give the versions that say what none of the others says."""
    known = set(others)
    return rows[np.array([said not in known for said in _said(rows)], dtype=bool)]


def _refuse_if_unseen(house: House, viewer: Viewer, batch: str, parts: Sequence[pd.DataFrame]) -> None:
    """Answer as for no batch where one of its records, before or after, is not the viewer's own."""
    mine = bool(parts) and all(changeable(viewer, conform(rows), house.catalog).all() for rows in parts)
    if not (viewer.bounds.areas is None or mine):
        raise NotFound("BATCH_UNKNOWN", value=batch)


def _refuse_if_undone(house: House, batch: str) -> None:
    """Refuse a batch that an undo took back, unless that undo was taken back itself."""
    undone = undone_by(house.store.commits())
    if is_undone(batch, undone):
        raise Conflict("UNDO_ALREADY", value=batch, batch=undone[batch].batch)


def _refuse_if_changed(batch: str, after: pd.DataFrame, today: pd.DataFrame) -> None:
    changed = sorted({str(name) for name, _ in set(_said(after)) ^ set(_said(today))})
    if changed:
        named = ", ".join(changed[:NAMED_IN_CONFLICT])
        raise Conflict("UNDO_CONFLICT", value=batch, count=len(changed), records=named)


def _reopened(house: House, before: pd.DataFrame, batch: str) -> gpd.GeoDataFrame:
    """Give the versions their next numbers, those of one record in the order of their validity."""
    if before.empty:
        return empty()
    newest = house.store.versions(sorted(set(before["id"])))
    parts = []
    for kind, rows in before.groupby("kind", sort=True):
        known = house.catalog.kinds.get(str(kind))
        fields = known.fields if known else ()
        stated = rows.drop(columns=["known_from", "known_to"]).dropna(axis="columns", how="all")
        part = conform(stated, fields)
        by_time = part.sort_values(["valid_from", "version"], na_position="first", kind="stable")
        part["version"] = part["id"].map(newest).astype("int64") + by_time.groupby("id").cumcount() + 1
        part["batch"] = batch
        parts.append(part)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=CRS)
