"""A template, filled: read with care, checked for names that there are not, and set."""

from __future__ import annotations

import io
import zipfile
from html import unescape
from typing import TYPE_CHECKING, Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError

from geo_registry.errors import ValueRefused
from geo_registry.publish.report.templates.sandbox import Sandbox
from geo_registry.publish.report.templates.values import values_of
from geo_registry.publish.report.writers.docx import packed
from geo_registry.publish.report.writers.pictures import WIDTH_MM, to_png

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_registry.publish.report.model import Figure, Report

MOST_BYTES = 5_000_000
"""Size of a template: letterheads have pictures."""
MOST_UNPACKED_BYTES = 50_000_000
"""Size of all that is in it."""


def fill(report: Report, template: bytes, font_paths: Sequence[Path]) -> bytes:
    """Set a report in a bureau's own template.

    Parameters
    ----------
    report
        The neutral report.
    template
        A DOCX with ``{{ names }}`` and ``{% statements %}`` of Jinja, as docxtpl reads them.
    font_paths
        As `pdf.to_pdf` has them; the map's letters are set in them.

    Returns
    -------
    bytes
        DOCX; the same report and template give the same bytes.

    Raises
    ------
    ValueRefused
        ``TEMPLATE_TOO_LARGE``, ``TEMPLATE_UNREADABLE``, ``TEMPLATE_FIELD_UNKNOWN`` or
        ``TEMPLATE_FORBIDDEN``.
    """
    paper = _read(template)

    def drawn(figure: Figure) -> InlineImage:
        return InlineImage(paper, io.BytesIO(to_png(figure, report.lang, font_paths)), Mm(WIDTH_MM))

    values = values_of(report, drawn)
    try:
        _know_all(paper, values)
        paper.render(values, Sandbox(), autoescape=True)
        _plain_properties(paper)
    except UndefinedError as fault:
        raise _unknown(str(fault), values) from fault
    except SecurityError as fault:
        raise ValueRefused("TEMPLATE_FORBIDDEN", value=str(fault)) from fault
    except (TemplateError, RecursionError, MemoryError) as fault:
        raise ValueRefused("TEMPLATE_UNREADABLE", reason=str(fault) or type(fault).__name__) from fault
    return packed(paper)


def _read(template: bytes) -> DocxTemplate:
    """Open a template that is a document and no flood."""
    if len(template) > MOST_BYTES:
        raise ValueRefused("TEMPLATE_TOO_LARGE", value=len(template), limit=MOST_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        paper = DocxTemplate(io.BytesIO(template))
        if unpacked <= MOST_UNPACKED_BYTES:
            paper.init_docx()
    # whatever a damaged archive does to the reader of documents is the file's fault
    except Exception as fault:
        reason = f"{type(fault).__name__}: {fault}"
        raise ValueRefused("TEMPLATE_UNREADABLE", reason=reason) from fault
    if unpacked > MOST_UNPACKED_BYTES:
        raise ValueRefused("TEMPLATE_TOO_LARGE", value=unpacked, limit=MOST_UNPACKED_BYTES)
    return paper


def _plain_properties(paper: DocxTemplate) -> None:
    """Take the document's own data as texts: docxtpl escapes them as if they were markup."""
    told = paper.docx.core_properties
    for name in ("title", "subject", "author", "comments", "identifier"):
        setattr(told, name, unescape(getattr(told, name)))


def _know_all(paper: DocxTemplate, values: dict[str, Any]) -> None:
    """Refuse names that there are not, all at once and before anything is set."""
    unknown = sorted(paper.get_undeclared_template_variables(Sandbox(), values))
    if unknown:
        raise _unknown(", ".join(unknown), values)


def _unknown(said: str, values: dict[str, Any]) -> ValueRefused:
    return ValueRefused("TEMPLATE_FIELD_UNKNOWN", value=said, known=", ".join(sorted(values)))
