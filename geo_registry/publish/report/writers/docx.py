"""A report as DOCX: real headings and tables, so that an office can go on writing in it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geo_registry.publish.report.layout import lay_out, notes, printable
from geo_registry.publish.report.model import Facts, Figure, Paragraph, Signatures, Table, Verdict
from geo_registry.publish.report.writers.pictures import WIDTH_MM, to_png

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geo_registry.publish.report.layout import Grid, Head
    from geo_registry.publish.report.model import Block, Report, Section

WESTERN, EASTERN, EASTERN_HEADS = "Arial", "宋体", "黑体"
"""Faces of Latin and of Chinese letters, and of Chinese headings: every office has them."""
MARGIN_MM = 16
INK, MUTED, BAD, MARK, SOFT = "1C2430", "5B6675", "A8231C", "9A4A00", "F1F4F7"
RULE = "CBD3DC"
_PACKED = (1980, 1, 1, 0, 0, 0)


def to_docx(report: Report, font_paths: Sequence[Path]) -> bytes:
    """Write a report as DOCX.

    Parameters
    ----------
    report
        The neutral report.
    font_paths
        As `pdf.to_pdf` has them; the map's letters are set in them.

    Returns
    -------
    bytes
        DOCX on A4 whose table heads repeat on every page; the same report gives the same bytes.
    """
    paper = Document()
    dress(paper)
    _describe(paper, report)
    _frame(paper, report)
    paper.add_paragraph(printable(report.title), "Title")
    _coloured(paper.add_paragraph(printable(report.subtitle)), MUTED)
    for section in report.sections:
        _section(paper, section, report, font_paths)
    return packed(paper)


def dress(paper: Any) -> None:  # noqa: ANN401
    """Set faces, sizes and spaces of the styles; East Asian letters have a face of their own."""
    sizes = {"Normal": 9.5, "Title": 18, "Heading 1": 13, "Caption": 9.5, "Header": 8, "Footer": 8}
    for name, size in sizes.items():
        style, head = paper.styles[name], name in {"Title", "Heading 1"}
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for letters in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{letters}"), WESTERN)
        fonts.set(qn("w:eastAsia"), EASTERN_HEADS if head else EASTERN)
        style.font.size, style.font.bold = Pt(size), head or name == "Caption"
        style.font.color.rgb = RGBColor.from_string(INK)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.line_spacing = 1.15
        style.paragraph_format.keep_with_next = head or name == "Caption"


def _describe(paper: Any, report: Report) -> None:  # noqa: ANN401
    """Write the document's own data: title, language, and the date of the revision."""
    drawn_up = datetime.fromisoformat(report.drawn_up).astimezone(UTC).replace(tzinfo=None)
    told = paper.core_properties
    told.title, told.subject, told.comments = report.title, report.subtitle, report.footer
    told.author = told.last_modified_by = ""
    told.language = {"zh": "zh-CN", "en": "en-GB"}[report.lang]
    told.created = told.modified = drawn_up
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
        language.set(qn("w:eastAsia"), "zh-CN")


def _frame(paper: Any, report: Report) -> None:  # noqa: ANN401
    """Set the page, its mark at the head, and revision, digest and number at its foot."""
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(MARGIN_MM)
    page.top_margin = page.bottom_margin = Mm(20)
    head, foot = page.header.paragraphs[0], page.footer.paragraphs[0]
    _coloured(head, MARK, head.add_run(report.mark))
    _line_above(foot)
    foot.paragraph_format.tab_stops.clear_all()
    foot.add_run(f"{printable(report.footer)} · ")
    for part in report.page_number.replace("{", "\n{").replace("}", "}\n").split("\n"):
        field = {"{page}": "PAGE", "{pages}": "NUMPAGES"}.get(part)
        foot.add_run(part) if field is None else _field(foot, field)
    _coloured(foot, MUTED)


def _section(paper: Any, section: Section, report: Report, font_paths: Sequence[Path]) -> None:  # noqa: ANN401
    paper.add_heading(printable(section.title), 1)
    before = len(paper.paragraphs)
    for block in section.blocks:
        _block(paper, block, report, font_paths)
    for paragraph in paper.paragraphs[before:-1] if section.whole else ():
        paragraph.paragraph_format.keep_with_next = True


def _block(paper: Any, block: Block, report: Report, font_paths: Sequence[Path]) -> None:  # noqa: ANN401
    match block:
        case Table():
            _table(paper, block, report)
        case Facts():
            _facts(paper, block)
        case Verdict():
            paragraph = paper.add_paragraph(printable(block.text))
            _shaded(paragraph._p.get_or_add_pPr())  # noqa: SLF001 (python-docx has no public way to shade)
            if block.tone == "bad":
                _coloured(paragraph, BAD)
        case Paragraph():
            paper.add_paragraph(printable(block.text))
        case Figure():
            _figure(paper, block, report, font_paths)
        case Signatures():
            _signatures(paper, block.labels)


def _figure(paper: Any, figure: Figure, report: Report, font_paths: Sequence[Path]) -> None:  # noqa: ANN401
    png = io.BytesIO(to_png(figure, report.lang, font_paths))
    drawn = paper.add_picture(png, Mm(WIDTH_MM))
    drawn._inline.docPr.set("descr", printable(figure.caption))  # noqa: SLF001 (alternative text)
    paper.paragraphs[-1].paragraph_format.keep_with_next = True
    _coloured(paper.add_paragraph(printable(figure.caption)), MUTED)


