"""What was sent, as plain values: one arrival with its findings in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.registry.importing import brief, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.core.kinds import Language
    from geo_registry.registry import Registry

_GRAVITY = {"file": 0, "row": 1, "warning": 2}


def arrival(registry: Registry, name: str, lang: Language) -> dict[str, Any]:
    """Describe one arrival: who sent it when, the document as it was answered, and whether it was taken back.

    Parameters
    ----------
    registry
        Who is asked.
    name
        Its id.
    lang
        Language of the findings' sentences.

    Raises
    ------
    NotFound
        If there is none, or it is another's.
    """
    found = registry.ledgers.arrival(name)
    own = {"undone": registry.ledgers.is_undone(found), "arrival": found.id}
    return brief(found) | {"document": _said(dict(found.document) | own, lang)} | own


def _said(document: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    """Say the findings in a language, the gravest first."""
    findings = [each | {"message": sentence(each, lang)} for each in document["findings"]]
    findings.sort(key=lambda each: (_GRAVITY[each["severity"]], each["sheet"] or "", each["row"] or 0))
    return dict(document) | {"findings": findings}
