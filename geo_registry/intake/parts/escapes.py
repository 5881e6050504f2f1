"""Characters that XML cannot hold, as spreadsheet programs write them."""

from __future__ import annotations

import re

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
SURROGATES = range(0xD800, 0xE000)


def unescape(text: str) -> str:
    r"""Undo ``_xHHHH_`` (ECMA-376 part 1, 22.9.2.19).

    Parameters
    ----------
    text
        Text of a cell as stored.

    Examples
    --------
    >>> unescape("第一行_x000D_第二行"), unescape("_x005F_x0041_")
    ('第一行\r第二行', '_x0041_')
    """
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return found[0] if number in SURROGATES else chr(number)
