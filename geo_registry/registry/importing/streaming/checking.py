"""A long ledger checked block by block: what is good is spilled, what is not is told."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from geo_registry.core.findings import Finding
from geo_registry.core.frame import empty
from geo_registry.core.ledger.duplicates import key_marks, may_repeat
from geo_registry.core.ledger.headings import Heading, further, locate
from geo_registry.core.ledger.validate import Checked, has_shapes
from geo_registry.core.ledger.validate.layer import check_layer, in_order, told_skips, validate_block
from geo_registry.core.ledger.validate.whole import Whole, find_copies, look_at_whole
from geo_registry.core.raw import GEOMETRY, ROW
from geo_registry.registry import records
from geo_registry.registry.importing.ledgers import CATEGORY, Desk, Ledger, Part, taken
from geo_registry.registry.importing.spilling import KEYS, MIDDLES, Spill, with_middles
from geo_registry.store.writing.columns import stored_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Kind
    from geo_registry.core.ledger.validate import Rules
    from geo_registry.core.raw import RawFile
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.orders import Order

LONG_FROM = 100_000
"""Ledgers of fewer rows are checked whole."""
BLOCK_ROWS = 65_536
"""So many rows are checked at a time."""
READ, CHECKED = 0.15, 0.45
"""Share of the work that is done when a file has been read, and when it has been checked: as measured."""
WORKERS = 2
"""Blocks that are checked side by side; most of it needs no lock of Python's."""
_NO_ROWS = empty()
_EQUAL = ("code", "name", "x_given", "y_given", "attributes")
"""Stored columns in which rows that say the same agree."""


