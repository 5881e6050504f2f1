"""Rows that lie outside the area of who sends them: refused like any other row that cannot be taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.core.access import changeable
from geo_registry.core.findings import Finding
from geo_registry.registry.importing.plans import match_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.core.ledger.validate import Checked
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.ledgers import Ledger


def within_area(house: House, viewer: Viewer, ledger: Ledger, *, base: int) -> Ledger:
    """Refuse the rows that lie outside the viewer's area, or would change a record that does.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who imports.
    ledger
        The checked file.
    base
        Revision to compare with.
    """
    frame = ledger.frame(house.catalog)
    if viewer.bounds.areas is None or frame.empty:
        return ledger
    matched = match_rows(house, viewer, ledger, frame, base=base)
    inside = changeable(viewer, matched.merged, house.catalog)
    foreign = matched.old.index[~changeable(viewer, matched.old, house.catalog)]
    inside[matched.merged.index.get_indexer(foreign)] = False
    ends = np.cumsum([part.checked.accepted for part in ledger.parts])[:-1]
    parts = zip(ledger.parts, np.split(inside, ends), strict=True)
    return replace(
        ledger,
        parts=tuple(replace(part, checked=_without(part.checked, keep)) for part, keep in parts),
    )


def _without(checked: Checked, keep: NDArray[np.bool_]) -> Checked:
    if keep.all():
        return checked
    rows = checked.frame["row"][~keep].astype(int).tolist()
    told = [found for found in checked.findings if found.row not in set(rows)]
    told += [
        Finding("OUT_OF_AREA", row, "district", None if missing else district)
        for row, district, missing in zip(
            rows, checked.frame["district"][~keep], checked.frame["district"][~keep].isna(), strict=True
        )
    ]
    told.sort(key=lambda found: (found.row or 0, found.code))
    return replace(
        checked,
        frame=checked.frame[keep].reset_index(drop=True),
        findings=tuple(told),
        refused=tuple(sorted({*checked.refused, *rows})),
    )
