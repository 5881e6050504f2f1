"""What every store does over its tables: the reads, and the commit, in SQL that all databases take."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import RowMapping, Select, func, insert, or_, select

from geo_registry.errors import Conflict, StoreError
from geo_registry.store import schema
from geo_registry.store.arrivals import ArrivalTables, write_arrival
from geo_registry.store.chain import GENESIS, Commit, digest_of, sealed
from geo_registry.store.commits import appended, commit_row
from geo_registry.store.people import PeopleTables
from geo_registry.store.rows import NARROW, TITLE, Change, cells_of, frame_of, narrow_frame
from geo_registry.store.writing.columns import stored_columns
from geo_registry.store.writing.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from geo_registry.store.arrivals import Arrival
    from geo_registry.store.connections import Connections

PIECE = 1 << 15
"""Record versions that are read at a time where all of them are gone through."""
_IN_ONE_STATEMENT = 500
_TIP = "SELECT revision, hash FROM commits ORDER BY revision DESC LIMIT 1"


class TableStore:
    """Record versions and commits in one database; its own store adds how it is made, proven and copied.

    Parameters
    ----------
    base
        Connections to it.
    """

    def __init__(self, base: Connections) -> None:
        self._tables = base
        self._arrivals = ArrivalTables(base)
        self._people = PeopleTables(base)

    @property
    def arrivals(self) -> ArrivalTables:
        """The tables of the files that were sent."""
        return self._arrivals

    @property
    def people(self) -> PeopleTables:
        """The tables of who may sign in."""
        return self._people

    def create(self, commit: Commit) -> None:
        """Make the tables and the first commit.

        Parameters
        ----------
        commit
            Revision 0: who made the store, and with what settings.

        Raises
        ------
        StoreError
            If there is a store already, or it cannot be written.
        """
        with self._tables.making() as connection:
            first = sealed(commit, digest=digest_of((), ()), previous=GENESIS)
            connection.execute(insert(schema.commits), commit_row(first))

    def size(self) -> int:
        """Count the record versions that were ever written, at the least cost."""
        return int(self._tables.glance("SELECT coalesce(max(seq), 0) FROM records")[0])

    def revision(self) -> int:
        """Give the number of the newest commit."""
        return self.tip()[0]

    def tip(self) -> tuple[int, str]:
        """Give the number and the hash of the newest commit: one cheap look, made for every request."""
        revision, sealed_by = self._tables.glance(_TIP)
        return int(revision), str(sealed_by)

    def head(self) -> Commit:
        """Give the newest commit."""
        newest = select(schema.commits).order_by(schema.commits.c.revision.desc()).limit(1)
        with self._tables.reading() as connection:
            return _commit_of(connection.execute(newest).mappings().one())

    def commit_at(self, revision: int) -> Commit:
        """Give the commit of a revision that there is."""
        wanted = select(schema.commits).where(schema.commits.c.revision == revision)
        with self._tables.reading() as connection:
            return _commit_of(connection.execute(wanted).mappings().one())

    def commits(self) -> Sequence[Commit]:
        """Give every commit, oldest first."""
        with self._tables.reading() as connection:
            rows = connection.execute(select(schema.commits).order_by(schema.commits.c.revision))
            return [_commit_of(row) for row in rows.mappings()]

    def records(
        self,
        kinds: Sequence[str] | None = None,
        *,
        as_of: int | None = None,
        ids: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Give the record versions known at a revision, in the order they were written.

        Parameters
        ----------
        kinds
            Only these kinds; None for all.
        as_of
            Revision; None for the newest.
        ids
            Only these records; None for all.
        """
        query = _known_at(select(schema.records), as_of).order_by(schema.records.c.seq)
        if kinds is not None:
            query = query.where(schema.records.c.kind.in_(list(kinds)))
        with self._tables.reading() as connection:
            if ids is None:
                return _frame(connection, query)
            return frame_of(_of_ids(connection, query, ids), schema.records.columns.keys())

    def pieces(self, texts: Sequence[str], *, as_of: int, rows: int = PIECE) -> Iterator[pd.DataFrame]:
        """Give a little of each record version known at a revision, some at a time: never all in memory.

        Parameters
        ----------
        texts
            Fields that are wanted beside `rows.NARROW`; those that are texts come quickest.
        as_of
            Revision; what was known then stays so, whatever is committed meanwhile.
        rows
            How many at a time.

        Yields
        ------
        pandas.DataFrame
            As `rows.narrow_frame` says, in the order they were written.
        """
        table, last = schema.records, -1
        wanted = [table.c[name] for name in ("seq", *NARROW, "shape", "attributes")]
        query = _known_at(select(*wanted), as_of).order_by(table.c.seq).limit(rows)
        while True:
            with self._tables.reading() as connection:
                # the driver's own rows: what SQLAlchemy makes of them is not needed, and takes as long again
                found = connection.execute(query.where(table.c.seq > last)).cursor.fetchall()
            if not found:
                return
            last = found[-1][0]
            yield narrow_frame(found, texts)

    def cells(self, texts: Sequence[str], ids: Sequence[str], *, as_of: int) -> Sequence[Mapping[str, Any]]:
        """Give a little of some records as plain values, a mapping a version: a frame of few takes longer.

        Parameters
        ----------
        texts, as_of
            As for `pieces`.
        ids
            The records.
        """
        table = schema.records
        wanted = [table.c[name] for name in (*NARROW, "shape", "attributes")]
        query = _known_at(select(*wanted), as_of).order_by(table.c.seq)
        with self._tables.reading() as connection:
            return [cells_of(row, texts) for row in _of_ids(connection, query, ids)]

    def titles(self, ids: Sequence[str]) -> Sequence[tuple[str | None, ...]]:
        """Give what the open versions of some records are called.

        Parameters
        ----------
        ids
            The records.

        Returns
        -------
        sequence of tuple
            `TITLE`, a row a version.
        """
        table = schema.records
        # which are open is told here: asked for it, a database may go through all that are
        query = select(*(table.c[name] for name in TITLE), table.c.known_to)
        with self._tables.reading() as connection:
            rows = _of_ids(connection, query, ids)
        return [tuple(row[:-1]) for row in rows if row[-1] is None]

    def mentions(self, words: Sequence[str], *, after: int, rows: int) -> Sequence[tuple[int, str]]:
        """Name open versions that hold a word, as `schema.mentions`, in the order they were written.

        At most so many rows after that number: the number and the record of each.
        """
        seq, table = schema.records.c.seq, schema.records
        query = select(seq, table.c.id).where(table.c.known_to.is_(None), seq > after).order_by(seq)
        with self._tables.reading() as connection:
            held = query.where(schema.mentions(connection.dialect.name, words)).limit(rows)
            return [(int(number), str(name)) for number, name in connection.execute(held)]

    def standing(self, record_id: str, *, as_of: int) -> tuple[pd.DataFrame, int]:
        """Give the versions of one record that were known at a revision, and the number of its newest one.

        Parameters
        ----------
        record_id
            The record.
        as_of
            Revision.

        Returns
        -------
        tuple
            Both as of one moment; 0 for a record that never was.
        """
        table = schema.records
        own = _known_at(select(table), as_of).where(table.c.id == record_id).order_by(table.c.version)
        last = select(func.max(table.c.version)).where(table.c.id == record_id, table.c.known_from <= as_of)
        with self._tables.reading() as connection:
            return _frame(connection, own), int(connection.scalar(last) or 0)

    def history(self, record_id: str) -> pd.DataFrame:
        """Give every version of one record, oldest first."""
        query = select(schema.records).where(schema.records.c.id == record_id)
        with self._tables.reading() as connection:
            return _frame(connection, query.order_by(schema.records.c.version))

    def versions(self, ids: Sequence[str]) -> Mapping[str, int]:
        """Give the number of each record's last version, open or closed.

        Parameters
        ----------
        ids
            The records; one that never was is absent from the answer.
        """
        table = schema.records
        query = select(table.c.id, func.max(table.c.version)).group_by(table.c.id)
        with self._tables.reading() as connection:
            return dict(tuple(row) for row in _of_ids(connection, query, ids))

    def touched(self, revision: int) -> Mapping[str, str]:
        """Name the records that one commit opened or closed, sorted, each with its kind."""
        table = schema.records
        known = or_(table.c.known_from == revision, table.c.known_to == revision)
        query = select(table.c.id, table.c.kind).where(known).order_by(table.c.id)
        with self._tables.reading() as connection:
            return {record_id: kind for record_id, kind in connection.execute(query)}  # noqa: C416 (plain values)

    def counts(self) -> Mapping[str, int]:
        """Count today's records by kind."""
        table = schema.records
        query = select(table.c.kind, func.count()).where(table.c.known_to.is_(None)).group_by(table.c.kind)
        with self._tables.reading() as connection:
            return {kind: count for kind, count in connection.execute(query)}  # noqa: C416 (rows to plain values)

    def commit(self, change: Change, commit: Commit, arrival: Arrival | None = None) -> Commit:
        """Write one change as the next revision, in one transaction.

        Parameters
        ----------
        change
            What to open and close, and what it was worked out against.
        commit
            Who, when and why; its revision and chain are filled here.
        arrival
            The file it came from, kept in the same transaction.

        Returns
        -------
        Commit
            As it stands in the store.

        Raises
        ------
        Conflict
            If another commit came first, or a record has a newer version: nothing is written.
        """
        closed = sorted(change.closed)
        early = None if change.base is None else stored_columns(change.opened, change.base + 1)
        with self._tables.writing() as connection:
            newest = _revision(connection)
            _refuse_if_moved_on(connection, change, newest)
            opened = stored_columns(change.opened, newest + 1) if early is None else early
            were_open = self._tables.close_versions(connection, closed, newest + 1)
            if were_open != len(closed):
                raise Conflict("STORE_MOVED_ON", value=len(closed), expected=were_open)
            digest, more = Digest(), change.more or ()
            blocks = digest.over(chain([opened], more))
            self._tables.open_versions(connection, blocks, len(opened) + len(more))
            written = appended(connection, commit, digest.close(closed))
            if arrival is not None:
                write_arrival(connection, arrival)
        return written

    def close(self) -> None:
        """Let go of every connection."""
        self._tables.close()


