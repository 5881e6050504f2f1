"""The door of intake: checks what can be told without looking inside, and lets the child do the rest."""

from __future__ import annotations

import hashlib
import mmap
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING

from geo_registry.core.raw import RawFile
from geo_registry.errors import FileRefused, ValueRefused
from geo_registry.intake import answer, formats, room, sandbox
from geo_registry.intake.parts import encodings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

    from geo_registry.settings import Limits

WORD_CHARS = 255
"""Longest name of a layer, sheet or encoding that is asked for."""
NAME_BYTES = 255
"""Longest file name of the file systems in use."""
_STRANGE = re.compile("[\x00-\x1f\x7f-\x9f/\\\\\u202a-\u202e\u2066-\u2069]")
"""Control characters, path separators and marks that turn the direction of text."""
MEGABYTE = 1_000_000
CHUNK_BYTES = 1 << 20


def read(
    path: Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    sheet: str | None = None,
    limits: Limits,
) -> RawFile:
    """Read a file into raw rows, in a locked-down process.

    Parameters
    ----------
    path
        Where the bytes lie.
    name
        File name as the sender gave it; the name of `path` when not given. Its suffix says what the
        file claims to be.
    encoding
        Text encoding as the sender states it: UTF-8, UTF-16, GBK, GB18030.
    layer, sheet
        The only layer or sheet to read; either word does for both.
    limits
        What the file may cost.

    Returns
    -------
    RawFile
        Layers of text with row numbers, WKB and reference system, and warnings about the file.

    Raises
    ------
    FileRefused
        With one of the file faults of the contract, ``LAYER_UNKNOWN``, ``FILE_NOT_FOUND``,
        ``FILE_TOO_LARGE``, ``FILE_TOO_SLOW``, ``FILE_TOO_COSTLY`` or ``FILE_UNREADABLE``.
    ValueRefused
        ``ENCODING_UNKNOWN``; ``FIELD_TOO_LONG`` for a layer, sheet or encoding.
    NotReady
        ``TEMPORARY_FULL`` where there is no room for its rows.
    RegistryError
        ``SANDBOX_UNSAFE`` or ``SANDBOX_FAILED``: no file can be read safely on this machine now.
    """
    for option, word in {"layer": layer, "sheet": sheet, "encoding": encoding}.items():
        if len(word or "") > WORD_CHARS:
            raise ValueRefused("FIELD_TOO_LONG", field=option, limit=WORD_CHARS)
    called = _checked_name(path.name if name is None else name)
    form = formats.of(called, bulk=limits.bulk)
    stated = None if encoding is None else encodings.canonical(encoding)
    with (
        room.told(),
        _opened(path, limits) as source,
        TemporaryDirectory(prefix="geo-registry-") as folder,
        TemporaryFile() as sink,
        ThreadPoolExecutor(1) as helper,
    ):
        digest = helper.submit(_sha256, source.fileno())
        order = sandbox.Order(called, Path(folder), stated, sheet or layer, limits)
        sandbox.own().read(order, source.fileno(), sink.fileno())
        said = _mapped(sink)
        content = answer.load(said)
        sha256 = digest.result()
    return RawFile(
        called,
        sha256,
        form.name,
        content.encoding,
        content.layers,
        content.findings,
        partial(answer.forget, said, len(said)),
    )


def _sha256(source: int) -> str:
    """Digest a file beside those who read it: the place in it is theirs."""
    running, at = hashlib.sha256(), 0
    while chunk := os.pread(source, CHUNK_BYTES, at):
        running.update(chunk)
        at += len(chunk)
    return running.hexdigest()


def _mapped(sink: IO[bytes]) -> mmap.mmap | bytes:
    """Give an answer without reading it: its rows are looked at where they lie."""
    if not os.fstat(sink.fileno()).st_size:
        return b""
    return mmap.mmap(sink.fileno(), 0, access=mmap.ACCESS_READ)


def _checked_name(name: str) -> str:
    if name in {"", ".", ".."} or _STRANGE.search(name) or len(name.encode("utf-8", "replace")) > NAME_BYTES:
        raise FileRefused("FILENAME_INVALID", value=ascii(name))
    return name


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[BufferedReader]:
    if not path.is_file():
        raise FileRefused("FILE_NOT_FOUND", value=str(path))
    size = path.stat().st_size
    if not size:
        raise FileRefused("FILE_EMPTY")
    if size > limits.file_mb * MEGABYTE:
        raise FileRefused("FILE_TOO_LARGE", value=f"{size // MEGABYTE} MB", limit=f"{limits.file_mb} MB")
    try:
        source = path.open("rb")
    except OSError as fault:
        raise FileRefused("FILE_UNREADABLE", reason=fault.strerror) from fault
    with source:
        yield source
