"""What was sent to be stored: each file's document as it was answered, and the rows that were refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, cast, func, insert, select

from geo_registry.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from geo_registry.store.connections import Connections

Cell = tuple[str, str | None, str | None]
"""The sender's heading, our field where the column has one, and what stood in the cell."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that was not taken, as it was sent."""

    sheet: str
    row: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that was sent to be stored, whatever came of it.

    Attributes
    ----------
    at, by
        When (ISO 8601 with offset) and by whom.
    file, sha256
        Its name, and the digest of its bytes; None where they could not be read.
    batch
        What it was stored as; None where nothing was.
    document
        What was answered.
    refused
        The rows that were not taken; given when it is written, empty when it is listed.
    id
        ``a1``, ``a2`` ... in the order of their coming; given by the store.
    """

    at: str
    by: str
    file: str
    sha256: str | None
    batch: str | None
    document: Mapping[str, Any]
    refused: tuple[RefusedRow, ...] = ()
    id: str = ""


class ArrivalTables:
    """The tables of what was sent.

    Parameters
    ----------
    base
        Connections to the store they are in.
    """

    def __init__(self, base: Connections) -> None:
        self._base = base

    def add(self, arrival: Arrival) -> Arrival:
        """Keep a file of which nothing was stored."""
        with self._base.writing() as connection:
            return write_arrival(connection, arrival)

    def all(self) -> Sequence[Arrival]:
        """Give every arrival, newest first."""
        with self._base.reading() as connection:
            rows = connection.execute(select(schema.arrivals).order_by(_number().desc()))
            return [_arrival_of(row) for row in rows.mappings()]

    def one(self, name: str) -> Arrival | None:
        """Give one arrival by its id."""
        query = select(schema.arrivals).where(schema.arrivals.c.id == name)
        with self._base.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _arrival_of(row)

    def of_file(self, sha256: str) -> Sequence[Arrival]:
        """Give the arrivals of the same bytes, newest first."""
        query = select(schema.arrivals).where(schema.arrivals.c.sha256 == sha256).order_by(_number().desc())
        with self._base.reading() as connection:
            return [_arrival_of(row) for row in connection.execute(query).mappings()]

    def of_batch(self, batch: str) -> Arrival | None:
        """Give the arrival that was stored as a batch."""
        query = select(schema.arrivals).where(schema.arrivals.c.batch == batch)
        with self._base.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _arrival_of(row)

    def refused(self, name: str) -> Sequence[RefusedRow]:
        """Give the refused rows of an arrival, sheet by sheet in the order they were sent."""
        table = schema.refusals
        with self._base.reading() as connection:
            rows = connection.execute(select(table).where(table.c.arrival == name).order_by(table.c.row))
            return [RefusedRow(row.sheet, row.row, _cells_of(row.cells)) for row in rows]


def write_arrival(connection: Connection, arrival: Arrival) -> Arrival:
    """Keep what was sent, in the transaction at hand.

    Parameters
    ----------
    connection
        One that may write.
    arrival
        What was sent; its id is given here.
    """
    last = connection.scalar(select(func.max(_number())))
    written = replace(arrival, id=f"a{(last or 0) + 1}")
    row = {name: getattr(written, name) for name in ("id", "at", "by", "file", "sha256", "batch")}
    document = json.dumps(written.document, ensure_ascii=False, default=str)
    connection.execute(insert(schema.arrivals), row | {"document": document})
    refused = [
        {"arrival": written.id, "sheet": each.sheet, "row": each.row, "cells": _packed(each.cells)}
        for each in written.refused
    ]
    if refused:
        connection.execute(insert(schema.refusals), refused)
    return written


def _number() -> Any:  # noqa: ANN401 (an expression of SQLAlchemy)
    return cast(func.substr(schema.arrivals.c.id, 2), Integer)


def _packed(cells: tuple[Cell, ...]) -> str:
    return json.dumps(cells, ensure_ascii=False)


def _cells_of(text: str) -> tuple[Cell, ...]:
    return tuple((heading, field, value) for heading, field, value in json.loads(text))


def _arrival_of(row: RowMapping) -> Arrival:
    document = json.loads(row["document"])
    known = {name: row[name] for name in ("id", "at", "by", "file", "sha256", "batch")}
    return Arrival(document=document, **known)
