"""Connections to one database: a pool that heals, one writer at a time, the schema brought up to date."""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import URL, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from geo_registry.errors import StoreError
from geo_registry.store import migrations, schema
from geo_registry.store.postgis import driver
from geo_registry.store.postgis.copying import lines
from geo_registry.store.postgis.tables import BESIDE, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Dialect, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

PATIENCE_MS = 10_000
"""How long a connection waits for another one that writes, milliseconds."""
KEPT, MORE = 5, 27
"""Connections a process keeps, and how many more it opens when all of them are in use."""
_LOCKS = 0x67656F72
"""Our advisory locks among those of other programs in the database; "geor"."""
_OPEN, _WRITE = 1, 2
"""What is locked: the store, shared by all who have it open; the right to write, for one commit."""
_ENTER = f"SELECT pg_try_advisory_lock_shared({_LOCKS}, {_OPEN})"
_ALONE = f"SELECT pg_try_advisory_lock({_LOCKS}, {_OPEN})"
_AT_ONCE = 10_000
"""Versions closed by one statement."""
MANY = 1_000
"""So many new versions change what the server has to know of the table to find its way through it."""
_CLOSE = text("""
    UPDATE records SET known_to = :revision
    FROM unnest(CAST(:ids AS text[]), CAST(:numbers AS integer[])) AS closed (id, version)
    WHERE records.id = closed.id AND records.version = closed.version AND records.known_to IS NULL
""")


def _engine(url: URL, name: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=KEPT,
        max_overflow=MORE,
        pool_timeout=PATIENCE_MS / 1_000,
    )

    @event.listens_for(engine, "do_connect")
    def _connect(
        dialect: Dialect, entry: ConnectionPoolEntry, positional: list[Any], parameters: dict[str, Any]
    ) -> Any:  # noqa: ANN401 (psycopg's connection)
        del dialect, entry, positional
        connection = driver.connected(parameters, name)
        (entered,) = connection.execute(_ENTER.encode()).fetchone() or (False,)
        connection.commit()
        if entered:
            return connection
        connection.close()
        raise StoreError("STORE_BUSY", path=name, value="being restored")

    return engine


