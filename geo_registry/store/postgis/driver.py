"""The one module that knows psycopg: how a connection is made, what a fault means, how rows stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

import psycopg
from psycopg import conninfo, errors, pq, sql
from sqlalchemy import Boolean, Float, Integer, LargeBinary

from geo_registry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Column, Connection, Table

Fault = psycopg.Error
"""What psycopg raises."""
SCHEMA = "geo_registry"
"""Schema of the database that holds the store."""
DEFAULTS = {
    "application_name": "geo_registry",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""How a connection is made where the address does not say otherwise: it is noticed when a server is gone."""
_MAINTENANCE = "postgres"
"""Database that every server has."""
_AT_ONCE = 10_000
"""Rows fetched at a time where they stream."""
_TYPES = {Boolean: "bool", Integer: "int4", Float: "float8", LargeBinary: "bytea"}
"""Types of our columns in PostgreSQL; any other is text."""
_CODES = {
    "08": "STORE_UNREACHABLE",
    "57P": "STORE_UNREACHABLE",
    "53100": "STORE_DISK_FULL",
    "53": "STORE_UNREACHABLE",
    "40": "STORE_BUSY",
    "55P03": "STORE_BUSY",
    "57014": "STORE_BUSY",
    "25006": "STORE_UNWRITABLE",
    "42501": "STORE_UNWRITABLE",
    "22": "STORE_UNFIT",
    "23": "STORE_UNFIT",
}
"""Our code for each beginning of an SQLSTATE (PostgreSQL, Appendix A); the longest that fits counts."""


def connected(wanted: dict[str, Any], store: str) -> psycopg.Connection[Any]:
    """Open a connection that finds the store's tables, and nothing of the same name elsewhere.

    Parameters
    ----------
    wanted
        Parameters of libpq.
    store
        What the store is called in a refusal.

    Raises
    ------
    StoreError
        ``STORE_UNREACHABLE``, ``STORE_LOGIN_REFUSED`` or ``STORE_DATABASE_MISSING``.
    """
    options = f"{wanted.get('options', '')} -c search_path={SCHEMA}".strip()
    parameters = {**DEFAULTS, **wanted, "options": options}
    try:
        return psycopg.connect(**parameters)
    except errors.ConnectionTimeout as fault:
        raise StoreError("STORE_UNREACHABLE", path=store, value=_said(fault)) from fault
    except psycopg.OperationalError:
        return _tried_again(parameters, store)


def _tried_again(parameters: dict[str, Any], store: str) -> psycopg.Connection[Any]:
    """Try once more, and tell what is wrong by what the server does: its words may be in any language."""
    plain = {name: value for name, value in parameters.items() if name != "context"}
    reached = pq.PGconn.ping(conninfo.make_conninfo("", **plain).encode()) == pq.Ping.OK
    try:
        return psycopg.connect(**parameters)
    except psycopg.OperationalError as fault:
        code = _refusal_code(parameters) if reached else "STORE_UNREACHABLE"
        raise StoreError(code, path=store, value=_said(fault)) from fault


def _refusal_code(parameters: dict[str, Any]) -> str:
    """Tell a server that lets us in elsewhere from one that does not let us in at all."""
    try:
        psycopg.connect(**{**parameters, "dbname": _MAINTENANCE}).close()
    except psycopg.OperationalError:
        return "STORE_LOGIN_REFUSED"
    return "STORE_DATABASE_MISSING"


def _said(fault: BaseException) -> str:
    """Give the server's or the system's own words: those before them name each address that was tried."""
    return (str(fault).rpartition("failed: ")[2].splitlines() or [""])[0].strip()


def told(fault: BaseException | None, store: str) -> StoreError:
    """Name what PostgreSQL says by a code of ours.

    Parameters
    ----------
    fault
        What psycopg raised.
    store
        What the store is called.
    """
    words = (str(fault).strip().splitlines() or [""])[0]
    return StoreError(_fault_code(fault, getattr(fault, "sqlstate", None)), path=store, value=words)


def _fault_code(fault: BaseException | None, state: str | None) -> str:
    if state is None:  # psycopg's own: a value that no column holds, else the connection broke
        return "STORE_UNFIT" if isinstance(fault, psycopg.DataError) else "STORE_UNREACHABLE"
    fitting = [beginning for beginning in _CODES if state.startswith(beginning)]
    return _CODES[max(fitting, key=len)] if fitting else "STORE_UNREADABLE"


def copy_in(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows as one stream, in the transaction at hand.

    Parameters
    ----------
    connection
        One that may write.
    table, names
        Where, and which of its columns.
    rows
        Values in the order of the columns.
    """
    with _raw(connection).cursor().copy(_copying(table, names, "BINARY")) as stream:
        stream.set_types([_type(table.c[name]) for name in names])
        for row in rows:
            stream.write_row(row)


def copy_lines(
    connection: Connection, table: Table, names: Sequence[str], blocks: Iterable[memoryview]
) -> None:
    """Write rows as one stream of the lines that COPY reads, in the transaction at hand.

    Parameters
    ----------
    connection
        One that may write.
    table, names
        Where, and which of its columns.
    blocks
        Some whole lines each.
    """
    with _raw(connection).cursor().copy(_copying(table, names, "TEXT")) as stream:
        for block in blocks:
            stream.write(block)


def _copying(table: Table, names: Sequence[str], form: str) -> sql.Composed:
    fields = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})")
    return statement.format(sql.Identifier(table.name), fields, sql.SQL(form))


def _type(column: Column[Any]) -> str:
    return next((name for declared, name in _TYPES.items() if isinstance(column.type, declared)), "text")


def streamed(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Give the rows of a query as they are wanted, several queries side by side if need be.

    Parameters
    ----------
    connection
        In a transaction.
    query
        SQL without parameters.
    """
    raw = _raw(connection)
    with raw.cursor(name=f"rows_{crc32(query.encode()):x}") as cursor:
        cursor.itersize = _AT_ONCE
        yield from cursor.execute(query.encode())


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    made = connection.connection.dbapi_connection
    assert isinstance(made, psycopg.Connection)  # noqa: S101 (says which driver it is)
    return made
