"""What a long ledger of new things changes: every good row is a new record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from geo_registry.core.frame import empty
from geo_registry.core.ledger.changes import SortedRows
from geo_registry.registry.importing.plans import Plan
from geo_registry.registry.importing.streaming.checking import CHECKED
from geo_registry.store.rows import Change
from geo_registry.store.writing.columns import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo_registry.registry.house import House
    from geo_registry.registry.importing.ledgers import Ledger
    from geo_registry.registry.importing.spilling import Spill

WRITTEN = 0.8
"""Share of the work that is done when all rows are written and their indexes are not."""


def plan_long(house: House, ledger: Ledger, spill: Spill, *, base: int) -> Plan | None:
    """Work out what a long ledger changes.

    Parameters
    ----------
    house
        Where records are.
    ledger
        From `check_long`.
    spill
        Its rows.
    base
        Revision to compare with.

    Returns
    -------
    Plan or None
        None where something is known of the kind by now, so that the ledger must be looked at whole.
    """
    if any(house.store.counts().get(kind) for kind in ledger.kinds):
        return None
    versions = NewVersions(house, spill, base + 1, ledger.order.watch)
    rows = SortedRows(range(len(versions)), (), ())
    return Plan(Change(base, empty(), more=versions), rows, unlocated=_unlocated(spill))


def _unlocated(spill: Spill) -> tuple[int, ...]:
    return tuple(spill.numbers[spill.kept & ~spill.placed].tolist())


@dataclass(frozen=True, slots=True)
class NewVersions:
    """The first versions of new records, from a spill.

    Attributes
    ----------
    house
        Gives them their identities.
    spill
        The rows.
    revision
        By which they become known.
    watch
        Is told how far their writing is.
    """

    house: House
    spill: Spill
    revision: int
    watch: Callable[[float], None]

    def __len__(self) -> int:
        """Count the versions."""
        return int(self.spill.kept.sum())

    def __iter__(self) -> Iterator[pa.Table]:
        """Give the versions block by block."""
        start = number = 0
        for table in self.spill.tables():
            end = start + len(table)
            kept = self.spill.kept[start:end]
            rows = table if kept.all() else table.filter(pa.array(kept))
            ids = self.house.new_ids(self.revision, range(number, number + len(rows)))
            own = {"id": ids, "code_no": self.spill.code_no[start:end][kept]}
            own |= {"batch": [f"b{self.revision}"] * len(rows), "known_from": [self.revision] * len(rows)}
            for name, values in own.items():
                at, field = SCHEMA.get_field_index(name), SCHEMA.field(name)
                rows = rows.set_column(at, field, pa.array(np.asarray(values), field.type))
            yield rows
            start, number = end, number + len(rows)
            self.watch(CHECKED + (WRITTEN - CHECKED) * end / self.spill.rows)
