"""What a walk through a store may find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Wrong: TypeAlias = Literal[
    "page", "objects", "schema", "newer", "gap", "type", "details", "commit", "link", "order", "versions",
    "unopened", "unclosed", "cut", "rewritten",
]  # fmt: skip
"""What can be wrong.

``page`` the file is damaged; ``objects`` a table, index, trigger or view is missing, changed or was added;
``schema`` the note of the schema is changed; ``newer`` a newer program wrote the store.

Of a commit: ``gap`` its row is missing or stands elsewhere; ``type`` a value is of a type the program never
writes; ``details`` their text is not as the program writes it; ``commit`` its row is not what its hash was
made of; ``link`` it does not name the hash of the commit before.

Of versions: ``order`` a row is missing, was added or stands elsewhere; ``versions`` what the commit opened
and closed is not what its digest was made of; ``unopened`` and ``unclosed`` there is no commit that opened
or closed a version.

Against a head kept outside: ``cut`` its commit is gone; ``rewritten`` it is another one.
"""


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that does not hold.

    Attributes
    ----------
    wrong
        What is wrong.
    revision
        Commit at which it shows; None where the file as a whole is meant.
    record
        Id of the record, where one can be named.
    value
        What was found, where that says more.
    """

    wrong: Wrong
    revision: int | None = None
    record: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A commit as it is named outside the store.

    Attributes
    ----------
    revision, hash
        Its number and its hash, hex, or the beginning of it.
    """

    revision: int
    hash: str

    def __str__(self) -> str:
        return f"{self.revision}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a walk through a store found.

    Attributes
    ----------
    head
        The newest commit that holds; revision -1 where none does.
    versions
        How many versions of records the commits up to it opened.
    broken
        The first entry that does not hold, None where all do.
    """

    head: Head
    versions: int
    broken: Break | None

    @property
    def whole(self) -> bool:
        """Whether every entry holds."""
        return self.broken is None


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of putting a copy in the place of a store.

    Attributes
    ----------
    head
        The newest commit that is there now.
    kept
        Under which name the store that stood there is kept; None where none stood.
    """

    head: Head
    kept: str | None


class BrokenError(Exception):
    """Ends a walk at the first entry that does not hold; parameters as the attributes of `Break`."""

    def __init__(self, wrong: Wrong, revision: int | None = None, **more: str | None) -> None:
        super().__init__(wrong, revision, more)
        self.found = Break(wrong, revision, **more)
