"""The parameters of a request as typed values; whatever is no such value is refused by name."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from flask import request

import geo_registry as gr
from geo_registry.errors import ValueRefused
from geo_registry.registry.tiling import Wanted
from geo_registry.web.context import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

EVERYWHERE = ("lang",)
"""Parameters that every address takes."""
QUESTION = ("level", "kind", "status", "rings", "on", "as_of")
"""Parameters of a question about neighbourhoods."""
ORDER = (
    "kind",
    "format",
    "crs",
    "datum",
    "encoding",
    "names",
    "bbox",
    "near",
    "station",
    "ring",
    "rings",
    "on",
    "as_of",
)
"""Parameters of an export."""
WANTED = ("kind", "status", "priority", "district", "flagged", "on", "as_of")
"""Parameters of a tile: which records it holds and counts."""
TRUTHS = ("true", "1", "false", "0")
"""How a box that is ticked, and one that is not, may be said."""
REPEATABLE = frozenset({"station", "kind", "map", "set"})
"""Parameters that may be given more than once."""
BBOX_PARTS = 4
NEAR_PARTS = 3
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Value = TypeVar("Value")


class Query:
    """The parameters of the request at hand, each known and, but for a few, given once.

    Parameters
    ----------
    *known
        Names that this address takes.

    Raises
    ------
    ValueRefused
        ``PARAMETER_UNKNOWN`` or ``PARAMETER_REPEATED``: a misspelled filter must not widen an answer.
    """

    everywhere = EVERYWHERE

    def __init__(self, *known: str) -> None:
        self._args = self._given()
        for name, values in self._args.lists():
            if name not in known and name not in self.everywhere:
                raise ValueRefused(
                    "PARAMETER_UNKNOWN", value=name, known=", ".join((*known, *self.everywhere))
                )
            if len(values) > 1 and name not in REPEATABLE:
                raise ValueRefused("PARAMETER_REPEATED", option=name, value=", ".join(values))

    @staticmethod
    def _given() -> MultiDict[str, str]:
        return request.args

    def text(self, name: str) -> str | None:
        """Give a text, None where it is not given or empty."""
        return self._args.get(name) or None

    def texts(self, name: str) -> tuple[str, ...]:
        """Give every text of a parameter that may be given more than once."""
        return tuple(filter(None, self._args.getlist(name)))

    def chosen(self, name: str, allowed: Sequence[str], default: str) -> str:
        """Give one of a few words.

        Raises
        ------
        ValueRefused
            ``CHOICE_UNKNOWN``.
        """
        value = self.text(name) or default
        if value not in allowed:
            raise ValueRefused("CHOICE_UNKNOWN", option=name, value=value, known=", ".join(allowed))
        return value

    def number(self, name: str) -> float | None:
        """Give a finite number.

        Raises
        ------
        ValueRefused
            ``NUMBER_EXPECTED``.
        """
        value = self.text(name)
        return None if value is None else _number(name, value)

    def required(self, name: str) -> float:
        """Give a finite number that must be there.

        Raises
        ------
        ValueRefused
            ``PARAMETER_MISSING`` or ``NUMBER_EXPECTED``.
        """
        value = self.number(name)
        if value is None:
            raise ValueRefused("PARAMETER_MISSING", option=name)
        return value

    def numbers(self, name: str, count: int) -> tuple[float, ...] | None:
        """Give so many comma-separated numbers.

        Raises
        ------
        ValueRefused
            ``NUMBERS_EXPECTED`` or ``NUMBER_EXPECTED``.
        """
        value = self.text(name)
        if value is None:
            return None
        parts = value.split(",")
        if len(parts) != count:
            raise ValueRefused("NUMBERS_EXPECTED", value=value, option=name, expected=count)
        return tuple(_number(name, part) for part in parts)

    def whole(self, name: str) -> int | None:
        """Give a whole number of at least 0.

        Raises
        ------
        ValueRefused
            ``NUMBER_EXPECTED``.
        """
        value = self.text(name)
        if value is None:
            return None
        if not _WHOLE.fullmatch(value):
            raise ValueRefused("NUMBER_EXPECTED", option=name, value=value)
        return int(value)

    def flag(self, name: str) -> bool:
        """Tell whether something is asked for: a box that is ticked, or a word for true.

        Raises
        ------
        ValueRefused
            ``CHOICE_UNKNOWN``.
        """
        return self.chosen(name, TRUTHS, "false") in TRUTHS[:2]

    def day(self, name: str) -> date | None:
        """Give a date, written as 2026-01-31.

        Raises
        ------
        ValueRefused
            ``DATE_EXPECTED``.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value if _DAY.fullmatch(value) else "")
        except ValueError as fault:
            raise ValueRefused("DATE_EXPECTED", option=name, value=value) from fault

    def as_of(self) -> int | date | None:
        """Give a revision, or the day at whose end it was the newest.

        Raises
        ------
        ValueRefused
            ``NUMBER_EXPECTED`` or ``DATE_EXPECTED``.
        """
        return self.time("as_of")

    def time(self, name: str) -> int | date | None:
        """Give a revision or a day; errors as `as_of`."""
        return self.day(name) if "-" in (self.text(name) or "").lstrip("-") else self.whole(name)

    def rings_m(self) -> tuple[float, ...]:
        """Give the radii asked for in metres, else those of the contract.

        Raises
        ------
        ValueRefused
            ``RING_NOT_NUMBER``.
        """
        value = self.text("rings")
        if value is None:
            return gr.Question().rings_m
        try:
            return tuple(_number("rings", part) for part in value.split(","))
        except ValueRefused as fault:
            raise ValueRefused("RING_NOT_NUMBER", value=value) from fault

    def question(self, *stations: str) -> gr.Question:
        """Give the question about neighbourhoods.

        Parameters
        ----------
        *stations
            Codes, ids or names; without any, every station of the level.
        """
        plain = gr.Question()
        return gr.Question(
            stations=stations,
            level=self.text("level") or plain.level,
            kinds=self.texts("kind"),
            status=self.text("status") or plain.status,
            rings_m=self.rings_m(),
            on=self.day("on"),
            as_of=self.as_of(),
        )

    def wanted(self) -> Wanted:
        """Give what of a layer is wanted; kinds, priorities and districts may be several, comma-separated."""
        every = Wanted()
        return Wanted(
            kinds=tuple(part for text in self.texts("kind") for part in _parts(text)),
            status=",".join(_parts(self.text("status"))) or every.status,
            priorities=_parts(self.text("priority")),
            districts=_parts(self.text("district")),
            flagged=self.flag("flagged"),
            on=self.day("on"),
            as_of=self.as_of(),
        )

    def order(self) -> gr.ExportOrder:
        """Give what is asked of an export."""
        asked = {
            "kind": self.text("kind"),
            "form": self.text("format"),
            "crs": self.text("crs"),
            "datum": self.text("datum"),
            "encoding": self.text("encoding"),
            "names": self.text("names"),
            "bbox": self.numbers("bbox", BBOX_PARTS),
            "near": self.numbers("near", NEAR_PARTS),
            "station": self.text("station"),
            "ring": self.number("ring"),
            "on": self.day("on"),
            "as_of": self.as_of(),
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return gr.ExportOrder(rings_m=self.rings_m(), lang=language(), **given)  # type: ignore[arg-type]


class Form(Query):
    """The fields of the form or the upload at hand; parameters and errors as `Query`."""

    everywhere = ("csrf",)

    @staticmethod
    def _given() -> MultiDict[str, str]:
        return request.form


def _parts(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in (text or "").split(","))))


def _number(name: str, text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ValueRefused("NUMBER_EXPECTED", option=name, value=text)
    return value
