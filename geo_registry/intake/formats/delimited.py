"""CSV and TSV, strict about quotes: the records that the standard library would read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geo_registry.core.findings import Finding
from geo_registry.core.raw import RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.parts import encodings, signatures
from geo_registry.intake.parts.cells import Grid
from geo_registry.intake.parts.lines import Lines, blocks
from geo_registry.intake.upload import Content, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARS = 65_536
SAMPLE_ROWS = 20


def read(upload: Upload) -> Content:
    """Read a table of delimited text.

    Parameters
    ----------
    upload
        The file.

    Returns
    -------
    Content
        One layer, named by the file's stem; its rows include the heading row.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH``, ``ENCODING_*``, ``CSV_UNBALANCED_QUOTE``, ``TOO_MANY_COLUMNS``, ``NO_ROWS``.
    """
    signatures.expect(upload.source, {None})
    (name,) = upload.choose((upload.stem,))
    encoding = encodings.detect(upload.source, upload.encoding)
    with _text(upload, encoding) as text:
        delimiter = _sniff(text.read(SAMPLE_CHARS), upload.suffix)
    grid = _rows(upload, encoding, delimiter)
    if not grid.rows:
        raise FileRefused("NO_ROWS")
    layer = RawLayer(name, None, grid.table())
    return Content((layer,), encoding, _warnings(upload, encoding), (upload.spool.streams,))


@contextmanager
def _text(upload: Upload, encoding: str) -> Iterator[io.TextIOWrapper]:
    upload.source.seek(0)
    text = io.TextIOWrapper(upload.source, encodings.codec(encoding), newline="")
    try:
        yield text
    finally:
        text.detach()


def _rows(upload: Upload, encoding: str, delimiter: str) -> Grid:
    csv.field_size_limit(upload.limits.file_mb * 1_000_000)
    grid = Grid(upload.limits, spool=upload.spool)
    lines = Lines(blocks(upload.source, encoding), delimiter)
    try:
        lines.into(grid)
    except csv.Error as fault:
        raise FileRefused("CSV_UNBALANCED_QUOTE", row=lines.number + 1, reason=str(fault)) from fault
    return grid


def _sniff(sample: str, suffix: str) -> str:
    """Pick the delimiter that cuts the most rows into the same number of cells, then into the most."""
    lines = sample[: sample.rfind("\n") + 1] or sample
    order = sorted(DELIMITERS, key=lambda delimiter: delimiter != "\t") if suffix == ".tsv" else DELIMITERS
    return max(order, key=lambda delimiter: _regularity(lines, delimiter))


def _regularity(lines: str, delimiter: str) -> tuple[int, int]:
    rows = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter)
    widths = Counter(len(row) for row, _ in zip(rows, range(SAMPLE_ROWS), strict=False))
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
    return (count, width) if width > 1 else (0, 0)


def _warnings(upload: Upload, encoding: str) -> tuple[Finding, ...]:
    if encoding != encodings.GB18030 or upload.encoding is not None:
        return ()
    with _text(upload, encoding) as text:
        return (encodings.guessed(text, encoding),)
