"""What only our own files have: recognised when it comes back, and left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from geo_registry.core.ledger.reading.cell import key_of
from geo_registry.publish.export import notes
from geo_registry.publish.refused import FAULTS, SHAPE

if TYPE_CHECKING:
    from geo_registry.core.raw import RawLayer

OWN_NOTES = frozenset({notes.NOTES, notes.DICTIONARY, notes.CUT})
"""Sheets and tables by which the registry's own exports explain themselves."""
SEARCHED_ROWS = 3
"""Rows at the top of a sheet of refused rows in which our own columns have their headings."""


def without_own_columns(layer: RawLayer) -> RawLayer:
    """Empty the columns that only our own sheet of refused rows has.

    Parameters
    ----------
    layer
        A sheet as it was read.
    """
    if layer.headings is not None:
        return layer
    own = {key_of(FAULTS), key_of(SHAPE)}
    top = layer.cells.slice(0, SEARCHED_ROWS)
    names = [name for name in top.column_names if name[:1] == "c"]
    found = [name for name in names if own & {key_of(text) for text in top[name].to_pylist() if text}]
    cells = layer.cells
    for name in found:
        empty = pa.nulls(cells.num_rows, pa.string())
        cells = cells.set_column(cells.column_names.index(name), name, empty)
    return replace(layer, cells=cells) if found else layer
