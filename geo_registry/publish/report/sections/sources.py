"""Which sources come first, and all of them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.publish.reasons import in_words
from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Column, Paragraph, Section
from geo_registry.publish.report.sections.naming import table_of

if TYPE_CHECKING:
    import pandas as pd

    from geo_registry.publish.report.words import Words

FIRST = 20
"""How many sources are told with their reasons."""
LISTED = 100
"""Most rows of the closing list: some three pages."""


def first_sources(ranked: pd.DataFrame, words: Words, *, stations: bool = False) -> Section:
    """Tell of the sources that come first: why, where, and who answers for them.

    Parameters
    ----------
    ranked
        Pairs as `ReportInputs.ranked` gives them.
    words
        Names in the report's language.
    stations
        Whether to say of which station the distance and score are.

    Returns
    -------
    Section
        Table ``first``; a neighbourhood without active sources is said in words.
    """
    title = words.say("first_title")
    active = ranked[ranked["active"]]
    if active.empty:
        return Section("first", title, (Paragraph(words.say("first_none")),))
    of_station = (Column(words.say("of_station"), width=2.2), lambda pair: text_of(pair["station_name"]))
    columns = (
        *((of_station,) if stations else ()),
        (
            Column(words.metres("distance_m"), "metres", 1.8, stacked=stations),
            lambda pair: pair["distance_m"],
        ),
        (Column(words.label("bearing_deg"), "bearing", stacked=True), lambda pair: pair["bearing_deg"]),
        (Column(words.label("ring_m"), stacked=True), lambda pair: f"≤ {words.radius(pair['ring_m'])}"),
        (Column(words.label("owner"), width=2.3), lambda pair: text_of(pair["owner"])),
        (Column(words.label("warden"), stacked=True), lambda pair: text_of(pair["warden"])),
        (Column(words.label("township"), stacked=True), lambda pair: text_of(pair["township"])),
        (Column(words.label("status"), width=1.8), lambda pair: words.status(pair["status"])),
        (Column(words.label("score"), "score", 1.4), lambda pair: pair["score"]),
        (
            Column(words.label("priority"), stacked=True),
            lambda pair: words.value("priority", pair["priority"]),
        ),
        (
            Column(words.label("reasons"), width=3.8),
            lambda pair: in_words(pair["reasons"], words.lang, words.catalog),
        ),
    )
    table = table_of("first", active, more=columns, words=words, limit=FIRST, stacked=True)
    note = words.say("first_city_note" if stations else "first_note")
    return Section("first", title, (table, Paragraph(note)))


def all_sources(ranked: pd.DataFrame, words: Words) -> Section:
    """List the sources of every status, a line each.

    Parameters
    ----------
    ranked, words
        As for `first_sources`.

    Returns
    -------
    Section
        Table ``listing``.
    """
    title = words.say("listing_title")
    if ranked.empty:
        return Section("listing", title, (Paragraph(words.say("listing_none")),))
    columns = (
        (Column(words.label("status"), width=1.6), lambda pair: words.status(pair["status"])),
        (Column(words.metres("distance_m"), "metres", 1.6), lambda pair: pair["distance_m"]),
        (Column(words.label("bearing_deg"), "bearing", 1.5), lambda pair: pair["bearing_deg"]),
        (Column(words.label("ring_m"), width=1.7), lambda pair: f"≤ {words.radius(pair['ring_m'])}"),
        (Column(words.label("score"), "score", 0.8), lambda pair: pair["score"]),
    )
    return Section("listing", title, (table_of("listing", ranked, more=columns, words=words, limit=LISTED),))
