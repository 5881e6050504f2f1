"""The refused rows of a file as a workbook: the sender's own columns, what is wrong beside each row."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xlsxwriter

from geo_registry.publish.export.notes import NOTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FAULTS = "退回原因 What is wrong"
"""Heading of the last column in every language; an import takes no notice of the column."""
SHAPE = "图形 Shape (WKT)"
"""Heading of lines and polygons as text, to look at only; an import takes no notice of it either."""
MAX_TEXT = 32_767
"""Longest text of a cell that Excel takes, characters."""
MAX_ROWS = 1_048_000
"""Rows of a sheet below its headings; Excel takes 1,048,576 in all."""
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NAME_LENGTH = 31
"""Longest name of a sheet that Excel takes, in UTF-16 units."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
"""What Excel takes in no name of a sheet, or XML nowhere."""
_CREATED = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook knows no zones; fixed, so that bytes are
_WIDTH, _WIDE = 14, 60
_BAD, _SAID = "#fbe3e1", "#9c1510"
_COMMENT_PX = {"x_scale": 2.5, "y_scale": 1.2}


@dataclass(frozen=True, slots=True)
class RefusedSheet:
    """The refused rows of one sheet.

    Attributes
    ----------
    name
        As the sender called it.
    headings
        Rows of headings as they were sent, one text a column.
    rows
        Cells of each row as they were sent.
    faults
        What is wrong with each row.
    marks
        ``(row, column)`` of the cells that are to blame, with what is wrong with them.
    """

    name: str
    headings: Sequence[Sequence[str]]
    rows: Sequence[Sequence[str | None]]
    faults: Sequence[str]
    marks: Mapping[tuple[int, int], str]


def refused_workbook(sheets: Sequence[RefusedSheet], lines: Sequence[str], author: str) -> bytes:
    """Write refused rows as a workbook that can be mended and sent again.

    Parameters
    ----------
    sheets
        The rows by sheet, each at most `MAX_ROWS`.
    lines
        What to do with it, for a sheet of its own.
    author
        Who speaks in the comments.

    Returns
    -------
    bytes
        Every cell is text and stays text, whatever it starts with.
    """
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    looks = {
        "bold": book.add_format({"bold": True}),
        "bad": book.add_format({"bg_color": _BAD}),
        "said": book.add_format({"font_color": _SAID, "text_wrap": True}),
        "plain": None,
    }
    used: set[str] = set()
    for sheet in sheets:
        _write(book.add_worksheet(_sheet_name(sheet.name, used)), sheet, looks, author)
    notes = book.add_worksheet(NOTES)
    notes.set_column(0, 0, 2 * _WIDE)
    for row, line in enumerate(lines):
        notes.write_string(row, 0, line, looks["bold"] if row == 0 else None)
    book.close()
    return content.getvalue()


def _sheet_name(name: str, used: set[str]) -> str:
    """Give a sheet a name that Excel takes and no other sheet has; the sender's own where that can be."""
    plain = _cut(_FORBIDDEN.sub(" ", name), _NAME_LENGTH) or "1"
    chosen, again = plain, 1
    while chosen.casefold() in used | {NOTES.casefold()}:
        again += 1
        chosen = f"{_cut(plain, _NAME_LENGTH - len(str(again)) - 1)} {again}"
    used.add(chosen.casefold())
    return chosen


def _cut(name: str, units: int) -> str:
    """Keep so many UTF-16 units, none of them half a character; no name begins or ends with an apostrophe."""
    kept = name.strip("' ").encode("utf-16-le", "surrogatepass")[: 2 * units]
    return kept.decode("utf-16-le", "ignore").strip("' ")


def _write(page: Any, sheet: RefusedSheet, looks: Mapping[str, Any], author: str) -> None:  # noqa: ANN401
    last = max((len(row) for row in sheet.headings), default=0)
    page.set_column(0, max(last - 1, 0), _WIDTH)
    page.set_column(last, last, _WIDE)
    page.freeze_panes(len(sheet.headings), 0)
    for row, texts in enumerate(sheet.headings):
        for column, text in enumerate(texts):
            if text:
                page.write_string(row, column, text, looks["bold"])
    page.write_string(max(len(sheet.headings) - 1, 0), last, FAULTS, looks["said"])
    for row, (cells, fault) in enumerate(zip(sheet.rows, sheet.faults, strict=True)):
        at = row + len(sheet.headings)
        for column, cell in enumerate(cells):
            mark = sheet.marks.get((row, column))
            _write_cell(page, (at, column), cell, looks["bad" if mark else "plain"])
            if mark:
                page.write_comment(at, column, mark, {"author": author, **_COMMENT_PX})
        page.write_string(at, last, fault[:MAX_TEXT], looks["said"])


def _write_cell(page: Any, place: tuple[int, int], text: str | None, look: Any) -> None:  # noqa: ANN401
    if text:
        page.write_string(*place, text[:MAX_TEXT], look)
    elif look is not None:
        page.write_blank(*place, None, look)
