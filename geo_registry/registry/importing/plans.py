"""What a checked ledger would change: new things, other content, nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo_registry.core.findings import Finding
from geo_registry.core.frame import CRS, conform, empty
from geo_registry.core.ledger.changes import SortedRows, carry_over, keep_places, match, sort_rows
from geo_registry.core.ledger.duplicates import likely_twins
from geo_registry.store.rows import Change, contents

if TYPE_CHECKING:
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.ledgers import Ledger


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will write.

    Attributes
    ----------
    change
        Versions to open and close, and the revision it was worked out against.
    rows
        New, updated and unchanged rows.
    twins
        New rows that are likely a record under another code.
    unlocated
        Numbers of the rows that have no position and of which none is known.
    """

    change: Change
    rows: SortedRows
    twins: tuple[Finding, ...]
    unlocated: tuple[int, ...] = ()


def plan(house: House, ledger: Ledger, frame: gpd.GeoDataFrame, base: int) -> Plan:
    """Work out what a ledger changes.

    Parameters
    ----------
    house
        Where records are.
    ledger
        The checked file.
    frame
        Its accepted rows, from `Ledger.frame`.
    base
        Revision to compare with.
    """
    if frame.empty:
        return Plan(Change(base, empty()), SortedRows((), (), ()), ())
    stored = house.store.records(ledger.kinds, as_of=base)
    known = conform(stored.drop(columns=["known_from", "known_to"])) if len(stored) else empty()
    matched = match(frame, known)
    merged = _merged(frame, known, matched, ledger.given)
    rows = sort_rows(matched, contents(merged), dict(zip(known["id"], contents(known), strict=True)))
    versions = dict(zip(known["id"], known["version"].astype(int), strict=True))
    closed = tuple((str(matched[row]), int(versions[matched[row]])) for row in rows.updated)
    fresh = {row: house.new_id(base + 1, number) for number, row in enumerate(rows.new)}
    kept = sorted([*rows.new, *rows.updated])
    opened = merged.loc[kept].copy()
    opened["id"] = [fresh.get(row, matched[row]) for row in kept]
    opened["version"] = [versions.get(name, 0) + 1 for name in opened["id"]]
    opened["batch"] = f"b{base + 1}"
    others = known[~known["id"].isin(matched.dropna())]
    twins = tuple(twin for kind in ledger.kinds for twin in _twins(frame.loc[list(rows.new)], others, kind))
    nowhere = tuple(int(row) for row in merged.loc[merged.geometry.isna(), "row"])
    return Plan(Change(base, conform(opened), closed), rows, twins, nowhere)


def _merged(
    frame: gpd.GeoDataFrame, known: gpd.GeoDataFrame, matched: pd.Series[str], given: frozenset[str]
) -> gpd.GeoDataFrame:
    again = matched.dropna()
    if again.empty:
        return frame
    old = known.set_index("id", drop=False).loc[list(again)].set_axis(again.index)
    updated = keep_places(carry_over(frame.loc[again.index], old, given), old)
    merged = pd.concat([updated, frame.drop(index=again.index)]).sort_index()
    return conform(gpd.GeoDataFrame(merged, geometry="geometry", crs=CRS))


def _twins(new: gpd.GeoDataFrame, known: gpd.GeoDataFrame, kind: str) -> list[Finding]:
    theirs, ours = new[new["kind"] == kind], known[known["kind"] == kind]
    return likely_twins(theirs, ours) if len(ours) and len(theirs) else []
