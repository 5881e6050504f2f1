"""What is said of features: values written once in a table, and named by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo_registry.publish.tiles.varint import varint, varint_lengths, varints

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIELD = 0x22
_STRING, _DOUBLE, _UINT, _BOOL = 0x0A, 0x19, 0x28, 0x38
_NOUGHT = np.zeros(1, dtype=np.int64)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """A table of values as a layer holds them.

    Attributes
    ----------
    written
        Values one after the other, each a whole field, as bytes.
    ends
        Where each ends, shape ``(n,)``.
    """

    written: NDArray[np.uint8]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends)

    @classmethod
    def of(cls, values: Sequence[object]) -> Values:
        """Write values down: texts, whole numbers from 0, other numbers, true and false."""
        fields = [_field(value) for value in values]
        ends = np.cumsum([len(field) for field in fields], dtype=np.int64)
        return cls(np.frombuffer(b"".join(fields), dtype=np.uint8), ends)

    @classmethod
    def counts(cls, values: NDArray[np.uint64]) -> Values:
        """Write whole numbers from 0 to 2^35 down, shape ``(n,)``."""
        fixed = np.ones(len(values), dtype=np.uint64)
        parts = [fixed * _FIELD, 1 + varint_lengths(values).astype(np.uint64), fixed * _UINT, values]
        written, lengths = varints(np.column_stack(parts).ravel())
        return cls(written, np.cumsum(lengths)[3::4])

    @classmethod
    def numbers(cls, values: NDArray[np.float64]) -> Values:
        """Write numbers down, shape ``(n,)``."""
        return cls._fixed(np.array([_FIELD, 9, _DOUBLE]), values.astype("<f8").view(np.uint8).reshape(-1, 8))

    @classmethod
    def hexes(cls, values: NDArray[np.uint64]) -> Values:
        """Write numbers down as texts of 16 hex digits, shape ``(n,)``."""
        pairs = values.astype(">u8").view(np.uint8).reshape(-1, 8)
        digits = _HEX[np.stack([pairs >> 4, pairs & 0xF], axis=2)].reshape(-1, 16)
        return cls._fixed(np.array([_FIELD, 18, _STRING, 16]), digits)

    @classmethod
    def _fixed(cls, head: NDArray[np.int64], bodies: NDArray[np.uint8]) -> Values:
        """Put the same head before bodies of one length."""
        table = np.empty((len(bodies), len(head) + bodies.shape[1]), dtype=np.uint8)
        table[:, : len(head)], table[:, len(head) :] = head, bodies
        return cls(table.ravel(), np.arange(1, len(bodies) + 1) * table.shape[1])

    def take(self, which: NDArray[np.integer[Any]]) -> Values:
        """Give some of the values, in the order asked for."""
        begins = np.concatenate([_NOUGHT, self.ends])[which]
        lengths = self.ends[which] - begins
        ends = lengths.cumsum()
        row = np.repeat(begins - ends + lengths, lengths)
        return Values(self.written[np.arange(len(row)) + row], ends)

    def used(self, codes: NDArray[np.int32]) -> tuple[NDArray[np.int32], Values]:
        """Give the values that some codes name and no other, and the codes by which they name these.

        Parameters
        ----------
        codes
            Numbers of values, -1 for none, any shape.
        """
        there = np.zeros(len(self) + 1, dtype=bool)
        there[codes] = True
        which = there[:-1].nonzero()[0]
        numbers = np.full(len(there), -1, dtype=np.int32)
        numbers[which] = np.arange(len(which))
        return numbers[codes], self.take(which)

    def then(self, other: Values) -> Values:
        """Give these values and others after them."""
        ends = np.concatenate([self.ends, other.ends + len(self.written)])
        return Values(np.concatenate([self.written, other.written]), ends)


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    r"""Values of one attribute, written once and named by number.

    Attributes
    ----------
    codes
        Which value each feature has, -1 where it has none, shape ``(n,)``.
    values
        The values; attributes that have the same table share it in a layer.

    Examples
    --------
    >>> kinds = Attribute.of(pd.Series(["kiln", None, "site", "kiln"]))
    >>> kinds.codes.tolist(), kinds.take(np.array([2])).spelled
    ([0, -1, 1, 0], [b'"\x06\n\x04site'])
    """

    codes: NDArray[np.int32]
    values: Values

    @classmethod
    def of(cls, column: pd.Series[Any]) -> Attribute:
        """Write down the values of a column."""
        codes, unique = pd.factorize(column)
        return cls(codes.astype(np.int32), Values.of(list(unique)))

    @classmethod
    def each(cls, values: Values) -> Attribute:
        """Give each feature a value of its own."""
        return cls(np.arange(len(values), dtype=np.int32), values)

    @classmethod
    def none(cls, count: int) -> Attribute:
        """Make an attribute that so many features lack."""
        return cls(np.full(count, -1, dtype=np.int32), Values.of([]))

    @property
    def spelled(self) -> list[bytes]:
        """The values as a layer holds them, each a whole field."""
        written, ends = self.values.written.tobytes(), self.values.ends.tolist()
        return [written[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]

    def take(self, rows: NDArray[np.integer[Any]]) -> Attribute:
        """Give the attribute of some features, with the values these have and no other."""
        return Attribute(*self.values.used(self.codes[rows]))

    def then(self, other: Attribute) -> Attribute:
        """Give the attribute of these features and others after them."""
        if not len(self.values):
            blank = np.full(len(self.codes), -1, dtype=np.int32)
            return Attribute(np.concatenate([blank, other.codes]), other.values)
        shifted = np.where(other.codes < 0, -1, other.codes + len(self.values))
        return Attribute(
            np.concatenate([self.codes, shifted]).astype(np.int32), self.values.then(other.values)
        )


def _field(value: object) -> bytes:
    body = _body(value)
    return bytes([_FIELD]) + varint(len(body)) + body


def _body(value: object) -> bytes:
    if isinstance(value, bool | np.bool_):
        return bytes([_BOOL, int(value)])
    if isinstance(value, int | np.integer) and value >= 0:
        return bytes([_UINT]) + varint(int(value))
    if isinstance(value, int | float | np.number):
        return bytes([_DOUBLE]) + np.float64(value).tobytes()
    text = str(value).encode()
    return bytes([_STRING]) + varint(len(text)) + text
