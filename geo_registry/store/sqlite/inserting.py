"""Record versions by columns into an SQLite file: many rows a statement, indexes once all are written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geo_registry.store import schema
from geo_registry.store.writing.texts import constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from sqlalchemy import Connection

MOST_VALUES = 768
"""Values of one statement: many rows at a time go in faster, and SQLite takes at least 999."""
LATE_FROM = 50_000
"""From so many rows on, and from as many as there are already, indexes are made once all are written."""


@contextmanager
def indexed_late(connection: Connection, count: int) -> Iterator[None]:
    """Make the indexes of the records once the rows are written, where these are many.

    Parameters
    ----------
    connection
        One that may write.
    count
        About how many rows there will be.
    """
    late = count >= LATE_FROM and count >= _rows(connection)
    indexes = sorted(schema.records.indexes, key=lambda index: str(index.name)) if late else []
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _rows(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT max(seq) FROM records").scalar() or 0)


def insert(connection: Connection, rows: pa.Table) -> None:
    """Insert rows; what all of them have in common stands in the statement.

    Parameters
    ----------
    connection
        One that may write.
    rows
        Versions by the columns of `columns.SCHEMA`, at least one.
    """
    fixed = {name: rows[name][0].as_py() for name in rows.column_names if constant(rows[name])}
    varying = [name for name in rows.column_names if name not in fixed] or rows.column_names[:1]
    values = ", ".join("?" if name in varying else _literal(fixed[name]) for name in rows.column_names)
    statement = f"INSERT INTO records ({', '.join(rows.column_names)}) VALUES ({values})"  # noqa: S608 (our own names)
    width, together = len(varying), max(1, MOST_VALUES // len(varying))
    flat: list[Any] = [None] * (len(rows) * width)
    for at, name in enumerate(varying):
        flat[at::width] = _values(rows[name])
    whole = len(rows) // together * together
    if whole:
        several = statement + f", ({values})" * (together - 1)
        step = together * width
        groups = [tuple(flat[at : at + step]) for at in range(0, whole * width, step)]
        connection.exec_driver_sql(several, groups)
    rest = [tuple(flat[at : at + width]) for at in range(whole * width, len(flat), width)]
    if rest:
        connection.exec_driver_sql(statement, rest)


def _literal(value: object) -> str:
    """Write a value as SQL; a text as the bytes it is stored as, which no character can break."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f"CAST(X'{value.encode().hex()}' AS TEXT)"
    return f"X'{value.hex()}'" if isinstance(value, bytes) else repr(value + 0)  # type: ignore[operator]


def _values(column: pa.ChunkedArray) -> list[Any]:
    values = column.combine_chunks()
    if values.null_count and values.type != "large_string":
        return list(values.to_pylist())
    return list(values.to_numpy(zero_copy_only=False).tolist())
