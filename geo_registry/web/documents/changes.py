"""Two times of a neighbourhood as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.core.audit.result import records
from geo_registry.web.documents.tables import EVERY_KIND
from geo_registry.web.documents.words import labels_of
from geo_registry.wording import say

if TYPE_CHECKING:
    from geo_registry.core.audit.past import Changes
    from geo_registry.core.kinds import Language
    from geo_registry.registry import Registry


def changes_document(registry: Registry, found: Changes, lang: Language) -> dict[str, Any]:
    """Describe what changed round a station, as a program reads it.

    Parameters
    ----------
    registry
        Who was asked.
    found
        What was answered.
    lang
        Language of what is said of the viewer's scope.
    """
    asked = found.after.request
    return {
        "from": found.before.request.on.isoformat(),
        "to": asked.on.isoformat(),
        "rings_m": list(asked.rings_m),
        **found.as_document(),
        "scope": registry.scope_in_words(lang),
    }


def change_sums(registry: Registry, found: Changes, lang: Language) -> list[dict[str, Any]]:
    """Give the sums by kind with the kinds' labels; all kinds last.

    Parameters
    ----------
    registry, found, lang
        As for `changes_document`.
    """
    labels = {name: kind.label.of(lang) for name, kind in registry.catalog.kinds.items()}
    labels[EVERY_KIND] = say("web.every_kind", lang)
    return [row | {"label": labels[str(row["kind"])]} for row in records(found.sums)]


def changed_rows(registry: Registry, found: Changes, lang: Language) -> dict[str, list[dict[str, Any]]]:
    """Describe every change in words, by ``new``, ``gone`` and ``changed``.

    Parameters
    ----------
    registry, found, lang
        As for `changes_document`.

    Returns
    -------
    dict
        Rows of the table with ``kind_label`` and ``told``: what differs, how it was, how it is and why.
    """
    rows: dict[str, list[dict[str, Any]]] = {"new": [], "gone": [], "changed": []}
    kinds = registry.catalog.kinds
    for row in records(found.table):
        told = registry.comparing.told(row, lang)
        label = kinds[str(row["kind"])].label.of(lang)
        rows[str(row["change"])].append(
            row | {"kind_label": label, "told": told} | _stands(row, registry, lang)
        )
    return rows


def _stands(row: dict[str, Any], registry: Registry, lang: Language) -> dict[str, Any]:
    """Say how a source stands at the time at which it is there, the later one if at both."""
    time = "before" if row["change"] == "gone" else "after"
    status = labels_of(registry.catalog.column("status"), lang)
    return {
        "status_label": status.get(str(row[f"status_{time}"]), ""),
        "distance_m": row[f"distance_{time}_m"],
        "score": row[f"score_{time}"],
    }
