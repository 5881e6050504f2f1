"""The reports of a station's neighbourhood and of all stations together, each as one neutral document."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Report, to_json
from geo_registry.publish.report.sections.changes import changes
from geo_registry.publish.report.sections.compliance import compliance
from geo_registry.publish.report.sections.counts import city, counts
from geo_registry.publish.report.sections.doubts import certainty, quality, siting
from geo_registry.publish.report.sections.framing import method, overview, sign_off
from geo_registry.publish.report.sections.groups import by_group, by_station, city_overview
from geo_registry.publish.report.sections.selection import (
    chosen_counts,
    chosen_listing,
    chosen_method,
    chosen_overview,
    chosen_quality,
)
from geo_registry.publish.report.sections.sources import all_sources, first_sources
from geo_registry.publish.report.words import Words

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language
    from geo_registry.publish.report.chosen import ChosenInputs
    from geo_registry.publish.report.inputs import CityInputs, Inputs, ReportInputs
    from geo_registry.publish.report.model import Section

SHORT = 12
"""Hex digits of a digest on every page: enough to tell reports apart; the whole stands on the last."""


def station_report(inputs: ReportInputs, lang: Language) -> Report:
    """Write down what is to be said of a station's neighbourhood.

    Parameters
    ----------
    inputs
        Audit, records, zones and totals, all of one revision.
    lang
        Language of every word.

    Returns
    -------
    Report
        Sections ``overview``, ``counts``, ``city``, ``first``, ``compliance``, ``siting``, ``certainty``,
        ``changes``, ``quality``, ``method``, ``listing`` and ``sign_off``, without ``compliance``
        where no source is active and without ``changes`` where they were not asked for; the same inputs
        give the same document.
    """
    words = Words(inputs.catalog, lang)
    ranked = inputs.ranked()
    sections = (
        overview(inputs, ranked, words),
        counts(inputs, words),
        city(inputs, words),
        first_sources(ranked, words),
        *((compliance(inputs, ranked, words),) if ranked["active"].any() else ()),
        siting(inputs, ranked, words),
        certainty(inputs, ranked, words),
        *((changes(inputs.since, inputs.revision, words),) if inputs.since else ()),
        quality(inputs, ranked, words),
        method(inputs, words, "method_map"),
        all_sources(ranked, words),
    )
    on = inputs.audit.request.on.isoformat()
    code = text_of(inputs.station["code"])
    titles = words.say("title", station=inputs.station_name), words.say("subtitle", code=code, on=on)
    return _signed(inputs, titles, sections, words, subject=(inputs.station_name, code))


def city_report(inputs: CityInputs, lang: Language) -> Report:
    """Write down what is to be said of all stations together, grouped as the inspectors group sources.

    Parameters
    ----------
    inputs
        Audit of all stations, and records, of one revision.
    lang
        Language of every word.

    Returns
    -------
    Report
        Sections ``overview``, ``groups``, ``stations``, ``first``, ``compliance`` (where a source is
        active), ``quality``, ``method`` and ``sign_off``; the same inputs give the same document.
    """
    words = Words(inputs.catalog, lang)
    ranked = inputs.ranked()
    sections = (
        city_overview(inputs, ranked, words),
        by_group(inputs, words),
        by_station(inputs, words),
        first_sources(ranked, words, stations=True),
        *((compliance(inputs, ranked, words),) if ranked["active"].any() else ()),
        quality(inputs, ranked, words),
        method(inputs, words),
    )
    subtitle = words.say("city_subtitle", on=inputs.audit.request.on.isoformat())
    return _signed(inputs, (words.say("city_report_title"), subtitle), sections, words)


def choice_report(inputs: ChosenInputs, lang: Language) -> Report:
    """Write down what is to be said of a choice of sources.

    Parameters
    ----------
    inputs
        The sources, what was asked for, and the map, all of one revision.
    lang
        Language of every word.

    Returns
    -------
    Report
        Sections ``overview``, ``counts``, ``listing``, ``quality``, ``method`` and ``sign_off``; the same
        inputs give the same document.
    """
    words = Words(inputs.catalog, lang)
    sections = (
        chosen_overview(inputs, words),
        chosen_counts(inputs, words),
        chosen_listing(inputs, words),
        chosen_quality(inputs, words),
        chosen_method(inputs, words),
    )
    subtitle = words.say("chosen_subtitle", count=len(inputs.rows), on=inputs.on.isoformat())
    return _signed(inputs, (words.say("chosen_report_title"), subtitle), sections, words)


def _signed(
    inputs: Inputs | ChosenInputs,
    titles: tuple[str, str],
    sections: tuple[Section, ...],
    words: Words,
    *,
    subject: tuple[str, str] = ("", ""),
) -> Report:
    """Close a report with what proves it, and put the digest of its content on every page."""
    told = Report(
        lang=words.lang,
        title=titles[0],
        subtitle=titles[1],
        mark=words.say("synthetic") if inputs.synthetic else "",
        footer="",
        page_number=words.say("page_number", page="{page}", pages="{pages}"),
        drawn_up=inputs.committed_at.isoformat(),
        sections=sections,
    )
    digest = hashlib.sha256(to_json(told)).hexdigest()
    foot = words.say("footer", revision=inputs.revision, head=inputs.head[:SHORT], content=digest[:SHORT])
    footer = " · ".join(filter(None, (foot, inputs.scope(words.lang))))
    named = {
        "station": subject[0],
        "code": subject[1],
        "on": inputs.on.isoformat(),
        "revision": str(inputs.revision),
        "chain": inputs.head,
        "content": digest,
    }
    last = sign_off(inputs, digest, words)
    return replace(told, footer=footer, sections=(*sections, last), named=tuple(named.items()))
