"""The parameters of a request as typed values; whatever is no such value is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import request

import geo_registry as gr
from geo_registry.errors import ValueRefused
from geo_registry.registry.choosing import NAMES, Choice, View, reading
from geo_registry.web.context import language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from werkzeug.datastructures import MultiDict

EVERYWHERE = ("lang",)
"""Parameters that every address takes."""
QUESTION = ("level", "kind", "status", "rings", "on", "as_of")
"""Parameters of a question about neighbourhoods."""
ORDER = (*NAMES, "format", "crs", "datum", "encoding", "names", "station", "ring", "rings")
"""Parameters of an export."""
VIEW = ("sort", "page", "per_page")
"""Parameters of a list: its order, and which of its pages."""
AMONG = frozenset({"kind", "status", "priority", "district", "township"})
"""Parameters of a choice that may name several words, comma-separated."""
REPEATABLE = frozenset({"station", "kind", "map", "set"})
"""Parameters that may be given more than once."""

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
        return None if value is None else reading.number(name, value)

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
        return reading.numbers(name, self.text(name) or "", count)

    def whole(self, name: str) -> int | None:
        """Give a whole number of at least 0.

        Raises
        ------
        ValueRefused
            ``NUMBER_EXPECTED``.
        """
        return reading.whole(name, self.text(name) or "")

    def flag(self, name: str) -> bool:
        """Tell whether something is asked for: a box that is ticked, or a word for true.

        Raises
        ------
        ValueRefused
            ``CHOICE_UNKNOWN``.
        """
        return reading.truth(name, self.text(name) or "")

    def day(self, name: str) -> date | None:
        """Give a date, written as 2026-01-31.

        Raises
        ------
        ValueRefused
            ``DATE_EXPECTED``.
        """
        return reading.day(name, self.text(name) or "")

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
        return reading.revision(name, self.text(name) or "")

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
            return tuple(reading.number("rings", part) for part in value.split(","))
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

    def choice(self) -> Choice:
        """Give what is chosen of the registry; errors as `choosing.read`."""
        return reading.read({name: self._args.getlist(name) for name in NAMES})

    def excused(self, settle: Callable[[Choice], object]) -> tuple[Choice, list[ValueRefused]]:
        """Give what is chosen without the words that are no choice, and the faults of those.

        Parameters
        ----------
        settle
            Refuses what cannot be chosen.
        """
        kept: dict[str, list[str]] = {}
        faults = []
        for name in NAMES:
            values = self._args.getlist(name)
            for word in (
                (part for text in values for part in reading.parts(text)) if name in AMONG else values
            ):
                try:
                    settle(reading.read({name: [word]}))
                except ValueRefused as fault:
                    faults.append(fault)
                else:
                    kept.setdefault(name, []).append(word)
        return reading.read(kept), faults

    def view(self, per_page: int) -> View:
        """Give how a list is looked at.

        Parameters
        ----------
        per_page
            Rows of a page where no number is asked for.

        Raises
        ------
        ValueRefused
            ``NUMBER_EXPECTED``, ``CHOICE_UNKNOWN`` or ``LIMIT_TOO_HIGH``.
        """
        sort = self.text("sort") or View().sort
        return View(sort, self.whole("page") or 1, self.whole("per_page") or per_page)

    def order(self) -> gr.ExportOrder:
        """Give what is asked of an export."""
        asked = {
            "form": self.text("format"),
            "crs": self.text("crs"),
            "datum": self.text("datum"),
            "encoding": self.text("encoding"),
            "names": self.text("names"),
            "station": self.text("station"),
            "ring": self.number("ring"),
        }
        given = {name: value for name, value in asked.items() if value is not None}
        order = gr.ExportOrder(rings_m=self.rings_m(), lang=language(), **given)  # type: ignore[arg-type]
        return order.choosing(self.choice())


class Form(Query):
    """The fields of the form or the upload at hand; parameters and errors as `Query`."""

    everywhere = ("csrf",)

    @staticmethod
    def _given() -> MultiDict[str, str]:
        return request.form
