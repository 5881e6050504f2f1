"""Numbers as ledgers write them: full width, thousands marks, units behind, and bounds such as "10余吨"."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NamedTuple

from geo_registry.core.kinds import Field
from geo_registry.core.ledger.reading.cell import Reading
from geo_registry.core.ledger.reading.units import split_myriad, unit_of

_BEFORE = {
    ">=": "≥ >= => ≧ 不少于 不低于 不小于 至少",
    ">": "> 超过 超 高于 多于 大于",
    "<=": "≤ <= =< ≦ 不超过 不高于 不大于 至多 最多",
    "<": "< 不足 不到 低于 少于 小于 近",
    "~": "~ ≈ 约 大约 大概",
}
"""How a bound is kept, and the words before a number that mean it."""

_BEHIND = {">=": "余 多 以上 及以上 起 +", "<=": "以下 及以下 以内", "~": "左右 上下 来"}
"""The words behind a number, or between it and its unit; 余 and 以上 include the number itself."""

_SIGN_OF = {
    word: sign for table in (_BEFORE, _BEHIND) for sign, words in table.items() for word in words.split()
}


def _any_of(table: dict[str, str]) -> str:
    words = [word for words in table.values() for word in words.split()]
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_DIGITS = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d{1,3})?"
_NUMBER = re.compile(rf"(?P<before>{_any_of(_BEFORE)})?(?P<digits>{_DIGITS})(?P<rest>.*)")
_BOUND_ENDS = re.compile(rf"(?P<rest>.*?)(?P<word>{_any_of(_BEHIND)})")
_BOUND_BEGINS = re.compile(rf"(?P<word>{_any_of(_BEHIND)})(?P<rest>.*)")
_MAX_INTEGER = 2**53
"""Largest count a double holds exactly."""


class Quantity(NamedTuple):
    """A number as it stands in a cell.

    Attributes
    ----------
    value
        The number.
    bound
        ``>= > <= < ~`` where the cell gives a bound, else ``""``.
    unit
        What stands behind the number, bounds taken off; ``""`` for nothing.
    """

    value: float
    bound: str
    unit: str


def parse_quantity(text: str) -> Quantity | None:
    """Take a cell apart into number, bound and unit.

    Parameters
    ----------
    text
        The cell's text.

    Returns
    -------
    Quantity or None
        None where the cell is no number.

    Examples
    --------
    >>> parse_quantity("１，２００．５")
    Quantity(value=1200.5, bound='', unit='')
    >>> parse_quantity("10余吨")
    Quantity(value=10.0, bound='>=', unit='吨')
    >>> parse_quantity("1.2万余辆")
    Quantity(value=12000.0, bound='>=', unit='辆')
    """
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return None
    factor, rest = split_myriad(found["rest"])
    rest, bounds = _take_bounds(rest)
    if found["before"]:
        bounds.append(_SIGN_OF[found["before"]])
    if len(set(bounds)) > 1:
        return None
    return Quantity(float(found["digits"].replace(",", "")) * factor, "".join(set(bounds)), rest)


def _take_bounds(rest: str) -> tuple[str, list[str]]:
    bounds = []
    for pattern in (_BOUND_BEGINS, _BOUND_ENDS):
        if found := pattern.fullmatch(rest):
            rest = found["rest"]
            bounds.append(_SIGN_OF[found["word"]])
    return rest, bounds


def read_number(text: str, field: Field) -> Reading:
    """Read a number or a count, with its bound.

    Parameters
    ----------
    text
        The cell's text.
    field
        Field of type number or integer: its unit and limits are held.

    Returns
    -------
    Reading
        The number; ``VALUE_INVALID`` with what was expected; ``BOUND_NOT_NUMBER`` with the number and
        the detail ``bound``. Nothing is converted: another unit than the field's is refused.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label
    >>> stock = Field("stock_t", "number", Label("存煤量", "Stock"), "stock_t", unit="t", minimum=0)
    >>> read_number("约20吨", stock).value, read_number("约20吨", stock).details["bound"]
    (20.0, '~')
    >>> read_number("4500公斤", stock).code
    'VALUE_INVALID'
    """
    found = parse_quantity(text)
    if found is None or not math.isfinite(found.value) or not _fits_unit(found.unit, field.unit):
        return _refuse(field)
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum
    if field.type == "integer" and not (found.value.is_integer() and abs(found.value) <= _MAX_INTEGER):
        return _refuse(field)
    if not low <= found.value <= high:
        return _refuse(field)
    value = int(found.value) if field.type == "integer" else found.value
    if found.bound:
        return Reading(value, "BOUND_NOT_NUMBER", {"bound": found.bound, "number": value})
    return Reading(value)


def _fits_unit(said: str, unit: str | None) -> bool:
    if not said:
        return True
    named = unit_of(said)
    return named is not None and named == ("" if unit is None else unit_of(unit) or unit)


def _refuse(field: Field) -> Reading:
    low, high = ("" if limit is None else f"{limit:g}" for limit in (field.minimum, field.maximum))
    limits = f"{low}..{high}" if low or high else ""
    expected = " ".join(part for part in (field.type, limits, field.unit) if part)
    return Reading(code="VALUE_INVALID", details={"expected": expected})
