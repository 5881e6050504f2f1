"""Delimited text by blocks: what is plain is cut in one stroke, the rest record by record.

Arrow's own reader of CSV starts a thread, which the child may not have.
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo_registry.intake.parts import encodings
from geo_registry.intake.parts.cells import widths_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_registry.intake.parts.cells import Grid

_BREAK, _RETURN = ord("\n"), ord("\r")
BLOCK_BYTES = 1 << 23
"""So much text is looked at in one stroke."""


def blocks(source: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Give a text in UTF-8, in blocks that end where a line does.

    Parameters
    ----------
    source
        The bytes, read from their start.
    encoding
        A canonical name.
    """
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encodings.codec(encoding))("strict")
    rest = b""
    while chunk := source.read(BLOCK_BYTES):
        text = decoder.decode(chunk).encode() if encoding != encodings.UTF8 else chunk
        whole, end, tail = text.rpartition(b"\n")
        if end:
            yield rest + whole + end
            rest = tail
        else:
            rest += text
    rest += decoder.decode(b"", final=True).encode()
    if rest:
        yield rest


def is_plain(block: bytes) -> bool:
    r"""Tell whether lines and delimiters alone say where its cells are.

    Examples
    --------
    >>> is_plain(b"a,b\r\n1,2\n"), is_plain(b'a,"b"\n'), is_plain(b"a\rb")
    (True, False, False)
    """
    return b'"' not in block and block.count(b"\r") == block.count(b"\r\n")


class Lines:
    """The records of a text, in their order.

    Parameters
    ----------
    parts
        What `blocks` gives.
    delimiter
        What stands between cells.
    """

    def __init__(self, parts: Iterator[bytes], delimiter: str) -> None:
        self.number = 0
        self._parts = parts
        self._delimiter = delimiter
        self._drained = False

    def into(self, grid: Grid) -> None:
        """Put every record into a grid.

        Raises
        ------
        csv.Error
            If a quote is left open; `number` is then that of the record before.
        FileRefused
            As `Grid.add`.
        """
        first = True
        for part in self._parts:
            block = part.removeprefix(codecs.BOM_UTF8) if first else part
            first = False
            cells = _cut(block, self._delimiter) if is_plain(block) else None
            if cells is None or not grid.fits(len(cells[0]), len(cells)):
                self._one_by_one(block, grid)
            else:
                count = len(cells[0])
                numbers = pa.array(np.arange(self.number + 1, self.number + count + 1))
                grid.take(numbers, widths_of(cells, count), cells)
                self.number += count

    def _one_by_one(self, block: bytes, grid: Grid) -> None:
        """Read the records of a block, and of those after it as far as its last record reaches."""
        self._drained = False
        for cells in csv.reader(self._lines(block), delimiter=self._delimiter, strict=True):
            self.number += 1
            grid.add(self.number, cells)
            if self._drained:
                break

    def _lines(self, block: bytes) -> Iterator[str]:
        while True:
            lines = io.StringIO(block.decode(), newline="").readlines()
            for at, line in enumerate(lines, start=1):
                self._drained = at == len(lines)
                yield line
            following = next(self._parts, None)
            if following is None:
                return
            block = following


def _cut(block: bytes, delimiter: str) -> Sequence[pa.StringArray] | None:
    """Cut a plain block into columns; None where its records are not of one length."""
    ended = block if block.endswith(b"\n") else block + b"\n"
    letters = np.frombuffer(ended, np.uint8)
    ends = np.flatnonzero((letters == ord(delimiter)) | (letters == _BREAK))
    closes = letters[ends] == _BREAK
    width = int(closes.argmax()) + 1
    if len(ends) % width or not closes[width - 1 :: width].all() or closes.sum() * width != len(ends):
        return None
    # a text from each cell's start to its end, and one of what stands between it and the next
    borders = np.empty(2 * len(ends) + 1, dtype=np.int32)
    borders[0], borders[2::2] = 0, ends + 1
    returned = closes & (letters[ends - 1] == _RETURN) & (ends > 0)
    borders[1::2] = ends - returned
    texts = pa.StringArray.from_buffers(2 * len(ends), pa.py_buffer(borders), pa.py_buffer(ended))
    return [_filled(texts.take(pa.array(np.arange(2 * at, 2 * len(ends), 2 * width)))) for at in range(width)]


def _filled(texts: pa.StringArray) -> pa.StringArray:
    """Make null of what is empty."""
    empty = pc.equal(pc.binary_length(texts), 0)
    return pc.if_else(empty, None, texts) if pc.any(empty).as_py() else texts
