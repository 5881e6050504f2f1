"""Words of a command line as typed values; whatever is no such value is refused as at every other door."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def number(option: str) -> Callable[[str], float]:
    """Give a reader of finite numbers.

    Parameters
    ----------
    option
        Name under which a refusal speaks of the value.
    """

    def read(word: str) -> float:
        try:
            found = float(word)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise ValueRefused("NUMBER_EXPECTED", option=option, value=word)
        return found

    return read


def whole(option: str) -> Callable[[str], int]:
    """Give a reader of whole numbers; parameters as `number`."""

    def read(word: str) -> int:
        try:
            return int(word)
        except ValueError as fault:
            raise ValueRefused("NUMBER_EXPECTED", option=option, value=word) from fault

    return read


def as_of(word: str) -> int | date:
    """Read a revision, or a day at whose end it was the newest.

    Raises
    ------
    ValueRefused
        ``DATE_EXPECTED`` or ``NUMBER_EXPECTED``.
    """
    return day(word, "--as-of") if "-" in word.lstrip("-") else whole("--as-of")(word)


def day(word: str, option: str = "--on") -> date:
    """Read a date, written as 2026-01-31.

    Parameters
    ----------
    word
        The word.
    option
        Name under which a refusal speaks of it.

    Raises
    ------
    ValueRefused
        ``DATE_EXPECTED``.
    """
    try:
        found = date.fromisoformat(word) if _DAY.fullmatch(word) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueRefused("DATE_EXPECTED", option=option, value=word)
    return found
