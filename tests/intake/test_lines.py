"""Text that is cut by blocks gives the records that the standard library reads, whatever the blocks."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from geo_registry.core.raw import ROW, WIDTH
from geo_registry.errors import FileRefused
from geo_registry.intake.parts import lines
from geo_registry.intake.parts.cells import Grid
from geo_registry.settings import Limits

LIMITS = Limits(columns=6, rows=8)
LETTERS = some.text(some.sampled_from('a煤😀,;" \t\r\n\x00'), max_size=40)
PLAIN = some.lists(some.lists(some.sampled_from(["", "a", "煤点", " 1"]), min_size=3, max_size=3), max_size=6)


def by_blocks(text: bytes, encoding: str, size: int, limits: Limits) -> object:
    """Read a text by blocks of a size."""
    grid, kept = Grid(limits), lines.BLOCK_BYTES
    lines.BLOCK_BYTES = size
    read = lines.Lines(lines.blocks(io.BytesIO(text), encoding), ",")
    try:
        read.into(grid)
        return told(grid)
    except csv.Error as fault:
        return str(fault), read.number
    except FileRefused as fault:
        return fault.code, fault.details
    finally:
        lines.BLOCK_BYTES = kept


def by_the_library(text: str, limits: Limits) -> object:
    """Read a text record by record."""
    grid, number = Grid(limits), 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            grid.add(number, cells)
        return told(grid)
    except csv.Error as fault:
        return str(fault), number
    except FileRefused as fault:
        return fault.code, fault.details


def told(grid: Grid) -> object:
    """Give the rows of a grid."""
    rows = grid.table().to_pydict()
    return rows.pop(ROW), rows.pop(WIDTH), list(rows.values()), grid.rows


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_blocks_do_not_show(encoding: str) -> None:
    """Quotes, breaks of every kind, ragged and empty rows: the same rows, numbers, widths and faults."""

    @settings(max_examples=400, deadline=None)
    @given(LETTERS, some.integers(1, 12), some.sampled_from([LIMITS, replace(LIMITS, columns=2, rows=2)]))
    def holds(text: str, size: int, limits: Limits) -> None:
        assert by_blocks(text.encode(encoding), encoding, size, limits) == by_the_library(text, limits)

    holds()


@settings(max_examples=200, deadline=None)
@given(PLAIN, some.sampled_from(["\n", "\r\n"]), some.integers(1, 30), some.booleans())
def test_plain_tables_are_cut_as_they_are_read(
    rows: list[list[str]], end: str, size: int, closed: bool
) -> None:
    """Tables of one width, empty cells and rows among them, with and without a break at the end."""
    text = end.join(",".join(row) for row in rows) + end * closed
    assert by_blocks(text.encode(), "utf-8", size, LIMITS) == by_the_library(text, LIMITS)


def test_a_byte_order_mark_is_no_letter() -> None:
    """The mark before UTF-8 belongs to no cell, however small the blocks."""
    assert by_blocks("\ufeff名称,a\n".encode(), "utf-8", 64, LIMITS) == by_the_library("名称,a\n", LIMITS)
