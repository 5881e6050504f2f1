"""Edits of one record as plain values: its past, its form, what was wrong with what was filled in, twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.web.documents.cards import brief, plain, text_of
from geo_registry.web.documents.words import labels_of
from geo_registry.wording import explain, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.core.kinds import Catalog, Field, Kind, Language
    from geo_registry.errors import RegistryError
    from geo_registry.registry import Registry
    from geo_registry.registry.editing import Version

ACTIONS = {
    "import": "web.act_import",
    "edit": "web.act_edit",
    "move": "web.act_move",
    "undo": "web.act_undo",
    "decide": "web.act_decide",
}
"""What each action of a commit is called."""
GEOMETRY = "geometry"
TRUTHS = ("true", "false")


def past(registry: Registry, record_id: str, lang: Language) -> list[dict[str, Any]]:
    """Tell every version of a record with labels and words, oldest first.

    Parameters
    ----------
    registry
        Who is asked.
    record_id
        The record.
    lang
        Language of labels and words.
    """
    versions = registry.editing.history(record_id)
    kind = registry.catalog.kinds[str(registry.record(record_id)["kind"])]
    return [_version(one, kind, registry.catalog, lang) for one in versions]


def _version(one: Version, kind: Kind, catalog: Catalog, lang: Language) -> dict[str, Any]:
    told = [
        {
            "field": each.field,
            "label": _label(each.field, kind, catalog, lang),
            "before": each.before,
            "after": each.after,
            "before_text": _text(kind.field(each.field), each.before, lang),
            "after_text": _text(kind.field(each.field), each.after, lang),
        }
        for each in one.differences
    ]
    action = say(ACTIONS[one.action], lang) if one.action in ACTIONS else one.action
    return one.document | {"action_label": action, "differences": told}


def _label(name: str, kind: Kind, catalog: Catalog, lang: Language) -> str:
    if name == GEOMETRY:
        return say("web.position", lang)
    field = kind.field(name) or catalog.column(name)
    return field.label.of(lang) if field else name


def _text(field: Field | None, value: object, lang: Language) -> str:
    return text_of(field, value, lang) if field else "" if value is None else str(value)


def edit_form(
    registry: Registry,
    record_id: str,
    lang: Language,
    *,
    entered: Mapping[str, str] | None = None,
    changes: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Describe the form of one record's fields, with what was filled in already.

    Parameters
    ----------
    registry
        Who is asked.
    record_id
        The record.
    lang
        Language of labels.
    entered
        Act, day and reason as they were filled in.
    changes
        Fields as they were filled in.
    """
    record, filled = registry.record(record_id), dict(changes or {})
    kind = registry.catalog.kinds[str(record["kind"])]
    shown = [one for one in kind.all_fields if registry.viewer.may("contacts") or not one.restricted]
    place = {axis: filled.get(axis, "") for axis in ("lon", "lat", "datum")}
    return {
        "record": brief(record, registry.catalog, lang),
        "version": int(record["version"]),
        "fields": [_input(one, plain(record.get(one.name)), filled, lang) for one in shown],
        "place": place if "point" in kind.geometry else None,
        "act": "correct",
        "on": "",
        "reason": "",
    } | {name: value for name, value in (entered or {}).items() if name != "version"}


def _input(field: Field, value: object, filled: Mapping[str, str], lang: Language) -> dict[str, Any]:
    """Describe one input: its choices where it has them, what it showed, and what stands in it."""
    choices = labels_of(field, lang)
    if field.type == "boolean" and not choices:
        choices = dict.fromkeys(TRUTHS, "")
    was = _entry(value)
    return {
        "name": field.name,
        "label": field.label.of(lang),
        "unit": field.unit,
        "type": field.type,
        "choices": list(choices.items()),
        "was": was,
        "value": filled.get(field.name, was),
        "most": field.max_length,
    }


def _entry(value: object) -> str:
    """Write a value as one would fill it in."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def fault(wrong: RegistryError, form: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    """Say what was wrong with a filled form; of a stale one show both versions, field by field.

    Parameters
    ----------
    wrong
        What was raised.
    form
        From `edit_form`.
    lang
        Language of the sentences.
    """
    details: dict[str, Any] = dict(wrong.details)
    labels = {one["name"]: one["label"] for one in form["fields"]}
    listed = details.get("findings") or [{"code": wrong.code, "field": None, "details": details}]
    messages = []
    for one in listed:
        known = {**one["details"], **{name: one[name] for name in ("field", "value") if one.get(name)}}
        known["field"] = labels.get(str(known.get("field")), known.get("field"))
        messages.append(explain(one["code"], lang, known))
    both = _both(details, form) if "yours" in details else []
    return {"code": wrong.code, "messages": messages, "both": both}


def _both(details: Mapping[str, Any], form: Mapping[str, Any]) -> list[dict[str, Any]]:
    current, yours = details["current"], details["yours"]
    names = [(one["name"], one["label"], dict(one["choices"])) for one in form["fields"]]
    names += [(axis, axis, {}) for axis in ("lon", "lat")]
    rows = [
        (label, *(_shown(said.get(name), words) for said in (current, yours))) for name, label, words in names
    ]
    return [{"label": label, "current": one, "yours": other} for label, one, other in rows if one != other]


def _shown(value: object, words: Mapping[str, str]) -> str:
    entry = _entry(value)
    return words.get(entry) or entry


def twins(registry: Registry, lang: Language) -> list[dict[str, Any]]:
    """Describe the likely twins about which nobody has decided.

    Parameters
    ----------
    registry
        Who is asked.
    lang
        Language of the kinds' names.
    """
    kinds = registry.catalog.kinds
    return [
        twin.document | {"kind_label": kinds[twin.kind].label.of(lang)} for twin in registry.editing.twins()
    ]
