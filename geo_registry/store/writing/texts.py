"""Columns as JSON, value by value the same bytes that `json` writes, without a step of Python a row."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TEXT = pa.large_string()
_CONTROLS = bytes(range(0x20))
_PLAIN = bytes(set(range(256)) - set(_CONTROLS) - {ord('"'), ord("\\")})
"""Bytes of UTF-8 that JSON writes as they are."""
_POINTED = (1e-4, 1e10)
"""Between these Python and Arrow both write the shortest digits, with a point and without an exponent."""


def joined(*parts: pa.Array | str) -> pa.LargeStringArray:
    """Put texts behind each other, row by row; null where one of them is.

    Examples
    --------
    >>> joined("+", pa.array(["a", None], TEXT), "-").to_pylist()
    ['+a-', None]
    """
    told = [pa.scalar(part, TEXT) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*told, pa.scalar("", TEXT))


def bytes_of(texts: pa.LargeStringArray) -> memoryview:
    """Give the bytes of a column behind each other, without a copy.

    Parameters
    ----------
    texts
        Texts; null has no bytes.
    """
    _, ends, data = texts.buffers()
    if data is None or not len(texts):
        return memoryview(b"")
    offsets = np.frombuffer(ends, np.int64, len(texts) + 1, texts.offset * 8)
    return memoryview(data)[int(offsets[0]) : int(offsets[-1])]


def quoted(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    r"""Write texts as JSON strings; characters beyond ASCII stay.

    Parameters
    ----------
    texts
        Texts; null stays null.

    Examples
    --------
    >>> quoted(pa.array(['煤"点"', "a\tb", None], TEXT)).to_pylist()
    ['"煤\\"点\\""', '"a\\tb"', None]
    """
    held = bytes(bytes_of(texts))
    odd = held.translate(None, _PLAIN)
    written = joined('"', _escaped(texts, held) if odd else texts, '"')
    if odd.translate(None, b'"\\'):
        return _each(texts, pc.match_substring_regex(texts, r"[\x00-\x1f]"), written, encode_basestring)
    return written


def _escaped(texts: pa.LargeStringArray, held: bytes) -> pa.LargeStringArray:
    """Put a backslash before each quote and each backslash in all texts at once."""
    each = np.frombuffer(held, np.uint8)
    marks = np.flatnonzero((each == ord('"')) | (each == ord("\\")))
    ends = np.frombuffer(texts.buffers()[1], np.int64, len(texts) + 1, texts.offset * 8)
    ends = ends - ends[0]
    written = held.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    moved = pa.py_buffer(ends + np.searchsorted(marks, ends))
    whole = pa.LargeStringArray.from_buffers(len(texts), moved, pa.py_buffer(written))
    return pc.if_else(pc.is_valid(texts), whole, None) if texts.null_count else whole


def decimal(numbers: pa.DoubleArray) -> pa.LargeStringArray:
    """Write numbers as JSON.

    Parameters
    ----------
    numbers
        Doubles; null stays null, infinities are written as Python does.

    Examples
    --------
    >>> decimal(pa.array([114.0, -0.0, 1e-7, 1e22, None])).to_pylist()
    ['114.0', '-0.0', '1e-07', '1e+22', None]
    """
    size = pc.abs(numbers)
    pointed = pc.and_(pc.greater_equal(size, _POINTED[0]), pc.less(size, _POINTED[1]))
    digits = numbers.cast(TEXT)
    whole = pc.equal(numbers, pc.trunc(numbers))
    if pc.any(whole).as_py():
        digits = pc.if_else(whole, joined(digits, ".0"), digits)
    return _each(numbers, pc.invert(pointed), digits, json.dumps)


def _each(
    values: pa.Array, odd: pa.BooleanArray, written: pa.LargeStringArray, write: Callable[[Any], str]
) -> pa.LargeStringArray:
    """Write the odd values one by one."""
    mask = pc.fill_null(odd, fill_value=False)
    own = values.filter(mask).to_pylist()
    if not own:
        return written
    return pc.replace_with_mask(written, mask, pa.array(map(write, own), TEXT))


def encoded(values: pa.Array) -> pa.LargeStringArray:
    r"""Write a column of any stored type as JSON.

    Parameters
    ----------
    values
        Texts, doubles, integers, truths or bytes, which are written in hexadecimal; null stays null.

    Examples
    --------
    >>> encoded(pa.array([True, None])).to_pylist(), encoded(pa.array([b"\x01"])).to_pylist()
    (['true', None], ['"01"'])
    """
    if pa.types.is_large_string(values.type):
        return quoted(values)
    if pa.types.is_floating(values.type):
        return decimal(values)
    if pa.types.is_binary(values.type):
        return pa.array([None if one is None else f'"{one.hex()}"' for one in values.to_pylist()], TEXT)
    return values.cast(TEXT)


def constant(values: pa.Array) -> bool:
    """Tell whether every row has the same value, or none has any.

    Examples
    --------
    >>> constant(pa.array(["a", "a"])), constant(pa.array(["a", None])), constant(pa.array([None, None]))
    (True, False, True)
    """
    if not values.null_count and len(values):
        return bool(values[0] == values[-1] and pc.all(pc.equal(values, values[0])).as_py())
    return bool(values.null_count == len(values))


def canonical_rows(columns: Sequence[pa.Array], mark: str) -> pa.LargeStringArray:
    r"""Write rows as `chain.canonical` writes the list of their values, a mark before and a break behind.

    Parameters
    ----------
    columns
        Values by column; at least one row.
    mark
        What stands before each row.

    Examples
    --------
    >>> canonical_rows([pa.array(["a", "b"], TEXT), pa.array([1, None])], "+").to_pylist()
    ['+["a",1]\n', '+["b",null]\n']
    """
    parts: list[pa.Array | str] = [f"{mark}["]
    for number, column in enumerate(columns):
        written = encoded(column.slice(0, 1) if constant(column) else column)
        filled = pc.fill_null(written, "null")
        parts += [","] * (number > 0)
        parts.append(filled[0].as_py() if len(filled) < len(column) else filled)
    return joined(*_merged([*parts, "]\n"], len(columns[0])))


def _merged(parts: Sequence[pa.Array | str], count: int) -> list[pa.Array | str]:
    """Make one text of constant parts that stand side by side; at least one part is a column."""
    merged: list[pa.Array | str] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    if len(merged) == 1 and isinstance(merged[0], str):
        return [pa.repeat(pa.scalar(merged[0], TEXT), count)]
    return merged