def check_long(
    house: House, viewer: Viewer, raw: RawFile, order: Order, *, districts: gpd.GeoDataFrame | None
) -> Ledger | None:
    """Check a long ledger, if it is one of a kind of which nothing is known yet.

    Parameters
    ----------
    house
        Catalog, region, today, and what is stored.
    viewer
        Who imports.
    raw
        The parsed file.
    order
        What is asked of the import.
    districts
        District polygons, WGS 84; None where there are none.

    Returns
    -------
    Ledger or None
        With its good rows spilled; None where the ledger must be looked at whole: it is short, tells kinds
        by a column, or its rows are to be compared with records.

    Raises
    ------
    FileRefused
        As `ledgers.check_file`.
    """
    if viewer.bounds.areas is not None or sum(layer.cells.num_rows for layer in raw.layers) < LONG_FROM:
        return None
    layers = list(taken(house, raw, records.of_kind(house, order.kind) if order.kind else None))
    layer, kind = layers[0]
    if len(layers) > 1 or kind is None or layer.formulas or house.store.counts().get(kind.name):
        return None
    first = locate(replace(layer, cells=layer.cells.slice(0, BLOCK_ROWS)), house.catalog, kind, order.renames)
    rising = bool((np.diff(layer.cells[ROW].to_numpy()) > 0).all())
    if first.column(CATEGORY) is not None or not first.body.num_rows or not rising:
        return None
    desk = Desk(house, layer, order, districts, raw.format)
    check_layer(layer, first, kind, desk.rules(kind))
    return _Long(raw, desk, kind, first, has_shapes(layer.cells)).checked()


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows that were checked by themselves: what is good by stored columns, the rest without a frame."""

    good: pa.Table
    marks: Mapping[str, NDArray[np.int64]]
    checked: Checked


@dataclass(frozen=True, slots=True)
class _Long:
    raw: RawFile
    desk: Desk
    kind: Kind
    first: Heading
    shapes: bool

    def checked(self) -> Ledger | None:
        """Check block by block, then look at the whole."""
        spill = Spill()
        told: list[Checked] = []
        blocks = -(-self.desk.layer.cells.num_rows // BLOCK_ROWS)
        for done, block in enumerate(self._blocks(), start=1):
            if block is None or (told and told[0].datum != block.checked.datum):
                return None
            told.append(block.checked)
            if len(block.good):
                spill.add(block.good, block.marks)
            self.raw.forget()
            self.desk.order.watch(READ + (CHECKED - READ) * done / blocks)
        spill.end()
        found = self._looked_at(spill)
        spill.mark(found.first, found.code_no)
        heading, desk = self.first, self.desk
        checked = self._joined(told, found, spill.numbers)
        given = desk.given(heading, self.kind, checked.datum)
        part = Part(desk.layer.name, self.kind.name, given, checked, desk.layer, heading)
        return Ledger(self.raw, desk.order, (part,), spill)

    def _blocks(self) -> Iterator[_Block | None]:
        """Check the blocks side by side, and give them in their order."""
        rules = self.desk.rules(self.kind)
        waiting: deque[Any] = deque()
        with ThreadPoolExecutor(WORKERS) as crew:
            for start in range(0, self.desk.layer.cells.num_rows, BLOCK_ROWS):
                waiting.append(crew.submit(self._block, start, rules))
                if len(waiting) > WORKERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _block(self, start: int, rules: Rules) -> _Block | None:
        layer = self.desk.layer
        heading = self.first if not start else further(self.first, layer.cells.slice(start, BLOCK_ROWS))
        if has_shapes(heading.body) != self.shapes and heading.body.num_rows:
            return None
        block = validate_block(layer, heading, self.kind, rules)
        checked = self.desk.marked(block.checked, heading)
        good = with_middles(stored_columns(checked.frame.assign(kind=self.kind.name), 0, block.points))
        warned = (*checked.findings, *told_skips(heading))
        marks = {name: key_marks(good[name].combine_chunks(), names=name != "code") for name in KEYS}
        return _Block(good, marks, replace(checked, frame=_NO_ROWS, elsewhere=len(good), findings=warned))

    def _looked_at(self, spill: Spill) -> Whole:
        if not spill.rows:
            return Whole(np.array([], dtype=np.int64), np.array([], dtype=np.int64), ())
        alike = {name: may_repeat(spill.marks[name]) for name in KEYS}
        among = alike["code"] | (spill.marks["code"] == 0)
        first = find_copies(spill.some, _EQUAL, lambda places: self._said(spill, places), among)
        names = dict(zip(("lon", "lat"), MIDDLES, strict=True))
        return look_at_whole(lambda name, at: spill.some(names.get(name, name), at), first, alike)

    def _said(self, spill: Spill, places: NDArray[np.int64]) -> Sequence[object]:
        """Give what some rows say, cell by cell as they were sent, serial numbers apart."""
        numbers = spill.numbers[places]
        cells = self.desk.layer.cells
        at = np.searchsorted(cells[ROW].to_numpy(), numbers)
        body = further(replace(self.first, rows=()), cells.take(pa.array(at))).body
        names = [f"c{at}" for at in sorted({*self.first.columns, *self.first.extra})]
        names += [GEOMETRY] if GEOMETRY in body.column_names else []
        return [tuple(row.values()) for row in body.select(names).to_pylist()]

    def _joined(self, told: Sequence[Checked], found: Whole, rows: NDArray[np.int64]) -> Checked:
        copies = np.flatnonzero(found.first >= 0)
        again = [
            Finding("DUPLICATE", int(rows[at]), details={"other_row": int(rows[found.first[at]])})
            for at in copies
        ]
        gone = {each.row for each in again}
        findings = [each for one in told for each in one.findings if each.row not in gone]
        refused = sorted([*(row for one in told for row in one.refused), *rows[copies].tolist()])
        return Checked(
            _NO_ROWS,
            in_order([*findings, *again, *found.findings]),
            sum(one.rows for one in told),
            tuple(refused),
            tuple(skipped for one in told for skipped in one.skipped),
            told[0].datum,
            len(rows) - len(copies),
        )
