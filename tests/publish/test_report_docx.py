"""The report as DOCX."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from geo_registry.publish.report import station_report, to_docx
from geo_registry.publish.report.layout import lay_out
from geo_registry.publish.report.model import Table
from tests.publish.report_world import FONT_FOLDERS, inputs, report

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.core.kinds import Language

HOSTILE = ("<script>alert(1)</script>", "{{ 7*7 }}", "a\x07b\u202ec", "&amp;")


@cache
def paper_of(count: int, lang: Language) -> bytes:
    """Write the report of so many sources once."""
    return to_docx(report(count, lang), FONT_FOLDERS)


def opened(content: bytes) -> Any:  # noqa: ANN401 (python-docx has no public class of it)
    """Open a document."""
    return docx.Document(io.BytesIO(content))


def marked(one: Any, name: str) -> bool:  # noqa: ANN401
    """Tell whether a table or row holds an element."""
    return one._element.find(f".//{qn(f'w:{name}')}") is not None  # noqa: SLF001


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_cell_is_the_reports(lang: Language) -> None:
    """Each table of the document holds the report's cells, heads first, and none is left out."""
    told = report(40, lang)
    blocks = [block for section in told.sections for block in section.blocks if isinstance(block, Table)]
    wanted = [grid for block in blocks for grid in lay_out(block, lang)]
    made = [table for table in opened(paper_of(40, lang)).tables if marked(table, "tblHeader")]
    assert len(made) == len(wanted)
    for table, grid in zip(made, wanted, strict=True):
        heads = 2 if grid.groups else 1
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        assert rows[heads - 1] == ["\n".join(head.lines) for head in grid.heads]
        assert rows[heads:] == [["\n".join(lines) for lines in row] for row in grid.rows]


def test_heads_repeat_and_rows_stay_whole() -> None:
    """Every head row repeats on each page; no row is broken over pages."""
    for table in opened(paper_of(40, "zh")).tables:
        rows = [(marked(row, "tblHeader"), marked(row, "cantSplit")) for row in table.rows]
        if any(head for head, _ in rows):
            assert all(head != whole for head, whole in rows)


def test_chinese_letters_have_their_own_face() -> None:
    """Headings are headings; Latin and Chinese letters have each a face that offices have."""
    paper = opened(paper_of(40, "zh"))
    heads = [one.text for one in paper.paragraphs if one.style.name == "Heading 1"]
    assert heads == [section.title for section in report(40, "zh").sections]
    for name, face in {"Normal": "宋体", "Heading 1": "黑体", "Title": "黑体"}.items():
        fonts = paper.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == face
        assert fonts.get(qn("w:ascii")) == "Arial"
        assert fonts.get(qn("w:eastAsiaTheme")) is None


def test_every_page_bears_revision_digest_and_number() -> None:
    """The foot of every page holds revision, digests and the page's number, its head the mark."""
    told, paper = report(40, "zh"), opened(paper_of(40, "zh")).sections[0]
    assert told.footer in paper.footer.paragraphs[0].text
    codes = [one.get(qn("w:instr")) for one in paper.footer._element.iter(qn("w:fldSimple"))]  # noqa: SLF001
    assert codes == ["PAGE", "NUMPAGES"]
    assert paper.header.paragraphs[0].text == told.mark


def test_map_says_what_it_shows() -> None:
    """The map is a picture with a text in its place."""
    (drawn,) = opened(paper_of(40, "en")).inline_shapes
    assert drawn._inline.docPr.get("descr").startswith("North is up")  # noqa: SLF001


def test_same_inputs_give_the_same_document() -> None:
    """The document of equal inputs is equal to the byte."""
    assert to_docx(station_report(inputs(40), "zh"), FONT_FOLDERS) == paper_of(40, "zh")


def test_hostile_names_are_text() -> None:
    """What would be markup or a template stands as it is; signs without a shape are spaces."""
    told = station_report(inputs(40, hostile=HOSTILE), "zh")
    paper = opened(to_docx(told, FONT_FOLDERS))
    texts = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    reached = {str(row[1]) for row in told.table("listing").rows} & set(HOSTILE)
    assert len(reached) >= 3
    assert {"".join(sign if sign.isprintable() else " " for sign in name) for name in reached} <= texts


def test_libreoffice_opens_it(tmp_path: Path) -> None:
    """LibreOffice sets the document: every name can be read, heads are on each page of a long table."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-writer)")
    path = tmp_path / "report.docx"
    path.write_bytes(paper_of(300, "zh"))
    home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
    told = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(told, check=True, capture_output=True, timeout=120)
    pages = [page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages]
    text = re.sub(r"\s", "", "".join(pages))
    listing = report(300, "zh").table("listing")
    assert all(re.sub(r"\s", "", str(row[1])) in text for row in listing.rows[:100])
    holding = [page for page in pages if sum(str(row[3]) in page for row in listing.rows) > 15]
    assert all("编码" in page for page in holding)
