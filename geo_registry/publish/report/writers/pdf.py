"""A report as PDF on A4, set by typst; the report travels as JSON and never becomes markup."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from geo_registry.publish.report.layout import lay_out, notes, printable
from geo_registry.publish.report.model import Figure, Table
from geo_registry.publish.report.writers.typesetting import pages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_registry.core.kinds import Language
    from geo_registry.publish.report.model import Block, Report

LONG_WORD, BREAK = re.compile(r"[!-~]{13,}"), "\u200b"
"""A word that might not fit its column, and the sign of no width at which it may break."""


def to_pdf(report: Report, font_paths: Sequence[Path]) -> bytes:
    """Write a report as PDF.

    Parameters
    ----------
    report
        The neutral report.
    font_paths
        Folders that hold Noto Sans SC as TrueType, regular and bold; no other font is looked at.

    Returns
    -------
    bytes
        PDF with its fonts embedded; the same report gives the same bytes.

    Raises
    ------
    RegistryError
        ``FONT_MISSING`` if the folders lack the typeface, ``PDF_FAILED`` if typst complains of anything.
    """
    return pages("report.typ", _content(report), font_paths, report.drawn_up)


def _content(report: Report) -> dict[str, Any]:
    """Give the report as the template reads it: tables laid out, every text fit to be set."""
    plain = _fit(asdict(replace(report, sections=())))
    sections = [
        {
            "title": _fit(section.title),
            "whole": section.whole,
            "blocks": [_block(block, report.lang) for block in section.blocks],
        }
        for section in report.sections
    ]
    return {**plain, "sections": sections}


def _block(block: Block, lang: Language) -> dict[str, Any]:
    match block:
        case Table():
            grids = [asdict(grid) for grid in lay_out(block, lang)]
            told = asdict(replace(block, columns=(), rows=())) | {"grids": grids, "notes": notes(block, lang)}
            return dict(_fit(told))
        case Figure():
            drawings = {"svg": block.svg, "legend": [(drawn, _fit(label)) for drawn, label in block.legend]}
            return {"block": block.block, "caption": _fit(block.caption), **drawings}
    return dict(_fit(asdict(block)))


def _fit(value: Any) -> Any:  # noqa: ANN401
    """Make every text in plain values printable, and breakable where a word is long."""
    match value:
        case str():
            return LONG_WORD.sub(lambda word: BREAK.join(word[0]), printable(value))
        case dict():
            return {key: _fit(part) for key, part in value.items()}
        case list() | tuple():
            return [_fit(part) for part in value]
    return value
