"""Audits and lists as plain values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from geo_registry.core.audit.result import records
from geo_registry.errors import ValueRefused
from geo_registry.registry.choosing import SORTS
from geo_registry.web.documents.cards import brief, briefs, plain, text_of
from geo_registry.web.documents.words import labels_of
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from geo_registry.core.kinds import Catalog, Field, Language
    from geo_registry.registry import Question, Registry
    from geo_registry.registry.choosing import Choice, View


EVERY_KIND = "all"
"""What an audit calls the row that adds up all kinds."""
OWN = ("score", "priority", "flagged", "overdue", "district", "township", "address")
"""What a row of a list says beyond a line of a search."""


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


def counted(registry: Registry, choice: Choice, lang: Language) -> dict[str, Any]:
    """Count what a choice leaves, in the words of the address that asks for it.

    Parameters
    ----------
    registry
        Who is asked.
    choice
        What is chosen.
    lang
        Language of the words.
    """
    choosing = registry.choosing
    settled = choosing.settled(choice)
    return {
        "query": urlencode(list(settled.query)),
        "revision": registry.revision if settled.as_of is None else settled.as_of,
        "on": settled.on or registry.today,
        **asdict(choosing.counts(choice)),
        "unknown": choosing.unknown(choice),
        "scope": registry.scope_in_words(lang),
    }


def listed(
    registry: Registry, asked: tuple[Choice, View], lang: Language, columns: Sequence[str] = ()
) -> dict[str, Any]:
    """List one page of what a choice leaves.

    Parameters
    ----------
    registry
        Who is asked.
    asked
        What is chosen, and how the list is looked at.
    lang
        Language of the labels.
    columns
        Fields that each row says beside what every row does.

    Raises
    ------
    ValueRefused
        ``FIELD_UNKNOWN``, or as from `Choosing.page`.
    """
    choice, view = asked
    catalog, more = registry.catalog, fields_of(registry.catalog, columns)
    page = registry.choosing.page(choice, view)
    labels = labels_of(catalog.column("priority"), lang)
    rows = []
    for _, row in page.rows.iterrows():
        own = {name: plain(row[name]) for name in OWN}
        own["priority_label"] = labels.get(str(own["priority"]), "")
        said = {field.name: plain(row.get(field.name)) for field in more}
        told = {
            field.name: {"value": said[field.name], "text": text_of(field, said[field.name], lang)}
            for field in more
        }
        rows.append(brief(row, catalog, lang) | own | {"columns": told})
    return {
        "query": urlencode(list(registry.choosing.settled(choice).query)),
        "revision": registry.revision,
        "total": page.total,
        "page": view.page,
        "pages": page.pages,
        "per_page": view.per_page,
        "sort": view.sort,
        "columns": [_column(field, lang) for field in more],
        "rows": rows,
    }


def options(registry: Registry, choice: Choice, lang: Language) -> dict[str, Any]:
    """Tell what can be chosen: districts, townships, columns and orders of a list.

    Parameters
    ----------
    registry
        Who is asked.
    choice
        Of it the day and the revision.
    lang
        Language of the labels.
    """
    areas = registry.choosing.areas(choice).dropna(subset="district")
    districts = areas.groupby("district")["count"].sum()
    townships = areas.dropna(subset="township")
    kinds = (registry.catalog.kinds[name] for name in registry.catalog.of_role("source"))
    names = dict.fromkeys(field.name for kind in kinds for field in kind.all_fields if not field.restricted)
    return {
        "districts": [{"name": name, "count": int(count)} for name, count in districts.items()],
        "townships": [
            {"name": township, "district": district, "count": int(count)}
            for district, township, count in townships.itertuples(index=False)
        ],
        "columns": [_column(field, lang) for field in fields_of(registry.catalog, list(names))],
        "sorts": list(SORTS),
    }


def fields_of(catalog: Catalog, names: Sequence[str]) -> list[Field]:
    """Find fields by name.

    Raises
    ------
    ValueRefused
        ``FIELD_UNKNOWN`` where there is none, or none that everyone may read.
    """
    found = []
    for name in names:
        field = catalog.column(name)
        if field is None or field.restricted:
            raise ValueRefused("FIELD_UNKNOWN", value=name)
        found.append(field)
    return found


def _column(field: Field, lang: Language) -> dict[str, Any]:
    return {"name": field.name, "label": field.label.of(lang), "unit": field.unit}


def choices(registry: Registry, choice: Choice, lang: Language) -> dict[str, Any]:
    """Give what the form of a choice offers: values with their words, by name of the parameter.

    Parameters
    ----------
    registry, choice, lang
        As for `options`.
    """
    catalog, known = registry.catalog, options(registry, choice, lang)
    statuses = labels_of(catalog.column("status"), lang)
    return {
        "kinds": [(name, catalog.kinds[name].label.of(lang)) for name in catalog.of_role("source")],
        "statuses": [("active", say("choice.active", lang)), *statuses.items()],
        "priorities": list(labels_of(catalog.column("priority"), lang).items()),
        "districts": [(one["name"], one["name"]) for one in known["districts"]],
        "townships": [(one["name"], one["name"]) for one in known["townships"]],
    }
