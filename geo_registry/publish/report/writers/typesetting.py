"""What typst sets: a template and plain values in, pages or a picture out, in one typeface."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import typst

from geo_registry.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FAMILY, WEIGHTS = "Noto Sans SC", (400, 700)
"""The typeface of every letter, and the weights the templates use."""

PIXELS_PER_INCH = 220.0
"""Of a picture: sharp on paper, where 200 and more are hardly told apart."""


def pages(template: str, values: Mapping[str, object], font_paths: Sequence[Path], drawn_up: str) -> bytes:
    """Set pages as PDF.

    Parameters
    ----------
    template
        Name of a typst file in this room.
    values
        What the template reads, as plain values.
    font_paths
        Folders that hold Noto Sans SC as TrueType, regular and bold; no other font is looked at.
    drawn_up
        Date of the document, ISO 8601 with its offset.

    Returns
    -------
    bytes
        PDF with its fonts embedded; the same values give the same bytes.

    Raises
    ------
    RegistryError
        ``FONT_MISSING`` if the folders lack the typeface, ``PDF_FAILED`` if typst complains of anything.
    """
    return _set(template, values, font_paths, datetime.fromisoformat(drawn_up))


def picture(template: str, values: Mapping[str, object], font_paths: Sequence[Path]) -> bytes:
    """Set one page as PNG; parameters and errors as `pages`."""
    return _set(template, values, font_paths, None)


def _set(
    template: str, values: Mapping[str, object], font_paths: Sequence[Path], drawn_up: datetime | None
) -> bytes:
    """Set a dated document as PDF, or one without a date as PNG."""
    fonts = _fonts(tuple(str(path) for path in font_paths))
    told = json.dumps({"family": FAMILY, **values}, ensure_ascii=False)
    try:
        content, warnings = typst.compile_with_warnings(
            files(__package__).joinpath(template).read_bytes(),
            font_paths=fonts,
            sys_inputs={"report": told},
            format="pdf" if drawn_up else "png",
            ppi=PIXELS_PER_INCH,
            timestamp=drawn_up,
        )
    except typst.TypstError as fault:
        raise RegistryError("PDF_FAILED", value=fault.message) from fault
    if warnings:
        raise RegistryError("PDF_FAILED", value="; ".join(warning.message for warning in warnings))
    return content


@cache
def _fonts(folders: tuple[str, ...]) -> typst.Fonts:
    """Read the fonts once: 20 MB that every report needs."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))
    found = {font.weight for font in fonts.fonts() if font.family == FAMILY}
    if not found.issuperset(WEIGHTS):
        raise RegistryError(
            "FONT_MISSING", value=FAMILY, expected=", ".join(map(str, WEIGHTS)), folders=", ".join(folders)
        )
    return fonts
