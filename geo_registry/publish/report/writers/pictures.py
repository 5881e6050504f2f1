"""The pictures that papers without drawings of their own bring along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.publish.report.layout import printable
from geo_registry.publish.report.writers.typesetting import picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_registry.core.kinds import Language
    from geo_registry.publish.report.model import Figure

WIDTH_MM = 178
"""Width of the picture: what an A4 page with margins of 16 mm holds."""


def to_png(figure: Figure, lang: Language, font_paths: Sequence[Path]) -> bytes:
    """Draw a figure with its legend as PNG, `WIDTH_MM` wide.

    Parameters
    ----------
    figure
        The figure; its caption is left to the paper.
    lang
        Language of the legend.
    font_paths
        As `pdf.to_pdf` has them.

    Returns
    -------
    bytes
        PNG; the same figure gives the same bytes.
    """
    legend = [(drawn, printable(label)) for drawn, label in figure.legend]
    return picture("figure.typ", {"svg": figure.svg, "legend": legend, "lang": lang}, font_paths)
