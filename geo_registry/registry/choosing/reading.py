"""A choice read from the words of an address or a command line: one reading for both."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused
from geo_registry.registry.choosing.choice import ALL, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NAMES = (
    "kind",
    "status",
    "priority",
    "flagged",
    "overdue",
    "district",
    "township",
    "text",
    "bbox",
    "near",
    "within",
    "on",
    "as_of",
)
"""What a choice is told in, at every door."""
TRUTHS = ("true", "1", "false", "0")
"""How a box that is ticked, and one that is not, may be said."""
BBOX_PARTS = 4
NEAR_PARTS = 3
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read(given: Mapping[str, Sequence[str]], spelled: Callable[[str], str] = str) -> Choice:
    """Read a choice.

    Parameters
    ----------
    given
        Words by name, of `NAMES`; several ones of a name, and commas in one, mean any of them.
    spelled
        How the reader wrote a name, for who is refused.

    Raises
    ------
    ValueRefused
        ``NUMBER_EXPECTED``, ``NUMBERS_EXPECTED``, ``PAIRS_EXPECTED``, ``DATE_EXPECTED`` or
        ``CHOICE_UNKNOWN``; whether there is what is named is told by `Choice.settled`.

    Examples
    --------
    >>> read({"kind": ["brick_kiln,camera", "district"], "near": ["114,33.5,800"]}).kinds
    ('brick_kiln', 'camera', 'district')
    """

    def word(name: str) -> str:
        return next((one for one in given.get(name, ()) if one), "")

    def among(name: str) -> tuple[str, ...]:
        return tuple(part for text in given.get(name, ()) for part in parts(text))

    return Choice(
        kinds=among("kind"),
        status=",".join(among("status")) or ALL,
        priorities=among("priority"),
        districts=among("district"),
        townships=among("township"),
        flagged=truth(spelled("flagged"), word("flagged")),
        overdue=truth(spelled("overdue"), word("overdue")),
        text=word("text"),
        bbox=numbers(spelled("bbox"), word("bbox"), BBOX_PARTS),  # type: ignore[arg-type]
        near=numbers(spelled("near"), word("near"), NEAR_PARTS),  # type: ignore[arg-type]
        within=places(spelled("within"), word("within")),
        on=day(spelled("on"), word("on")),
        as_of=revision(spelled("as_of"), word("as_of")),
    )


def parts(text: str | None) -> tuple[str, ...]:
    """Give the comma-separated parts of a text, without blanks round them."""
    return tuple(filter(None, (part.strip() for part in (text or "").split(","))))


def number(name: str, text: str) -> float:
    """Read a finite number.

    Raises
    ------
    ValueRefused
        ``NUMBER_EXPECTED``.
    """
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ValueRefused("NUMBER_EXPECTED", option=name, value=text)
    return value


def numbers(name: str, text: str, count: int) -> tuple[float, ...] | None:
    """Read so many comma-separated numbers; None where nothing is said.

    Raises
    ------
    ValueRefused
        ``NUMBERS_EXPECTED`` or ``NUMBER_EXPECTED``.
    """
    if not text:
        return None
    said = text.split(",")
    if len(said) != count:
        raise ValueRefused("NUMBERS_EXPECTED", value=text, option=name, expected=count)
    return tuple(number(name, part.strip()) for part in said)


def places(name: str, text: str) -> tuple[float, ...] | None:
    """Read longitudes and latitudes in turn, comma-separated; None where nothing is said.

    Raises
    ------
    ValueRefused
        ``PAIRS_EXPECTED`` or ``NUMBER_EXPECTED``.
    """
    said = text.count(",") + 1
    if said % 2 and text:
        raise ValueRefused("PAIRS_EXPECTED", option=name, count=said)
    return numbers(name, text, said)


def whole(name: str, text: str) -> int | None:
    """Read a whole number of at least 0; None where nothing is said.

    Raises
    ------
    ValueRefused
        ``NUMBER_EXPECTED``.
    """
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise ValueRefused("NUMBER_EXPECTED", option=name, value=text)
    return int(text)


def truth(name: str, text: str) -> bool:
    """Read whether something is asked for; not, where nothing is said.

    Raises
    ------
    ValueRefused
        ``CHOICE_UNKNOWN``.
    """
    if text and text not in TRUTHS:
        raise ValueRefused("CHOICE_UNKNOWN", option=name, value=text, known=", ".join(TRUTHS))
    return text in TRUTHS[:2]


def day(name: str, text: str) -> date | None:
    """Read a date, written as 2026-01-31; None where nothing is said.

    Raises
    ------
    ValueRefused
        ``DATE_EXPECTED``.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as fault:
        raise ValueRefused("DATE_EXPECTED", option=name, value=text) from fault


def revision(name: str, text: str) -> int | date | None:
    """Read a revision, or the day at whose end it was the newest; None where nothing is said.

    Raises
    ------
    ValueRefused
        ``NUMBER_EXPECTED`` or ``DATE_EXPECTED``.
    """
    return day(name, text) if "-" in text.lstrip("-") else whole(name, text)
