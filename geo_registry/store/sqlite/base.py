"""One SQLite file and its connections: how it is opened, its schema brought up to date, its faults named."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, create_engine, event, make_url, update
from sqlalchemy.exc import DatabaseError, OperationalError

from geo_registry.errors import StoreError
from geo_registry.store import migrations, schema
from geo_registry.store.sqlite import inserting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from sqlalchemy import URL, Connection, Engine

BUSY_MS = 10_000
"""How long a connection waits for another one that writes, milliseconds."""
_PAUSE_S = 0.01
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
_DEFENSIVE = 1010
"""SQLITE_DBCONFIG_DEFENSIVE (SQLite, C interface): no statement may write the file's own structures."""
_NO_SPACE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
"""What SQLite says on a full disk, of a quota that is used up, and of a lock table it cannot lengthen."""
_PRIMARY = 0xFF
"""The part of an SQLite error code that names the class of fault."""


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file that stands at the path now, also where another one takes its place meanwhile."""
    before = _identity(path)
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1_000, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
    except sqlite3.Error:
        connection.close()
        if before in {None, _identity(path)}:
            raise
        return _connect(path)
    if before in {None, _identity(path)}:
        return connection
    connection.close()
    return _connect(path)


def _prepare(connection: sqlite3.Connection) -> None:
    if configure := getattr(connection, "setconfig", None):
        configure(_DEFENSIVE, True)  # noqa: FBT003 (sqlite3 takes it so; Python 3.12 and newer)
    for pragma in _PRAGMAS:
        _insist(connection, pragma)


def _insist(connection: sqlite3.Connection, pragma: str) -> None:
    """Set something though others open the file too: SQLite does not wait while they enter WAL mode."""
    until = time.monotonic() + BUSY_MS / 1_000
    while True:
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _engine(url: str | URL, path: Path) -> Engine:
    engine = create_engine(url, creator=lambda: _connect(path), hide_parameters=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        chosen = connection.get_execution_options()
        if chosen.get("writes", False):
            connection.exec_driver_sql(f"PRAGMA busy_timeout={chosen['patience_ms']}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if chosen.get("writes", False) else "BEGIN")

    return engine


class Base:
    """A SQLite file: write-ahead log, full synchronisation, Python's own sqlite3.

    Parameters
    ----------
    url
        ``sqlite:///path/to/file.db``.
    """

    def __init__(self, url: str | URL) -> None:
        self.path = Path(make_url(url).database or "")
        self._engine = _engine(url, self.path)
        self._checked = False

    def exists(self) -> bool:
        """Tell whether the file is there and holds something: a store, or what is none.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        if not self.path.is_file() or not self.path.stat().st_size:
            return False
        with told(self.path), self._engine.begin() as connection:
            return bool(connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the file.

        Raises
        ------
        StoreError
            If the file cannot be read, or was written by a newer program.
        """
        with told(self.path):
            self._bring_up_to_date()
            with self._engine.begin() as connection:
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
        with told(self.path):
            self._bring_up_to_date()
            with closing(self._engine.raw_connection()) as connection:
                row: tuple[Any, ...] = connection.cursor().execute(statement).fetchone()
        return row

    @contextmanager
    def writing(self, *, patience_ms: int = BUSY_MS) -> Iterator[Connection]:
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
        with told(self.path):
            self._bring_up_to_date()
            with self._writer(patience_ms).begin() as connection:
                yield connection

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """Make the file, and give a connection that writes to its tables, which have nothing in them.

        Raises
        ------
        StoreError
            ``STORE_EXISTS`` if it has tables already, ``STORE_UNWRITABLE`` if its folder cannot be made; else
            as `writing`.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StoreError("STORE_UNWRITABLE", path=str(self.path), value=str(fault)) from fault
        with told(self.path), self._writer().begin() as connection:
            if migrations.version(connection):
                raise StoreError("STORE_EXISTS")
            migrations.bring_up(connection)
            yield connection

    def open_versions(self, connection: Connection, blocks: Iterable[pa.Table], count: int) -> None:
        """Write record versions behind those that are there.

        Parameters
        ----------
        connection
            One that may write.
        blocks
            Versions by the columns of `columns.SCHEMA`, in order.
        count
            About how many there are.
        """
        with inserting.indexed_late(connection, count):
            for rows in blocks:
                inserting.insert(connection, rows)

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
        table = schema.records
        named = table.c.id == bindparam("an_id"), table.c.version == bindparam("a_version")
        statement = update(table).where(*named, table.c.known_to.is_(None)).values(known_to=revision)
        wanted = [{"an_id": name, "a_version": version} for name, version in versions]
        return connection.execute(statement, wanted).rowcount if wanted else 0

    def _writer(self, patience_ms: int = BUSY_MS) -> Engine:
        return self._engine.execution_options(writes=True, patience_ms=patience_ms)

    def _bring_up_to_date(self) -> None:
        """Take the steps of the schema that an older store lacks, in one transaction of their own."""
        if self._checked:
            return
        with self._engine.begin() as connection:
            found = migrations.version(connection)
        if not found:
            raise StoreError("STORE_UNREADABLE", path=self.path.name, value="no tables")
        if found != schema.VERSION:
            self._migrate(found)
        self._checked = True

    def _migrate(self, found: int) -> None:
        try:
            with self._writer().begin() as connection:
                migrations.bring_up(connection)
        except OperationalError as fault:
            if _fault_code(fault.orig) != "STORE_UNWRITABLE":
                raise
            named = {"path": self.path.name, "value": found, "expected": schema.VERSION}
            raise StoreError("STORE_OLDER", **named) from fault

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Name what SQLite says of a file by a code of ours.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    StoreError
        In place of every fault of SQLite.
    """
    try:
        yield
    except (DatabaseError, sqlite3.Error) as fault:
        said = fault.orig if isinstance(fault, DatabaseError) else fault
        raise StoreError(_fault_code(said), path=path.name, value=str(said)) from fault


def _fault_code(fault: BaseException | None) -> str:
    number = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if number in _NO_SPACE:
        return "STORE_DISK_FULL"
    if number & _PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return "STORE_BUSY"
    if number & _PRIMARY in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return "STORE_UNWRITABLE"
    return "STORE_UNFIT" if number & _PRIMARY == sqlite3.SQLITE_CONSTRAINT else "STORE_UNREADABLE"
