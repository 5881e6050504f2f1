"""CSV and TSV: every record with its number, in a proven encoding, and no quote left open."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_registry.core.raw import WIDTH
from tests.intake.making import limited, numbers, refused, send, texts

if TYPE_CHECKING:
    from pathlib import Path

CSV = "名称,经度,纬度\n甲厂,113.5,34.5\n乙厂,114.5,35.5\n"
ROWS = [["名称", "经度", "纬度"], ["甲厂", "113.5", "34.5"], ["乙厂", "114.5", "35.5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_chinese_comes_through_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    """UTF-8, its BOM, UTF-16 and GB18030 give the same text; only GB18030 is a guess, and says so."""
    taken = send(tmp_path, CSV.encode(encoding), "a.csv")
    assert texts(taken.layers[0]) == ROWS
    warned = [(found.code, found.value) for found in taken.findings]
    assert warned == ([("ENCODING_GUESSED", "名称,经度,纬度")] if encoding.startswith("gb") else [])


def test_a_stated_encoding_is_no_guess(tmp_path: Path) -> None:
    """What the sender states is used without a warning."""
    taken = send(tmp_path, CSV.encode("gbk"), "a.csv", encoding="GBK")
    assert (texts(taken.layers[0]), taken.encoding, taken.findings) == (ROWS, "gb18030", ())


def test_a_stated_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """A statement that bytes or their mark contradict is refused, with the line where it breaks."""
    fault = refused(tmp_path, b"a,b\n1,2\n" + "甲".encode("gbk"), "a.csv", encoding="utf-8")
    assert (fault.code, fault.details["line"]) == ("ENCODING_NOT_UTF8", 3)
    assert refused(tmp_path, CSV.encode("utf-8-sig"), "a.csv", encoding="gbk").code == "ENCODING_AMBIGUOUS"
    assert refused(tmp_path, b"a,\xff\xff", "a.csv", encoding="gbk").code == "ENCODING_AMBIGUOUS"


def test_damaged_utf8_is_not_taken_for_chinese(tmp_path: Path) -> None:
    """A UTF-8 file with a broken byte is told as such, though its bytes might pass for GB18030."""
    damaged = (CSV * 5).encode()[:-10] + b"\x80" + (CSV * 5).encode()
    assert refused(tmp_path, damaged, "a.csv").code == "ENCODING_NOT_UTF8"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param((CSV * 9).encode() + (CSV * 9).encode("gbk"), id="two encodings in one file"),
        pytest.param("ort,größe\nMünchen,3\nKöln,4\n".encode("latin-1"), id="western"),
        pytest.param("名稱,經度\n臺灣電力,121.5\n".encode("big5"), id="traditional"),
        pytest.param("name,lon\nA,113.5\n".encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param("名称,经度\n".encode("utf-32"), id="utf-32"),
    ],
)
def test_text_of_unsure_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    """Where bytes fit no encoding, or only by accident, the sender must say which it is."""
    assert refused(tmp_path, content, "a.csv").code == "ENCODING_AMBIGUOUS"


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.csv"), ("\t", "a.tsv")]
)
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str, name: str) -> None:
    """Comma, semicolon and tab are told apart, even below a title and with decimal commas in the cells."""
    table = [["某市台账"], ["名称", "面积", "备注"], ["甲", "1,5", "a;b"], ["乙", "2,5", "c"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    taken = send(tmp_path, out.getvalue(), name)
    assert texts(taken.layers[0]) == [["某市台账", None, None], *table[1:]]


def test_rows_keep_the_number_a_spreadsheet_shows(tmp_path: Path) -> None:
    """Blank lines count but are left out, and a record over two lines counts once."""
    taken = send(tmp_path, 'a,b\n\n1,"x\ny"\n,,\n2,z\n', "a.csv")
    assert numbers(taken.layers[0]) == [1, 3, 5]
    assert texts(taken.layers[0]) == [["a", "b"], ["1", "x\ny"], ["2", "z"]]


def test_width_ends_at_the_last_cell_with_something_in_it(tmp_path: Path) -> None:
    """Longer and shorter rows show by their width; trailing commas do not count."""
    taken = send(tmp_path, "a,b,c\n1\n1,2,3,4\n1,,,,,\n", "a.csv")
    assert numbers(taken.layers[0], WIDTH) == [3, 1, 4, 1]
    assert texts(taken.layers[0])[2] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("broken", ['a,b\n1,"x\n2,y\n', 'a,b\n1,"x" y\n2,z\n', 'a,b\n1,"x,2\n3,"y",4\n'])
def test_an_open_quote_is_refused_where_it_stands(tmp_path: Path, broken: str) -> None:
    """A quote that is never closed, or closed within a cell, would swallow rows: refused with its row."""
    fault = refused(tmp_path, broken, "a.csv")
    assert (fault.code, fault.details["row"]) == ("CSV_UNBALANCED_QUOTE", 2)


def test_limits_of_rows_and_columns(tmp_path: Path) -> None:
    """A table over the limits is refused, and one just at them is not."""
    assert refused(tmp_path, "a,b,c\n", "a.csv", limits=limited(columns=2)).code == "TOO_MANY_COLUMNS"
    assert refused(tmp_path, "a\nb\nc\n", "a.csv", limits=limited(rows=2)).code == "SHEET_TOO_LARGE"
    assert (
        len(numbers(send(tmp_path, "a,b\nb,c\n", "a.csv", limits=limited(rows=2, columns=2)).layers[0])) == 2
    )


@pytest.mark.parametrize("blank", ["\n\n", ",,\n,,\n", "\ufeff", "\ufeff\n"])
def test_nothing_but_blanks_is_no_rows(tmp_path: Path, blank: str) -> None:
    """A file whose every cell is empty has no rows."""
    assert refused(tmp_path, blank, "a.csv").code == "NO_ROWS"


def test_a_long_cell_and_odd_characters_are_handed_on(tmp_path: Path) -> None:
    """Intake judges nothing: very long cells, NUL and formula-like text reach the checks as they are."""
    taken = send(tmp_path, f"a,b\n{'长' * 200_000},x\x00y\n=1+1,' z \n", "a.csv")
    assert texts(taken.layers[0])[1:] == [["长" * 200_000, "x\x00y"], ["=1+1", "' z "]]


CELL = st.text(st.characters(codec="utf-8"), max_size=8)
TABLES = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6)


@settings(max_examples=40)
@given(table=TABLES.filter(lambda table: any(any(row) for row in table)))
def test_any_table_of_text_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    """Whatever the cells hold, a quoted CSV gives every cell back under its record's number."""
    out = io.StringIO()
    # the first row fixes the delimiter, which a sample of arbitrary text could not
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["c0", "c1", "c2", "c3"]] * 2 + table)
    taken = send(tmp_path_factory.mktemp("csv"), out.getvalue(), "a.csv", encoding="utf-8")
    kept = {number: row for number, row in enumerate(table, start=3) if any(row)}
    found = dict(zip(numbers(taken.layers[0]), texts(taken.layers[0]), strict=True))
    assert {number: [cell or "" for cell in row] for number, row in found.items() if number > 2} == {
        number: row + [""] * (4 - len(row)) for number, row in kept.items()
    }
