"""What was inspected and did not pass, and what is past its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Block, Cell, Column, Paragraph, Section, Table
from geo_registry.publish.report.sections.naming import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.publish.report.inputs import Inputs
    from geo_registry.publish.report.words import Words

RESULTS = ("pass", "fail", "na")
"""Values of a checklist item that was inspected; without one it was not."""
OVERDUE = r"(?:^|;)overdue:(\w+)="
"""Where the reasons of a score name the deadline that has passed."""


def compliance(inputs: Inputs, ranked: pd.DataFrame, words: Words) -> Section:
    """Count the checklists' items over active sources in the rings, and name what is overdue.

    Parameters
    ----------
    inputs
        What the report is made from.
    ranked
        Its pairs as `ReportInputs.ranked` gives them, some of them active.
    words
        Names in the report's language.

    Returns
    -------
    Section
        Tables ``checked`` (an item a row) and ``overdue``, each replaced by a sentence where there is
        nothing to name.
    """
    active = ranked[ranked["active"]]
    title = words.say("compliance_title")
    rows = dict(_items(inputs, active, words))
    blocks: list[Block] = [_overdue(inputs, active, words)]
    if rows:
        columns = (
            Column(words.label("kind"), width=2.2),
            Column(words.say("check_item"), width=3.4),
            *(Column(words.say(f"check_{result}"), "count", 1.2) for result in (*RESULTS, "open")),
        )
        table = Table("checked", words.say("checked_caption"), columns, tuple(rows.values()), tuple(rows))
        blocks = [table, *blocks]
    else:
        blocks = [Paragraph(words.say("checked_none")), *blocks]
    return Section("compliance", title, tuple(blocks))


def _items(inputs: Inputs, active: pd.DataFrame, words: Words) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """Count the results of every item of the kinds in the rings, and last what was not inspected."""
    here = inputs.sources[inputs.sources["id"].isin(active["source_id"])]
    for name in inputs.catalog.of_role("source"):
        rows = here[here["kind"] == name]
        for item in inputs.catalog.kinds[name].check_items if len(rows) else ():
            values = rows[item] if item in rows else pd.Series(dtype="str")
            counts = [int((values == result).sum()) for result in RESULTS]
            counts.append(len(rows) - sum(counts))
            yield f"{name}.{item}", (words.kind(name), words.label(item, name), *counts)


def _overdue(inputs: Inputs, active: pd.DataFrame, words: Words) -> Block:
    """Name the sources whose score says that a date has passed, the longest ago first."""
    passed = active["reasons"].str.extract(OVERDUE, expand=False)
    found = active.assign(deadline=passed)[passed.notna()]
    if found.empty:
        return Paragraph(words.say("overdue_none"))
    known = inputs.sources.set_index("id")
    dates = [
        pd.Timestamp(known[field][source])
        for source, field in zip(found["source_id"], found["deadline"], strict=True)
    ]
    found = found.assign(due=dates).sort_values("due", kind="stable")
    columns = (
        (Column(words.say("deadline"), width=2.2), lambda pair: words.label(pair["deadline"], pair["kind"])),
        (Column(words.say("due"), width=1.6), lambda pair: pair["due"].date().isoformat()),
        (Column(words.label("status"), width=1.5), lambda pair: words.status(pair["status"])),
        (Column(words.label("owner"), width=2.4), lambda pair: text_of(pair["owner"])),
    )
    return table_of("overdue", found, more=columns, words=words)
