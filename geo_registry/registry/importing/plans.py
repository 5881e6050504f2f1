"""What a checked ledger would change: new things, other content, nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo_registry.core.bounds import within
from geo_registry.core.findings import Finding
from geo_registry.core.frame import CRS, conform, empty
from geo_registry.core.ledger.changes import SortedRows, carry_over, keep_places, match, sort_rows
from geo_registry.core.ledger.duplicates import likely_twins
from geo_registry.core.ledger.versions import latest, standing_for
from geo_registry.registry.editing.decisions import Decisions, decisions
from geo_registry.store.rows import Change, contents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.ledgers import Ledger

VOID = "void"
"""Status of a record that was put away (contract, statuses)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will write.

    Attributes
    ----------
    change
        Versions to open and close, and the revision it was worked out against.
    rows
        New, updated and unchanged rows.
    findings
        What the records known say of the rows: likely twins, decisions that stand.
    unlocated
        Numbers of the rows that have no position and of which none is known.
    ids
        Record of each row, new ones too, by the row's place in the ledger's frame.
    """

    change: Change
    rows: SortedRows
    findings: tuple[Finding, ...] = ()
    unlocated: tuple[int, ...] = ()
    ids: Mapping[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """The rows of a ledger beside the records they speak of.

    Attributes
    ----------
    stored
        Open versions of all records.
    known
        Those of them that the viewer sees.
    old
        The version each row speaks of, by the row's place; rows of new things have none. It may be one that
        the viewer does not see, of a record that has gone elsewhere.
    merged
        Every row as it would be stored.
    """

    stored: gpd.GeoDataFrame
    known: gpd.GeoDataFrame
    old: gpd.GeoDataFrame
    merged: gpd.GeoDataFrame


def match_rows(
    house: House, viewer: Viewer, ledger: Ledger, frame: gpd.GeoDataFrame, *, base: int
) -> Matched:
    """Find the records that rows speak of, among those the viewer sees.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who imports.
    ledger
        The checked file.
    frame
        Its accepted rows, from `Ledger.frame`.
    base
        Revision to compare with.
    """
    rows = house.store.records(ledger.kinds, as_of=base)
    stored = conform(rows.drop(columns=["known_from", "known_to"])) if len(rows) else empty()
    known = stored[within(viewer.bounds, stored, house.catalog)].reset_index(drop=True)
    found = match(frame, latest(known)).dropna()
    old = standing_for(stored, found, frame["valid_from"].fillna(frame["valid_to"]))
    merged = _merged(frame, old, ledger.given) if len(old) else frame.copy()
    merged.loc[_put_away(old, decisions(house)).index, "status"] = VOID
    again = old["id"].isin(stored["id"][stored["id"].duplicated()])
    for column in ("valid_from", "valid_to"):
        merged.loc[old.index[again], column] = old.loc[again, column]
    return Matched(stored, known, old, merged)


def plan(house: House, viewer: Viewer, ledger: Ledger, frame: gpd.GeoDataFrame, *, base: int) -> Plan:
    """Work out what a ledger changes.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who imports.
    ledger
        The checked file.
    frame
        Its accepted rows, from `Ledger.frame`.
    base
        Revision to compare with.
    """
    if frame.empty:
        return Plan(Change(base, empty()), SortedRows((), (), ()))
    matched = match_rows(house, viewer, ledger, frame, base=base)
    old, merged = matched.old, matched.merged
    ids = old["id"].reindex(merged.index)
    said = dict(zip(old["id"], contents(old), strict=True))
    rows = sort_rows(ids, contents(merged), said)
    fresh = {row: house.new_id(base + 1, number) for number, row in enumerate(rows.new)}
    ids = ids.fillna(pd.Series(fresh, dtype="str"))
    kept = sorted([*rows.new, *rows.updated])
    opened = merged.loc[kept].copy()
    opened["id"] = ids.loc[kept]
    newest = matched.stored.groupby("id")["version"].max()
    opened["version"] = newest.reindex(opened["id"]).fillna(0).astype("int64").to_numpy() + 1
    opened["batch"] = f"b{base + 1}"
    gone = old.loc[list(rows.updated)]
    closed = tuple(zip(gone["id"], gone["version"].astype(int), strict=True))
    told = (*_twins(house, ledger, frame.loc[list(rows.new)], matched), *_merged_before(house, frame, old))
    nowhere = tuple(int(row) for row in merged.loc[merged.geometry.isna(), "row"])
    return Plan(Change(base, conform(opened), closed), rows, told, nowhere, dict(ids))


def _merged(frame: gpd.GeoDataFrame, old: gpd.GeoDataFrame, given: frozenset[str]) -> gpd.GeoDataFrame:
    updated = keep_places(carry_over(frame.loc[old.index], old, given), old)
    merged = pd.concat([updated, frame.drop(index=old.index)]).sort_index()
    return conform(gpd.GeoDataFrame(merged, geometry="geometry", crs=CRS))


def _twins(house: House, ledger: Ledger, new: gpd.GeoDataFrame, matched: Matched) -> list[Finding]:
    """Find new rows that are likely a record under another code; a copy that was put away is no record."""
    taken = {*matched.old["id"], *decisions(house).merged}
    others = latest(matched.known)
    others = others[~others["id"].isin(taken)]
    found = []
    for kind in ledger.kinds:
        theirs, ours = new[new["kind"] == kind], others[others["kind"] == kind]
        found += likely_twins(theirs, ours) if len(ours) and len(theirs) else []
    return found


def _merged_before(house: House, frame: gpd.GeoDataFrame, old: gpd.GeoDataFrame) -> list[Finding]:
    """Tell of the rows whose record somebody has put away as a copy of another."""
    settled = decisions(house)
    again = _put_away(old, settled)
    codes = again["code"].astype(object).where(again["code"].notna(), None)
    told = zip(frame.loc[again.index, "row"], codes, again["id"], strict=True)
    return [
        Finding("MERGED_BEFORE", int(row), "status", code, {"other_id": settled.merged[record]})
        for row, code, record in told
    ]


def _put_away(old: gpd.GeoDataFrame, settled: Decisions) -> gpd.GeoDataFrame:
    return old[old["id"].isin(settled.merged) & (old["status"] == VOID)]
