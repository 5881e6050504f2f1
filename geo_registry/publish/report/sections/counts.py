"""How many sources stand in each ring, by kind and by status, beside what the city holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from geo_registry.publish.report.model import Cell, Column, Paragraph, Section, Table

if TYPE_CHECKING:
    from geo_registry.publish.report.inputs import ReportInputs
    from geo_registry.publish.report.words import Words

EVERY_KIND = "all"
"""What an audit calls the row that adds up all kinds."""

Counted: TypeAlias = Mapping[str, tuple[int, int]]
"""Active and all sources by kind, `EVERY_KIND` among them."""


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
        reach = words.radius(inputs.rings_m[-1])
        return Section("counts", title, (Paragraph(words.say("counts_none", reach=reach)),))
    edges = [f"≤ {words.radius(ring_m)}" for ring_m in inputs.rings_m]
    tables = (
        _kinds(inputs, words, "within", _each_ring(inputs, edges, "cumulative")),
        _kinds(inputs, words, "between", _each_ring(inputs, _bands(inputs, words), "exclusive")),
        _statuses(inputs, words),
    )
    active = words.say("list_comma").join(words.status(status) for status in inputs.catalog.active)
    return Section("counts", title, (*tables, Paragraph(words.say("counts_note", active=active))))


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
        ring, in the widest rings of all stations (each source once) and in the whole registry, as far
        as it was there to be counted.
    """
    reach_m = inputs.rings_m[-1]
    here, everywhere = (
        _in_ring(counted, reach_m, "cumulative") for counted in (inputs.audit.summary, inputs.totals)
    )
    sides = {
        words.say("city_ring", reach=words.radius(reach_m)): here,
        words.say("city_rings"): everywhere,
        words.say("city_seen" if inputs.scope(words.lang) else "city_whole"): _registered(inputs),
    }
    columns = [Column(words.label("kind"), width=2.6)]
    for group in sides:
        columns += _active_and_all(group, words)
        columns.append(Column(words.say("share"), "share", 1.2, group))
    keys = (*_shown_kinds(inputs), EVERY_KIND)
    shared = {
        key: [cell for side in sides.values() for cell in _shared(side.get(key, (0, 0)))] for key in keys
    }
    rows = tuple(_row(_kind_label(key, words), cells) for key, cells in shared.items())
    table = Table("city", words.say("city_caption"), tuple(columns), rows, keys, (len(rows) - 1,))
    return Section("city", words.say("city_title"), (Paragraph(words.say("city_how")), table))


def _kinds(inputs: ReportInputs, words: Words, name: str, rings: Mapping[str, Counted]) -> Table:
    columns = [Column(words.label("kind"), width=2.6)]
    columns += [column for heading in rings for column in _active_and_all(heading, words)]
    keys = (*_shown_kinds(inputs), EVERY_KIND)
    counted = {key: [count for ring in rings.values() for count in ring[key]] for key in keys}
    rows = tuple(_row(_kind_label(key, words), cells) for key, cells in counted.items())
    return Table(name, words.say(f"{name}_caption"), tuple(columns), rows, keys, (len(rows) - 1,))


def _row(label: str, cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return label, *cells


def _active_and_all(group: str, words: Words) -> list[Column]:
    return [Column(words.say("active"), "count", 1, group), Column(words.say("all"), "count", 1, group)]


def _bands(inputs: ReportInputs, words: Words) -> list[str]:
    edges = ["0", *map(words.radius, inputs.rings_m)]
    return [f"{low} – {high}" for low, high in pairwise(edges)]


def _each_ring(inputs: ReportInputs, headings: Sequence[str], way: str) -> dict[str, Counted]:
    counted = (_in_ring(inputs.audit.summary, ring_m, way) for ring_m in inputs.rings_m)
    return dict(zip(headings, counted, strict=True))


def _in_ring(counted: pd.DataFrame, ring_m: float, way: str) -> Counted:
    ring = counted[counted["ring_m"] == ring_m]
    pairs = zip(ring[f"{way}_active"].tolist(), ring[f"{way}_all"].tolist(), strict=True)
    return dict(zip(ring["kind"], pairs, strict=True))


def _registered(inputs: ReportInputs) -> Counted:
    held = inputs.registered[inputs.registered["kind"].isin(_shown_kinds(inputs))]
    active, every = held["active"].tolist(), held["all"].tolist()
    by_kind = dict(zip(held["kind"], zip(active, every, strict=True), strict=True))
    return {**by_kind, EVERY_KIND: (sum(active), sum(every))}


def _shown_kinds(inputs: ReportInputs) -> tuple[str, ...]:
    counted = set(inputs.audit.summary["kind"])
    held = set(inputs.registered["kind"][inputs.registered["all"] > 0]) | set(inputs.audit.pairs["kind"])
    return tuple(name for name in inputs.catalog.of_role("source") if name in counted & held)


def _kind_label(name: str, words: Words) -> str:
    return words.say("sum_all") if name == EVERY_KIND else words.kind(name)


def _shared(counted: tuple[int, int]) -> tuple[Cell, Cell, Cell]:
    active, every = counted
    return active, every, active / every if every else None


def _statuses(inputs: ReportInputs, words: Words) -> Table:
    """Count by status; what counts as active is added up first, then everything."""
    present = set(inputs.audit.pairs["status"])
    order = [choice.value for choice in inputs.catalog.statuses if choice.value in present]
    active = [status for status in order if status in inputs.catalog.active]
    others = [status for status in order if status not in inputs.catalog.active]
    parts = {
        **{status: (words.status(status), [status]) for status in active},
        "active": (words.say("sum_active"), active),
        **{status: (words.status(status), [status]) for status in others},
        EVERY_KIND: (words.say("sum_all"), order),
    }
    within, bands = words.say("cumulative"), words.say("exclusive")
    columns = [Column(words.label("status"), width=2.6)]
    columns += [Column(f"≤ {words.radius(ring_m)}", "count", 1, within) for ring_m in inputs.rings_m]
    columns += [Column(band, "count", 1.3, bands) for band in _bands(inputs, words)]
    rows = tuple(_row(label, _by_ring(inputs, statuses)) for label, statuses in parts.values())
    sums = tuple(place for place, key in enumerate(parts) if key in {"active", EVERY_KIND})
    return Table("statuses", words.say("statuses_caption"), tuple(columns), rows, tuple(parts), sums)


def _by_ring(inputs: ReportInputs, statuses: Iterable[str]) -> Sequence[int]:
    """Count the pairs of some statuses: within each ring, then in each band."""
    pairs = inputs.audit.pairs
    ring_m = pairs["ring_m"][pairs["status"].isin(list(statuses))]
    return (
        *(int((ring_m <= radius_m).sum()) for radius_m in inputs.rings_m),
        *(int((ring_m == radius_m).sum()) for radius_m in inputs.rings_m),
    )
