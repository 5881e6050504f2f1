"""XLSX: every cell as stored, headings spread over merged cells, formulas told from values."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from geo_registry.core.raw import WIDTH
from tests.intake.making import limited, numbers, package, refused, send, texts, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo_registry.core.raw import RawLayer


def book(fill: Callable[[Worksheet], object]) -> bytes:
    """Make a workbook with openpyxl, given its first sheet to fill."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    fill(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheet_of(
    folder: Path, inner: str, *, strings: str = "", styles: str = "", properties: str = ""
) -> RawLayer:
    """Read a one-sheet workbook given by its XML."""
    parts = package({"表": inner}, strings, styles, properties)
    return send(folder, zipped(parts), "a.xlsx").layers[0]


def test_values_become_text_as_a_person_reads_them(tmp_path: Path) -> None:
    """Numbers are shortest decimals without .0, dates ISO, truth values words, errors their own text."""
    cells = [
        "甲厂",
        113.65724,
        12.0,
        33.5876543219,
        -5,
        1e22,
        True,
        dt.datetime(2024, 5, 1),  # noqa: DTZ001 (cells have no time zone)
        dt.datetime(2024, 5, 1, 8, 30),  # noqa: DTZ001 (as above)
        dt.time(6, 15),
        "#N/A",
        " 空 格 ",
    ]
    taken = send(tmp_path, book(lambda sheet: sheet.append(cells)), "a.xlsx")
    (row,) = texts(taken.layers[0])
    assert row[:7] == ["甲厂", "113.65724", "12", "33.5876543219", "-5", "1e+22", "true"]
    assert row[7:] == ["2024-05-01", "2024-05-01T08:30:00", "06:15:00", "#N/A", " 空 格 "]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('yyyy"年"m"月"d"日"', "2024-05-01"),
        ("[$-804]yyyy-mm-dd;@", "2024-05-01"),
        ("[DBNum1]yyyy/m/d", "2024-05-01"),
        ('0.0"days"', "45413"),
        ("[Red]0.00", "45413"),
        ("[h]:mm", "45413"),
        ("General", "45413"),
        ("0.00E+00", "45413"),
    ],
)
def test_only_date_formats_make_dates(tmp_path: Path, code: str, shown: str) -> None:
    """Letters in quotes, colours, locales and hours past a day do not make a number a date."""

    def fill(sheet: Worksheet) -> None:
        sheet.cell(1, 1, 45413).number_format = code

    assert texts(send(tmp_path, book(fill), "a.xlsx").layers[0]) == [[shown]]


@pytest.mark.parametrize("number", [14, 22, 27, 31, 36, 50, 57, 58])
def test_built_in_formats_of_chinese_workbooks_are_dates(tmp_path: Path, number: int) -> None:
    """Formats 27 to 36 and 50 to 58 carry no code, yet show dates where Excel is Chinese."""
    plain = '<xf numFmtId="0"/>'
    styles = f'<cellStyleXfs>{plain}</cellStyleXfs><cellXfs>{plain}<xf numFmtId="{number}"/></cellXfs>'
    inner = '<sheetData><row><c s="1"><v>45413</v></c><c s="0"><v>45413</v></c></row></sheetData>'
    assert texts(sheet_of(tmp_path, inner, styles=styles)) == [["2024-05-01", "45413"]]


@pytest.mark.parametrize(
    ("properties", "serial", "shown"),
    [
        ("", "1", "1900-01-01"),
        ("", "59", "1900-02-28"),
        ("", "60", "60"),
        ("", "61", "1900-03-01"),
        ("", "-1", "-1"),
        ("", "45413.99999999", "2024-05-02"),
        ("", "2958466", "2958466"),
        ('<workbookPr date1904="1"/>', "43951", "2024-05-01"),
    ],
)
def test_date_serials_at_their_edges(tmp_path: Path, properties: str, serial: str, shown: str) -> None:
    """Both epochs, the leap day that never was, rounding to seconds, and what no calendar has stay honest."""
    styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    inner = f'<sheetData><row><c s="0"><v>{serial}</v></c></row></sheetData>'
    assert texts(sheet_of(tmp_path, inner, styles=styles, properties=properties)) == [[shown]]


def test_odd_but_valid_markup_is_read(tmp_path: Path) -> None:
    """Missing references, prefixes, rich and inline text, escapes and phonetic guides read as in Excel."""
    strings = (
        "<si><r><t>散煤</t></r><r><t>点</t></r><rPh><t>sanmei</t></rPh></si>"
        "<si><t>a_x000D_b_x005F_x0041_</t></si>"
    )
    inner = (
        '<x:sheetData xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:row>'
        '<x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c>'
        '<x:c t="inlineStr"><x:is><x:t>内</x:t></x:is></x:c><x:c r="F1" t="b"><x:v>0</x:v></x:c>'
        '<x:c t="d"><x:v>2024-05-01</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c>'
        '</x:row><x:row r="7"><x:c><x:v>1.10</x:v></x:c></x:row></x:sheetData>'
    )
    layer = sheet_of(tmp_path, inner, strings=strings)
    assert texts(layer)[0] == ["散煤点", "a\rb_x0041_", "内", None, None, "false", "2024-05-01", "#REF!"]
    assert (numbers(layer), texts(layer)[1][0]) == ([1, 7], "1.1")


