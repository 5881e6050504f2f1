"""Longitudes and latitudes as people write them: decimal, or degrees, minutes and seconds."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Axis = Literal["lon", "lat"]

_MARKS = str.maketrans(
    dict.fromkeys("º˚゜∘○", "°") | dict.fromkeys("′’‘`´ʹ＇", "'") | dict.fromkeys("″”“〞ʺ＂", '"')
)
"""What stands for degree, minute and second marks; told apart before NFKC, which would split them."""

_WORDS = (("东经", "E"), ("西经", "W"), ("北纬", "N"), ("南纬", "S"), ("度", "°"), ("分", "'"), ("秒", '"'))
_LETTERS = {"E": ("lon", 1), "W": ("lon", -1), "N": ("lat", 1), "S": ("lat", -1)}
_SECONDS = (re.compile(r"(?i)(m\s*[\d.]+\s*)s"), re.compile(r"('\s*[\d.]+\s*)s"))
"""An s that means seconds: after letters for minutes, or small after a minute mark."""

_INFINITE = re.compile(r"[+-]?(?:NAN|INF|INFINITY|1\.#\w+)")
_DECIMAL = re.compile(r"(?P<number>[+-]?\d+(?:\.(?P<decimals>\d*))?(?:E[+-]?\d+)?)°?")
_SEXAGESIMAL = re.compile(
    r"""(?P<sign>[+-]?)(?P<degrees>\d{1,3})\s*(?:[°D:-]|\s)\s*
    (?P<minutes>\d{1,2}(?:\.\d*)?)\s*
    (?:(?:['M:-]|\s)\s*(?P<seconds>\d{1,2}(?:\.\d*)?)\s*"?|['M])?""",
    re.VERBOSE,
)
_SIXTY = 60


@dataclass(frozen=True, slots=True)
class Angle:
    """What a cell says of a longitude or latitude.

    Attributes
    ----------
    degrees
        Decimal degrees, east and north positive; NaN where there is none.
    step_deg
        The smallest step the spelling can tell: 0.0001 for four decimals, 1/3600 for whole seconds.
    code
        ``COORD_NOT_NUMBER COORD_NOT_FINITE COORD_SWAPPED`` or None.
    """

    degrees: float = math.nan
    step_deg: float = math.nan
    code: str | None = None


def read_angle(text: str, axis: Axis) -> Angle:
    """Read a longitude or latitude.

    Parameters
    ----------
    text
        The cell's text; hemisphere letters or words may stand on either side.
    axis
        ``lon`` or ``lat``: a letter of the other axis means that the columns are exchanged.

    Examples
    --------
    >>> read_angle("东经113°45′30″", "lon").degrees
    113.758333...
    >>> read_angle("113 45.5 E", "lon").degrees, read_angle("33d34m30s", "lat").degrees
    (113.758333..., 33.575)
    >>> read_angle("N33.58", "lon").code, read_angle("abc", "lon").code
    ('COORD_SWAPPED', 'COORD_NOT_NUMBER')
    """
    plain = _tidy(text)
    if _INFINITE.fullmatch(plain):
        return Angle(code="COORD_NOT_FINITE")
    letter, rest = _take_letter(plain)
    if letter and _LETTERS[letter][0] != axis:
        return Angle(code="COORD_SWAPPED")
    if letter and rest[:1] in "+-":
        return Angle(code="COORD_NOT_NUMBER")
    sign = _LETTERS[letter][1] if letter else 1
    return _read_decimal(rest, sign) or _read_sexagesimal(rest, sign) or Angle(code="COORD_NOT_NUMBER")


def _tidy(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).replace("''", '"').strip()
    for pattern in _SECONDS:
        plain = pattern.sub(r'\1"', plain)
    plain = plain.upper()
    for word, mark in _WORDS:
        plain = plain.replace(word, mark)
    return plain


def _take_letter(plain: str) -> tuple[str, str]:
    """Take the hemisphere's letter off one end."""
    if plain[:1] in _LETTERS:
        return plain[0], plain[1:].strip(" :")
    if plain[-1:] in _LETTERS:
        return plain[-1], plain[:-1].strip()
    return "", plain


def _read_decimal(plain: str, sign: int) -> Angle | None:
    found = _DECIMAL.fullmatch(plain)
    if found is None:
        return None
    value = sign * float(found["number"])
    if not math.isfinite(value):
        return Angle(code="COORD_NOT_FINITE")
    return Angle(value, 10.0 ** -len(found["decimals"] or ""))


def _read_sexagesimal(plain: str, sign: int) -> Angle | None:
    found = _SEXAGESIMAL.fullmatch(plain)
    if found is None:
        return None
    minutes, seconds = float(found["minutes"]), float(found["seconds"] or 0)
    if minutes >= _SIXTY or seconds >= _SIXTY or (found["seconds"] and "." in found["minutes"]):
        return None
    last, unit = (found["seconds"], 3600.0) if found["seconds"] else (found["minutes"], 60.0)
    value = int(found["degrees"]) + minutes / 60.0 + seconds / 3600.0
    step_deg = 10.0 ** -len(last.partition(".")[2]) / unit
    return Angle(math.copysign(value, -1 if found["sign"] == "-" else sign), step_deg)
