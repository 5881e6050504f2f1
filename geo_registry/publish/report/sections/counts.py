"""How many sources stand in each ring, by kind and by status, beside what the city holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo_registry.publish.report.layout import radius_text
from geo_registry.publish.report.model import Cell, Column, Paragraph, Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.publish.report.inputs import ReportInputs
    from geo_registry.publish.report.words import Words

EVERY_KIND = "all"
"""What an audit calls the row that adds up all kinds."""
COUNTED = {"within": ("cumulative_active", "cumulative_all"), "between": ("exclusive_active", "exclusive_all")}
"""The two tables of counts and the audit's columns in each."""


def counts(inputs: ReportInputs, words: Words) -> Section:
    """Count by kind and ring and by status and ring.

    Parameters
    ----------
    inputs
        What the report is made from.
    words
        Names in the report's language.

    Returns
    -------
    Section
        Tables ``within`` and ``between`` (kinds by ring: active and all) and ``statuses``; kinds of
        which the registry holds none are left out. An empty neighbourhood is said in words.
    """
    title = words.say("counts_title")
    if inputs.audit.pairs.empty:
        reach = radius_text(inputs.rings_m[-1])
        return Section("counts", title, (Paragraph(words.say("counts_none", reach=reach)),))
    tables = (_kinds(inputs, words, "within"), _kinds(inputs, words, "between"), _statuses(inputs, words))
    return Section("counts", title, (*tables, Paragraph(words.say("counts_note", active=_active(inputs, words)))))


def city(inputs: ReportInputs, words: Words) -> Section:
    """Set the ring beside the city, so that clearing the ring alone is seen.

    Parameters
    ----------
    inputs, words
        As for `counts`.

    Returns
    -------
    Section
        Table ``city``: active, all and the share of active ones, by kind, in this station's widest
        ring, in the widest rings of all stations (each source once) and in the whole registry.
    """
    reach_m = inputs.rings_m[-1]
    groups = [words.say("city_ring", reach=radius_text(reach_m)), words.say("city_rings"), words.say("city_whole")]
    columns = [Column(words.label("kind"), width=2.6)]
    for group in groups:
        columns += [Column(words.say("active"), "count", 1, group), Column(words.say("all"), "count", 1, group)]
        columns += [Column(words.say("share"), "share", 1.2, group)]
    names = [*_shown_kinds(inputs), EVERY_KIND]
    sides = (_widest(inputs.audit.summary, reach_m), _widest(inputs.totals, reach_m), _registered(inputs))
    rows = tuple((_kind_label(name, words), *(cell for side in sides for cell in _shared(side, name))) for name in names)
    table = Table("city", words.say("city_caption"), tuple(columns), rows, tuple(names), (len(rows) - 1,))
    return Section("city", words.say("city_title"), (Paragraph(words.say("city_how")), table))


def _kinds(inputs: ReportInputs, words: Words, name: str) -> Table:
    bands = _bands(inputs.rings_m) if name == "between" else tuple(f"≤ {radius_text(ring)}" for ring in inputs.rings_m)
    columns = [Column(words.label("kind"), width=2.6)]
    for band in bands:
        columns += [Column(words.say("active"), "count", 1, band), Column(words.say("all"), "count", 1, band)]
    counted = inputs.audit.summary.set_index(["kind", "ring_m"])[list(COUNTED[name])]
    keys = (*_shown_kinds(inputs), EVERY_KIND)
    rows = tuple(
        (_kind_label(key, words), *(int(count) for ring in inputs.rings_m for count in counted.loc[(key, ring)]))
        for key in keys
    )
    return Table(name, words.say(f"{name}_caption"), tuple(columns), rows, keys, (len(rows) - 1,))


def _bands(rings_m: Sequence[float]) -> tuple[str, ...]:
    inner = ("0", *(radius_text(ring) for ring in rings_m[:-1]))
    return tuple(f"{low} – {radius_text(ring)}" for low, ring in zip(inner, rings_m, strict=True))


def _statuses(inputs: ReportInputs, words: Words) -> Table:
    """Count by status; what counts as active and what does not are added up apart, then together."""
    rings_m = inputs.rings_m
    found = pd.crosstab(inputs.audit.pairs["status"], inputs.audit.pairs["ring_m"])
    found = found.reindex(columns=list(rings_m), fill_value=0)
    order = [choice.value for choice in inputs.catalog.statuses if choice.value in found.index]
    active = [status for status in order if status in inputs.catalog.active]
    others = [status for status in order if status not in inputs.catalog.active]
    listed = [(status, [status], words.status(status)) for status in active]
    listed += [("active", active, words.say("sum_active"))]
    listed += [(status, [status], words.status(status)) for status in others]
    listed += [(EVERY_KIND, order, words.say("sum_all"))]
    within, bands = words.say("cumulative"), words.say("exclusive")
    columns = [Column(words.label("status"), width=2.6)]
    columns += [Column(f"≤ {radius_text(ring)}", "count", 1, within) for ring in rings_m]
    columns += [Column(band, "count", 1.3, bands) for band in _bands(rings_m)]
    rows = tuple((label, *_both_ways(found.loc[part].sum())) for _, part, label in listed)
    keys = tuple(key for key, _, _ in listed)
    sums = tuple(place for place, key in enumerate(keys) if key in {"active", EVERY_KIND})
    return Table("statuses", words.say("statuses_caption"), tuple(columns), rows, keys, sums)


def _both_ways(exclusive: pd.Series) -> tuple[int, ...]:
    return (*map(int, exclusive.cumsum()), *map(int, exclusive))


def _shown_kinds(inputs: ReportInputs) -> tuple[str, ...]:
    counted = set(inputs.audit.summary["kind"])
    held = set(inputs.registered["kind"][inputs.registered["all"] > 0]) | set(inputs.audit.pairs["kind"])
    return tuple(name for name in inputs.catalog.of_role("source") if name in counted & held)


def _kind_label(name: str, words: Words) -> str:
    return words.say("sum_all") if name == EVERY_KIND else words.kind(name)


def _active(inputs: ReportInputs, words: Words) -> str:
    return words.say("list_comma").join(words.status(status) for status in inputs.catalog.active)


def _widest(counted: pd.DataFrame, reach_m: float) -> pd.DataFrame:
    at_reach = counted[counted["ring_m"] == reach_m].set_index("kind")
    return at_reach[["cumulative_active", "cumulative_all"]].set_axis(["active", "all"], axis="columns")


def _registered(inputs: ReportInputs) -> pd.DataFrame:
    held = inputs.registered.set_index("kind")[["active", "all"]]
    held.loc[EVERY_KIND] = held.loc[list(_shown_kinds(inputs))].sum()
    return held


def _shared(side: pd.DataFrame, name: str) -> tuple[Cell, Cell, Cell]:
    active, every = (int(count) for count in side.loc[name]) if name in side.index else (0, 0)
    return active, every, active / every if every else None
