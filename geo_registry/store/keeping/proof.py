"""Whether a store is what its commits say: the first entry that does not hold, in one pass over the file."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from geo_registry.store import schema
from geo_registry.store.chain import GENESIS, Commit, details_text, digest_of, holds
from geo_registry.store.keeping.findings import Break, BrokenError, Head, Proof
from geo_registry.store.keeping.stored import ID, Groups, Types
from geo_registry.store.migrations import expected, objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_registry.store.keeping.stored import Row


def _names(columns: Sequence[str]) -> str:
    return ", ".join(map('"{}"'.format, columns))


_COMMIT = schema.commits.columns.keys()
_VERSION = ("seq", *schema.STORED, "known_to")
_COMMITS = f"SELECT {_names(_COMMIT)} FROM commits ORDER BY revision"  # noqa: S608 (our own names)
_VERSIONS = f"SELECT {_names(_VERSION)} FROM records ORDER BY seq"  # noqa: S608 (our own names)
_CLOSINGS = (
    "SELECT known_to, id, version FROM records WHERE known_to IS NOT NULL ORDER BY known_to, id, version"
)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def prove(connection: sqlite3.Connection, outside: Head | None = None) -> Proof:
    """Go through a store to its end, or to the first entry that does not hold.

    Parameters
    ----------
    connection
        To the store, used for nothing else; what it sees is one state of the file.
    outside
        A head that was kept outside; its commit must still be in the chain.
    """
    connection.text_factory = _text
    connection.execute("BEGIN")
    walk = _Walk(connection, outside)
    broken = None
    try:
        _look_at_file(connection)
        walk.go()
    except BrokenError as fault:
        broken = fault.found
    except sqlite3.DatabaseError as fault:
        if fault.sqlite_errorcode & 0xFF not in _DAMAGED:
            raise
        broken = Break("page", value=str(fault))
    except UnicodeDecodeError as fault:  # a name of a column, or what SQLite says of the damage
        broken = Break("page", value=str(fault))
    return Proof(walk.head, walk.versions, broken)


def _text(stored: bytes) -> str | bytes:
    """Read a text; one that is no UTF-8 stays bytes, which no text of ours is."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def _look_at_file(connection: sqlite3.Connection) -> None:
    """Look at the file's pages, at what it consists of, and at what it says of its schema."""
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise BrokenError("page", value=said)
    found = objects(connection)
    named = {name for _, name, _ in found}
    notes = connection.execute("SELECT * FROM meta").fetchall() if "meta" in named else []
    number = notes[0][1] if len(notes) == 1 and notes[0][0] == "schema" else None
    if not (isinstance(number, str) and number.isdecimal()):
        raise BrokenError("schema", value=str(notes))
    if int(number) > schema.VERSION:
        raise BrokenError("newer", value=number)
    differing = sorted(name for _, name, _ in found ^ expected(int(number)))
    if differing:
        raise BrokenError("objects", value=differing[0])


class _Walk:
    """A walk through the commits, the versions they opened and those they closed, side by side.

    Attributes
    ----------
    head
        The newest commit that holds.
    versions
        How many versions were opened up to it.
    """

    def __init__(self, connection: sqlite3.Connection, outside: Head | None) -> None:
        self.head = Head(-1, GENESIS)
        self.versions = 0
        self._connection = connection
        self._outside = outside
        self._commit_types = Types(list(schema.commits.columns))
        self._version_types = Types([schema.records.c[name] for name in _VERSION])
        self._touched: set[str] = set()

    def go(self) -> None:
        """Go to the end, or to the first entry that does not hold."""
        opened = Groups(self._connection.execute(_VERSIONS), _VERSION.index("known_from"), "unopened")
        closed = Groups(self._connection.execute(_CLOSINGS), 0, "unclosed")
        for revision, row in enumerate(self._connection.execute(_COMMITS)):
            commit = self._commit_of(row, revision)
            self._hold(commit, opened, closed)
            self.head = Head(revision, commit.hash)
        for groups in (opened, closed):
            groups.end(self.head.revision)
        if self.head.revision < 0:
            raise BrokenError("gap", 0)
        if self._outside and self._outside.revision > self.head.revision:
            raise BrokenError("cut", self._outside.revision)

    def _commit_of(self, row: Row, revision: int) -> Commit:
        """Read a row of the commits: it is the row of this revision, and as the program writes it."""
        if not self._commit_types.fit(row):
            raise BrokenError("type", revision)
        values = dict(zip(_COMMIT, row, strict=True))
        if values["revision"] != revision:
            raise BrokenError("gap", revision, value=str(values["revision"]))
        try:
            details = json.loads(values["details"])
        except (ValueError, RecursionError) as fault:
            raise BrokenError("details", revision) from fault
        if not isinstance(details, dict) or details_text(details) != values["details"]:
            raise BrokenError("details", revision)
        return Commit(**{**values, "details": details})

    def _hold(self, commit: Commit, opened: Groups, closed: Groups) -> None:
        revision, outside = commit.revision, self._outside
        if not holds(commit, digest=commit.digest, previous=commit.previous):
            raise BrokenError("commit", revision)
        if commit.previous != self.head.hash:
            raise BrokenError("link", revision)
        self._touched.clear()
        digest = digest_of(self._openings(opened, revision), self._closings(closed, revision))
        if digest != commit.digest:
            only = self._touched.pop() if len(self._touched) == 1 else None
            raise BrokenError("versions", revision, record=only)
        if outside and outside.revision == revision and not commit.hash.startswith(outside.hash):
            raise BrokenError("rewritten", revision, value=str(Head(revision, commit.hash)))

    def _openings(self, opened: Groups, revision: int) -> Iterator[Row]:
        """Give the stored values of the versions that a commit opened, each looked at."""
        for row in opened.of(revision):
            record = self._touch(row[ID])
            if not self._version_types.fit(row):
                raise BrokenError("type", revision, record=record)
            self.versions += 1
            if row[0] != self.versions:
                raise BrokenError("order", revision, record=record)
            yield self._version_types.truths(row)[1:-1]

    def _closings(self, closed: Groups, revision: int) -> Iterator[Row]:
        """Give id and number of the versions that a commit closed."""
        for _, record, version in closed.of(revision):
            self._touch(record)
            yield record, version

    def _touch(self, record: object) -> str:
        if len(self._touched) <= 1:
            self._touched.add(str(record))
        return str(record)
