"""A template that says all that a report says: to be dressed in Word, or cut down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from geo_registry.publish.report.writers.docx import dress, packed

if TYPE_CHECKING:
    from docx.table import Table


def sample() -> bytes:
    """Give the template as DOCX; the same bytes every time."""
    paper = Document()
    dress(paper)
    told = paper.core_properties
    told.title, told.author, told.comments = "{{ title }}", "", "{{ footer }}"
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(16)
    page.header.paragraphs[0].add_run("{{ mark }}")
    page.footer.paragraphs[0].add_run("{{ footer }}")
    paper.add_paragraph("{{ title }}", "Title")
    paper.add_paragraph("{{ subtitle }}")
    _say(paper, "{%p for part in sections %}")
    paper.add_heading("{{ part.title }}", 1)
    _say(paper, "{%p for item in part.blocks %}", '{%p if item.block == "table" %}')
    _table(paper)
    _say(paper, '{%p elif item.block == "facts" %}')
    _facts(paper)
    _say(paper, '{%p elif item.block == "figure" %}', "{{ item.picture }}", "{{ item.caption }}")
    _say(paper, '{%p elif item.block == "signatures" %}')
    _say(paper, "{%p for label in item.labels %}", "{{ label }}", "{%p endfor %}")
    _say(paper, "{%p else %}", "{{ item.text }}", "{%p endif %}", "{%p endfor %}", "{%p endfor %}")
    return packed(paper)


def _say(paper: Any, *lines: str) -> None:  # noqa: ANN401 (python-docx names no type for a document)
    for line in lines:
        paper.add_paragraph(line)


def _table(paper: Any) -> None:  # noqa: ANN401 (as above)
    """Write a table of as many columns and rows as there are."""
    paper.add_paragraph("{{ item.caption }}", "Caption").paragraph_format.space_before = Pt(9)
    grid: Table = paper.add_table(4, 3, "Table Grid")
    _fill(grid, 0, "{%tc for head in item.heads %}", "{{ head }}", "{%tc endfor %}")
    _fill(grid, 1, "{%tr for row in item.rows %}")
    _fill(grid, 2, "{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}")
    _fill(grid, 3, "{%tr endfor %}")
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (heads repeat)
    grid.rows[2]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 (a row stays whole)
    _say(paper, "{%p for note in item.notes %}", "{{ note }}", "{%p endfor %}")


def _facts(paper: Any) -> None:  # noqa: ANN401 (as above)
    grid: Table = paper.add_table(3, 2)
    _fill(grid, 0, "{%tr for pair in item.pairs %}")
    _fill(grid, 1, "{{ pair.label }}", "{{ pair.value }}")
    _fill(grid, 2, "{%tr endfor %}")


def _fill(grid: Table, row: int, *words: str) -> None:
    """Write cells, small, and let what will be in them say how wide they are."""
    for cell, word in zip(grid.rows[row].cells, words, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.add_run(word).font.size = Pt(8.5)
        paragraph.paragraph_format.space_after = Pt(1.5)
        properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 (python-docx sets a width and cannot unset it)
        for width in properties.findall(qn("w:tcW")):
            properties.remove(width)
