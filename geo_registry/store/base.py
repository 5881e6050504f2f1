"""One SQLite file and its connections: how it is opened, its schema brought up to date, its faults named."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError, OperationalError

from geo_registry.errors import StoreError
from geo_registry.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

_BUSY_MS = 10_000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA trusted_schema=OFF",
)


def _engine(url: str) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        chosen = connection.get_execution_options()
        if chosen.get("writes", False):
            connection.exec_driver_sql(f"PRAGMA busy_timeout={chosen.get('patience_ms', _BUSY_MS)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if chosen.get("writes", False) else "BEGIN")

    return engine


class Base:
    """A SQLite file: write-ahead log, full synchronisation, Python's own sqlite3.

    Parameters
    ----------
    url
        ``sqlite:///path/to/file.db``.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self.path = Path(self._engine.url.database or "")
        self._checked = False

    def exists(self) -> bool:
        """Tell whether the file is there and holds something."""
        return self.path.is_file() and self.path.stat().st_size > 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the file.

        Raises
        ------
        StoreError
            If the file cannot be read, or was written by a newer program.
        """
        with self._told(), self._engine.begin() as connection:
            self._bring_up_to_date(connection)
            yield connection

    def glance(self, statement: str) -> tuple[Any, ...]:
        """Read one row at the least cost: what is asked before every answer.

        Parameters
        ----------
        statement
            SQL without parameters that gives one row.

        Raises
        ------
        StoreError
            As `reading`.
        """
        if not self._checked:
            with self.reading():
                pass
        with self._told(), closing(self._engine.raw_connection()) as connection:
            try:
                row: tuple[Any, ...] = connection.cursor().execute(statement).fetchone()
            except sqlite3.Error as fault:
                raise DatabaseError(statement, None, fault) from fault
        return row

    @contextmanager
    def writing(self, *, patience_ms: int = _BUSY_MS) -> Iterator[Connection]:
        """Give the one connection that may write now; it commits where the block ends without a fault.

        Parameters
        ----------
        patience_ms
            How long to wait for another writer, milliseconds.

        Raises
        ------
        StoreError
            If the file cannot be written, is in use for too long, or the disk is full.
        """
        options = {"writes": True, "patience_ms": patience_ms}
        with self._told(), self._engine.execution_options(**options).begin() as connection:
            self._bring_up_to_date(connection)
            yield connection

    def make(self, connection: Connection) -> None:
        """Make the tables of an empty file."""
        schema.tables.create_all(connection)
        connection.execute(insert(schema.meta), {"key": "schema", "value": str(schema.VERSION)})

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """Give a connection that writes to a file that has no tables yet."""
        with self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as fault:
            code = _fault_code(str(fault.orig))
            raise StoreError(code, path=self.path.name, value=str(fault.orig)) from fault
        except DatabaseError as fault:
            raise StoreError("STORE_UNREADABLE", path=self.path.name, value=str(fault.orig)) from fault

    def _bring_up_to_date(self, connection: Connection) -> None:
        if self._checked:
            return
        found = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "schema"))
        if found is None or int(found) > schema.VERSION:
            raise StoreError("STORE_NEWER", path=self.path.name, value=found, expected=schema.VERSION)
        if int(found) < schema.VERSION:
            self._migrate()
        self._checked = True

    def _migrate(self) -> None:
        """Add what a store of an older schema lacks, in one transaction of its own."""
        with self._engine.execution_options(writes=True).begin() as connection:
            if inspect(connection).has_table("meta"):
                schema.tables.create_all(connection)
                newest = update(schema.meta).where(schema.meta.c.key == "schema")
                connection.execute(newest.values(value=str(schema.VERSION)))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _fault_code(message: str) -> str:
    if "full" in message:
        return "STORE_DISK_FULL"
    return "STORE_BUSY" if "locked" in message else "STORE_UNREADABLE"
