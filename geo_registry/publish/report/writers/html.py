"""A report as one self-contained HTML page: its style within, no script, nothing fetched."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from geo_registry.publish.report.layout import lay_out, notes, printable
from geo_registry.publish.report.model import Facts, Figure, Paragraph, Signatures, Table, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_registry.core.kinds import Language
    from geo_registry.publish.report.layout import Grid
    from geo_registry.publish.report.model import Block, Report, Section

LANGUAGE_TAGS: dict[Language, str] = {"zh": "zh-Hans-CN", "en": "en"}


def to_html(report: Report) -> bytes:
    """Write a report as an HTML page that prints on A4.

    Parameters
    ----------
    report
        The neutral report.

    Returns
    -------
    bytes
        UTF-8. The page has one ``<style>`` element and neither scripts nor style attributes, so a
        policy of ``default-src 'none'`` with that style's hash in ``style-src`` shows it whole.
    """
    mark = f'<p class="mark">{_text(report.mark)}</p>' if report.mark else ""
    sections = "\n".join(_section(section, report.lang) for section in report.sections)
    page = (
        "<!DOCTYPE html>",
        f'<html lang="{LANGUAGE_TAGS[report.lang]}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(report.title)}</title>",
        f"<style>\n{_style(report)}</style></head>",
        "<body><main>",
        f"<header>{mark}<h1>{_text(report.title)}</h1>",
        f'<p class="subtitle">{_text(report.subtitle)}</p></header>',
        sections,
        f"<footer>{_text(report.footer)}</footer>",
        "</main></body></html>\n",
    )
    return "\n".join(page).encode()


def _text(text: str) -> str:
    return escape(printable(text))


def _style(report: Report) -> str:
    """Give the style sheet, with what stands in the margins of every printed page."""
    before, rest = report.page_number.split("{page}")
    between, after = rest.split("{pages}")
    counted = f"{_quoted(before)} counter(page) {_quoted(between)} counter(pages) {_quoted(after)}"
    margins = (
        "@page { size: A4; margin: 18mm 16mm 20mm; "
        f"@top-left {{ content: {_quoted(report.mark)}; color: #9a4a00; font-size: 8pt; }} "
        f"@bottom-left {{ content: {_quoted(report.footer)}; color: #5b6675; font-size: 8pt; width: 80%; }} "
        f"@bottom-right {{ content: {counted}; color: #5b6675; font-size: 8pt; }} }}\n"
    )
    return files(__package__).joinpath("report.css").read_text("utf-8") + margins


def _quoted(text: str) -> str:
    """Write a text as a CSS string in which only letters and digits stand as themselves."""
    return (
        '"'
        + "".join(sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):06x}" for sign in text)
        + '"'
    )


def _section(section: Section, lang: Language) -> str:
    blocks = "\n".join(fragment(block, lang) for block in section.blocks)
    return f'<section id="{escape(section.name)}">\n<h2>{_text(section.title)}</h2>\n{blocks}\n</section>'


def fragment(block: Block, lang: Language) -> str:
    """Write one block of a report as HTML, for this page or another of ours.

    Parameters
    ----------
    block
        A fact sheet, table, figure, verdict or paragraph; every text of it is escaped.
    lang
        Language of the compass words.
    """
    match block:
        case Table():
            return _table(block, lang)
        case Facts():
            return (
                f'<dl class="columns-{block.columns}">'
                + "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in block.pairs)
                + "</dl>"
            )
        case Verdict():
            return f'<p class="verdict {block.tone}">{_text(block.text)}</p>'
        case Paragraph():
            return f"<p>{_text(block.text)}</p>"
        case Figure():
            return _figure(block)
        case Signatures():
            return (
                '<div class="signatures">'
                + "".join(f"<div>{_text(label)}</div>" for label in block.labels)
                + "</div>"
            )


def _figure(figure: Figure) -> str:
    legend = "".join(f"<li>{drawn}<span>{_text(label)}</span></li>" for drawn, label in figure.legend)
    caption = f"<figcaption>{_text(figure.caption)}</figcaption>"
    return f'<figure>{figure.svg}<ul class="legend">{legend}</ul>{caption}</figure>'


def _table(table: Table, lang: Language) -> str:
    parts = enumerate(lay_out(table, lang), start=1)
    grids = "".join(_grid(grid, table, "" if part == 1 else f"-{part}") for part, grid in parts)
    return grids + "".join(f'<p class="note">{_text(note)}</p>' for note in notes(table, lang))


def _grid(grid: Grid, table: Table, part: str) -> str:
    rows = "".join(_row(grid, place, table) for place in range(len(grid.rows)))
    width = "scroll narrow" if table.narrow else "scroll"
    whole = sum(head.width for head in grid.heads)
    columns = "".join(f'<col width="{head.width / whole:.1%}">' for head in grid.heads)
    return (
        f'<div class="{width}" role="group" tabindex="0" aria-label="{_text(table.caption)}">'
        f'<table id="table-{escape(table.name)}{part}">'
        f"<caption>{_text(table.caption)}</caption>\n<colgroup>{columns}</colgroup>\n"
        f"<thead>{_heads(grid)}</thead>\n<tbody>\n{rows}</tbody></table></div>"
    )


def _heads(grid: Grid) -> str:
    above = "".join(
        f'<th scope="colgroup" colspan="{span}">{_text(label)}</th>'
        if label
        else f'<td colspan="{span}"></td>'
        for label, span in grid.groups
    )
    heads = "".join(f'<th scope="col"{_side(head.numeric)}>{_lines(head.lines)}</th>' for head in grid.heads)
    return f"<tr>{above}</tr><tr>{heads}</tr>" if above else f"<tr>{heads}</tr>"


def _row(grid: Grid, place: int, table: Table) -> str:
    strong = ' class="sum"' if place in table.sums else ""
    first, *others = grid.rows[place]
    numbers = (head.numeric for head in grid.heads[1:])
    cells = "".join(
        f"<td{_side(numeric)}>{_lines(cell)}</td>" for numeric, cell in zip(numbers, others, strict=True)
    )
    head = f'<th scope="row"{_side(grid.heads[0].numeric)}>{_lines(first)}</th>'
    return f'<tr data-key="{_text(table.keys[place])}"{strong}>{head}{cells}</tr>\n'


def _side(numeric: bool) -> str:  # noqa: FBT001
    return ' class="number"' if numeric else ""


def _lines(lines: Iterable[str]) -> str:
    first, *under = lines
    return _text(first) + "".join(f'<span class="under">{_text(line)}</span>' for line in under)
