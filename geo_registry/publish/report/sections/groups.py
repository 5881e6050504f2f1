"""All stations together: what stands round them by the inspectors' groups, and round each of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Cell, Column, Facts, Paragraph, Section, Table
from geo_registry.publish.report.sections.framing import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from geo_registry.core.kinds import Catalog
    from geo_registry.publish.report.inputs import CityInputs
    from geo_registry.publish.report.words import Words

UNGROUPED = ""
"""Group of the kinds that the inspectors put in none."""


def city_overview(inputs: CityInputs, ranked: pd.DataFrame, words: Words) -> Section:
    """Say of how many stations, when and how far, and what came out.

    Parameters
    ----------
    inputs
        What the report is made from.
    ranked
        Each source once, as `CityInputs.ranked` gives them.
    words
        Names in the report's language.
    """
    values = {
        "stations": inputs.audit.provenance.stations,
        "reach": words.radius(inputs.rings_m[-1]),
        "all": len(ranked),
        "active": int(ranked["active"].sum()),
        "flagged": int((ranked["flagged"] & ranked["active"]).sum()),
    }
    facts = ((words.say("stations_assessed"), str(values["stations"])), *terms(inputs, words))
    blocks = (Facts(facts), Paragraph(words.say("city_result", **values)))
    return Section("overview", words.say("overview_title"), blocks)


def by_group(inputs: CityInputs, words: Words) -> Section:
    """Count by group and by its kinds: within each ring, each source once, and in the whole registry.

    Parameters
    ----------
    inputs, words
        As for `city_overview`.

    Returns
    -------
    Section
        Table ``groups``: a group's sum before its kinds, and last the sum of all; active, all and the
        share of active ones. Kinds of which the registry holds none are left out.
    """
    columns = [Column(words.say("group_or_kind"), width=2.5)]
    rings = [f"≤ {words.radius(ring_m)}" for ring_m in inputs.rings_m]
    for heading in (*rings, words.say("city_seen" if inputs.scope(words.lang) else "city_whole")):
        columns += [Column(words.say(name), "count", 1, heading) for name in ("active", "all")]
    columns.append(Column(words.say("share"), "share", 1.3, columns[-1].group))
    counted = partial(_counted, inputs)
    rows, sums = rows_by_group(inputs.catalog, _shown(inputs), counted, words)
    caption = words.say("groups_caption")
    table = Table("groups", caption, tuple(columns), tuple(rows.values()), tuple(rows), sums)
    return Section("groups", words.say("groups_title"), (table, Paragraph(words.say("groups_note"))))


def rows_by_group(
    catalog: Catalog, kinds: Sequence[str], counted: Callable[[list[str]], Sequence[Cell]], words: Words
) -> tuple[dict[str, tuple[Cell, ...]], tuple[int, ...]]:
    """Give rows by their keys, a group's sum before its kinds and last the sum of all, and where sums stand.

    Parameters
    ----------
    catalog
        Says which group a kind is of.
    kinds
        Those that are told of.
    counted
        Counts some kinds together.
    words
        Names in the report's language.
    """
    rows: dict[str, tuple[Cell, ...]] = {}
    for group, own in grouped(catalog, kinds).items():
        rows[f"group:{group}"] = (_group(catalog, group, words), *counted(own))
        rows |= {kind: (f"\u2003{words.kind(kind)}", *counted([kind])) for kind in own}
    rows["all"] = (words.say("sum_all"), *counted(list(kinds)))
    return rows, tuple(place for place, key in enumerate(rows) if key == "all" or key.startswith("group:"))


def by_station(inputs: CityInputs, words: Words) -> Section:
    """Count round each station by group, within the widest ring.

    Parameters
    ----------
    inputs, words
        As for `city_overview`.

    Returns
    -------
    Section
        Table ``stations``: active sources of each group, active and all, how many of high priority; no
        sum of the rows, since rings overlap. Where there is no station, that is said in words.
    """
    pairs, groups = inputs.audit.pairs, grouped(inputs.catalog, _shown(inputs))
    columns = [Column(words.label("code"), width=1.3), Column(words.label("name"), width=2.0)]
    active = words.say("active")
    columns += [Column(_group(inputs.catalog, group, words), "count", 1.7, active) for group in groups]
    columns += [
        Column(words.say("active_sum"), "count", 1.2, active),
        Column(words.say("all"), "count", 1),
        Column(words.say("high_priority"), "count", 1.4),
    ]
    summary = inputs.audit.summary[inputs.audit.summary["ring_m"] == inputs.rings_m[-1]]
    high = pairs[pairs["active"] & pairs["flagged"]].groupby("station_id").size()
    rows: dict[str, tuple[Cell, ...]] = {}
    for station, own in summary.groupby("station_id", sort=False):
        of_kind, known = own.set_index("kind"), own.iloc[0]
        counts = [int(of_kind.loc[kinds, "cumulative_active"].sum()) for kinds in groups.values()]
        every = int(of_kind.loc[_shown(inputs), "cumulative_all"].sum())
        called = text_of(known["station_code"]), text_of(known["station_name"])
        rows[str(station)] = (*called, *counts, sum(counts), every, int(high.get(station, 0)))
    title = words.say("stations_title")
    if not rows:
        return Section("stations", title, (Paragraph(words.say("stations_none")),))
    caption = words.say("stations_caption", reach=words.radius(inputs.rings_m[-1]))
    table = Table("stations", caption, tuple(columns), tuple(rows.values()), tuple(rows))
    return Section("stations", title, (table, Paragraph(words.say("stations_note"))))


def grouped(catalog: Catalog, kinds: Sequence[str]) -> Mapping[str, list[str]]:
    """Give some kinds by their groups, in the catalog's order of groups; last those of none."""
    found = {
        group: [name for name in kinds if (catalog.kinds[name].group or UNGROUPED) == group]
        for group in (*catalog.groups, UNGROUPED)
    }
    return {group: names for group, names in found.items() if names}


def _group(catalog: Catalog, group: str, words: Words) -> str:
    return catalog.groups[group].of(words.lang) if group else words.say("group_none")


def _shown(inputs: CityInputs) -> list[str]:
    held = set(inputs.registered["kind"][inputs.registered["all"] > 0]) & set(inputs.audit.totals["kind"])
    return [name for name in inputs.catalog.of_role("source") if name in held]


def _counted(inputs: CityInputs, kinds: list[str]) -> list[Cell]:
    """Count some kinds in each ring and in the registry, active and all, and give the registry's share."""
    totals, held = inputs.audit.totals, inputs.registered
    of_kinds, own = totals[totals["kind"].isin(kinds)], held[held["kind"].isin(kinds)]
    cells: list[Cell] = []
    for ring_m in inputs.rings_m:
        ring = of_kinds[of_kinds["ring_m"] == ring_m]
        cells += [int(ring["cumulative_active"].sum()), int(ring["cumulative_all"].sum())]
    active, every = int(own["active"].sum()), int(own["all"].sum())
    return [*cells, active, every, active / every if every else None]
