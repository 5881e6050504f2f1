"""One layer of a vector tile as protocol-buffer bytes, encoded column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo_registry.publish.tiles.geometry import EXTENT, Commands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_VERSION = b"\x78\x02"
_FEATURES, _KEYS, _VALUES, _EXTENT_FIELD = 0x12, 0x1A, 0x22, 0x28
_TAGS, _TYPE, _GEOMETRY = 0x12, 0x18, 0x22
_STRING, _DOUBLE, _UINT, _BOOL = 0x0A, 0x19, 0x28, 0x38
_SEVEN_BITS = 0x7F
_LONGEST = 5


@dataclass(frozen=True, slots=True)
class Attribute:
    r"""Values of one attribute, written once and named by number.

    Attributes
    ----------
    codes
        Which value each feature has, -1 where it has none, shape ``(n,)``.
    spelled
        The values as a layer holds them, each a whole field.

    Examples
    --------
    >>> kinds = Attribute.of(pd.Series(["kiln", None, "site", "kiln"]))
    >>> kinds.codes.tolist(), kinds.take(np.array([2])).spelled
    ([0, -1, 1, 0], [b'"\x06\n\x04site'])
    """

    codes: NDArray[np.int32]
    spelled: list[bytes]

    @classmethod
    def of(cls, column: pd.Series[Any]) -> Attribute:
        """Write down the values of a column."""
        codes, unique = pd.factorize(column)
        return cls(codes.astype(np.int32), [_Field(_VALUES, _value(value)).write() for value in unique])

    @classmethod
    def none(cls, count: int) -> Attribute:
        """Make an attribute that so many features lack."""
        return cls(np.full(count, -1, dtype=np.int32), [])

    def take(self, rows: NDArray[np.int64]) -> Attribute:
        """Give the attribute of some features, with the values these have and no other."""
        taken = self.codes[rows]
        used, codes = np.unique(taken, return_inverse=True)
        missing = int(len(used) > 0 and used[0] < 0)
        return Attribute((codes - missing).astype(np.int32), [self.spelled[code] for code in used[missing:]])

    def then(self, other: Attribute) -> Attribute:
        """Give the attribute of these features and others after them."""
        shifted = np.where(other.codes < 0, -1, other.codes + len(self.spelled))
        return Attribute(np.concatenate([self.codes, shifted]).astype(np.int32), self.spelled + other.spelled)


def varint_lengths(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Count the bytes each value takes as a varint.

    Parameters
    ----------
    spelled
        Unsigned values below 2^35, shape ``(n,)``.

    Examples
    --------
    >>> varint_lengths(np.array([0, 127, 128, 20000], dtype=np.uint64)).tolist()
    [1, 1, 2, 3]
    """
    lengths = np.ones(values.shape, dtype=np.int64)
    for place in range(1, _LONGEST):
        lengths += values >= np.uint64(1 << (7 * place))
    return lengths


