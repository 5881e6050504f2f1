"""Number formats of a workbook: which cells show a date."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_registry.intake.parts.markup import Attributes

BUILT_IN = frozenset(map(str, [*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)]))
"""Formats without a code of their own that show dates or times (ECMA-376 part 1, 18.8.30); 27 to 36
and 50 to 58 do so in Chinese, Japanese and Korean workbooks. 46 counts hours past a day: a number."""

_NO_LETTERS = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
"""What stands in a format code without meaning a unit: quotes, escapes, colours."""
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]")
_UNITS = re.compile("[ymdhs]")

EPOCH_1900, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 (cells have no time zone)
LEAP_1900 = 60
"""Serial of 29 February 1900, a day that was not (ECMA-376 part 1, 18.17.4.1)."""
DAY_S = 86_400
LAST_SERIAL = 2_958_466
"""The day after 31 December 9999."""


def date_styles(elements: Iterable[tuple[str, Attributes]]) -> frozenset[str]:
    """Find the cell styles that show a date or a time.

    Parameters
    ----------
    elements
        The styles part, flat.

    Returns
    -------
    frozenset of str
        Positions in ``cellXfs``, as a cell's ``s`` names them.
    """
    formats = set(BUILT_IN)
    styles: list[str] = []
    cells = False
    for name, found in elements:
        if name == "numFmt":
            (formats.add if shows_date(found.get("formatCode", "")) else formats.discard)(
                found.get("numFmtId", "")
            )
        elif name in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            cells = name == "cellXfs"
        elif name == "xf" and cells:
            styles.append(found.get("numFmtId", "0"))
    return frozenset(str(index) for index, number in enumerate(styles) if number in formats)


def shows_date(code: str) -> bool:
    """Tell whether a format code shows a date or a time of day.

    Parameters
    ----------
    code
        Such as ``yyyy"年"m"月"d"日"``.

    Examples
    --------
    >>> shows_date('yyyy"年"m"月"'), shows_date('0.00"days"'), shows_date("[h]:mm")
    (True, False, False)
    """
    plain = _NO_LETTERS.sub("", code.lower().partition(";")[0])
    return "general" not in plain and not _ELAPSED.search(plain) and bool(_UNITS.search(plain))


def date_text(serial: float, *, date1904: bool) -> str | None:
    """Write a date serial in ISO 8601, to the second.

    Parameters
    ----------
    serial
        Days since the workbook's epoch.
    date1904
        True where that epoch is 1 January 1904.

    Returns
    -------
    str or None
        A date, a date and time, or a time below one day; None for what no calendar has.

    Examples
    --------
    >>> [date_text(serial, date1904=False) for serial in (45413.0, 45413.5, 0.25)]
    ['2024-05-01', '2024-05-01T12:00:00', '06:00:00']
    """
    if not 0 <= serial < LAST_SERIAL or (not date1904 and LEAP_1900 <= serial < LEAP_1900 + 1):
        return None
    moment = timedelta(seconds=round(serial * DAY_S))
    if serial < 1:
        return time.isoformat((EPOCH_1904 + moment).time())
    early = not date1904 and serial < LEAP_1900
    shown = (EPOCH_1904 if date1904 else EPOCH_1900) + moment + timedelta(days=1 if early else 0)
    return shown.date().isoformat() if shown.time() == time() else shown.isoformat()