def _revision(connection: Connection) -> int:
    return int(connection.scalar(select(func.max(schema.commits.c.revision))) or 0)


def _refuse_if_moved_on(connection: Connection, change: Change, newest: int) -> None:
    if change.base is not None and newest != change.base:
        raise Conflict("STORE_MOVED_ON", value=change.base, expected=newest)
    table = schema.records
    for name, version in change.newest:
        found = connection.scalar(select(func.max(table.c.version)).where(table.c.id == name))
        if found != version:
            raise Conflict("STORE_MOVED_ON", value=version, expected=found)


def _known_at(query: Select[Any], as_of: int | None) -> Select[Any]:
    table = schema.records
    if as_of is None:
        return query.where(table.c.known_to.is_(None))
    return query.where(table.c.known_from <= as_of, or_(table.c.known_to.is_(None), table.c.known_to > as_of))


def _frame(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    result = connection.execute(query)
    return frame_of(result.all(), list(result.keys()))


def _of_ids(connection: Connection, query: Select[Any], ids: Sequence[str]) -> list[Row[Any]]:
    chunks = [list(ids[at : at + _IN_ONE_STATEMENT]) for at in range(0, len(ids), _IN_ONE_STATEMENT)]
    found = (connection.execute(query.where(schema.records.c.id.in_(chunk))).all() for chunk in chunks)
    return list(chain.from_iterable(found))


def _commit_of(row: RowMapping) -> Commit:
    try:
        details = json.loads(row["details"])
    except (TypeError, ValueError) as fault:
        raise StoreError("STORE_BROKEN", wrong="details", revision=row["revision"]) from fault
    return Commit(**{**row, "details": details})
