"""The formats of a report, a module each: the neutral report in, bytes out.

The law of this room: a format sets what the document says and adds nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.publish.report.writers.docx import to_docx
from geo_registry.publish.report.writers.html import to_html
from geo_registry.publish.report.writers.pdf import to_pdf
from geo_registry.publish.report.writers.workbook import to_xlsx

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_registry.publish.report.model import Report

__all__ = ["to_docx", "to_html", "to_pdf", "to_xlsx", "written"]


def written(report: Report, form: str, font_paths: Sequence[Path]) -> bytes:
    """Write a report in one format.

    Parameters
    ----------
    report
        The neutral report.
    form
        ``pdf``, ``docx``, ``xlsx`` or ``html``.
    font_paths
        As `pdf.to_pdf` has them.
    """
    if form == "html":
        return to_html(report)
    return {"pdf": to_pdf, "docx": to_docx, "xlsx": to_xlsx}[form](report, font_paths)
