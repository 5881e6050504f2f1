"""What was found in a file, in the words of a page: fields by their labels, the ways out that it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.registry.importing import sentence
from geo_registry.wording import say, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.core.kinds import Catalog, Language

_GRAVITY = {"file": 0, "row": 1, "warning": 2}


def on_page(document: Mapping[str, Any], catalog: Catalog, lang: Language) -> dict[str, Any]:
    """Say the findings of an import's document as a page does, the gravest first.

    Parameters
    ----------
    document
        The import's document.
    catalog
        Labels of the fields.
    lang
        Language of the sentences.
    """
    findings = [each | {"message": page_sentence(each, catalog, lang)} for each in document["findings"]]
    findings.sort(key=lambda each: (_GRAVITY[each["severity"]], each["sheet"] or "", each["row"] or 0))
    return dict(document) | {"findings": findings}


def page_sentence(told: Mapping[str, Any], catalog: Catalog, lang: Language) -> str:
    """Say one finding: in words of the page where it has its own, else as everywhere.

    Parameters
    ----------
    told
        One of a document's ``findings``.
    catalog
        Labels of the fields.
    lang
        ``zh`` or ``en``.
    """
    details = {**told["details"]}
    for name in ("field", "seen"):
        if isinstance(details.get(name), str):
            details[name] = _labels(details[name], catalog, lang)
    field = _labels(told["field"], catalog, lang) if told["field"] else None
    own = f"looking.{told['code']}"
    if own not in texts(lang):
        return sentence({**told, "field": field, "details": details}, lang)
    values = details | {"row": told["row"], "value": told["value"]} | ({"field": field} if field else {})
    return say(own, lang, **values)


def _labels(names: str, catalog: Catalog, lang: Language) -> str:
    return ", ".join(label_of(name, catalog, lang) for name in names.split(", "))


def label_of(name: str, catalog: Catalog, lang: Language, kind: str | None = None) -> str:
    """Call a field by its label; a heading of the sender's stays what it is.

    Parameters
    ----------
    name
        The field.
    catalog
        What the layer files declare.
    lang
        ``zh`` or ``en``.
    kind
        Whose field it is; None where that is not known.
    """
    if name == "geometry":
        return say("web.position", lang)
    inputs = {field.name: field for field in catalog.inputs}
    field = inputs.get(name) or catalog.column(name, kind)
    return field.label.of(lang) if field else name