class Base:
    """A database of a PostgreSQL server; our tables stand in a schema of their own.

    Parameters
    ----------
    url
        ``postgresql://user@host/database``.
    """

    def __init__(self, url: URL) -> None:
        chosen = url.set(drivername="postgresql+psycopg")
        self.name = URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database
        ).render_as_string()
        self._engine = _engine(chosen, self.name)
        self._reader = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._checked = False
        # a program that ends, or drops a store, says goodbye to the server
        weakref.finalize(self, self._engine.dispose)

    def exists(self) -> bool:
        """Tell whether the database holds a store, or what is none under its name.

        Raises
        ------
        StoreError
            If the server or the database cannot be reached.
        """
        with self.told(), self._reader.begin() as connection:
            return bool(migrations.tables(connection))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store.

        Raises
        ------
        StoreError
            If the store cannot be reached or read, or was written by a newer program.
        """
        with self.told():
            self._bring_up_to_date()
            with self._reader.begin() as connection:
                yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Give a connection that sees one state of whatever is there, fit to be opened or not.

        Raises
        ------
        StoreError
            If the server or the database cannot be reached.
        """
        with self.told(), self._reader.begin() as connection:
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
        with self.told():
            self._bring_up_to_date()
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(statement)
                row: tuple[Any, ...] = tuple(cursor.fetchone() or ())
            except driver.Fault:
                connection.invalidate()
                raise
            finally:
                connection.close()
        return row

    @contextmanager
    def writing(self, *, patience_ms: int = PATIENCE_MS) -> Iterator[Connection]:
        """Give the one connection that may write now; it commits where the block ends without a fault.

        Parameters
        ----------
        patience_ms
            How long to wait for another writer, milliseconds.

        Raises
        ------
        StoreError
            If the store cannot be reached or written, is in use for too long, or the disk is full.
        """
        with self.told():
            self._bring_up_to_date()
            with self._engine.begin() as connection:
                _wait_for_turn(connection, patience_ms)
                yield connection

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """Give a connection that writes to a store that has its tables and nothing in them.

        Raises
        ------
        StoreError
            ``STORE_EXISTS`` if it has tables already, ``STORE_EXTENSION_MISSING`` without PostGIS; else as
            `writing`.
        """
        with self.told(), self._engine.begin() as connection:
            _wait_for_turn(connection, PATIENCE_MS)
            if migrations.version(connection):
                raise StoreError("STORE_EXISTS")
            self.make_tables(connection)
            yield connection

    def make_tables(self, connection: Connection) -> None:
        """Make the schema and its tables where there are none, in the transaction at hand."""
        prepare(connection, self.name)
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {driver.SCHEMA}")
        migrations.bring_up(connection, beside=BESIDE)

    @contextmanager
    def replacing(self) -> Iterator[Connection]:
        """Give a connection that writes while nobody else has the store open, whatever is there.

        Raises
        ------
        StoreError
            ``STORE_IN_USE`` if somebody has; else as `writing`.
        """
        self.close()
        with self.told(), self._engine.connect() as connection:
            connection.detach()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock_shared({_LOCKS}, {_OPEN})")
            if not connection.exec_driver_sql(_ALONE).scalar():
                raise StoreError("STORE_IN_USE", path=self.name)
            connection.commit()
            with connection.begin():
                yield connection

    def open_versions(self, connection: Connection, blocks: Iterable[pa.Table], count: int) -> None:
        """Write record versions behind those that are there, as one stream.

        Parameters
        ----------
        connection
            One that may write.
        blocks
            Versions by the columns of `columns.SCHEMA`, in order.
        count
            About how many there are.
        """
        if count:
            last = connection.scalar(select(func.max(schema.records.c.seq))) or 0
            driver.copy_lines(
                connection, schema.records, ("seq", *schema.STORED), _numbered(blocks, last + 1)
            )
        if count >= MANY:
            # at once and not when the server comes to it: the next import asks for these very rows
            connection.exec_driver_sql("ANALYZE records")

    def close_versions(
        self, connection: Connection, versions: Sequence[tuple[str, int]], revision: int
    ) -> int:
        """Close record versions that are open.

        Parameters
        ----------
        connection
            One that may write.
        versions
            Id and number of each.
        revision
            As of which they are closed.

        Returns
        -------
        int
            How many of them were open.
        """
        closed = 0
        for start in range(0, len(versions), _AT_ONCE):
            ids, numbers = zip(*versions[start : start + _AT_ONCE], strict=True)
            named = {"ids": list(ids), "numbers": list(numbers), "revision": revision}
            closed += connection.execute(_CLOSE, named).rowcount
        return closed

    @contextmanager
    def told(self) -> Iterator[None]:
        """Name what PostgreSQL says by a code of ours.

        Raises
        ------
        StoreError
            In place of every fault of the database or of the way to it.
        """
        try:
            yield
        except (DBAPIError, driver.Fault) as fault:
            raise driver.told(fault.orig if isinstance(fault, DBAPIError) else fault, self.name) from fault
        except PoolTimeoutError as fault:
            raise StoreError("STORE_BUSY", path=self.name, value="no free connection") from fault

    def _bring_up_to_date(self) -> None:
        """Take the steps of the schema that an older store lacks, in one transaction of their own."""
        if self._checked:
            return
        with self._reader.begin() as connection:
            found = migrations.version(connection)
            fenced = found and connection.exec_driver_sql("SELECT row_security_active('records')").scalar()
        if not found:
            raise StoreError("STORE_UNREADABLE", path=self.name, value="no tables")
        if fenced:  # whoever sees a part of the rows would take it for all of them
            raise StoreError("STORE_UNWRITABLE", path=self.name, value="row-level security applies")
        if found != schema.VERSION:
            self._migrate(found)
        self._checked = True

    def _migrate(self, found: int) -> None:
        try:
            with self.told(), self._engine.begin() as connection:
                _wait_for_turn(connection, PATIENCE_MS)
                migrations.bring_up(connection, beside=BESIDE)
        except StoreError as fault:
            if fault.code != "STORE_UNWRITABLE":
                raise
            named = {"path": self.name, "value": found, "expected": schema.VERSION}
            raise StoreError("STORE_OLDER", **named) from fault

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _numbered(blocks: Iterable[pa.Table], first: int) -> Iterator[memoryview]:
    for rows in blocks:
        numbers = pa.array(range(first, first + len(rows)), pa.int64())
        yield lines([numbers, *(column.combine_chunks() for column in rows.columns)])
        first += len(rows)


def _wait_for_turn(connection: Connection, patience_ms: int) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience_ms)}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCKS}, {_WRITE})")
