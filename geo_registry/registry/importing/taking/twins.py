"""Likely twins within one file, without the pairs about which somebody has decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo_registry.core.ledger.duplicates import find_twins
from geo_registry.registry.editing.decisions import Decisions, decisions

if TYPE_CHECKING:
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.ledgers import Ledger, Part
    from geo_registry.registry.importing.plans import Plan

TWIN = "POSSIBLE_DUPLICATE"


def without_decided(house: House, ledger: Ledger, found: Plan) -> Ledger:
    """Leave out the warnings about pairs that a person has decided already.

    Parameters
    ----------
    house
        Where the decisions are.
    ledger
        The checked file.
    found
        Which record each of its rows is.
    """
    settled, ids, start = decisions(house), found.ids, 0
    if not settled.pairs or not ids:
        return ledger
    parts = []
    for part in ledger.parts:
        count = part.checked.accepted
        parts.append(_told_anew(part, [ids[at] for at in range(start, start + count)], settled))
        start += count
    return replace(ledger, parts=tuple(parts))


def _told_anew(part: Part, ids: list[str], settled: Decisions) -> Part:
    places = {name: at for at, name in enumerate(ids)}
    here = [sorted(places[name] for name in pair) for pair in settled.pairs if pair <= places.keys()]
    if not here:
        return part
    apart = {(later, earlier) for earlier, later in here}
    others = [each for each in part.checked.findings if each.code != TWIN]
    told = sorted([*others, *find_twins(part.checked.frame, apart)], key=lambda one: (one.row or 0, one.code))
    return replace(part, checked=replace(part.checked, findings=tuple(told)))
