r"""Record versions by columns as the lines that COPY reads (PostgreSQL, COPY, text format)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from geo_registry.store.writing.texts import TEXT, bytes_of, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

_ESCAPED = {"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"}
"""Characters that mean something to COPY; the backslash is written first."""
_NOTHING = r"\N"


def lines(columns: Sequence[pa.Array]) -> memoryview:
    r"""Write rows as lines, their values parted by tabs.

    Parameters
    ----------
    columns
        Texts, doubles, integers, truths or bytes, by column; at least one row.

    Examples
    --------
    >>> bytes(lines([pa.array(["a\tb", None], TEXT), pa.array([1.5, 2.0]), pa.array([b"\x01", None])]))
    b'a\\tb\t1.5\t\\\\x01\n\\N\t2\t\\N\n'
    """
    written = [pc.fill_null(_written(column), _NOTHING) for column in columns]
    ended = joined(pc.binary_join_element_wise(*written, pa.scalar("\t", TEXT)), "\n")
    return bytes_of(ended)


def _written(values: pa.Array) -> pa.LargeStringArray:
    if pa.types.is_binary(values.type):
        return pa.array([None if one is None else rf"\\x{one.hex()}" for one in values.to_pylist()], TEXT)
    if not pa.types.is_large_string(values.type):
        return values.cast(TEXT)
    data = bytes(bytes_of(values))
    for character, escaped in _ESCAPED.items():
        if character.encode() in data:
            values = pc.replace_substring(values, character, escaped)
    return values
