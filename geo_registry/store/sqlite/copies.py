"""Copies of a store, taken while it is written to, checked before they get their name, and put back."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import URL, delete

from geo_registry.errors import StoreError, ValueRefused
from geo_registry.store import schema
from geo_registry.store.keeping.findings import Break, Head, Proof, Restored
from geo_registry.store.sqlite.base import BUSY_MS, Base, told
from geo_registry.store.sqlite.proof import prove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNFINISHED = ".part"
"""Ending of a copy that is being made; one that is left behind was killed and can be deleted."""
PAGES_AT_ONCE = 1_024
"""Pages copied between two looks at signals: 4 MB."""
_BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside an open one; beside another store they would damage it."""
_PRIVATE, _SHARED = 0o600, 0o644
"""Rights of a new backup, which holds contacts and password hashes, and of a new store (SQLite's own)."""
_FIRST_LOCKED, _LOCKED_BYTES = 0x4000_0002, 510
"""SHARED_FIRST and SHARED_SIZE of SQLite (os.h): every reader holds a lock within."""
PASSING = (schema.sessions, schema.attempts)
"""Tables of which a copy holds nothing: whoever is signed in has to do it again."""


def proven(path: Path, outside: Head | None = None) -> Proof:
    """Go through a store to its end, or to the first entry that does not hold.

    Parameters
    ----------
    path
        The store's file; it is only read.
    outside
        A head that was kept outside; its commit must still be in the chain.

    Raises
    ------
    StoreError
        ``STORE_MISSING``, ``STORE_BUSY``.
    """
    with told(path), _opened(path) as connection:
        return prove(connection, outside)


def back_up(store: Path, file: Path) -> Head:
    """Write a checked copy of one state of a store.

    Parameters
    ----------
    store
        The store's file; it may be written to meanwhile.
    file
        Where; it must not be there yet.

    Returns
    -------
    Head
        The newest commit in the copy.

    Raises
    ------
    ValueRefused
        ``FILE_EXISTS``, ``OUTPUT_UNWRITABLE``.
    StoreError
        ``STORE_BROKEN`` if an entry does not hold, ``STORE_DISK_FULL``; no file is left.
    """

    def fill(part: Path) -> None:
        with told(file), _opened(store) as source:
            _copy(source, part)

    return written(file, fill)


def written(file: Path, fill: Callable[[Path], None]) -> Head:
    """Write a copy under another name, and give it its own once it is checked.

    Parameters
    ----------
    file
        Where; it must not be there yet.
    fill
        Writes a store to an empty file.

    Returns
    -------
    Head
        The newest commit in the copy.

    Raises
    ------
    ValueRefused
        ``FILE_EXISTS``, ``OUTPUT_UNWRITABLE``.
    StoreError
        ``STORE_BROKEN`` if an entry does not hold, ``STORE_DISK_FULL``; no file is left.
    """
    if os.path.lexists(file):
        raise ValueRefused("FILE_EXISTS", value=str(file))
    with _being_made(file, _PRIVATE) as part:
        fill(part)
        newest = _finished(part, file)
        _give_name(part, file)
    return newest


@contextmanager
def checked(file: Path) -> Iterator[tuple[Path, Head]]:
    """Give a copy of a copy, proven and brought up to today's schema, for as long as it is read.

    Parameters
    ----------
    file
        The copy; it is only read.

    Raises
    ------
    StoreError
        ``STORE_NEWER``, ``STORE_BROKEN``, ``STORE_DISK_FULL``.
    """
    with (
        TemporaryDirectory(prefix="geo-registry-") as folder,
        _being_made(Path(folder) / file.name, _PRIVATE) as part,
    ):
        with told(file), _opened(file, resting=True) as source:
            _copy(source, part)
        yield part, _finished(part, file)


def restore(store: Path, file: Path, aside: str, *, replace: bool = False) -> Restored:
    """Put a checked copy in the place of a store, brought up to today's schema.

    Parameters
    ----------
    store
        Where the store is to stand.
    file
        The copy; it is only read.
    aside
        Added to the name under which a store that stands there is kept.
    replace
        Whether one that stands there may be replaced.

    Returns
    -------
    Restored
        The newest commit in the store, and where the one that stood there is kept.

    Raises
    ------
    StoreError
        ``STORE_EXISTS``, ``STORE_IN_USE`` if a program has it open, ``STORE_NEWER``, ``STORE_BROKEN``: all is
        as it was.
    """
    there = os.path.lexists(store)
    if there and not replace:
        raise StoreError("STORE_EXISTS")
    with _being_made(store, _SHARED) as part:
        with told(file), _opened(file, resting=True) as source:
            _copy(source, part)
        newest = _finished(part, file)
        with _nobody_else(store) if there else nullcontext():
            _put_aside(store, f"{store}{aside}")
            _take_place(part, store)
    return Restored(newest, f"{store}{aside}" if there else None)


