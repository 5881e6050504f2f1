"""Zip archives, counted before anything in them is unpacked."""

from __future__ import annotations

import re
import stat
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geo_registry.settings import Limits

ENCRYPTED, NAMED_IN_UTF8 = 0x1, 0x800
"""General purpose bits 0 and 11 of an entry (APPNOTE.TXT, 4.4.4)."""
LOCAL_HEADER_BYTES = 30
MEGABYTE = 1_000_000
ARCHIVES = frozenset(".7z .bz2 .gz .jar .kmz .rar .tar .tgz .xz .zip".split())
METHODS = frozenset({ZIP_STORED, ZIP_DEFLATED})
"""Compression that spreadsheet and archive programs use by default; no other is read."""
BROKEN = (BadZipFile, zlib.error, EOFError)
"""What the standard library raises at damaged bytes of an entry."""
BROKEN_HEADERS = (*BROKEN, NotImplementedError, OSError, ValueError, struct.error)
"""What it raises at damaged headers."""
DRIVE = re.compile("[A-Za-z]:")
CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose entries are known to be plain files within its limits.

    Attributes
    ----------
    entries
        Regular files by their path with forward slashes.
    """

    zip: ZipFile
    entries: Mapping[str, ZipInfo]

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open one entry; a broken one is ``ARCHIVE_CORRUPT`` wherever it breaks."""
        try:
            entry = self.zip.open(self.entries[name])
        except BROKEN_HEADERS as fault:
            raise FileRefused("ARCHIVE_CORRUPT", value=name, reason=str(fault)) from fault
        try:
            with entry:
                yield entry
        except BROKEN as fault:
            raise FileRefused("ARCHIVE_CORRUPT", value=name, reason=str(fault)) from fault

    def read(self, name: str) -> bytes:
        """Unpack one entry into memory."""
        with self.open(name) as entry:
            return entry.read()


@contextmanager
def opened(source: BinaryIO) -> Iterator[Archive]:
    """Open an archive and refuse what no honest one holds.

    Parameters
    ----------
    source
        The bytes.

    Raises
    ------
    FileRefused
        ``ARCHIVE_CORRUPT``, ``ARCHIVE_EMPTY``, ``ARCHIVE_ENCRYPTED``, ``ARCHIVE_LINK`` or ``ARCHIVE_PATH``.
    """
    try:
        archive = ZipFile(source)
    except BROKEN_HEADERS as fault:
        raise FileRefused("ARCHIVE_CORRUPT", reason=str(fault)) from fault
    with archive:
        yield Archive(archive, _entries(archive))


def _entries(archive: ZipFile) -> dict[str, ZipInfo]:
    infos = archive.infolist()
    for info in infos:
        _check_entry(info)
    files = [info for info in infos if not info.is_dir()]
    entries = {name_of(info): info for info in files}
    if not entries:
        raise FileRefused("ARCHIVE_EMPTY")
    if len(entries) < len(files) or _overlap(infos, archive.start_dir):
        raise FileRefused("ARCHIVE_CORRUPT", reason="entries share a name or bytes")
    return entries


def _check_entry(info: ZipInfo) -> None:
    name = name_of(info)
    if info.flag_bits & ENCRYPTED:
        raise FileRefused("ARCHIVE_ENCRYPTED", value=name)
    if info.compress_type not in METHODS:
        raise FileRefused("ARCHIVE_CORRUPT", value=name, reason=f"compression {info.compress_type}")
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise FileRefused("ARCHIVE_LINK", value=name)
    path = PurePosixPath(name)
    strange = DRIVE.match(name) or CONTROL.search(info.orig_filename)
    if path.is_absolute() or ".." in path.parts or strange:
        raise FileRefused("ARCHIVE_PATH", value=ascii(name))


def name_of(info: ZipInfo) -> str:
    """Decode the path of an entry: archives made in China often hold GBK and do not say so.

    Parameters
    ----------
    info
        The entry.
    """
    name = info.filename
    if not info.flag_bits & NAMED_IN_UTF8:
        # the standard library took unmarked names for code page 437, which loses nothing
        stored = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = stored.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def is_of_sender(name: str) -> bool:
    """Tell what a sender put into an archive from what the machine of his added.

    Parameters
    ----------
    name
        Path of an entry.

    Examples
    --------
    >>> is_of_sender("点位/a.shp"), is_of_sender("__MACOSX/._a.shp"), is_of_sender(".a.shp.swp")
    (True, False, False)
    """
    path = PurePosixPath(name)
    return "__MACOSX" not in path.parts and not path.name.startswith(".")


def _overlap(infos: Iterable[ZipInfo], directory: int) -> bool:
    ends = sorted(
        (info.header_offset, info.header_offset + LOCAL_HEADER_BYTES + info.compress_size) for info in infos
    )
    return any(end > start for (_, end), (start, _) in pairwise([*ends, (directory, directory)]))


def limit_entries(archive: Archive, limits: Limits) -> None:
    """Refuse archives with too many entries or with archives inside.

    Parameters
    ----------
    archive
        An open archive.
    limits
        Most entries allowed.

    Raises
    ------
    FileRefused
        ``ARCHIVE_ENTRIES`` or ``ARCHIVE_NESTED``.
    """
    if len(archive.entries) > limits.entries:
        raise FileRefused("ARCHIVE_ENTRIES", value=len(archive.entries), limit=limits.entries)
    nested = [name for name in archive.entries if PurePosixPath(name).suffix.lower() in ARCHIVES]
    if nested:
        raise FileRefused("ARCHIVE_NESTED", value=nested[0])


def limit_growth(archive: Archive, names: Iterable[str], limits: Limits, code: str = "ARCHIVE_RATIO") -> None:
    """Refuse entries that unpack to too much.

    Parameters
    ----------
    archive
        An open archive.
    names
        The entries meant.
    limits
        Megabytes unpacked (10^6 bytes) and how many times the packed size they may be.
    code
        Code of the refusal.

    Raises
    ------
    FileRefused
        `code`; details say by which limit.
    """
    infos = [archive.entries[name] for name in names]
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > limits.ratio * max(packed, 1):
        raise FileRefused(code, value=f"{unpacked // max(packed, 1)}:1", limit=f"{limits.ratio}:1")
    if unpacked > limits.unpacked_mb * MEGABYTE:
        raise FileRefused(code, value=f"{unpacked // MEGABYTE} MB", limit=f"{limits.unpacked_mb} MB")
