"""The report as a workbook."""

from __future__ import annotations

import io
import math
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from geo_registry.publish.report import station_report, to_xlsx
from geo_registry.publish.report.model import Table
from tests.publish.report_world import FONT_FOLDERS, inputs, report

if TYPE_CHECKING:
    from openpyxl import Workbook

    from geo_registry.core.kinds import Language
    from geo_registry.publish.report import Report


@cache
def workbook_of(count: int, lang: Language) -> Workbook:
    """Write the report of so many sources and open it again."""
    return openpyxl.load_workbook(io.BytesIO(to_xlsx(report(count, lang), FONT_FOLDERS)))


def tables_of(told: Report) -> list[Table]:
    """List the tables of a report."""
    return [block for section in told.sections for block in section.blocks if isinstance(block, Table)]


def cells(book: Workbook, name: str) -> list[tuple[Any, ...]]:
    """Read a table by its name: heads and rows."""
    sheet, place = next((one, one.tables[name].ref) for one in book if name in one.tables)
    return [tuple(cell.value for cell in row) for row in sheet[place]]


def same(cell: object, value: object) -> bool:
    """Tell whether a cell holds a value: numbers are numbers to the 15 digits that Excel keeps."""
    if isinstance(value, int | float):
        return isinstance(cell, int | float) and math.isclose(cell, value, rel_tol=1e-14)
    return cell == (value or None)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_comes_back(lang: Language) -> None:
    """Each table reopens equal to the report: numbers as numbers, also the rows that papers leave out."""
    told = report(300, lang)
    assert len(tables_of(told)) > 8
    for table in tables_of(told):
        _, *rows = cells(workbook_of(300, lang), f"_{table.name}")
        assert len(rows) == len(table.rows)
        assert all(
            same(cell, value)
            for row, wanted in zip(rows, table.rows, strict=True)
            for cell, value in zip(row, wanted, strict=True)
        )
    assert len(told.table("listing").rows) > 100


def test_one_sheet_a_section() -> None:
    """The sheets are the sections, each with its title and the report's revision and digest."""
    told, book = report(40, "zh"), workbook_of(40, "zh")
    assert [sheet["A1"].value for sheet in book] == [section.title for section in told.sections]
    assert all(told.footer in str(sheet["A2"].value) for sheet in book)
    assert all(sheet["A3"].value == told.mark for sheet in book)


def test_tables_filter_and_keep_their_heads() -> None:
    """Every table has its filters; a sheet of one table keeps the heads in sight."""
    book = workbook_of(300, "zh")
    tables = [(sheet, table) for sheet in book for table in sheet.tables.values()]
    assert all(table.autoFilter is not None and table.autoFilter.ref == table.ref for _, table in tables)
    for sheet, table in tables:
        if len(sheet.tables) == 1:
            assert sheet.freeze_panes == f"A{int(table.ref.partition(':')[0][1:]) + 1}"


def test_last_sheet_proves_the_report() -> None:
    """The last sheet holds revision, chain and the digest of the content."""
    values = [cell.value for row in workbook_of(40, "en").worksheets[-1].iter_rows() for cell in row]
    assert "12" in values
    assert inputs(40).head in values
    assert inputs(40).catalog.digest in values


def test_map_is_on_the_first_sheet() -> None:
    """The map is a picture on the first sheet."""
    with zipfile.ZipFile(io.BytesIO(to_xlsx(report(40, "zh"), FONT_FOLDERS))) as parts:
        assert parts.read("xl/media/image1.png").startswith(b"\x89PNG")
        assert "drawing1.xml" in parts.read("xl/worksheets/_rels/sheet1.xml.rels").decode()


def test_texts_are_never_formulas() -> None:
    """A name that begins like a formula is a text."""
    hostile = ("=HYPERLINK(1)", "+1", "@x")
    book = openpyxl.load_workbook(
        io.BytesIO(to_xlsx(station_report(inputs(40, hostile=hostile), "zh"), FONT_FOLDERS))
    )
    assert [cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row].count("f") == 0
    assert set(hostile) & {row[1] for row in cells(book, "_listing")}


def test_same_inputs_give_the_same_workbook() -> None:
    """The workbook of equal inputs is equal to the byte."""
    again = to_xlsx(station_report(inputs(40), "zh"), FONT_FOLDERS)
    assert again == to_xlsx(report(40, "zh"), FONT_FOLDERS)


def test_empty_neighbourhood() -> None:
    """A station without sources has a workbook that says so."""
    texts = [str(cell.value) for sheet in workbook_of(0, "en") for row in sheet.iter_rows() for cell in row]
    assert "No source is registered within 5 km of the station." in texts
