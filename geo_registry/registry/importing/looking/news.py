"""What a file would bring, row by row: what is new, changed, the same, and what is known but not in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo_registry.core.access import visible
from geo_registry.core.frame import conform
from geo_registry.core.ledger.versions import latest
from geo_registry.registry.editing.decisions import is_undone, undone_by
from geo_registry.registry.editing.past import differing
from geo_registry.registry.editing.reach import name_of
from geo_registry.registry.importing.plans import VOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from geo_registry.core.access import Viewer
    from geo_registry.registry.editing.orders import Difference
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.ledgers import Ledger
    from geo_registry.registry.importing.plans import Plan
    from geo_registry.registry.importing.spilling import Spill

LISTED = 50
"""Rows of a list that are told; all are counted."""
_NAMES = ("row", "kind", "code", "name", "district")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file, or one record: what it is called, and what would change.

    Attributes
    ----------
    row
        Number in the file; None for a record that is not in it.
    id
        The record; None for a new one.
    kind, code, name, district
        What it says.
    differences
        The fields that would change.
    """

    row: int | None
    id: str | None
    kind: str
    code: str | None
    name: str | None
    district: str | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """How many there are, and the first of them."""

    count: int
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What a file would bring.

    Attributes
    ----------
    new, changed, same
        Its rows.
    gone
        Records that the same sender's earlier imports of these kinds brought, and that are not in it: they
        stay as they are.
    """

    new: Listing
    changed: Listing
    same: Listing
    gone: Listing


def news(house: House, viewer: Viewer, ledger: Ledger, found: Plan) -> News:
    """List what a file would bring.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who would import.
    ledger
        The checked file.
    found
        What it would change.
    """
    if ledger.spill:
        count = len(found.rows.new)
        return News(Listing(count, _spilled(ledger, ledger.spill)), Listing(0), Listing(0), Listing(0))
    frame, ids = ledger.frame(house.catalog), found.ids or {}
    stored = house.store.records(ledger.kinds, as_of=found.change.base)
    same = found.rows.unchanged
    return News(
        Listing(len(found.rows.new), _lines(frame.loc[list(found.rows.new[:LISTED])])),
        Listing(len(found.rows.updated), tuple(_changes(house, viewer, found, stored))),
        Listing(len(same), _lines(frame.loc[list(same[:LISTED])], [ids[row] for row in same[:LISTED]])),
        _gone(house, viewer, ledger, stored, known=ids.values()),
    )


def _lines(rows: pd.DataFrame, ids: Sequence[str | None] | None = None) -> tuple[Line, ...]:
    told = rows[list(_NAMES)].astype(object).where(rows[list(_NAMES)].notna(), None)
    numbered = zip(ids or [None] * len(rows), told.itertuples(index=False), strict=True)
    return tuple(Line(row, record, *rest) for record, (row, *rest) in numbered)


def _spilled(ledger: Ledger, spill: Spill) -> tuple[Line, ...]:
    places = np.flatnonzero(spill.kept)[:LISTED]
    columns = {name: spill.some(name, places).to_pylist() for name in _NAMES if name != "kind"}
    return _lines(pd.DataFrame(columns).assign(kind=ledger.kinds[0]))


def _changes(house: House, viewer: Viewer, found: Plan, stored: pd.DataFrame) -> Iterable[Line]:
    """Tell which fields of known records would change."""
    wanted = sorted(found.rows.updated)[:LISTED]
    written = {place: at for at, place in enumerate(sorted([*found.rows.new, *found.rows.updated]))}
    after = visible(viewer, found.change.opened.iloc[[written[place] for place in wanted]], house.catalog)
    closed = pd.MultiIndex.from_tuples(found.change.closed, names=("id", "version"))
    held = pd.MultiIndex.from_frame(stored[["id", "version"]]).isin(closed)
    before = visible(viewer, _known(stored[held & stored["id"].isin(after["id"])]), house.catalog)
    versions = before.set_index("id")
    for line, (_, row) in zip(_lines(after, after["id"].tolist()), after.iterrows(), strict=True):
        changed = differing(versions.loc[row["id"]], row, house.catalog.kinds[line.kind])
        yield Line(line.row, line.id, line.kind, line.code, line.name, line.district, changed)


def _known(stored: pd.DataFrame) -> gpd.GeoDataFrame:
    return conform(stored.drop(columns=["known_from", "known_to"]))


def _gone(
    house: House, viewer: Viewer, ledger: Ledger, stored: pd.DataFrame, *, known: Iterable[str]
) -> Listing:
    """List what the sender's earlier imports of these kinds brought and this file does not name."""
    missing = stored[stored["id"].isin(_brought(house, viewer, ledger)) & ~stored["id"].isin(list(known))]
    if missing.empty:
        return Listing(0)
    rows = latest(visible(viewer, _known(missing), house.catalog))
    rows = rows[(rows["status"] != VOID) & ~rows["code"].isin(_codes(ledger))]
    shown = rows.head(LISTED)
    lines = _lines(shown.assign(row=None), shown["id"].tolist())
    return Listing(len(rows), lines)


def _brought(house: House, viewer: Viewer, ledger: Ledger) -> set[str]:
    commits, by = house.store.commits(), name_of(viewer, ledger.order.by)
    undone, kinds = undone_by(commits), set(ledger.kinds)
    own = [
        each
        for each in commits
        if each.action == "import" and each.by == by and not is_undone(str(each.batch), undone)
    ]
    touched = [
        house.touched(each.revision) for each in own if kinds & set(_listed(each.details.get("kinds")))
    ]
    return {name for each in touched for name, kind in each.items() if kind in kinds}


def _listed(kinds: Any) -> Sequence[str]:  # noqa: ANN401 (plain JSON)
    return list(kinds or ())


def _codes(ledger: Ledger) -> set[str]:
    """Collect the codes that stand in the file, in refused rows too."""
    found: set[str] = set()
    for part in ledger.parts:
        at = part.heading.column("code")
        found |= set(part.heading.body[f"c{at}"].to_pylist()) - {None} if at is not None else set()
    return found
