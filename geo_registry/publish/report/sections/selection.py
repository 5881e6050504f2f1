"""What was chosen: in words, on a map, in numbers and in a list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Column, Facts, Figure, Paragraph, Section, Table
from geo_registry.publish.report.sections.doubts import inaccurate
from geo_registry.publish.report.sections.framing import said_of
from geo_registry.publish.report.sections.groups import rows_by_group
from geo_registry.publish.report.sections.naming import number_of, table_of
from geo_registry.publish.report.staticmap.sheet import draw_sheet, sheet_legend

if TYPE_CHECKING:
    from geo_registry.publish.report.chosen import ChosenInputs
    from geo_registry.publish.report.model import Block
    from geo_registry.publish.report.words import Words

LISTED = 200
"""Most sources that a paper lists; a workbook holds them all."""
MARKS = ("active", "all", "high_priority", "overdue")


def chosen_overview(inputs: ChosenInputs, words: Words) -> Section:
    """Say what was chosen, when and of what, how many that are, and where.

    Parameters
    ----------
    inputs
        What the report is made from.
    words
        Names in the report's language.
    """
    at, scope = inputs.committed_at.isoformat(" ", "minutes"), inputs.scope(words.lang)
    facts = (
        *(inputs.asked or ((words.say("chosen_filters"), words.say("chosen_everything")),)),
        (words.say("chosen_on"), inputs.on.isoformat()),
        (words.say("cut_off"), words.say("cut_off_value", revision=inputs.revision, at=at)),
        *(((words.say("scope"), scope),) if scope else ()),
    )
    rows = inputs.rows
    counted = {
        "count": len(rows),
        "active": int(rows["active"].sum()),
        "flagged": int(rows["flagged"].sum()),
        "overdue": int(rows["overdue"].sum()),
        "unlocated": int(rows.geometry.isna().sum()),
    }
    blocks: list[Block] = [Facts(facts), Paragraph(words.say("chosen_result", **counted))]
    if inputs.sheet is not None:
        caption = words.say("chosen_map")
        blocks.append(Figure(draw_sheet(inputs.sheet), caption, sheet_legend(inputs.sheet)))
    return Section("overview", words.say("chosen_title"), tuple(blocks))


def chosen_counts(inputs: ChosenInputs, words: Words) -> Section:
    """Count what was chosen by the inspectors' groups and their kinds.

    Returns
    -------
    Section
        Table ``groups``: a group's sum before its kinds, and last the sum of all.
    """
    rows = inputs.rows
    here = [name for name in inputs.catalog.of_role("source") if (rows["kind"] == name).any()]
    if not here:
        return Section("counts", words.say("chosen_counts"), (Paragraph(words.say("chosen_none")),))
    table, sums = rows_by_group(inputs.catalog, here, partial(_counted, rows), words)
    columns = (
        Column(words.say("group_or_kind"), width=2.5),
        *(Column(words.say(f"chosen_{name}"), "count") for name in MARKS),
    )
    caption = words.say("chosen_groups")
    made = Table("groups", caption, columns, tuple(table.values()), tuple(table), sums)
    return Section("counts", words.say("chosen_counts"), (made,))


def _counted(rows: pd.DataFrame, kinds: list[str]) -> tuple[int, ...]:
    own = rows[rows["kind"].isin(kinds)]
    return int(own["active"].sum()), len(own), int(own["flagged"].sum()), int(own["overdue"].sum())


def chosen_listing(inputs: ChosenInputs, words: Words) -> Section:
    """List what was chosen, the highest score first.

    Returns
    -------
    Section
        Table ``listing``, or a sentence where nothing was chosen.
    """
    title = words.say("chosen_listing")
    if inputs.rows.empty:
        return Section("listing", title, (Paragraph(words.say("chosen_none")),))
    columns = (
        (Column(words.label("district"), width=1.6), lambda row: text_of(row["district"])),
        (Column(words.label("township"), stacked=True), lambda row: text_of(row["township"])),
        (Column(words.label("status"), width=1.5), lambda row: words.status(row["status"])),
        (Column(words.label("owner"), width=2.2), lambda row: text_of(row["owner"])),
        (Column(words.label("warden"), stacked=True), lambda row: text_of(row["warden"])),
        (Column(words.label("score"), "score", 0.9), lambda row: number_of(row["score"])),
        (Column(words.label("priority"), width=1.0), lambda row: words.value("priority", row["priority"])),
    )
    table = table_of("chosen", _numbered(inputs.rows), more=columns, words=words, limit=LISTED, stacked=True)
    return Section("listing", title, (table,))


def chosen_quality(inputs: ChosenInputs, words: Words) -> Section:
    """Name what was chosen and cannot be trusted to lie where it is said to."""
    rows = _numbered(inputs.rows)
    missing = int(inputs.rows.geometry.isna().sum())
    blocks: list[Block] = [
        Paragraph(words.say("chosen_unlocated" if missing else "chosen_unlocated_none", count=missing)),
        inaccurate(rows, words, "chosen_inaccurate_none"),
    ]
    return Section("quality", words.say("quality_title"), tuple(blocks))


def chosen_method(inputs: ChosenInputs, words: Words) -> Section:
    """Say how the numbers were made."""
    return said_of(inputs.rules, words, "chosen_method", "method_score")


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows the columns that tables of sources name them by."""
    named = pd.DataFrame(rows).rename(columns={"id": "source_id", "code": "source_code"})
    return named.assign(number=range(1, len(rows) + 1))
