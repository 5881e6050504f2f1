"""A station's neighbourhood in pieces of a page: the report's map, verdict and doubts, a polar plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.publish.polar import Plot, polar
from geo_registry.publish.report.model import Table
from geo_registry.publish.report.sections.doubts import certainty, quality, siting
from geo_registry.publish.report.sections.framing import overview
from geo_registry.publish.report.words import Words
from geo_registry.publish.report.writers.html import fragment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.core.kinds import Language
    from geo_registry.publish.report import ReportInputs
    from geo_registry.publish.report.model import Block, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One section of what the numbers leave open, as HTML: sentences first, tables beneath."""

    name: str
    title: str
    said: str
    tables: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """Pieces of a page, each HTML that needs no script; every text in them is escaped.

    Attributes
    ----------
    map
        The report's map with its legend.
    result
        How many sources there are, in a sentence, and what the siting check says.
    polar
        Sources by bearing and distance, as SVG.
    doubts
        Siting check, certainty of rings, quality of data.
    """

    map: str
    result: str
    polar: str
    doubts: tuple[Doubt, ...]


def portrait(inputs: ReportInputs, lang: Language) -> Portrait:
    """Draw a station's neighbourhood in pieces.

    Parameters
    ----------
    inputs
        What a report would be made from: the page and the report say the same.
    lang
        Language of every word.
    """
    words, ranked = Words(inputs.catalog, lang), inputs.ranked()
    _, *said, drawn = overview(inputs, ranked, words).blocks
    plot = Plot(
        pairs=inputs.audit.pairs,
        rings_m=inputs.rings_m,
        catalog=inputs.catalog,
        station=inputs.station_name,
        radius_text=words.radius,
    )
    sections = (
        siting(inputs, ranked, words),
        certainty(inputs, ranked, words),
        quality(inputs, ranked, words),
    )
    return Portrait(
        map=fragment(drawn, lang),
        result=_together(said, lang),
        polar=polar(plot, lang),
        doubts=tuple(_doubt(section, lang) for section in sections),
    )


def _doubt(section: Section, lang: Language) -> Doubt:
    tables = [block for block in section.blocks if isinstance(block, Table)]
    said = [block for block in section.blocks if not isinstance(block, Table)]
    return Doubt(
        name=section.name, title=section.title, said=_together(said, lang), tables=_together(tables, lang)
    )


def _together(blocks: Sequence[Block], lang: Language) -> str:
    return "\n".join(fragment(block, lang) for block in blocks)
