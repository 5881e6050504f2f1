"""What a template may say: the document as plain words under stable names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.publish.report.layout import lay_out, notes, printable
from geo_registry.publish.report.model import Facts, Figure, Paragraph, Signatures, Table, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_registry.publish.report.model import Block, Report

Values = dict[str, Any]


def values_of(report: Report, drawn: Callable[[Figure], object]) -> Values:
    """Give a document's words under the names that templates use.

    Parameters
    ----------
    report
        The neutral report.
    drawn
        Makes of a figure what stands for it in the paper.

    Returns
    -------
    dict
        ``lang``, ``title``, ``subtitle``, ``mark``, ``footer``; those of `Report.named`; ``sections`` in
        their order, each with ``name``, ``title`` and ``blocks``; ``section`` and ``table``, the same by
        their names; ``map``, the first figure. A table has ``caption``, ``heads``, ``rows`` of cells and
        ``notes``.
    """
    sections: list[Values] = [
        {
            "name": section.name,
            "title": printable(section.title),
            "blocks": [_block(block, report, drawn) for block in section.blocks],
        }
        for section in report.sections
    ]
    blocks = [block for section in sections for block in section["blocks"]]
    return {
        "lang": report.lang,
        "title": printable(report.title),
        "subtitle": printable(report.subtitle),
        "mark": printable(report.mark),
        "footer": printable(report.footer),
        **{name: printable(word) for name, word in report.named},
        "sections": sections,
        "section": {section["name"]: section for section in sections},
        "table": {block["name"]: block for block in blocks if block["block"] == "table"},
        "map": next((block["picture"] for block in blocks if block["block"] == "figure"), ""),
    }


def _block(block: Block, report: Report, drawn: Callable[[Figure], object]) -> Values:
    told: Values = {"block": block.block}
    match block:
        case Table():
            told |= _table(block, report)
        case Facts():
            told["pairs"] = [
                {"label": printable(one), "value": printable(other)} for one, other in block.pairs
            ]
        case Verdict() | Paragraph():
            told["text"] = printable(block.text)
        case Figure():
            told |= {"picture": drawn(block), "caption": printable(block.caption)}
        case Signatures():
            told["labels"] = [printable(label) for label in block.labels]
    return told


def _table(table: Table, report: Report) -> Values:
    """Write a table as one grid, however wide: what stands under a value is its cell's second line."""
    grids = lay_out(table, report.lang)
    heads, rows = [], [list[str]() for _ in grids[0].rows]
    for number, grid in enumerate(grids):
        # every grid but the first begins with the first column again
        own = slice(1 if number else 0, None)
        heads += [
            "\n".join(map(printable, filter(None, (head.group, *head.lines)))) for head in grid.heads[own]
        ]
        for row, cells in zip(rows, grid.rows, strict=True):
            row += ["\n".join(map(printable, lines)) for lines in cells[own]]
    return {
        "name": table.name,
        "caption": printable(table.caption),
        "heads": heads,
        "rows": rows,
        "notes": [printable(note) for note in notes(table, report.lang)],
    }
