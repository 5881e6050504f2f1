"""One sheet with a map, as PDF or PNG."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from geo_registry.publish.report.layout import printable
from geo_registry.publish.report.staticmap.sheet import draw_sheet, sheet_legend
from geo_registry.publish.report.writers.typesetting import pages, picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo_registry.publish.report.staticmap.sheet import Sheet


def sheet_digest(sheet: Sheet, said: Mapping[str, str | list[str]]) -> str:
    """Give the SHA-256 of what stands on a sheet: its drawing, its legend and its words.

    Parameters
    ----------
    sheet, said
        As for `set_sheet`; the words without the digest itself.
    """
    content = {"svg": draw_sheet(sheet), "legend": sheet_legend(sheet), "said": said}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def set_sheet(
    sheet: Sheet, said: dict[str, str | list[str]], font_paths: Sequence[Path], drawn_up: str | None
) -> bytes:
    """Set a sheet.

    Parameters
    ----------
    sheet
        What is on the map.
    said
        ``title``, and the ``lines`` above the legend and the ``notes`` below it.
    font_paths
        As `pdf.to_pdf` has them.
    drawn_up
        Date of a PDF, ISO 8601 with its offset; None for a PNG.

    Returns
    -------
    bytes
        The same sheet gives the same bytes.
    """
    fit = {
        name: printable(words) if isinstance(words, str) else [*map(printable, words)]
        for name, words in said.items()
    }
    legend = [(sign, printable(label)) for sign, label in sheet_legend(sheet)]
    values = {**fit, "svg": draw_sheet(sheet), "legend": legend, "lang": sheet.words.lang}
    return (
        pages("sheet.typ", values, font_paths, drawn_up)
        if drawn_up
        else picture("sheet.typ", values, font_paths)
    )