@contextmanager
def _opened(path: Path, *, resting: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a file to be read; one that rests, with no log beside it, may lie on a read-only disk."""
    if not path.is_file():
        raise StoreError("STORE_MISSING", value=str(path))
    alone = resting and not any(Path(f"{path}{ending}").exists() for ending in _BESIDE)
    uri = f"{path.resolve().as_uri()}?{'mode=ro&immutable=1' if alone else 'mode=rw'}"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_MS / 1_000, isolation_level=None)) as connection:
        yield connection


@contextmanager
def _being_made(file: Path, mode: int) -> Iterator[Path]:
    """Give an empty file beside the one to be made; whatever happens, it does not stay under that name."""
    part = file.with_name(f".{file.name}.{uuid4().hex[:8]}{UNFINISHED}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    except OSError as fault:
        raise ValueRefused("OUTPUT_UNWRITABLE", value=str(file), reason=fault.strerror) from fault
    try:
        yield part
    finally:
        for ending in ("", *_BESIDE):
            Path(f"{part}{ending}").unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, part: Path) -> None:
    """Copy what one transaction sees: others go on writing, and the copy never has to begin anew."""
    with closing(sqlite3.connect(part, isolation_level=None)) as target:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        source.backup(target, pages=PAGES_AT_ONCE, sleep=0)
        target.execute("PRAGMA journal_mode=DELETE")


def _finished(part: Path, file: Path) -> Head:
    """Prove a copy, bring it up to date, sign everybody out of it, and leave it whole on the disk."""
    proof = proven(part)
    if proof.broken:
        raise _refusal(proof.broken, file)
    with told(file):
        base = Base(URL.create("sqlite", database=str(part)))
        try:
            with base.writing() as connection:
                for table in PASSING:
                    connection.execute(delete(table))
        finally:
            base.close()
        with _opened(part) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    _flush(part)
    return proof.head


def _refusal(broken: Break, file: Path) -> StoreError:
    if broken.wrong == "newer":
        return StoreError("STORE_NEWER", path=file.name, value=broken.value, expected=schema.VERSION)
    return StoreError("STORE_BROKEN", path=file.name, **asdict(broken))


def _give_name(part: Path, file: Path) -> None:
    """Give a finished copy its name, which nothing may have yet."""
    try:
        os.link(part, file)
    except FileExistsError as fault:
        raise ValueRefused("FILE_EXISTS", value=str(file)) from fault
    except OSError:  # a file system without links
        part.rename(file)
    _flush(file.parent)


@contextmanager
def _nobody_else(store: Path) -> Iterator[None]:
    """Hold a store so that no other program can open it.

    In write-ahead mode every open connection holds a shared lock on the file. Leaving the mode takes an
    exclusive lock, which is had only alone, and writes back what is in the log.
    """
    with closing(sqlite3.connect(store, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        except sqlite3.DatabaseError as fault:
            if fault.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                raise StoreError("STORE_IN_USE", path=store.name, value=str(fault)) from fault
            mode = "damaged"
            _hold_locks(store)
        if mode == "wal":  # another program came in between
            raise StoreError("STORE_IN_USE", path=store.name, value=mode)
        yield


def _hold_locks(store: Path) -> None:
    """Refuse a damaged store that a program has open, by the bytes SQLite locks for every reader."""
    with store.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKED_BYTES, _FIRST_LOCKED)
        except OSError as fault:
            raise StoreError("STORE_IN_USE", path=store.name, value=str(fault)) from fault


def _put_aside(store: Path, name: str) -> None:
    """Keep a store that is to be replaced under another name, and take away what SQLite left beside it."""
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{store}{ending}").replace(f"{name}{ending}")
    try:
        os.link(store, name)
    except FileNotFoundError:
        return
    except OSError:  # a file system without links
        store.rename(name)


def _take_place(part: Path, store: Path) -> None:
    """Put a finished copy where the store is to stand, with the rights of the one that stood there."""
    with suppress(FileNotFoundError):
        before = store.stat()
        part.chmod(stat.S_IMODE(before.st_mode))
        os.chown(part, before.st_uid, before.st_gid)
    part.replace(store)
    _flush(store.parent)


def _flush(path: Path) -> None:
    """Have a file, or the names in a folder, written to the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
