"""Columns of record versions on their way into an SQLite file, and the digest of what is written."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from geo_registry.store import schema
from geo_registry.store.chain import canonical
from geo_registry.store.writing.texts import bytes_of, canonical_rows, constant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from sqlalchemy import Connection

BLOCK_ROWS = 65_536
"""So many rows at a time are Python objects."""
MOST_VALUES = 768
"""Values of one statement: many rows at a time go in faster, and SQLite takes at least 999."""
LATE_FROM = 50_000
"""From so many rows on, and from as many as there are already, indexes are made once all are written."""


class Digest:
    """The digest of a commit, block by block; the same as `chain.digest_of` gives row by row."""

    def __init__(self) -> None:
        self._running = hashlib.sha256()

    def open(self, rows: pa.Table) -> None:
        """Take in the versions that are opened, in the order they are written."""
        if len(rows):
            text = canonical_rows([column.combine_chunks() for column in rows.columns], "+")
            self._running.update(bytes_of(text))

    def close(self, closed: Iterable[Sequence[object]]) -> str:
        """Take in id and version of those that are closed, sorted, and give the digest."""
        for row in closed:
            self._running.update(b"-" + canonical(list(row)) + b"\n")
        return self._running.hexdigest()


def write(connection: Connection, tables: Iterable[pa.Table], count: int) -> Digest:
    """Write record versions in the transaction at hand.

    Parameters
    ----------
    connection
        One that may write, to SQLite.
    tables
        Versions by the columns of `columns.SCHEMA`, in order.
    count
        About how many there are.

    Returns
    -------
    Digest
        Of the versions written.
    """
    digest = Digest()
    late = count >= LATE_FROM and count >= _rows(connection)
    if late:
        for index in schema.records.indexes:
            index.drop(connection)
    # text and digest need no lock of Python's: they are made while SQLite writes
    with ThreadPoolExecutor(1) as helper:
        done = None
        for rows in _blocks(tables):
            if done is not None:
                done.result()
            done = helper.submit(digest.open, rows)
            _insert(connection, rows)
        if late:
            for index in schema.records.indexes:
                index.create(connection)
        if done is not None:
            done.result()
    return digest


def _rows(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT max(seq) FROM records").scalar() or 0)


def _blocks(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for table in tables:
        for start in range(0, len(table), BLOCK_ROWS):
            yield table.slice(start, BLOCK_ROWS).combine_chunks()


def _insert(connection: Connection, rows: pa.Table) -> None:
    """Insert rows; what all of them have in common stands in the statement."""
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
