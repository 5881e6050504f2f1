"""A report as a workbook: one sheet a section, numbers as numbers, every table with its filters."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from geo_registry.publish.columns import distinct
from geo_registry.publish.report.layout import printable
from geo_registry.publish.report.model import Facts, Figure, Paragraph, Signatures, Table, Verdict
from geo_registry.publish.report.writers.pictures import to_png

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geo_registry.publish.report.model import Block, Cell, Column, Form, Report, Section

SHEET_NAME_BYTES = 31
"""Longest name of a sheet; Excel counts characters, so a Chinese name stays well inside."""
NARROWEST, WIDEST = 9, 44
"""Widths of a column, characters of the default face."""
ABREAST = 8
"""Columns that running text spans, at the least."""
LINE = 16
"""Height of a line of text, points."""
MAP_SCALE = 0.55
"""Of the picture of 1,541 pixels: some 850 on a screen."""
TOP = 3
"""Row of the first block, below title and source."""

FORMATS: dict[Form, str] = {
    "count": "0",
    "metres": "0.0",
    "millimetres": "0.000",
    "bearing": "0",
    "share": "0.0%",
    "score": "0",
}
"""How numbers are shown; their cells hold them whole."""


def to_xlsx(report: Report, font_paths: Sequence[Path]) -> bytes:
    """Write a report as a workbook.

    Parameters
    ----------
    report
        The neutral report.
    font_paths
        As `pdf.to_pdf` has them; the map's letters are set in them.

    Returns
    -------
    bytes
        XLSX: every row of every table, also those that papers have no room for. Texts stay texts whatever
        they start with. The same report gives the same bytes.
    """
    content = io.BytesIO()
    titles = (
        printable(section.title).translate(dict.fromkeys(map(ord, r"[]:*?/\'"), "_"))
        for section in report.sections
    )
    names = distinct(titles, limit_bytes=SHEET_NAME_BYTES)
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        drawn_up = datetime.fromisoformat(report.drawn_up).replace(tzinfo=None)
        book.set_properties({"title": report.title, "created": drawn_up})
        looks = _looks(book)
        for section, name in zip(report.sections, names, strict=True):
            _Sheet(book.add_worksheet(name), report, looks).write(section, font_paths)
    return content.getvalue()


def _looks(book: Any) -> dict[str, Any]:  # noqa: ANN401
    wrapped: dict[str, object] = {"text_wrap": True, "valign": "top"}
    looks: dict[str, dict[str, object]] = {
        "title": {"bold": True, "font_size": 14},
        "quiet": {"font_color": "#5b6675"},
        "mark": {"font_color": "#9a4a00", "bold": True},
        "caption": {"bold": True},
        "paragraph": wrapped,
        "good": {**wrapped, "bg_color": "#f1f4f7"},
        "unknown": {**wrapped, "bg_color": "#f1f4f7"},
        "bad": {**wrapped, "bg_color": "#f1f4f7", "bold": True, "font_color": "#a8231c"},
        "head": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#f1f4f7"},
        "label": {"font_color": "#5b6675", "valign": "top"},
        "text": {"valign": "top"},
        "line": {"bottom": 1},
    }
    for form, pattern in FORMATS.items():
        looks[form] = {"num_format": pattern, "valign": "top"}
    bold = {f"sum {form}": {**looks[form], "bold": True} for form in ("text", *FORMATS)}
    return {name: book.add_format(look) for name, look in (looks | bold).items()}


class _Sheet:
    """One sheet while it is written from the top."""

    def __init__(self, sheet: Any, report: Report, looks: dict[str, Any]) -> None:  # noqa: ANN401
        self.sheet, self.report, self.looks = sheet, report, looks
        self.row = TOP
        self.widths: dict[int, int] = {}

    def write(self, section: Section, font_paths: Sequence[Path]) -> None:
        """Write a section; where it has one table the heads stay in sight."""
        tables = [block for block in section.blocks if isinstance(block, Table)]
        self.sheet.write_string(0, 0, printable(section.title), self.looks["title"])
        self.sheet.write_string(1, 0, f"{self.report.title} · {self.report.footer}", self.looks["quiet"])
        self.sheet.write_string(2, 0, self.report.mark, self.looks["mark"])
        span = max([ABREAST, *(len(table.columns) for table in tables)])
        for block in section.blocks:
            if tables == [block]:
                self.sheet.freeze_panes(self.row + 2, 0)
            self._block(block, span, font_paths)
            self.row += 1
        for place, width in self.widths.items():
            self.sheet.set_column(place, place, width)
        self._paper()

    def _paper(self) -> None:
        """Say how the sheet is printed: as wide as the page, source and page number at its foot."""
        number = self.report.page_number.format(page="&P", pages="&N")
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer(f"&L&8{self.report.footer.replace('&', '&&')}&R&8{number}")

    def _block(self, block: Block, span: int, font_paths: Sequence[Path]) -> None:
        match block:
            case Table():
                self._table(block)
            case Facts():
                self._facts(block.pairs)
            case Verdict():
                self._words(block.text, block.tone, span)
            case Paragraph():
                self._words(block.text, "paragraph", span)
            case Figure():
                self._figure(block, font_paths)
            case Signatures():
                self._lines(block.labels)

    def _words(self, text: str, look: str, span: int) -> None:
        """Write running text over several columns, as high as its lines are."""
        fit = span * NARROWEST * 1.2
        height = LINE * (1 + int(sum(2 if ord(sign) > 0xFF else 1 for sign in text) / fit))  # noqa: PLR2004
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, span - 1, "", self.looks[look])
        self.sheet.write_string(self.row, 0, printable(text), self.looks[look])
        self.row += 1

    def _facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        for name, value in pairs:
            self._cell(0, name, "label")
            self.sheet.write_string(self.row, 1, printable(value), self.looks["text"])
            self.row += 1

    def _figure(self, figure: Figure, font_paths: Sequence[Path]) -> None:
        png = io.BytesIO(to_png(figure, self.report.lang, font_paths))
        told = {"image_data": png, "x_scale": MAP_SCALE, "y_scale": MAP_SCALE, "description": figure.caption}
        self.sheet.insert_image(self.row, 0, "map.png", told)
        self.row += 32
        self.sheet.write_string(self.row, 0, printable(figure.caption), self.looks["quiet"])
        self.row += 1

    def _lines(self, labels: Iterable[str]) -> None:
        for label in labels:
            self.row += 1
            self._cell(0, label, "label")
            self.sheet.write_blank(self.row, 1, None, self.looks["line"])
            self.row += 1

    def _table(self, table: Table) -> None:
        """Write a table that filters by itself."""
        self.sheet.write_string(self.row, 0, printable(table.caption), self.looks["caption"])
        top, last = self.row + 1, len(table.columns) - 1
        heads = distinct(_heads(table.columns))
        self.sheet.add_table(
            top,
            0,
            top + len(table.rows),
            last,
            {
                "name": f"_{table.name}",
                "style": None,
                "columns": [{"header": head, "header_format": self.looks["head"]} for head in heads],
            },
        )
        self.row = top
        for place, head in enumerate(heads):
            self._measure(place, head.rpartition(" ")[2])
        for number, row in enumerate(table.rows):
            self.row += 1
            for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                self._cell(place, value, ("sum " if number in table.sums else "") + column.form)
        self.row += 1
        self.sheet.write_string(self.row, 0, table.note, self.looks["quiet"])

    def _cell(self, place: int, value: Cell, look: str) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            self.sheet.write_string(self.row, place, printable(value), self.looks[look])
            self._measure(place, value)
        else:
            self.sheet.write_number(self.row, place, value, self.looks[look])

    def _measure(self, place: int, text: str) -> None:
        wide = sum(2 if ord(sign) > 0xFF else 1 for sign in text) + 2  # noqa: PLR2004
        self.widths[place] = min(WIDEST, max(NARROWEST, wide, self.widths.get(place, 0)))


def _heads(columns: Iterable[Column]) -> Iterable[str]:
    """Name the columns in one line each: group and heading, bearings with their unit."""
    for column in columns:
        unit = " (°)" if column.form == "bearing" else ""
        yield printable(" ".join(filter(None, (column.group, column.label)))) + unit
