"""What is asked of an edit, and what it came to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from geo_registry.core.findings import Finding
from geo_registry.errors import ValueRefused

Act = Literal["correct", "move"]
ACTS: tuple[Act, ...] = ("correct", "move")
TIMES = ("valid_from", "valid_to")
"""Fields that say when a version is true."""
MAX_REASON = 500
"""Longest reason, characters."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is asked of an edit.

    Attributes
    ----------
    changes
        Field to its new value, as a ledger would write it or as a plain value; None or an empty text
        empties it. A position is given as ``lon`` and ``lat`` with their ``datum``.
    act
        ``correct``: the record was wrong. ``move``: the thing itself changed on a day, its place or else.
    on
        The first day of the new state; of a correction, a day on which the version holds that is meant.
    reason
        Why, for whoever reads the history.
    """

    changes: Mapping[str, object]
    act: str = "correct"
    on: date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse what no edit can be.

        Raises
        ------
        ValueRefused
            ``CHOICE_UNKNOWN``, ``PARAMETER_MISSING`` or ``FIELD_TOO_LONG``.
        """
        if self.act not in ACTS:
            raise ValueRefused("CHOICE_UNKNOWN", option="act", value=self.act, known=", ".join(ACTS))
        if self.act == "move" and self.on is None:
            raise ValueRefused("PARAMETER_MISSING", option="on")
        refuse_long(self.reason)


def refuse_long(reason: str) -> None:
    """Refuse a reason longer than `MAX_REASON`.

    Parameters
    ----------
    reason
        Why something is changed or decided.

    Raises
    ------
    ValueRefused
        ``FIELD_TOO_LONG``.
    """
    if len(reason) > MAX_REASON:
        raise ValueRefused("FIELD_TOO_LONG", field="reason", limit=MAX_REASON)


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit came to.

    Attributes
    ----------
    id
        The record.
    version
        Its number now: what the next edit must name.
    revision
        At which it is known.
    batch
        What `undo` calls the edit; None where nothing differed and nothing was written.
    fields
        Columns that differ.
    warnings
        What was found odd but kept.
    """

    id: str
    version: int
    revision: int
    batch: str | None
    fields: tuple[str, ...]
    warnings: tuple[Finding, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """Everything as plain values."""
        warnings = [{"field": one.field, "code": one.code, "value": one.value} for one in self.warnings]
        own = {name: getattr(self, name) for name in ("id", "version", "revision", "batch")}
        return {**own, "fields": list(self.fields), "warnings": warnings}


@dataclass(frozen=True, slots=True)
class Difference:
    """One column in which two versions differ; None where it is empty."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record.

    Attributes
    ----------
    number
        1, 2, 3 ... of its record.
    known_from, known_to
        Revisions from which and before which the registry held it for true; the latter None until today.
    valid_from, valid_to
        First and last day on which it is true; None for open.
    at, by, action, batch, reason
        The commit that wrote it.
    fields
        What it says, by field; what is empty is left out.
    differences
        From the version it took the place of.
    """

    number: int
    known_from: int
    known_to: int | None
    valid_from: date | None
    valid_to: date | None
    at: str
    by: str
    action: str
    batch: str | None
    reason: str
    fields: Mapping[str, Any]
    differences: tuple[Difference, ...] = field(default_factory=tuple)

    @property
    def document(self) -> dict[str, Any]:
        """Everything as plain values."""
        plain = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        days = {name: None if plain[name] is None else plain[name].isoformat() for name in TIMES}
        told = [dataclasses.asdict(one) for one in self.differences]
        return plain | days | {"fields": dict(self.fields), "differences": told}
