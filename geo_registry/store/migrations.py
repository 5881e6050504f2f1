"""From an empty file to today's schema, a step a version; a new store and an old one take the same steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import delete, insert, inspect, select

from geo_registry.errors import StoreError
from geo_registry.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

Step: TypeAlias = "Callable[[Connection], None]"
"""Makes something, in the transaction at hand."""


def _records(connection: Connection) -> None:
    schema.tables.create_all(connection, [schema.meta, schema.commits, schema.records])


def _people_and_arrivals(connection: Connection) -> None:
    ledgers = [schema.arrivals, schema.refusals]
    people = [schema.accounts, schema.tokens, schema.sessions, schema.attempts]
    schema.tables.create_all(connection, [*ledgers, *people])


def _nothing(connection: Connection) -> None:
    """Make nothing."""


_PLACES = {"postgresql": "geo_registry"}
"""Schema that holds the tables, where the database has such."""
STEPS: tuple[Step, ...] = (_records, _people_and_arrivals)
"""The n-th step leads to schema n. A released step is never changed, and may be taken twice without harm."""


def tables(connection: Connection) -> list[str]:
    """Name the tables that stand where a store's do."""
    return inspect(connection).get_table_names(_PLACES.get(connection.dialect.name))


def version(connection: Connection) -> int:
    """Tell by which schema a file is written; 0 where it has no tables yet.

    Raises
    ------
    StoreError
        If the file has tables but does not say.
    """
    there = tables(connection)
    if not there:
        return 0
    said = select(schema.meta.c.value).where(schema.meta.c.key == "schema")
    found = str(connection.scalar(said)) if schema.meta.name in there else ""
    if not (found.isdecimal() and int(found)):
        raise StoreError("STORE_UNREADABLE", path=_name(connection), value=f"schema {found}")
    return int(found)


def _name(connection: Connection) -> str:
    return Path(connection.engine.url.database or "").name


def bring_up(
    connection: Connection, wanted: int = schema.VERSION, *, beside: Mapping[int, Step] | None = None
) -> None:
    """Take the steps that a file lacks; with those taken already nothing happens.

    Parameters
    ----------
    connection
        In a transaction that writes, so that all steps are taken or none.
    wanted
        Schema to stop at.
    beside
        What one make of store has beside the tables, by the step after which it is made.

    Raises
    ------
    StoreError
        ``STORE_NEWER`` if the file is beyond it; it is left as it is.
    """
    found = version(connection)
    if found > wanted:
        raise StoreError("STORE_NEWER", path=_name(connection), value=found, expected=wanted)
    if found == wanted:
        return
    for number, step in enumerate(STEPS[found:wanted], found + 1):
        step(connection)
        (beside or {}).get(number, _nothing)(connection)
    connection.execute(delete(schema.meta).where(schema.meta.c.key == "schema"))
    connection.execute(insert(schema.meta), {"key": "schema", "value": str(wanted)})