def test_what_stands_in_merged_cells_holds_for_all_of_them(tmp_path: Path) -> None:
    """In headings and in data merged cells all get the text, but not past the rows and columns in use."""

    def fill(sheet: Worksheet) -> None:
        sheet.append(["某市散煤点台账"])
        sheet.append(["名称", "坐标", None, "备注"])
        sheet.append([None, "经度", "纬度"])
        for row in range(4, 40):
            sheet.append([f"点{row}", 113.5, 34.5, "乡" if row in {4, 31} else None])
        for span in ("A1:Z1", "A2:A3", "B2:C2", "D2:D3", "D31:D35"):
            sheet.merge_cells(span)

    layer = send(tmp_path, book(fill), "a.xlsx").layers[0]
    assert texts(layer)[:3] == [
        ["某市散煤点台账"] * 4,
        ["名称", "坐标", "坐标", "备注"],
        ["名称", "经度", "纬度", "备注"],
    ]
    assert [row[3] for row in texts(layer)[29:36]] == [None, *["乡"] * 5, None]
    assert numbers(layer, WIDTH)[:5] == [4, 4, 4, 4, 3]


def test_merged_cells_cost_no_more_than_a_full_sheet(tmp_path: Path) -> None:
    """Ranges upon ranges that fill more cells than a sheet may have are refused, not worked off."""
    rows = "".join(f'<row r="{at}"><c><v>{at}</v></c></row>' for at in range(1, 1_001))
    merged = "".join(f'<mergeCell ref="A{at}:A1000"/>' for at in range(1, 1_001))
    inner = f"<sheetData>{rows}</sheetData><mergeCells>{merged}</mergeCells>"
    content = zipped(package({"表": inner}))
    assert refused(tmp_path, content, "a.xlsx", limits=limited(cells=100_000)).code == "SHEET_TOO_LARGE"


def test_cached_values_of_formulas_are_read_and_missing_ones_told(tmp_path: Path) -> None:
    """A formula shows its cached value; one without any is listed by place, cached empty text is not."""
    inner = (
        '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"x"</f><v>x</v></c>'
        '<c r="C1" t="str"><f>""</f><v></v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="E2"><f>A2*2</f><v/></c></row>'
        '<row r="3"><c r="B3"><f>A1</f></c></row></sheetData>'
    )
    layer = sheet_of(tmp_path, inner)
    assert texts(layer) == [["2", "x", None, None, None], ["1", None, None, None, None]]
    assert layer.formulas == ((2, 4), (3, 1))


def test_formulas_written_without_values_are_told(tmp_path: Path) -> None:
    """A workbook that no spreadsheet program has calculated yet has no cached values."""
    taken = send(tmp_path, book(lambda sheet: sheet.append(["总量", "=1+1"])), "a.xlsx")
    assert (texts(taken.layers[0]), taken.layers[0].formulas) == ([["总量", None]], ((1, 1),))


def three_sheets(shown: Worksheet) -> None:
    """Fill a shown, an empty and a hidden sheet."""
    made = shown.parent
    assert made is not None
    shown.title = "散煤点"
    shown.append(["名称"])
    made.create_sheet("空表")
    hidden = made.create_sheet("内部")
    hidden.append(["密"])
    hidden.sheet_state = "hidden"


def test_hidden_sheets_are_skipped_and_said(tmp_path: Path) -> None:
    """A hidden sheet is not read, which is warned; asked for by name it is; an empty one says nothing."""
    content = book(three_sheets)
    taken = send(tmp_path, content, "a.xlsx")
    assert [layer.name for layer in taken.layers] == ["散煤点"]
    assert [(found.code, found.value) for found in taken.findings] == [("SHEET_HIDDEN", "内部")]
    asked = send(tmp_path, content, "a.xlsx", sheet="内部")
    assert ([layer.name for layer in asked.layers], asked.findings) == (["内部"], ())
    assert refused(tmp_path, content, "a.xlsx", sheet="空表").code == "NO_ROWS"
    assert refused(tmp_path, content, "a.xlsx", sheet="别的").details["expected"] == [
        "散煤点",
        "空表",
        "内部",
    ]


def test_blank_rows_are_left_out_but_counted(tmp_path: Path) -> None:
    """Row numbers are the sheet's own."""

    def fill(sheet: Worksheet) -> None:
        sheet["B3"], sheet["A40"] = "x", "y"

    layer = send(tmp_path, book(fill), "a.xlsx").layers[0]
    assert (numbers(layer), texts(layer)) == ([3, 40], [[None, "x"], ["y", None]])


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/worksheets/../vbaProject.bin"])
def test_programs_are_refused(tmp_path: Path, part: str) -> None:
    """A workbook with a program is refused under either suffix, and one without is read under either."""
    plain = package({"表": "<sheetData><row><c><v>1</v></c></row></sheetData>"})
    assert texts(send(tmp_path, zipped(plain), "a.xlsm").layers[0]) == [["1"]]
    code = "MACRO" if ".." not in part else "ARCHIVE_PATH"
    for name in ("a.xlsx", "a.xlsm"):
        assert refused(tmp_path, zipped(plain | {part: b"\xcc\x61"}), name).code == code


