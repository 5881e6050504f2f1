"""One sheet of a workbook, cell by cell in one pass (ECMA-376 part 1, 18.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from geo_registry.core.raw import RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.formats.ooxml.merges import Range, spread
from geo_registry.intake.formats.ooxml.styles import date_text
from geo_registry.intake.parts.cells import Grid, number_text
from geo_registry.intake.parts.escapes import unescape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.intake.parts.markup import Attributes
    from geo_registry.settings import Limits

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_COLUMN = re.compile("[A-Z]{1,3}")


class _Columns(dict[str, int]):
    """Column letters to index from 0, each worked out once."""

    def __missing__(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if letters != reference:
            return self[letters]
        if not _COLUMN.fullmatch(letters):
            raise FileRefused("XML_INVALID", value=reference)
        index = 0
        for letter in letters:
            index = index * 26 + ord(letter) - ord("A") + 1
        self[letters] = index - 1
        return index - 1


@dataclass(frozen=True, slots=True)
class Book:
    """What the sheets of a workbook share.

    Attributes
    ----------
    strings
        Shared strings.
    dates
        Styles that show a date.
    date1904
        True where days are counted from 1904.
    """

    strings: Sequence[str]
    dates: frozenset[str]
    date1904: bool
    limits: Limits


class Sheet:
    """Takes the events of `markup.walk` and becomes a layer.

    Parameters
    ----------
    name
        The sheet's name.
    book
        What it shares with the others.
    """

    def __init__(self, name: str, book: Book) -> None:
        self._name = name
        self._book = book
        self._columns = _Columns()
        self._grid = Grid(book.limits)
        self._formulas: list[tuple[int, int]] = []
        self._merged: list[Range] = []
        self._row = self._column = self._cells = self._widest = 0
        self._values: list[str | None] = []
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._listening = self._guide = self._formula = self._in_cell = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        if name == "c":
            self._start_cell(attributes)
        elif name in {"v", "t"}:
            self._listening = self._in_cell and not self._guide
        elif name == "f":
            self._formula = self._in_cell
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._guide = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def text(self, part: str) -> None:
        """Take characters."""
        if self._listening:
            self._parts.append(part)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name in {"v", "t"}:
            self._listening = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._guide = False

    def _start_row(self, attributes: Attributes) -> None:
        number = attributes.get("r")
        row = self._row + 1 if number is None else int(number) if number.isdecimal() else 0
        if not self._row < row <= LAST_ROW:
            raise FileRefused("XML_INVALID", sheet=self._name, row=self._row, value=number)
        self._row, self._column = row, -1
        self._values = []

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._column = self._column + 1 if reference is None else self._columns[reference]
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._parts.clear()
        self._formula, self._in_cell = False, True

    def _end_cell(self) -> None:
        self._in_cell = False
        stored = "".join(self._parts)
        if stored:
            self._keep(self._decode(stored))
        elif self._formula and self._kind != "str":
            self._formulas.append((self._row, self._column))

    def _keep(self, value: str | None) -> None:
        self._cells += 1
        self._widest = max(self._widest, self._column + 1)
        # rows times columns: one cell in the last corner of a sheet is as bad as a full one
        if max(self._cells, self._row * self._widest) > self._book.limits.cells or self._widest > LAST_COLUMN:
            raise FileRefused(
                "SHEET_TOO_LARGE",
                value=self._name,
                row=self._row,
                limit=self._book.limits.cells,
                unit="cells",
            )
        missing = self._column + 1 - len(self._values)
        self._values.extend([None] * missing)
        self._values[self._column] = value

    def _decode(self, stored: str) -> str | None:
        kind = self._kind
        if kind == "s":
            return self._shared(stored)
        if kind == "n":
            return self._number(stored)
        if kind == "b":
            return "true" if stored.strip() in {"1", "true"} else "false"
        return unescape(stored) if kind in {"str", "inlineStr"} else stored

    def _shared(self, stored: str) -> str:
        index = stored.strip()
        if not index.isdecimal() or int(index) >= len(self._book.strings):
            self._broken(stored)
        return self._book.strings[int(index)]

    def _number(self, stored: str) -> str:
        try:
            number = float(stored)
        except ValueError:
            self._broken(stored)
        if self._style in self._book.dates:
            shown = date_text(number, date1904=self._book.date1904)
            if shown is not None:
                return shown
        return stored if stored.isdecimal() else number_text(number)

    def _broken(self, stored: str) -> NoReturn:
        raise FileRefused("XML_INVALID", sheet=self._name, row=self._row, value=stored)

    def _end_row(self) -> None:
        self._grid.add(self._row, self._values)

    def _merge(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise FileRefused("XML_INVALID", sheet=self._name, value=reference)
        if found[3] is None:
            return
        top, bottom = int(found[2]), int(found[4])
        self._merged.append((top, bottom, self._columns[found[1]], self._columns[found[3]]))

    def layer(self) -> RawLayer:
        """Give what was taken, once the walk is over.

        Returns
        -------
        RawLayer
            Rows with their numbers, and the formula cells that hold no value.
        """
        columns = max([self._grid.columns, *(column + 1 for _, column in self._formulas)])
        cells = self._grid.table(columns)
        cells = spread(cells, columns, self._merged, self._book.limits.cells)
        return RawLayer(self._name, None, cells, formulas=tuple(self._formulas))
