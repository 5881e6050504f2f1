"""Likely twins: a person decides whether two records are one, and the decision is remembered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_registry.core.access import changeable, must, own, visible
from geo_registry.core.frame import empty
from geo_registry.core.ledger.duplicates import find_twins
from geo_registry.core.ledger.versions import latest, standing
from geo_registry.errors import Conflict, NotAllowed, NotFound, ValueRefused
from geo_registry.registry import records
from geo_registry.registry.editing.decisions import DECIDE, decisions
from geo_registry.registry.editing.orders import refuse_long
from geo_registry.registry.editing.reach import name_of
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

VOID = "void"
TRIES = 5


@dataclass(frozen=True, slots=True)
class Twin:
    """Two records that are likely one thing.

    Attributes
    ----------
    id, code, name
        The later record.
    other_id, other_code, other_name
        The earlier one.
    kind
        Of both.
    distance_m
        Between them, metres.
    """

    id: str
    code: str | None
    name: str
    other_id: str
    other_code: str | None
    other_name: str
    kind: str
    distance_m: float

    @property
    def document(self) -> dict[str, Any]:
        """Everything as plain values."""
        return asdict(self)


def twins(house: House, viewer: Viewer) -> list[Twin]:
    """List the likely twins about which nobody has decided, each record with its nearest.

    Raises
    ------
    NotAllowed
        If the viewer may not decide.
    """
    must(viewer, "decide")
    revision = house.revision()

    def look() -> list[Twin]:
        return [twin for kind in house.catalog.kinds for twin in _twins(house, viewer, kind, revision)]

    return house.recent.get(("twins", revision, viewer.bounds), look)


def _twins(house: House, viewer: Viewer, kind: str, revision: int) -> list[Twin]:
    settled = decisions(house)
    rows = latest(records.frame(house, viewer, kind, revision))
    mine = own(viewer, rows)
    rows = rows[mine & ~rows["id"].isin(settled.merged)].reset_index(drop=True)
    places = {str(name): at for at, name in enumerate(rows["id"])}
    pairs = [sorted(places[name] for name in pair) for pair in settled.pairs if pair <= places.keys()]
    apart = {(later, earlier) for earlier, later in pairs}
    rows["row"] = pd.Series(range(len(rows)), dtype="Int64")
    return [
        _twin(rows.iloc[found.row or 0], rows.iloc[int(str(found.details["other_row"]))], found.details)
        for found in find_twins(rows, apart)
    ]


def _twin(one: pd.Series[Any], other: pd.Series[Any], details: Any) -> Twin:  # noqa: ANN401 (plain JSON)
    codes = [None if pd.isna(row["code"]) else str(row["code"]) for row in (one, other)]
    names = [str(row["name"]) for row in (one, other)]
    ids = [str(row["id"]) for row in (one, other)]
    return Twin(
        ids[0], codes[0], names[0], ids[1], codes[1], names[1], str(one["kind"]), float(details["distance_m"])
    )


def decide(
    house: House, viewer: Viewer, pair: tuple[str, str], *, same: bool, reason: str, by: str | None = None
) -> Commit:
    """Decide whether two records are one thing; of one thing the later record is put away as void.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who decides.
    pair
        Ids of the records.
    same
        Whether they are one thing.
    reason
        Why.
    by
        In whose name, where the owner decides for somebody.

    Raises
    ------
    NotAllowed
        If the viewer may not decide, or one of the two lies outside its area.
    NotFound
        If there is no such record, or the viewer may not see it.
    ValueRefused
        ``DECIDE_ONE`` if both are the same record, ``DECIDE_KINDS`` if records of different kinds are said to
        be one thing, ``FIELD_TOO_LONG`` for the reason.
    Conflict
        If other commits kept coming first.
    """
    must(viewer, "decide")
    if pair[0] == pair[1]:
        raise ValueRefused("DECIDE_ONE", value=pair[0])
    refuse_long(reason)
    for tries in range(1, TRIES + 1):
        base = house.revision()
        change, details = _decided(house, viewer, sorted(pair), base, same=same)
        note = Commit(
            0, house.now, name_of(viewer, by), DECIDE, f"b{base + 1}", {**details, "reason": reason}
        )
        try:
            return house.store.commit(change, note)
        except Conflict:
            if tries == TRIES:
                raise
    raise AssertionError


def _decided(
    house: House, viewer: Viewer, ids: list[str], base: int, *, same: bool
) -> tuple[Change, dict[str, object]]:
    found = {name: _one(house, viewer, name, base) for name in ids}
    details: dict[str, object] = {"ids": ids, "same": same}
    if not same:
        return Change(base, empty()), details
    if len({str(row["kind"].iloc[0]) for row, _ in found.values()}) > 1:
        raise ValueRefused("DECIDE_KINDS", value=ids[0], other=ids[1])
    kept, gone = sorted(ids, key=lambda name: (_first_known(house, name), name))
    row, newest = found[gone]
    code = None if pd.isna(row["code"].iloc[0]) else str(row["code"].iloc[0])
    details |= {"kept": kept, "void": gone, "code": code}
    if row["status"].iloc[0] == VOID:
        return Change(base, empty()), details
    opened = row.assign(status=VOID, version=newest + 1, batch=f"b{base + 1}")
    return Change(base, opened, ((gone, int(row["version"].iloc[0])),)), details


def _one(house: House, viewer: Viewer, name: str, base: int) -> tuple[gpd.GeoDataFrame, int]:
    rows, newest = records.open_versions(house, name, base)
    if visible(viewer, standing(rows, house.today), house.catalog).empty:
        raise NotFound("RECORD_UNKNOWN", value=name)
    if not changeable(viewer, rows, house.catalog).all():
        raise NotAllowed("OUT_OF_AREA", value=name)
    last = latest(rows)
    return last.drop(columns=["known_from", "known_to"], errors="ignore"), newest


def _first_known(house: House, name: str) -> tuple[int, int]:
    first = house.store.history(name).iloc[0]
    row = first["row"]
    return int(first["known_from"]), 0 if pd.isna(row) else int(row)