def _facts(paper: Any, facts: Facts) -> None:  # noqa: ANN401
    grid = paper.add_table(-(-len(facts.pairs) // facts.columns), 2 * facts.columns)
    shares = (26, WIDTH_MM / facts.columns - 26) if facts.columns > 1 else (42, WIDTH_MM - 42)
    _widths(grid, shares * facts.columns)
    for place, (name, value) in enumerate(facts.pairs):
        row, column = divmod(place, facts.columns)
        _fill(grid.cell(row, 2 * column), (name,), colour=MUTED)
        _fill(grid.cell(row, 2 * column + 1), (value,))
    paper.add_paragraph()


def _signatures(paper: Any, labels: Sequence[str]) -> None:  # noqa: ANN401
    paper.add_paragraph("\n")
    grid = paper.add_table(1, len(labels))
    _widths(grid, (WIDTH_MM / len(labels),) * len(labels))
    for cell, label in zip(grid.rows[0].cells, labels, strict=True):
        _fill(cell, (label,), colour=MUTED)
        _line_above(cell.paragraphs[0])


def _table(paper: Any, table: Table, report: Report) -> None:  # noqa: ANN401
    paper.add_paragraph(printable(table.caption), "Caption")
    for grid in lay_out(table, report.lang):
        _grid(paper, grid, table.sums, narrow=table.narrow)
        paper.add_paragraph()
    for note in notes(table, report.lang):
        _coloured(paper.add_paragraph(printable(note)), MUTED)


def _grid(paper: Any, grid: Grid, sums: Iterable[int], *, narrow: bool) -> None:  # noqa: ANN401
    heads = 2 if grid.groups else 1
    made = paper.add_table(heads + len(grid.rows), len(grid.heads))
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    whole = sum(head.width for head in grid.heads) / (WIDTH_MM / 2 if narrow else WIDTH_MM)
    _widths(made, [head.width / whole for head in grid.heads])
    _ruled(made)
    rows = list(made.rows)
    place = 0
    for label, span in grid.groups:
        cells = rows[0].cells
        _fill(
            cells[place].merge(cells[place + span - 1]), (label,), bold=True, side=WD_ALIGN_PARAGRAPH.CENTER
        )
        place += span
    _cells(rows[heads - 1].cells, grid.heads, [head.lines for head in grid.heads], bold=True)
    for row in rows[:heads]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (heads repeat)
        for cell in row.cells:
            _shaded(cell._tc.get_or_add_tcPr())  # noqa: SLF001
    bold = set(sums)
    for number, (row, lines) in enumerate(zip(rows[heads:], grid.rows, strict=True)):
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))  # noqa: SLF001 (a row stays whole)
        _cells(row.cells, grid.heads, lines, bold=number in bold)
    for row in (*rows[:heads], *rows[-3:-1]):
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _cells(
    cells: Sequence[Any], heads: Sequence[Head], lines: Iterable[tuple[str, ...]], *, bold: bool
) -> None:
    for cell, head, texts in zip(cells, heads, lines, strict=True):
        side = WD_ALIGN_PARAGRAPH.RIGHT if head.numeric else WD_ALIGN_PARAGRAPH.LEFT
        _fill(cell, texts, bold=bold, side=side)


def _fill(
    cell: Any,  # noqa: ANN401
    lines: Sequence[str],
    *,
    colour: str = INK,
    bold: bool = False,
    side: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
) -> None:
    """Write a cell: its first line, and what stands under it smaller."""
    paragraph = cell.paragraphs[0]
    paragraph.alignment = side
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(1.5)
    paragraph.paragraph_format.line_spacing = 1.0
    for place, line in enumerate(lines):
        run = paragraph.add_run(printable(line))
        run.font.size, run.bold = Pt(7.5 if place else 8.5), bold
        run.font.color.rgb = RGBColor.from_string(MUTED if place else colour)
        if place + 1 < len(lines):
            run.add_break()


def _widths(grid: Any, widths_mm: Sequence[float]) -> None:  # noqa: ANN401
    """Fix the widths: Word reads them from the columns, LibreOffice from the cells."""
    grid.autofit = False
    for column, width_mm in zip(grid.columns, widths_mm, strict=True):
        column.width = Mm(width_mm)
        for cell in column.cells:
            cell.width = Mm(width_mm)


def _coloured(paragraph: Any, colour: str, *runs: Any) -> None:  # noqa: ANN401
    for run in runs or paragraph.runs:
        run.font.color.rgb = RGBColor.from_string(colour)


def _element(name: str, **attributes: str) -> Any:  # noqa: ANN401
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _shaded(properties: Any) -> None:  # noqa: ANN401
    properties.append(_element("shd", val="clear", color="auto", fill=SOFT))


def _line_above(paragraph: Any) -> None:  # noqa: ANN401
    borders = _element("pBdr")
    borders.append(_element("top", val="single", sz="6", space="4", color=INK))
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _ruled(grid: Any) -> None:  # noqa: ANN401
    """Draw a thin line below every row."""
    borders = _element("tblBorders")
    for edge in ("top", "bottom", "insideH"):
        borders.append(_element(edge, val="single", sz="4", space="0", color=RULE))
    grid._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")  # noqa: SLF001


def _field(paragraph: Any, code: str) -> None:  # noqa: ANN401
    """Add a field that the reader's program fills in."""
    field = _element("fldSimple", instr=code)
    run = paragraph.add_run("1")._r  # noqa: SLF001
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001


def packed(paper: Any) -> bytes:  # noqa: ANN401
    """Pack the document with dates that do not depend on the clock."""
    made, packed = io.BytesIO(), io.BytesIO()
    paper.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(packed, "w") as fixed:
        for part in parts.infolist():
            entry = zipfile.ZipInfo(part.filename, _PACKED)
            fixed.writestr(entry, parts.read(part), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