def test_macro_sheets_are_refused(tmp_path: Path) -> None:
    """A sheet of old macro commands is a program too."""
    parts = package({"表": "<sheetData><row><c><v>1</v></c></row></sheetData>"})
    rels = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="m" Type="http://x/xlMacrosheet" Target="m.xml"/></Relationships>',
    )
    assert refused(tmp_path, zipped(parts | {"xl/_rels/workbook.xml.rels": rels}), "a.xlsx").code == "MACRO"


def test_a_cell_in_the_last_corner_is_too_large(tmp_path: Path) -> None:
    """One value at XFD1048576 stands for a sheet nobody can read; an empty styled cell there does not."""
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    far = f'<sheetData>{near}<row r="1048576"><c r="XFD1048576">{{}}</c></row></sheetData>'
    assert (
        refused(tmp_path, zipped(package({"表": far.format("<v>1</v>")})), "a.xlsx").code == "SHEET_TOO_LARGE"
    )
    assert texts(sheet_of(tmp_path, far.format(""))) == [["1"]]


def test_sheets_over_the_limits_are_refused(tmp_path: Path) -> None:
    """Too many cells, rows or columns, and a sheet that unpacks to too much, are refused early."""
    cells = (f"<row><c><v>{row * 37}</v></c><c><v>{row / 7}</v></c></row>" for row in range(30_000))
    inner = "<sheetData>" + "".join(cells) + "</sheetData>"
    content = zipped(package({"表": inner}))
    for limits in (limited(cells=59_999), limited(rows=29_999), limited(unpacked_mb=1)):
        assert refused(tmp_path, content, "a.xlsx", limits=limits).code == "SHEET_TOO_LARGE"
    assert refused(tmp_path, content, "a.xlsx", limits=limited(columns=1)).code == "TOO_MANY_COLUMNS"
    blanks = zipped(package({"表": "<sheetData>" + " " * 2_000_000 + "</sheetData>"}))
    assert refused(tmp_path, blanks, "a.xlsx").code == "SHEET_TOO_LARGE"


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


def test_document_types_and_broken_markup_are_refused(tmp_path: Path) -> None:
    """No entity is ever expanded, nothing outside is fetched, and markup that ends early is no sheet."""
    parts = package({"表": "<sheetData><row><c><v>1</v></c></row></sheetData>"})
    path = "xl/worksheets/sheet1.xml"
    for head, code in ((LAUGHS, "XML_ENTITY"), ('<!DOCTYPE x SYSTEM "x.dtd">', "XML_DTD")):
        assert refused(tmp_path, zipped(parts | {path: head + parts[path]}), "a.xlsx").code == code
    for broken in (
        parts[path][:-9],
        parts[path].replace("<v>1", "<v>one"),
        parts[path].replace("<c>", '<c t="s">'),
        parts[path].replace("<c>", '<c r="AAAA1">'),
        parts[path].replace("<row>", '<row r="0">'),
        parts[path].replace("<row>", '<row r="2"></row><row r="1">'),
    ):
        assert refused(tmp_path, zipped(parts | {path: broken}), "a.xlsx").code == "XML_INVALID"


def test_locked_and_foreign_packages_are_refused(tmp_path: Path) -> None:
    """A workbook under a password says so; a document, an old workbook and a bare archive are none."""
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    assert (
        refused(tmp_path, old + "EncryptedPackage".encode("utf-16-le"), "a.xlsx").code == "ARCHIVE_ENCRYPTED"
    )
    parts = package({"表": "<sheetData/>"})
    document = parts | {"xl/workbook.xml": "<document/>"}
    for content in (old, zipped(document), zipped({"a.txt": "x"})):
        assert refused(tmp_path, content, "a.xlsx").code == "CONTENT_MISMATCH"
    assert refused(tmp_path, zipped(parts), "a.xlsx").code == "NO_ROWS"
    assert refused(tmp_path, zipped(parts)[:-30], "a.xlsx").code == "ARCHIVE_CORRUPT"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=8)
TABLES = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6)


@settings(max_examples=40)
@given(table=TABLES.filter(lambda table: any(any(row) for row in table)))
def test_any_table_of_text_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    """Whatever text the cells hold, control characters and look-alike escapes too, every cell comes back."""
    folder = tmp_path_factory.mktemp("xlsx")
    with xlsxwriter.Workbook(folder / "made.xlsx") as made:
        sheet = made.add_worksheet("表")
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    layer = send(folder, (folder / "made.xlsx").read_bytes(), "a.xlsx").layers[0]
    kept = {number: row for number, row in enumerate(table, start=1) if any(row)}
    assert numbers(layer) == list(kept)
    for found, sent in zip(texts(layer), kept.values(), strict=True):
        assert [cell or "" for cell in found] == (sent + [""] * len(found))[: len(found)]
        assert not any(sent[len(found) :])
