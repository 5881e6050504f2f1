"""What a request asks of an edit, as typed values: from a JSON document or from a filled form."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import BadRequest

from geo_registry.errors import ValueRefused, VersionNeeded
from geo_registry.registry.editing import Edit
from geo_registry.web.params import Query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

ASKED = ("changes", "act", "on", "reason")
DECIDED = ("ids", "same", "reason")
PLAIN = "text, number, true, false, null"
WAS = "was."
"""Stands before the name of a field that says what the form showed: only what differs is an edit."""
ENTERED = ("act", "on", "reason", "version")
_TAG = re.compile(r'(?:W/)?"(\d{1,9})(?:\.[0-9a-f]+)?"', re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PAIR = 2


def named_version() -> int:
    """Read the version an edit stands on from If-Match: the number alone, or the record's whole tag.

    Raises
    ------
    VersionNeeded
        If there is none, or it is no tag of a record.
    """
    found = _TAG.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        raise VersionNeeded(value=request.headers.get("If-Match"))
    return int(found[1])


def json_edit() -> Edit:
    """Read an edit from the JSON document of this request.

    Raises
    ------
    ValueRefused
        ``DOCUMENT_INVALID``, ``PARAMETER_UNKNOWN``, ``VALUE_INVALID``, ``DATE_EXPECTED`` ...
    """
    Query()
    asked = _document(ASKED)
    changes = asked.get("changes")
    if not isinstance(changes, dict):
        raise ValueRefused("DOCUMENT_INVALID", value="changes", expected='{"field": value}')
    for name, value in changes.items():
        if not isinstance(value, str | int | float | None):
            raise ValueRefused("VALUE_INVALID", field=name, value=value, expected=PLAIN)
    return Edit(
        changes, _text(asked, "act") or "correct", _day(_text(asked, "on")), _text(asked, "reason") or ""
    )


def decision() -> tuple[str, str, bool, str]:
    """Read a decision from a JSON document, or from a form with two ``ids``.

    Raises
    ------
    ValueRefused
        ``DOCUMENT_INVALID`` or ``PARAMETER_UNKNOWN``.
    """
    Query()
    asked: Mapping[str, Any] = _document(DECIDED) if request.is_json else _decided_form()
    ids, same = asked.get("ids"), asked.get("same")
    if not isinstance(ids, list) or len(ids) != _PAIR or not all(isinstance(one, str) for one in ids):
        raise ValueRefused("DOCUMENT_INVALID", value="ids", expected='["...", "..."]')
    if not isinstance(same, bool):
        raise ValueRefused("DOCUMENT_INVALID", value="same", expected="true, false")
    return ids[0], ids[1], same, _text(asked, "reason") or ""


def _decided_form() -> dict[str, object]:
    form = request.form
    said = {"true": True, "false": False}.get(form.get("same", ""))
    return {"ids": form.getlist("ids"), "same": said, "reason": form.get("reason", "")}


def _document(known: tuple[str, ...]) -> dict[str, Any]:
    asked = _parsed()
    if not isinstance(asked, dict):
        raise ValueRefused("DOCUMENT_INVALID", value="JSON", expected="{...}")
    for name in asked:
        if name not in known:
            raise ValueRefused("PARAMETER_UNKNOWN", value=name, known=", ".join(known))
    return asked


def _parsed() -> object:
    """Parse the document; what JSON in UTF-8 cannot say (NaN, 1e999, half a character) could not be kept."""
    try:
        asked = request.get_json()
        json.dumps(asked, ensure_ascii=False, allow_nan=False).encode()
    except (BadRequest, ValueError, RecursionError) as fault:
        raise ValueRefused("DOCUMENT_INVALID", value="JSON", expected="{...}") from fault
    return asked


def _text(asked: Mapping[str, Any], name: str) -> str | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueRefused("DOCUMENT_INVALID", value=name, expected='"..."')
    return value or None


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as fault:
        raise ValueRefused("DATE_EXPECTED", option="on", value=text) from fault


class Filled:
    """A filled form of one record's fields.

    Parameters
    ----------
    form
        Its fields.
    """

    def __init__(self, form: MultiDict[str, str]) -> None:
        self.entered = {name: form.get(name, "").strip() for name in ENTERED}
        fields = [name for name in form if not name.startswith(WAS) and name not in {*ENTERED, "csrf"}]
        self.changes = {
            name: form[name].strip() for name in fields if form[name].strip() != form.get(WAS + name, "")
        }

    @property
    def version(self) -> int | None:
        """The version the form showed."""
        said = self.entered["version"]
        return int(said) if said.isascii() and said.isdecimal() and len(said) <= 9 else None  # noqa: PLR2004

    def order(self) -> Edit:
        """Give what is asked.

        Raises
        ------
        ValueRefused
            ``DATE_EXPECTED``, ``CHOICE_UNKNOWN`` or ``PARAMETER_MISSING``.
        """
        act = self.entered["act"]
        on = _day(self.entered["on"] or None) if act == "move" else None
        return Edit(self.changes, act, on, self.entered["reason"])
