"""Copies of a database's store as one SQLite file of the very same tables, and such a file put back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import URL, text

from geo_registry.errors import StoreError
from geo_registry.store import migrations, schema
from geo_registry.store.keeping.findings import Head, Restored
from geo_registry.store.postgis import driver
from geo_registry.store.postgis.proof import prove
from geo_registry.store.postgis.tables import READER
from geo_registry.store.sqlite import base as sqlite
from geo_registry.store.sqlite import copies

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from geo_registry.store.postgis.base import Base

KEPT = [table for table in schema.tables.sorted_tables if table not in {schema.meta, *copies.PASSING}]
"""Tables of which a copy holds the rows."""


def back_up(base: Base, file: Path) -> Head:
    """Write a checked copy of one state of a store.

    Parameters
    ----------
    base
        Connections to the store; it may be written to meanwhile.
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
        with base.reading() as connection, sqlite.told(file):
            _write(connection, part)

    return copies.written(file, fill)


def _write(connection: Connection, part: Path) -> None:
    target = sqlite.Base(URL.create("sqlite", database=str(part)))
    with closing(target), target.making() as made:
        for table in KEPT:
            rows = driver.streamed(connection, _all_of(table))
            raw = made.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)  # noqa: S101 (says which driver it is)
            raw.executemany(_insertion(table), rows)


def restore(base: Base, file: Path, aside: str, *, replace: bool = False) -> Restored:
    """Put a checked copy in the place of a store, in one transaction.

    Parameters
    ----------
    base
        Connections to the database.
    file
        The copy, of a store of any make; it is only read.
    aside
        Added to the name of the schema under which a store that stands there is kept.
    replace
        Whether one that stands there may be replaced.

    Returns
    -------
    Restored
        The newest commit in the store, and the schema in which the one that stood there is kept.

    Raises
    ------
    StoreError
        ``STORE_EXISTS``, ``STORE_IN_USE`` if a program has it open, ``STORE_NEWER``, ``STORE_BROKEN``: all is
        as it was.
    """
    if base.exists() and not replace:
        raise StoreError("STORE_EXISTS")
    with copies.checked(file) as (part, newest), base.replacing() as connection:
        kept = _put_aside(connection, aside)
        base.make_tables(connection)
        _read(connection, part)
        connection.exec_driver_sql("ANALYZE records")
        proof = prove(connection, newest)
        if proof.broken:
            raise StoreError("STORE_BROKEN", path=file.name, **asdict(proof.broken))
    return Restored(newest, kept)


def _put_aside(connection: Connection, aside: str) -> str | None:
    """Give the schema of a store that stands there another name, and close it to readers."""
    if not migrations.tables(connection):
        return None
    kept = f"{driver.SCHEMA}{aside}"
    connection.exec_driver_sql(f'ALTER SCHEMA {driver.SCHEMA} RENAME TO "{kept}"')
    if connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": READER}):
        connection.exec_driver_sql(f'REVOKE ALL ON SCHEMA "{kept}" FROM {READER}')
    return kept


def _read(connection: Connection, part: Path) -> None:
    with closing(sqlite3.connect(part)) as source:
        for table in KEPT:
            driver.copy_in(connection, table, table.columns.keys(), source.execute(_all_of(table)))


def _names(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118 (a collection of columns)


def _all_of(table: Table) -> str:
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    return f"SELECT {_names(table)} FROM {table.name} ORDER BY {order}"  # noqa: S608 (our own names)


def _insertion(table: Table) -> str:
    places = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({places})"  # noqa: S608 (our own names)
