"""Audits and lists as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_registry.core.audit.result import records
from geo_registry.web.documents.cards import briefs, plain
from geo_registry.web.documents.words import labels_of
from geo_registry.wording import say

if TYPE_CHECKING:
    from datetime import date

    from geo_registry.core.kinds import Language
    from geo_registry.registry import Question, Registry


EVERY_KIND = "all"
"""What an audit calls the row that adds up all kinds."""
ROWS = 200
"""Rows of a list on one page."""


def audited(registry: Registry, question: Question, lang: Language) -> dict[str, Any]:
    """Audit neighbourhoods, with every distinct set of reasons put in words, and what was left out.

    Parameters
    ----------
    registry
        Who is asked.
    question
        What is asked.
    lang
        Language of the words.
    """
    found = registry.audit(question=question)
    words = {reasons: registry.reasons_in_words(reasons, lang) for reasons in found.pairs["reasons"].unique()}
    return found.as_document() | {"words": words, "scope": registry.scope_in_words(lang)}


def stations(registry: Registry, on: date | None, lang: Language) -> list[dict[str, Any]]:
    """List the stations valid at a date, with their level and warden.

    Parameters
    ----------
    registry
        Who is asked.
    on
        The date; None for today.
    lang
        Language of the labels.
    """
    rows = registry.stations(on=on or registry.today)
    own = [{name: plain(row.get(name)) for name in ("level", "warden")} for _, row in rows.iterrows()]
    return [one | more for one, more in zip(briefs(rows, registry.catalog, lang), own, strict=True)]


def counts(registry: Registry, summary: pd.DataFrame, lang: Language) -> list[dict[str, Any]]:
    """Lay one station's counts out as a table, a row a kind of which there is any.

    Parameters
    ----------
    registry
        Who is asked for labels.
    summary
        An audit's summary of one station.
    lang
        Language of the labels.

    Returns
    -------
    list of dict
        ``kind``, ``label`` and ``rings``, an entry a ring with the audit's four counts; all kinds last.
    """
    labels = {name: kind.label.of(lang) for name, kind in registry.catalog.kinds.items()}
    labels[EVERY_KIND] = say("web.every_kind", lang)
    counted = {str(kind): records(rings) for kind, rings in summary.groupby("kind", sort=False)}
    return [
        {"kind": kind, "label": labels[kind], "rings": rings}
        for kind, rings in counted.items()
        if kind == EVERY_KIND or rings[-1]["cumulative_all"]
    ]


def ranked(registry: Registry, pairs: pd.DataFrame, lang: Language) -> list[dict[str, Any]]:
    """Describe pairs with their labels and the reasons in words.

    Parameters
    ----------
    registry
        Who is asked.
    pairs
        Pairs of an audit, or their score alone.
    lang
        Language of the labels.
    """
    catalog = registry.catalog
    labels = {
        "kind": {name: kind.label.of(lang) for name, kind in catalog.kinds.items()},
        "status": labels_of(catalog.column("status"), lang),
        "priority": labels_of(catalog.column("priority"), lang),
    }
    words = {one: registry.reasons_in_words(one, lang) for one in pairs["reasons"].unique()}
    return [
        pair
        | {f"{name}_label": known.get(str(pair[name]), "") for name, known in labels.items()}
        | {"words": words[pair["reasons"]]}
        for pair in records(pairs)
    ]


def listed(
    registry: Registry, kind: str | None, lang: Language, *, flagged: bool, page: int
) -> dict[str, Any]:
    """List one page of today's sources, those of the highest score first.

    Parameters
    ----------
    registry
        Who is asked.
    kind
        A kind, None for all.
    lang
        Language of the labels.
    flagged
        Whether only flagged sources are wanted.
    page
        1 for the first.

    Returns
    -------
    dict
        ``rows``, ``count`` over all pages, and ``pages``.
    """
    rows = registry.sources(kind, on=registry.today, contacts=False).reset_index(drop=True)
    rows = rows.join(registry.priorities().reindex(rows["id"]).reset_index(drop=True))
    if flagged:
        rows = rows[rows["flagged"].eq(other=True)]
    rows = rows.sort_values(["score", "name", "id"], ascending=[False, True, True], na_position="last")
    shown = rows.iloc[(page - 1) * ROWS : page * ROWS]
    scores = records(pd.DataFrame(shown[["score", "priority"]]))
    labels = labels_of(registry.catalog.column("priority"), lang)
    told = [score | {"priority_label": labels.get(str(score["priority"]), "")} for score in scores]
    described = [one | score for one, score in zip(briefs(shown, registry.catalog, lang), told, strict=True)]
    return {"rows": described, "count": len(rows), "pages": max(1, -(-len(rows) // ROWS))}
