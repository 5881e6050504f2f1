"""Cells brought to tidy text; what is tidy already is told by its bytes and left as it is."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[Any]

_INVISIBLE = "[\u200b\u200e\u200f\u2060\ufeff]"
_GUARDED = "^'([=+\\-@＝].*)$"
"""A text that a spreadsheet must not run carries an apostrophe in front, ours too: it is no part of it."""
_BREAKS = r"[\t\r\n\x{85}\x{2028}\x{2029}]+"

_SPACE, _APOSTROPHE = ord(" "), ord("'")
_HAN_LEADS = range(0xE4, 0xEA)
"""First bytes of U+4000 to U+9FFF in UTF-8: Chinese characters, none of which composes or comes apart."""
_TAILS = range(0x80, 0xC0)
_TIDY = frozenset({*range(0x21, 0x7F), *_HAN_LEADS, *_TAILS}) - {_APOSTROPHE}
_TIDY_BYTES = bytes(_TIDY)
_LOOKED_AT = np.array([byte not in _TIDY for byte in range(256)])
_MARKS = (
    (0xEF, range(0xBC, 0xBE), _TAILS),
    (0xE3, range(0x80, 0x81), range(0x81, 0xAA)),
    (0xE2, range(0x80, 0x81), range(0x90, 0xA8)),
)
"""Three bytes of marks that are tidy: U+FF00 to U+FF7F (full width), U+3001 to U+3029 (、。《》 ...), U+2010
to U+2027 (dashes, quotes, …)."""


def clean(cells: pa.ChunkedArray) -> pa.StringArray:
    r"""Bring cells to tidy text: composed characters, no invisible ones, no breaks, nothing at the ends.

    Parameters
    ----------
    cells
        A column of a raw table.

    Returns
    -------
    pyarrow.StringArray
        Null for a cell in which nothing is left.

    Examples
    --------
    >>> clean(pa.chunked_array([[" 烤房\n一 ", "  ", None, "'=1+1"]])).to_pylist()
    ['烤房 一', None, None, '=1+1']
    """
    texts = cells.combine_chunks().cast(pa.string())
    odd = _odd_rows(texts)
    if not odd.any():
        return texts
    mask = pa.array(odd)
    return pc.replace_with_mask(texts, mask, _tidied(texts.filter(mask)))


def clean_table(table: pa.Table) -> pa.Table:
    """Bring every cell of a raw table to tidy text; row numbers, widths and geometries stay.

    Parameters
    ----------
    table
        Raw table with the columns ``c0, c1, ...``.

    Examples
    --------
    >>> clean_table(pa.table({"c0": [" 甲 "], "_row": [2]})).to_pydict()
    {'c0': ['甲'], '_row': [2]}
    """
    columns = {name: clean(table[name]) if name[:1] == "c" else table[name] for name in table.column_names}
    return pa.table(columns)


def flags(mask: pa.BooleanArray) -> NDArray[np.bool_]:
    """Turn an Arrow mask into a NumPy one; null counts as False.

    Examples
    --------
    >>> flags(pa.array([True, None, False])).tolist()
    [True, False, False]
    """
    return np.asarray(pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False), dtype=bool)


def bytes_of(texts: pa.StringArray) -> bytes:
    """Give the bytes of a column behind each other.

    Examples
    --------
    >>> bytes_of(pa.array(["甲", None, "b"])[1:])
    b'b'
    """
    _, ends, data = texts.buffers()
    if data is None or not len(texts):
        return b""
    offsets = np.frombuffer(ends, np.int32, len(texts) + 1, texts.offset * 4)
    return bytes(memoryview(data)[offsets[0] : offsets[-1]])


def may_hold(texts: pa.StringArray, wanted: tuple[bytes, bytes]) -> bool:
    """Tell whether a column may hold some characters, by their bytes alone.

    Parameters
    ----------
    texts
        Cells.
    wanted
        Single bytes, and one run of bytes.

    Examples
    --------
    >>> may_hold(pa.array(["甲 乙"]), (b" ", b"--")), may_hold(pa.array(["甲乙"]), (b" ", b"--"))
    (True, False)
    """
    held, (single, run) = bytes_of(texts), wanted
    return len(held.translate(None, single)) < len(held) or run in held


def _tidied(texts: pa.StringArray) -> pa.StringArray:
    texts = pc.utf8_normalize(texts, form="NFC")
    texts = pc.replace_substring_regex(texts, _INVISIBLE, "")
    texts = pc.replace_substring_regex(texts, _GUARDED, r"\1")
    texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, _BREAKS, " "))
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _odd_rows(texts: pa.StringArray) -> NDArray[np.bool_]:
    """Find the cells that may not be tidy: every one that is not, and few that are."""
    odd = np.zeros(len(texts), dtype=bool)
    if texts.null_count == len(texts):
        return odd
    _, ends, data = texts.buffers()
    offsets = np.frombuffer(ends, np.int32, len(texts) + 1, texts.offset * 4)
    letters = np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]]
    offsets = offsets - offsets[0]
    odd |= (offsets[1:] == offsets[:-1]) & np.asarray(texts.is_valid())
    if letters.tobytes().translate(None, _TIDY_BYTES):
        places = np.flatnonzero(_LOOKED_AT[letters])
        rows = np.searchsorted(offsets, places, "right") - 1
        odd[rows[~_is_tidy(letters, places, rows, offsets)]] = True
    return odd


def _is_tidy(letters: Bytes, places: Places, rows: Places, offsets: Places) -> NDArray[np.bool_]:
    """Tell of bytes whose surroundings decide whether they leave their cell tidy."""
    found = letters[places]
    begins, closes = places == offsets[rows], places + 1 == offsets[rows + 1]
    tidy = (found == _APOSTROPHE) & ~begins | (found == _SPACE) & ~begins & ~closes
    for lead, seconds, thirds in _MARKS:
        mark = np.flatnonzero(found == lead)
        second, third = letters[places[mark] + 1], letters[places[mark] + 2]
        tidy[mark] = (
            (second >= seconds.start)
            & (second < seconds.stop)
            & (third >= thirds.start)
            & (third < thirds.stop)
        )
    return np.asarray(tidy)
