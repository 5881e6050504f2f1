"""One layer of a vector tile as protocol-buffer bytes, encoded column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_registry.publish.tiles.geometry import EXTENT
from geo_registry.publish.tiles.varint import varint, varint_lengths, varints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo_registry.publish.tiles.attributes import Attribute
    from geo_registry.publish.tiles.geometry import Commands

_LAYER, _NAME, _FEATURES, _KEYS, _EXTENT_FIELD = 0x1A, 0x0A, 0x12, 0x1A, 0x28
_VERSION = b"\x78\x02"
_TAGS, _TYPE, _GEOMETRY = 0x12, 0x18, 0x22


def _tags(
    attributes: Sequence[Attribute], count: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64], list[NDArray[np.uint8]]]:
    """Give what is said of the features, one behind the other, each a number of its key and of its value.

    Returns
    -------
    tuple
        The numbers, key and value in turn; how many attributes each feature has, shape ``(n,)``; and the
        tables of values, each once.
    """
    first: dict[int, int] = {}
    tables: list[NDArray[np.uint8]] = []
    size = 0
    for attribute in attributes:
        values = attribute.values
        if id(values) not in first:
            first[id(values)] = size
            tables.append(values.written)
            size += len(values)
    codes = np.empty((count, len(attributes)), dtype=np.int32)
    for at, attribute in enumerate(attributes):
        codes[:, at] = attribute.codes
    present = codes >= 0
    codes += np.array([first[id(attribute.values)] for attribute in attributes], dtype=np.int32)
    tags = np.empty((np.count_nonzero(present), 2), dtype=np.uint64)
    tags[:, 0] = np.broadcast_to(np.arange(len(attributes)), codes.shape)[present]
    tags[:, 1] = codes[present]
    return tags.ravel(), present.sum(axis=1), tables


def _features(tags: NDArray[np.uint64], number: NDArray[np.int64], commands: Commands) -> bytes:
    shape_bytes, each = varints(commands.values)
    shape_length = np.add.reduceat(each, commands.starts)
    said_bytes, each = varints(tags)
    ends = np.concatenate([[0], np.cumsum(each)])
    last = 2 * np.cumsum(number)
    tag_length = ends[last] - ends[last - 2 * number]
    return _interleave(
        [
            _heads(tag_length, shape_length, commands.types),
            (said_bytes, tag_length),
            _middles(commands.types, shape_length),
            (shape_bytes, shape_length),
        ]
    )


def _heads(
    tag_length: NDArray[np.int64], shape_length: NDArray[np.int64], types: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Begin each feature: its length, and the length of its tags."""
    tags, shapes = tag_length.astype(np.uint64), shape_length.astype(np.uint64)
    # a byte each: marks of tags, type and geometry, and the type itself
    inner = 4 + varint_lengths(tags) + tag_length + varint_lengths(shapes) + shape_length
    fixed = np.ones(len(types), dtype=np.uint64)
    columns = [fixed * _FEATURES, inner.astype(np.uint64), fixed * _TAGS, tags]
    return _rows(columns)


def _middles(
    types: NDArray[np.int64], shape_length: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Say each feature's type, and the length of its geometry."""
    fixed = np.ones(len(types), dtype=np.uint64)
    return _rows([fixed * _TYPE, types.astype(np.uint64), fixed * _GEOMETRY, shape_length.astype(np.uint64)])


def _rows(columns: list[NDArray[np.uint64]]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    written, lengths = varints(np.column_stack(columns).ravel())
    return written, lengths.reshape(-1, len(columns)).sum(axis=1)


def _interleave(parts: list[tuple[NDArray[np.uint8], NDArray[np.int64]]]) -> bytes:
    """Put the parts of each feature one behind the other; a part has its bytes and lengths by feature."""
    total = np.sum([lengths for _, lengths in parts], axis=0)
    begin = np.cumsum(total) - total
    joined = np.empty(sum(len(part) for part, _ in parts), dtype=np.uint8)
    for part, lengths in parts:
        shift = begin - (np.cumsum(lengths) - lengths)
        joined[np.arange(len(part)) + np.repeat(shift, lengths)] = part
        begin = begin + lengths
    return joined.tobytes()


def _written(mark: int, body: bytes) -> bytes:
    """Write a field with its length before it."""
    return bytes([mark]) + varint(len(body)) + body


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
    count = len(commands.types)
    if not count:
        return b""
    tags, number, tables = _tags(list(attributes.values()), count)
    parts = [_VERSION, _written(_NAME, name.encode()), _features(tags, number, commands)]
    parts += [_written(_KEYS, key.encode()) for key in attributes]
    parts += [table.tobytes() for table in tables]
    parts += [bytes([_EXTENT_FIELD]), varint(EXTENT)]
    return _written(_LAYER, b"".join(parts))
