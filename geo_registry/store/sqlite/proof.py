"""Whether a store is what its commits say: the first entry that does not hold, in one pass over the file."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import TypeAlias

from sqlalchemy import StaticPool, create_engine

from geo_registry.store import schema
from geo_registry.store.keeping.findings import Break, BrokenError, Head, Proof
from geo_registry.store.keeping.walk import Walk
from geo_registry.store.migrations import bring_up

SchemaObject: TypeAlias = tuple[str, str, str]
"""Type, name and text of a table or an index, as SQLite keeps them; the text without its layout."""
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
    walk = Walk(connection.execute, outside)
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
    found = _objects(connection)
    named = {name for _, name, _ in found}
    notes = connection.execute("SELECT * FROM meta").fetchall() if "meta" in named else []
    number = notes[0][1] if len(notes) == 1 and notes[0][0] == "schema" else None
    if not (isinstance(number, str) and number.isdecimal()):
        raise BrokenError("schema", value=str(notes))
    if int(number) > schema.VERSION:
        raise BrokenError("newer", value=number)
    differing = sorted(name for _, name, _ in found ^ _expected(int(number)))
    if differing:
        raise BrokenError("objects", value=differing[0])


@cache
def _expected(wanted: int) -> frozenset[SchemaObject]:
    """Give what a file of a schema consists of: its tables and indexes.

    Parameters
    ----------
    wanted
        Number of the schema.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            bring_up(connection, wanted)
            made = connection.connection.driver_connection
            assert isinstance(made, sqlite3.Connection)  # noqa: S101 (says which driver it is)
            return _objects(made)
    finally:
        engine.dispose()


def _objects(connection: sqlite3.Connection) -> frozenset[SchemaObject]:
    """Give what a file consists of; what SQLite gathers about its own indexes is left out."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'")
    return frozenset((str(kind), str(name), "".join(str(text).split())) for kind, name, text in rows)
