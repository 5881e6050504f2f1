"""What came, what went and what is other than before, between an earlier time and the report's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.core.audit.past import at_time
from geo_registry.core.audit.result import records
from geo_registry.publish.report.differences import differences
from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Column, Paragraph, Section, Table

if TYPE_CHECKING:
    from geo_registry.core.audit.past import Changes
    from geo_registry.publish.report.inputs import Since
    from geo_registry.publish.report.model import Cell
    from geo_registry.publish.report.words import Words

LISTED = 100
"""Most changes that a paper lists."""
SUMS = ("before", "gone", "new", "after", "changed")
EVERY_KIND = "all"


def changes(since: Since, revision: int, words: Words) -> Section:
    """Say what differs between two times.

    Parameters
    ----------
    since
        The comparison; its later audit is the report's own.
    revision
        The report's.
    words
        Names in the report's language.

    Returns
    -------
    Section
        A sentence, table ``change_sums`` and, where anything differs, table ``changes``.
    """
    found = since.found
    days = {"was_on": found.before.request.on.isoformat(), "is_on": found.after.request.on.isoformat()}
    revisions = {"was_revision": since.revision, "is_revision": revision}
    head = Paragraph(words.say("changes_between", **days, **revisions))
    rows = records(found.table)
    listed = _listed(rows, words) if rows else Paragraph(words.say("changes_none"))
    return Section("changes", words.say("changes_title"), (head, _sums(found, words), listed))


def _sums(found: Changes, words: Words) -> Table:
    rows = records(found.sums)
    shown = [row for row in rows if row["kind"] == EVERY_KIND or any(row[name] for name in SUMS)]
    names = [
        words.say("sum_all") if row["kind"] == EVERY_KIND else words.kind(str(row["kind"])) for row in shown
    ]
    heads = [Column(words.say(f"changes_{name}"), "count") for name in SUMS]
    return Table(
        name="change_sums",
        caption=words.say("changes_sums"),
        columns=(Column(words.label("kind"), width=2.0), *heads),
        rows=tuple((name, *_sums_of(row)) for name, row in zip(names, shown, strict=True)),
        keys=tuple(str(row["kind"]) for row in shown),
        sums=tuple(place for place, row in enumerate(shown) if row["kind"] == EVERY_KIND),
    )


def _sums_of(row: dict[str, Any]) -> tuple[Cell, ...]:
    return tuple(int(row[one]) for one in SUMS)


def _listed(rows: list[dict[str, Any]], words: Words) -> Table:
    columns = (
        Column(words.label("name"), width=2.4),
        Column(words.label("kind"), stacked=True),
        Column(words.label("code"), stacked=True),
        Column(words.say("changes_change"), width=1.2),
        Column(words.label("status"), width=1.4),
        Column(words.metres("distance_m"), "metres", 1.4),
        Column(words.say("changes_differs"), width=4.0),
    )
    return Table(
        name="changes",
        caption=words.say("changes_listed", count=len(rows)),
        columns=columns,
        rows=tuple(_row(row, words) for row in rows),
        keys=tuple(str(row["source_id"]) for row in rows),
        shown=LISTED,
    )


def _row(row: dict[str, Any], words: Words) -> tuple[Cell, ...]:
    time = "before" if row["change"] == "gone" else "after"
    return (
        text_of(row["name"]),
        words.kind(str(row["kind"])),
        text_of(row["source_code"]),
        words.say(f"changes_is_{row['change']}"),
        words.status(row[at_time("status", time)]),
        row[at_time("distance_m", time)],
        _differs(row, words),
    )


def _differs(row: dict[str, Any], words: Words) -> str:
    """Say each difference of a changed source as how it was and how it is."""
    told = differences(row, words.catalog, words.lang) if row["change"] == "changed" else []
    each = (f"{one.label}: {one.before} → {one.after} {one.why}".rstrip() for one in told)
    return words.say("changes_and").join(each)
