"""The walk along the chain: each commit, and what it opened and closed, against what it says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from geo_registry.store import schema
from geo_registry.store.chain import GENESIS, Commit, details_text, digest_of, holds
from geo_registry.store.keeping.findings import BrokenError, Head
from geo_registry.store.keeping.stored import ID, Groups, Types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from geo_registry.store.keeping.stored import Row


def _names(columns: Sequence[str]) -> str:
    return ", ".join(map('"{}"'.format, columns))


_COMMIT = schema.commits.columns.keys()
_VERSION = ("seq", *schema.STORED, "known_to")
_COMMITS = f"SELECT {_names(_COMMIT)} FROM commits ORDER BY revision"  # noqa: S608 (our own names)
_VERSIONS = f"SELECT {_names(_VERSION)} FROM records ORDER BY seq"  # noqa: S608 (our own names)
_CLOSINGS = (
    "SELECT known_to, id, version FROM records WHERE known_to IS NOT NULL ORDER BY known_to, id, version"
)


class Walk:
    """A walk through the commits, the versions they opened and those they closed, side by side.

    Parameters
    ----------
    read
        Gives the rows of a query, three queries at a time; all of them see one state of the store.
    outside
        A head that was kept outside; its commit must still be in the chain.

    Attributes
    ----------
    head
        The newest commit that holds.
    versions
        How many versions were opened up to it.
    """

    def __init__(self, read: Callable[[str], Iterable[Row]], outside: Head | None) -> None:
        self.head = Head(-1, GENESIS)
        self.versions = 0
        self._read = read
        self._outside = outside
        self._commit_types = Types(list(schema.commits.columns))
        self._version_types = Types([schema.records.c[name] for name in _VERSION])
        self._touched: set[str] = set()

    def go(self) -> None:
        """Go to the end.

        Raises
        ------
        BrokenError
            At the first entry that does not hold.
        """
        opened = Groups(self._read(_VERSIONS), _VERSION.index("known_from"), "unopened")
        closed = Groups(self._read(_CLOSINGS), 0, "unclosed")
        for revision, row in enumerate(self._read(_COMMITS)):
            commit = self._commit_of(row, revision)
            self._hold(commit, opened, closed)
            self.head = Head(revision, commit.hash)
        for groups in (opened, closed):
            groups.end(self.head.revision)
        if self.head.revision < 0:
            raise BrokenError("gap", 0)
        if self._outside and self._outside.revision > self.head.revision:
            raise BrokenError("cut", self._outside.revision)

    def _commit_of(self, row: Row, revision: int) -> Commit:
        """Read a row of the commits: it is the row of this revision, and as the program writes it."""
        if not self._commit_types.fit(row):
            raise BrokenError("type", revision)
        values = dict(zip(_COMMIT, row, strict=True))
        if values["revision"] != revision:
            raise BrokenError("gap", revision, value=str(values["revision"]))
        try:
            details = json.loads(values["details"])
        except (ValueError, RecursionError) as fault:
            raise BrokenError("details", revision) from fault
        if not isinstance(details, dict) or details_text(details) != values["details"]:
            raise BrokenError("details", revision)
        return Commit(**{**values, "details": details})

    def _hold(self, commit: Commit, opened: Groups, closed: Groups) -> None:
        revision, outside = commit.revision, self._outside
        if not holds(commit, digest=commit.digest, previous=commit.previous):
            raise BrokenError("commit", revision)
        if commit.previous != self.head.hash:
            raise BrokenError("link", revision)
        self._touched.clear()
        digest = digest_of(self._openings(opened, revision), self._closings(closed, revision))
        if digest != commit.digest:
            only = self._touched.pop() if len(self._touched) == 1 else None
            raise BrokenError("versions", revision, record=only)
        if outside and outside.revision == revision and not commit.hash.startswith(outside.hash):
            raise BrokenError("rewritten", revision, value=str(Head(revision, commit.hash)))

    def _openings(self, opened: Groups, revision: int) -> Iterator[Row]:
        """Give the stored values of the versions that a commit opened, each looked at."""
        for row in opened.of(revision):
            record = self._touch(row[ID])
            if not self._version_types.fit(row):
                raise BrokenError("type", revision, record=record)
            self.versions += 1
            if row[0] != self.versions:
                raise BrokenError("order", revision, record=record)
            yield self._version_types.truths(row)[1:-1]

    def _closings(self, closed: Groups, revision: int) -> Iterator[Row]:
        """Give id and number of the versions that a commit closed."""
        for _, record, version in closed.of(revision):
            self._touch(record)
            yield record, version

    def _touch(self, record: object) -> str:
        if len(self._touched) <= 1:
            self._touched.add(str(record))
        return str(record)
