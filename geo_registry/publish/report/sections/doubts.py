"""What the numbers leave open: the siting check, uncertain rings and weak records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Block, Column, Paragraph, Section, Table, Verdict
from geo_registry.publish.report.sections.naming import Told, number_of, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.publish.report.inputs import Inputs, ReportInputs
    from geo_registry.publish.report.words import Words

STALE_DAYS = 90
"""Days after which a record that nobody has seen or changed counts as stale (station audit, data quality)."""
LOW_ACCURACY_M = 100.0
"""Accuracy from which a position is called low: worse than the 50 m of one taken from a map."""


def siting(inputs: ReportInputs, ranked: pd.DataFrame, words: Words) -> Section:
    """Answer whether any source stands too near the station.

    Parameters
    ----------
    inputs
        What the report is made from.
    ranked
        Its pairs as `ReportInputs.ranked` gives them.
    words
        Names in the report's language.

    Returns
    -------
    Section
        A verdict and, where there are any, table ``siting`` with the sources within the distance.
    """
    blocks: list[Block] = [siting_verdict(inputs, words)]
    numbers = dict(zip(ranked["source_id"], ranked["number"], strict=True))
    within = inputs.audit.siting
    found = within.assign(number=pd.array([numbers.get(one) for one in within["source_id"]], dtype=object))
    if len(found):
        columns = (
            (Column(words.metres("distance_m"), "millimetres", 1.5), lambda pair: pair["distance_m"]),
            (Column(words.label("bearing_deg"), "bearing", 1.3), lambda pair: pair["bearing_deg"]),
            (Column(words.metres("accuracy_m"), "metres", 1.6), lambda pair: number_of(pair["accuracy_m"])),
            (Column(words.label("status"), width=1.5), lambda pair: words.status(pair["status"])),
        )
        blocks.append(table_of("siting", found, more=columns, words=words))
    return Section("siting", words.say("siting_title"), tuple(blocks))


def siting_verdict(inputs: ReportInputs, words: Words) -> Verdict:
    """Answer the siting check in one sentence.

    Parameters
    ----------
    inputs, words
        As for `siting`.

    Returns
    -------
    Verdict
        ``bad`` where an active source stands within the distance, ``unknown`` where one could by its
        accuracy, else ``good``.
    """
    limit_m = inputs.audit.request.rules.siting_m
    within, pairs = inputs.audit.siting, inputs.audit.pairs
    active = int(within["active"].sum())
    perhaps = (
        pairs["active"]
        & (pairs["distance_m"] > limit_m)
        & (pairs["distance_m"] - pairs["accuracy_m"] <= limit_m)
    )
    values = {
        "limit": words.radius(limit_m),
        "active": active,
        "others": len(within) - active,
        "count": int(perhaps.sum()),
    }
    if active:
        return Verdict("bad", words.say("siting_breach", **values))
    if perhaps.any():
        return Verdict("unknown", words.say("siting_perhaps", **values))
    return Verdict("good", words.say("siting_inactive" if len(within) else "siting_clear", **values))


def certainty(inputs: ReportInputs, ranked: pd.DataFrame, words: Words) -> Section:
    """Say which memberships the accuracy of positions leaves open.

    Parameters
    ----------
    inputs, ranked, words
        As for `siting`.

    Returns
    -------
    Section
        Sentences on sources that may belong to another ring, to the widest, and of unknown accuracy;
        table ``uncertain`` where there are any of the first.
    """
    uncertain = ranked[ranked["uncertain"].fillna(value=False).astype(bool)]
    values = {
        "count": len(uncertain),
        "near_misses": int(inputs.audit.near_misses["near_misses"].sum()),
        "unknown": int(ranked["uncertain"].isna().sum()),
        "reach": words.radius(inputs.rings_m[-1]),
    }
    blocks: list[Block] = [Paragraph(words.say("certainty_text", **values))]
    if len(uncertain):
        columns = (
            (Column(words.metres("distance_m"), "metres", 1.5), lambda pair: pair["distance_m"]),
            (Column(words.metres("accuracy_m"), "metres", 1.6), lambda pair: number_of(pair["accuracy_m"])),
            (Column(words.label("ring_m"), width=1.7), lambda pair: f"≤ {words.radius(pair['ring_m'])}"),
            (Column(words.label("status"), width=1.5), lambda pair: words.status(pair["status"])),
        )
        blocks.append(table_of("uncertain", uncertain, more=columns, words=words))
    return Section("certainty", words.say("certainty_title"), tuple(blocks))


def quality(inputs: Inputs, ranked: pd.DataFrame, words: Words) -> Section:
    """Name the records that cannot be trusted to say where a source is or how it stands.

    Parameters
    ----------
    inputs, ranked, words
        As for `siting`.

    Returns
    -------
    Section
        Tables ``unlocated`` (by kind), ``inaccurate`` and ``stale``, each replaced by a sentence where
        there is nothing to name.
    """
    limits = Paragraph(words.say("quality_text", accuracy=words.radius(LOW_ACCURACY_M), days=STALE_DAYS))
    distance = (Column(words.metres("distance_m"), "metres", 1.5), lambda pair: pair["distance_m"])
    low = inaccurate(ranked, words, "inaccurate_none", distance)
    blocks = (limits, _unlocated(inputs, words), low, *_stale(ranked, words))
    return Section("quality", words.say("quality_title"), blocks)


def _unlocated(inputs: Inputs, words: Words) -> Block:
    found = {kind: count for kind, count in inputs.audit.provenance.unlocated.items() if count}
    if not found:
        return Paragraph(words.say("unlocated_none"))
    rows = (
        *((words.kind(kind), count) for kind, count in found.items()),
        (words.say("sum_all"), sum(found.values())),
    )
    columns = (Column(words.label("kind"), width=4), Column(words.say("count"), "count", 1))
    sums = (len(rows) - 1,)
    return Table(
        "unlocated", words.say("unlocated_caption"), columns, rows, (*found, "all"), sums, narrow=True
    )


def inaccurate(rows: pd.DataFrame, words: Words, none: str, *more: Told) -> Block:
    """Name the sources of low accuracy, the worst first.

    Parameters
    ----------
    rows
        As `table_of` takes them, with ``accuracy_m`` and ``coord_method``.
    words
        Names in the report's language.
    none
        Key of the sentence that stands where there are none.
    *more
        Further columns.
    """
    low = rows[rows["accuracy_m"] > LOW_ACCURACY_M].sort_values("accuracy_m", ascending=False, kind="stable")
    if low.empty:
        return Paragraph(words.say(none))
    columns = (
        (Column(words.metres("accuracy_m"), "metres", 1.6), lambda row: number_of(row["accuracy_m"])),
        (
            Column(words.label("coord_method"), width=2),
            lambda row: words.value("coord_method", row["coord_method"]),
        ),
        *more,
    )
    return table_of("inaccurate", low, more=columns, words=words)


def _stale(ranked: pd.DataFrame, words: Words) -> Iterator[Block]:
    old = ranked[ranked["active"] & (ranked["age_days"] > STALE_DAYS).fillna(value=False)]
    if old.empty:
        yield Paragraph(words.say("stale_none"))
        return
    columns = (
        (Column(words.say("age_days"), "count", 1.9), lambda pair: number_of(pair["age_days"])),
        (Column(words.label("status"), width=1.5), lambda pair: words.status(pair["status"])),
        (Column(words.label("warden"), width=2), lambda pair: text_of(pair["warden"])),
    )
    yield table_of(
        "stale", old.sort_values("age_days", ascending=False, kind="stable"), more=columns, words=words
    )
