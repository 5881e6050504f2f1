"""Dates as ledgers write them, from 2025年3月1日 to 20250301."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from geo_registry.core.ledger.reading.cell import Reading

_YEARS = (1900, 2200)
"""A year outside is a slip of the pen: the oldest ledgers are of the last century."""

_CLOCK = r"(?:[T ]?\d{1,2}(?::|时|点)\d{1,2}.*)?"
_SPELLINGS = tuple(
    re.compile(spelling + _CLOCK)
    for spelling in (
        r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})",
        r"(\d{4})(年)(\d{1,2})月(\d{1,2})[日号]?",
        r"(\d{4})()(\d{2})(\d{2})",
    )
)


def read_date(text: str) -> Reading:
    """Read a calendar date; a time of day after it is left out.

    Parameters
    ----------
    text
        The cell's text: year, month and day in this order.

    Returns
    -------
    Reading
        A `datetime.date`, or ``DATE_INVALID``.

    Examples
    --------
    >>> read_date("2025年3月1日").value, read_date("2025.3.1").value
    (datetime.date(2025, 3, 1), datetime.date(2025, 3, 1))
    >>> read_date("2025-02-30").code
    'DATE_INVALID'
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"\s*([-/.年月日号])\s*", r"\1", plain)
    found = next((match for spelling in _SPELLINGS if (match := spelling.fullmatch(plain))), None)
    if found is None:
        return Reading(code="DATE_INVALID")
    year, month, day = int(found[1]), int(found[3]), int(found[4])
    try:
        value = date(year, month, day)
    except ValueError:
        return Reading(code="DATE_INVALID")
    return Reading(value) if _YEARS[0] <= year <= _YEARS[1] else Reading(code="DATE_INVALID")
