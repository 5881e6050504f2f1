"""The only SQL: frames in, frames out, from a file or a database; nothing here knows kinds or requests."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from geo_registry.errors import StoreError
from geo_registry.settings import shown
from geo_registry.store.sqlite import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from sqlalchemy import URL

    from geo_registry.store.arrivals import Arrival, ArrivalTables
    from geo_registry.store.chain import Commit
    from geo_registry.store.keeping.findings import Head, Proof, Restored
    from geo_registry.store.people import PeopleTables
    from geo_registry.store.rows import Change

EXPECTED = "sqlite:///... / postgresql://..."
"""How the address of a store begins."""
_SHARED = {"postgres", "postgresql"}
_DRIVER = "psycopg"


class Store(Protocol):
    """What every store does; the contract suite in tests/store runs on each of them."""

    @property
    def beside(self) -> Path | None:
        """Where this machine may keep what can be made anew from the store; None for nowhere."""

    @property
    def arrivals(self) -> ArrivalTables:
        """The tables of the files that were sent."""

    @property
    def people(self) -> PeopleTables:
        """The tables of who may sign in."""

    def exists(self) -> bool:
        """Tell whether the store has been made."""

    def create(self, commit: Commit) -> None:
        """Make an empty store whose first commit (revision 0) is given."""

    def size(self) -> int:
        """Count the record versions that were ever written, at the least cost."""

    def revision(self) -> int:
        """Give the number of the newest commit."""

    def tip(self) -> tuple[int, str]:
        """Give the number and the hash of the newest commit, at the least cost."""

    def head(self) -> Commit:
        """Give the newest commit."""

    def commit_at(self, revision: int) -> Commit:
        """Give the commit of a revision that there is."""

    def commits(self) -> Sequence[Commit]:
        """Give every commit, oldest first."""

    def records(
        self,
        kinds: Sequence[str] | None = None,
        *,
        as_of: int | None = None,
        ids: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Give the record versions that were known at a revision (default: the newest)."""

    def pieces(self, texts: Sequence[str], *, as_of: int, rows: int = ...) -> Iterator[pd.DataFrame]:
        """Give a little of each version that was known at a revision, some at a time."""

    def cells(self, texts: Sequence[str], ids: Sequence[str], *, as_of: int) -> Sequence[Mapping[str, Any]]:
        """Give a little of some records as plain values, a mapping a version known at a revision."""

    def titles(self, ids: Sequence[str]) -> Sequence[tuple[str | None, ...]]:
        """Give what the open versions of some records are called, and when each is true."""

    def mentions(self, words: Sequence[str], *, after: int, rows: int) -> Sequence[tuple[int, str]]:
        """Name open versions whose code, name, township, USCC or address holds a word: number and record."""

    def standing(self, record_id: str, *, as_of: int) -> tuple[pd.DataFrame, int]:
        """Give the versions of one record known at a revision, and the number of its newest one."""

    def history(self, record_id: str) -> pd.DataFrame:
        """Give every version of one record, oldest first, with ``known_from`` and ``known_to``."""

    def versions(self, ids: Sequence[str]) -> Mapping[str, int]:
        """Give the number of each record's last version, open or closed."""

    def touched(self, revision: int) -> Mapping[str, str]:
        """Name the records that one commit opened or closed, sorted, each with its kind."""

    def counts(self) -> Mapping[str, int]:
        """Count today's records by kind."""

    def commit(self, change: Change, commit: Commit, arrival: Arrival | None = None) -> Commit:
        """Write one change as the next revision, in one transaction with the file it came from.

        Raises
        ------
        Conflict
            If another commit came first, or a record the change stands on has a newer version.
        """

    def verify(self, outside: Head | None = None) -> Proof:
        """Go through the store to the first entry that does not hold; a head kept outside must be in it."""

    def back_up(self, file: Path) -> Head:
        """Write a checked copy of one state of the store to a new file."""

    def restore(self, file: Path, aside: str, *, replace: bool = False) -> Restored:
        """Put a checked copy in the place of the store; what stands there is kept under a longer name."""

    def close(self) -> None:
        """Let go of every connection."""


def connect(url: str) -> Store:
    """Choose the store that serves a URL.

    Parameters
    ----------
    url
        ``sqlite:///path/to/file.db`` or ``postgresql://user@host/database``.

    Raises
    ------
    StoreError
        ``STORE_URL_UNKNOWN`` if no store serves such a URL, ``EXTRA_MISSING`` if what serves it is not
        installed.
    """
    read = _read(url)
    backend = read.get_backend_name() if read else ""
    if read and backend in _SHARED:
        return _shared(read)
    if backend != "sqlite":
        raise StoreError("STORE_URL_UNKNOWN", value=shown(url), expected=EXPECTED)
    return SQLiteStore(url)


def _read(url: str) -> URL | None:
    try:
        return make_url(url) if "://" in url else None
    except ArgumentError:
        return None


def _shared(url: URL) -> Store:
    """Load the store in a database: what it needs is an extra."""
    try:
        room = import_module("geo_registry.store.postgis")
    except ImportError as fault:
        if (fault.name or _DRIVER).partition(".")[0] != _DRIVER:
            raise
        raise StoreError("EXTRA_MISSING", value="postgis") from fault
    made: Store = room.PostGISStore(url)
    return made
