"""What a file is by its first bytes."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Collection

SIGNATURES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"PAR1", "parquet"),
    (b"fgb\x03", "flatgeobuf"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\x00", "program"),
)
"""First bytes of what people send by mistake or on purpose, from the formats' own specifications."""

HEAD_BYTES = 512


def recognise(head: bytes) -> str | None:
    """Name the format that begins with these bytes.

    Parameters
    ----------
    head
        The first bytes of a file.

    Returns
    -------
    str or None
        Such as ``"zip"``, ``"xml"`` or ``"json"``; None for any other text or bytes.

    Examples
    --------
    >>> recognise(b"  <OGRVRTDataSource>"), recognise("名称,经度".encode())
    ('xml', None)
    """
    for magic, name in SIGNATURES:
        if head.startswith(magic):
            return name
    text = head.removeprefix(codecs.BOM_UTF8)
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        text = text.removeprefix(mark)
    first = text.lstrip(b" \t\r\n\x00")[:1]
    return {b"<": "xml", b"{": "json"}.get(first)


def expect(source: BinaryIO, wanted: Collection[str | None]) -> str | None:
    """Hold a file's first bytes against what its name promises.

    Parameters
    ----------
    source
        The bytes; left at their start.
    wanted
        Names of `recognise` that fit.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH`` if the bytes are of another format.
    """
    source.seek(0)
    found = recognise(source.read(HEAD_BYTES))
    source.seek(0)
    if found not in wanted:
        raise FileRefused("CONTENT_MISMATCH", value=found)
    return found
