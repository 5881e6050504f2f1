"""The report as PDF."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from geo_registry.errors import RegistryError
from geo_registry.publish.report import station_report, to_pdf
from geo_registry.publish.report.layout import lay_out
from geo_registry.publish.report.writers import pdf
from tests.publish.report_world import FONT_FOLDERS, inputs, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo_registry.core.kinds import Language

HOSTILE = (
    '#import "x": y',
    "<script>alert(1)</script>",
    '"\\',
    "$x$ *b* _i_ `r` @a #panic()",
    "a\x07b\u202ec",
    "L" * 120,
)


@cache
def pdf_of(count: int, lang: Language) -> bytes:
    """Set the report of so many sources once."""
    return to_pdf(report(count, lang), FONT_FOLDERS)


def pages_of(pdf: bytes) -> list[str]:
    """Read the text of each page, with the signs of no width left out."""
    return [page.extract_text().replace("\u200b", "") for page in PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    """Leave out spaces and line ends, where lines were broken."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_numbers_in_the_pdf_are_the_documents(lang: Language) -> None:
    """Each row of the count tables can be read in the PDF with its label and numbers."""
    text = squeezed("".join(pages_of(pdf_of(40, lang))))
    for name in ("within", "between", "statuses", "city"):
        for row in lay_out(report(40, lang).table(name), lang)[0].rows:
            assert squeezed("".join(cell[0] for cell in row)) in text


def test_chinese_names_can_be_read() -> None:
    """Names of sources and of the station are in the PDF as text."""
    text = squeezed("".join(pages_of(pdf_of(40, "zh"))))
    assert "漯河大学" in text
    for row in report(40, "zh").table("first").rows:
        assert squeezed(str(row[1])) in text


def test_fonts_are_embedded(program: Callable[[str], str], tmp_path: Path) -> None:
    """Every letter is set in Noto Sans SC, embedded with its map to Unicode."""
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_of(40, "zh"))
    told = subprocess.run([program("pdffonts"), path], capture_output=True, text=True, check=True).stdout
    fonts = [line.split() for line in told.splitlines()[2:]]
    assert {font[0].partition("+")[2] for font in fonts} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}
    assert all(font[-5:-2] == ["yes", "yes", "yes"] for font in fonts)


def test_same_inputs_give_the_same_pdf() -> None:
    """The PDF of equal inputs is equal to the byte, whatever was set in between."""
    again = to_pdf(station_report(inputs(40), "zh"), FONT_FOLDERS)
    assert again == pdf_of(40, "zh")


def test_every_page_is_marked_and_numbered() -> None:
    """Each page bears mark, revision, short digests and its number, the last one the whole digests too."""
    told = report(40, "zh")
    pages = pages_of(pdf_of(40, "zh"))
    for number, page in enumerate(pages, start=1):
        assert told.mark in page
        assert told.footer in page
        assert squeezed(f"第 {number} 页，共 {len(pages)} 页") in squeezed(page)
    assert inputs(40).head in squeezed(pages[-1])
    assert inputs(40).catalog.digest in squeezed(pages[-1])


def test_real_data_are_not_marked() -> None:
    """A report on real data has no mark on any page."""
    told = station_report(replace(inputs(3), synthetic=False), "zh")
    assert all(report(3, "zh").mark not in page for page in pages_of(to_pdf(told, FONT_FOLDERS)))


def test_table_heads_are_repeated() -> None:
    """A table that runs over pages has its headings on each of them."""
    pages = pages_of(pdf_of(300, "zh"))
    listing = report(300, "zh").table("listing")
    codes = [str(row[3]) for row in listing.rows]
    holding = [page for page in pages if sum(code in page for code in codes) > 15]
    assert len(holding) > 2
    assert all("序号" in page and "编码" in page for page in holding)


def test_hostile_names_are_text() -> None:
    """What would be code in typst or markup stands as it is; nothing runs and nothing is lost."""
    told = station_report(inputs(40, hostile=HOSTILE), "zh")
    text = squeezed("".join(pages_of(to_pdf(told, FONT_FOLDERS))))
    reached = {str(row[1]) for row in told.table("listing").rows}
    assert len(reached & set(HOSTILE)) >= 4
    for name in reached & set(HOSTILE):
        assert squeezed("".join(sign if sign.isprintable() else " " for sign in name)) in text


def test_empty_neighbourhood() -> None:
    """A station without sources gives a short report that says so."""
    pages = pages_of(pdf_of(0, "en"))
    assert len(pages) <= 2
    assert "No source is registered within 5 km" in pages[0]


def test_many_rings() -> None:
    """Twenty rings are set in parts; every count can still be read."""
    rings_m = tuple(250.0 * step for step in range(1, 21))
    made = inputs(40, rings_m=rings_m)
    told = station_report(made, "zh")
    text = squeezed("".join(pages_of(to_pdf(told, FONT_FOLDERS))))
    for grid in lay_out(told.table("within"), "zh"):
        for row in grid.rows:
            assert squeezed("".join(cell[0] for cell in row)) in text


def test_missing_font_is_refused(tmp_path: Path) -> None:
    """Without the typeface there is a clear refusal, never a page of boxes."""
    with pytest.raises(RegistryError) as fault:
        to_pdf(report(3, "zh"), [tmp_path])
    assert fault.value.code == "FONT_MISSING"


def test_warnings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything that typst complains of stops the report."""
    content = pdf._content(report(3, "zh")) | {"family": "Nowhere Sans"}  # noqa: SLF001
    monkeypatch.setattr(pdf, "_content", lambda _: content)
    with pytest.raises(RegistryError, match="unknown font family"):
        to_pdf(report(3, "zh"), FONT_FOLDERS)