def varints(values: NDArray[np.uint64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Encode values as varints, one after the other.

    Parameters
    ----------
    spelled
        Unsigned values below 2^35, shape ``(n,)``.

    Returns
    -------
    tuple
        The bytes, and how many each value took, shape ``(n,)``.
    """
    lengths = varint_lengths(values)
    starts = np.cumsum(lengths) - lengths
    encoded = np.zeros(int(lengths.sum()), dtype=np.uint8)
    for place in range(_LONGEST):
        reaches = lengths > place
        septet = (values[reaches] >> np.uint64(7 * place)) & np.uint64(_SEVEN_BITS)
        more = (lengths[reaches] > place + 1).astype(np.uint8) << 7
        encoded[starts[reaches] + place] = septet.astype(np.uint8) | more
    return encoded, lengths


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > _SEVEN_BITS:
        encoded.append(value & _SEVEN_BITS | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _value(value: object) -> bytes:
    if isinstance(value, bool | np.bool_):
        return bytes([_BOOL, int(value)])
    if isinstance(value, int | np.integer) and value >= 0:
        return bytes([_UINT]) + _varint(int(value))
    if isinstance(value, int | float | np.number):
        return bytes([_DOUBLE]) + np.float64(value).tobytes()
    text = str(value).encode()
    return bytes([_STRING]) + _varint(len(text)) + text


def _tags(attributes: Mapping[str, Attribute]) -> tuple[NDArray[np.uint64], NDArray[np.bool_], list[bytes]]:
    count = len(next(iter(attributes.values())).codes) if attributes else 0
    tags = np.zeros((count, 2 * len(attributes)), dtype=np.uint64)
    present = np.zeros(tags.shape, dtype=bool)
    values: list[bytes] = []
    for at, attribute in enumerate(attributes.values()):
        codes = attribute.codes
        tags[:, 2 * at] = at
        tags[:, 2 * at + 1] = np.where(codes < 0, 0, codes + len(values)).astype(np.uint64)
        present[:, 2 * at] = present[:, 2 * at + 1] = codes >= 0
        values += attribute.spelled
    return tags, present, values


def _features(tags: NDArray[np.uint64], present: NDArray[np.bool_], commands: Commands) -> bytes:
    count = len(tags)
    shape_bytes, each = varints(commands.values)
    shape_length = np.add.reduceat(np.append(each, 0), commands.starts)[:count] if count else each
    tag_length = np.where(present, varint_lengths(tags), 0).sum(axis=1)
    fixed = np.ones(count, dtype=np.uint64)
    tail = [
        fixed * _TYPE,
        commands.types.astype(np.uint64),
        fixed * _GEOMETRY,
        shape_length.astype(np.uint64),
    ]
    inner = np.column_stack([fixed * _TAGS, tag_length.astype(np.uint64), tags, *tail])
    kept = np.column_stack([np.ones((count, 2), dtype=bool), present, np.ones((count, 4), dtype=bool)])
    inner_length = np.where(kept, varint_lengths(inner), 0).sum(axis=1) + shape_length
    head = np.column_stack([fixed * _FEATURES, inner_length.astype(np.uint64), inner])
    kept = np.column_stack([np.ones((count, 2), dtype=bool), kept])
    head_bytes, lengths = varints(head[kept])
    per_feature = (
        np.add.reduceat(lengths, np.cumsum(kept.sum(axis=1)) - kept.sum(axis=1)) if count else lengths
    )
    return _interleave((head_bytes, per_feature), (shape_bytes, shape_length))


def _interleave(
    heads: tuple[NDArray[np.uint8], NDArray[np.int64]], tails: tuple[NDArray[np.uint8], NDArray[np.int64]]
) -> bytes:
    (head, head_length), (tail, tail_length) = heads, tails
    starts = np.cumsum(head_length + tail_length) - head_length - tail_length
    joined = np.empty(len(head) + len(tail), dtype=np.uint8)
    for part, length, begin in ((head, head_length, starts), (tail, tail_length, starts + head_length)):
        shift = begin - (np.cumsum(length) - length)
        joined[np.arange(len(part)) + np.repeat(shift, length)] = part
    return joined.tobytes()


@dataclass(frozen=True, slots=True)
class _Field:
    mark: int
    body: bytes

    def write(self) -> bytes:
        """Write the field with its length before it."""
        return bytes([self.mark]) + _varint(len(self.body)) + self.body


def layer(name: str, attributes: Mapping[str, Attribute], commands: Commands) -> bytes:
    """Encode one layer; a tile is the bytes of its layers one after the other.

    Parameters
    ----------
    name
        Name of the layer.
    attributes
        Attributes by name, each as long as there are features.
    commands
        Geometry commands of the features, from `geometry.point_commands` or `geometry.shape_commands`.

    Returns
    -------
    bytes
        Empty where there are no features.
    """
    if not len(commands.types):
        return b""
    tags, present, values = _tags(attributes)
    parts = [_VERSION, _Field(0x0A, name.encode()).write(), _features(tags, present, commands)]
    parts += [_Field(_KEYS, key.encode()).write() for key in attributes]
    parts += values
    parts += [bytes([_EXTENT_FIELD]), _varint(EXTENT)]
    return _Field(0x1A, b"".join(parts)).write()
