"""The ledger workbook as a bureau sends it: merged headings, notes, Chinese dates, sums and formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from geo_registry.core.kinds import Catalog
from geo_registry.demo.files import Row, Speech, Value, shifted
from geo_registry.demo.sources import SIX100, THREE_CLEARS

DATUM = "gcj02"
"""What a bureau reads off a web map."""

MADE_AT = datetime(2025, 11, 3, 9, 0)  # noqa: DTZ001 - a workbook's own date has no zone
"""The date inside the file: fixed, so that the same rows give the same bytes."""

TITLE_ROW, NOTE_ROW, GROUP_ROW, HEADING_ROW, FIRST_ROW = range(5)
NOTE = "填报单位：示例部门　填报日期：2025年11月3日　坐标取自网络地图（GCJ-02）；本表为示例，非真实数据"
NUMBER_HEADING = "序号"
TOTAL = "合计"
TICKS = {"pass": "√", "fail": "×", "na": "/"}


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that stand under one merged heading, or each on its own where the title is empty."""

    title: str
    names: tuple[str, ...]


PLACE = Group("位置", ("lon", "lat"))
WHO = Group("", ("code", "name", "status", "district", "township"))
FOUND = Group("", ("owner", "contact", "warden", "discovered_on", "accuracy_m"))

SHEETS = {
    "construction_site": (
        WHO,
        PLACE,
        FOUND,
        Group("工程概况", ("project_type", "stage", "area_m2", "bare_m2", "planned_end")),
        Group("六个百分之百", SIX100),
    ),
    "coal_sales_point": (
        WHO,
        PLACE,
        FOUND,
        Group("经营情况", ("fuel", "licence", "stock_t", "next_recheck")),
        Group("三到位", THREE_CLEARS),
    ),
    "batching_plant": (
        WHO,
        PLACE,
        FOUND,
        Group("生产情况", ("product", "capacity_m3h", "annual_m3", "yard_m2", "pile_m2")),
        Group("", ("silo_filter", "aggregate_enclosed", "yard_paved", "moveout_due")),
    ),
}
"""Kinds of the workbook's sheets and how their columns are grouped."""

SUMMED = {"area_m2", "bare_m2", "annual_m3", "yard_m2", "pile_m2"}
"""Columns whose total stands in the last row, as a formula with its cached value."""


DERIVED = {"bare_m2": "area_m2", "annual_m3": "capacity_m3h"}
"""Columns that are formulas of another one."""

DMS_EVERY = 12
"""Every so many rows a clerk types degrees, minutes and seconds."""

ROUGH_T = 10.0
"""Stocks from here on are only said roughly: "10余吨", tonnes."""


def write_workbook(path: Path, catalog: Catalog, rows: Mapping[str, Sequence[Row]]) -> Path:
    """Write the ledger, a sheet a kind.

    Parameters
    ----------
    path
        File to write.
    catalog
        Whose labels head the columns.
    rows
        Rows of each kind of `SHEETS`, positions in WGS 84.
    """
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": "示例台账", "created": MADE_AT})
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
        for kind, groups in SHEETS.items():
            speech = Speech(catalog, kind)
            sheet = _Sheet(book.add_worksheet(f"{speech.title()}台账"), speech, groups, bold)
            sheet.head()
            sheet.fill(rows[kind])
            sheet.total(rows[kind])
    return path


@dataclass(frozen=True, slots=True)
class _Sheet:
    page: xlsxwriter.worksheet.Worksheet
    speech: Speech
    groups: Sequence[Group]
    bold: xlsxwriter.format.Format

    @property
    def names(self) -> list[str]:
        """List the columns after the serial number."""
        return [name for group in self.groups for name in group.names]

    def head(self) -> None:
        """Write the title, the note and the two heading rows."""
        last = len(self.names)
        self.page.merge_range(TITLE_ROW, 0, TITLE_ROW, last, f"示例市{self.speech.title()}台账", self.bold)
        self.page.merge_range(NOTE_ROW, 0, NOTE_ROW, last, NOTE)
        self._stand_alone(0, NUMBER_HEADING)
        column = 1
        for group in self.groups:
            self._head_group(column, group)
            column += len(group.names)
        self.page.freeze_panes(FIRST_ROW, 3)

    def _head_group(self, column: int, group: Group) -> None:
        headings = [self.speech.heading(name) for name in group.names]
        if not group.title:
            for place, heading in enumerate(headings, start=column):
                self._stand_alone(place, heading)
            return
        self.page.merge_range(
            GROUP_ROW, column, GROUP_ROW, column + len(headings) - 1, group.title, self.bold
        )
        self.page.write_row(HEADING_ROW, column, headings, self.bold)

    def _stand_alone(self, column: int, heading: str) -> None:
        self.page.merge_range(GROUP_ROW, column, HEADING_ROW, column, heading, self.bold)

    def fill(self, rows: Sequence[Row]) -> None:
        """Write the data rows, positions shifted to the sheet's datum."""
        for number, row in enumerate(shifted(rows, DATUM), start=1):
            line = FIRST_ROW + number - 1
            say_place = _in_degrees if number % DMS_EVERY else _in_dms
            placed = row | {name: say_place(str(row[name])) for name in PLACE.names}
            self.page.write_row(
                line, 0, [number, *(self._cell(name, placed.get(name)) for name in self.names)]
            )
            for name in set(self.names) & DERIVED.keys():
                self._derive(line, name, row)

    def _derive(self, line: int, name: str, row: Row) -> None:
        """Write a value as the formula a clerk would use, with the value it last had."""
        value, base = float(str(row[name])), float(str(row[DERIVED[name]]))
        cell = xl_rowcol_to_cell(line, 1 + self.names.index(DERIVED[name]))
        self.page.write_formula(line, 1 + self.names.index(name), f"={cell}*{value / base:.10g}", None, value)

    def _cell(self, name: str, value: Value) -> str | float | int | None:
        if isinstance(value, date):
            return f"{value.year}年{value.month}月{value.day}日"
        if name == "stock_t" and isinstance(value, float) and value >= ROUGH_T:
            return f"{value // ROUGH_T * ROUGH_T:.0f}余吨"
        if self.speech.field(name).type == "check" and isinstance(value, str):
            return TICKS[value]
        if name == "status" and value == "suspended":
            return self._own_word("suspended")
        return self.speech.say(name, value)

    def _own_word(self, status: str) -> str:
        kind = self.speech.catalog.kinds[self.speech.kind]
        own = (word for word, meant in kind.statuses if meant == status)
        return next(own, str(self.speech.say("status", status)))

    def total(self, rows: Sequence[Row]) -> None:
        """Write the last row: the sums, each a formula with its cached value."""
        last = FIRST_ROW + len(rows)
        self.page.merge_range(last, 0, last, 2, TOTAL, self.bold)
        for column, name in enumerate(self.names, start=1):
            if name in SUMMED:
                value = sum(float(str(row[name])) for row in rows)
                cells = xl_range(FIRST_ROW, column, last - 1, column)
                self.page.write_formula(last, column, f"=SUM({cells})", self.bold, value)


def _in_degrees(decimal: str) -> float:
    return float(decimal)


def _in_dms(decimal: str) -> str:
    minutes, seconds = divmod(float(decimal) * 3600, 60)
    degrees, minutes = divmod(int(minutes), 60)
    return f"{degrees}°{minutes:02d}′{seconds:07.4f}″"
