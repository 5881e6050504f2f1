"""Whether a store in a database is what its commits say: the first entry that does not hold, in one pass."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import select, text

from geo_registry.store import schema
from geo_registry.store.keeping.findings import BrokenError, Head, Proof
from geo_registry.store.keeping.walk import Walk
from geo_registry.store.postgis import tables
from geo_registry.store.postgis.driver import SCHEMA, streamed

if TYPE_CHECKING:
    from sqlalchemy import Connection

Part: TypeAlias = tuple[str, str]
"""Name and sort of a thing that a schema consists of."""

_PARTS = text("""
WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = to_regnamespace(:home))
SELECT relname, CASE relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'i' THEN 'index' ELSE 'other' END
    FROM ours
UNION ALL SELECT relname, 'fence' FROM ours WHERE relrowsecurity
UNION ALL SELECT relname || '.' || attname, CASE attgenerated WHEN '' THEN 'column' ELSE 'generated' END
    FROM ours JOIN pg_attribute ON attrelid = ours.oid WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT tgname, 'trigger' FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
UNION ALL SELECT rulename, 'rule' FROM ours JOIN pg_rewrite ON ev_class = ours.oid WHERE relkind != 'v'
UNION ALL SELECT polname, 'policy' FROM ours JOIN pg_policy ON polrelid = ours.oid
UNION ALL SELECT proname, 'function' FROM pg_proc WHERE pronamespace = to_regnamespace(:home)
""")


def prove(connection: Connection, outside: Head | None = None) -> Proof:
    """Go through a store to its end, or to the first entry that does not hold.

    Parameters
    ----------
    connection
        In a transaction that sees one state of the database.
    outside
        A head that was kept outside; its commit must still be in the chain.
    """
    walk = Walk(partial(streamed, connection), outside)
    broken = None
    try:
        _look_at_schema(connection)
        walk.go()
    except BrokenError as fault:
        broken = fault.found
    return Proof(walk.head, walk.versions, broken)


def _look_at_schema(connection: Connection) -> None:
    """Look at what the schema consists of, and at what it says of itself."""
    found = {(str(name), str(sort)) for name, sort in connection.execute(_PARTS, {"home": SCHEMA})}
    notes = _notes(connection) if (schema.meta.name, "table") in found else []
    number = notes[0][1] if len(notes) == 1 and notes[0][0] == "schema" else ""
    if not number.isdecimal():
        raise BrokenError("schema", value=str(notes))
    if int(number) > schema.VERSION:
        raise BrokenError("newer", value=number)
    differing = sorted(name for name, _ in found ^ _expected())
    if differing and int(number) == schema.VERSION:
        raise BrokenError("objects", value=differing[0])


def _notes(connection: Connection) -> list[Part]:
    return [(str(row.key), str(row.value)) for row in connection.execute(select(schema.meta))]


def _expected() -> set[Part]:
    """Say what the schema of a store consists of: tables, columns, indexes, and what is beside them."""
    ours = list(schema.tables.sorted_tables)
    named = {(table.name, "table") for table in ours} | {(f"{table.name}_pkey", "index") for table in ours}
    columns = {(f"{table.name}.{column.name}", "column") for table in ours for column in table.columns}
    indexes = {(str(index.name), "index") for table in ours for index in table.indexes}
    return named | columns | indexes | tables.PARTS
