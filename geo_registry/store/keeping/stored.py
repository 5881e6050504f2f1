"""How rows of a sound store look: the types of their values, and that they come revision by revision."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Boolean, Float, Integer, LargeBinary

from geo_registry.store.keeping.findings import BrokenError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Column

    from geo_registry.store.keeping.findings import Wrong

Row: TypeAlias = tuple[Any, ...]

ID = 1
"""Place of the record's id in a row of versions and in one of closings."""


class Types:
    """What types the values of a table's row may have."""

    def __init__(self, columns: Sequence[Column[Any]]) -> None:
        self._allowed = [_allowed(column) for column in columns]
        self._truths = [at for at, column in enumerate(columns) if isinstance(column.type, Boolean)]
        self._known: set[tuple[type, ...]] = set()

    def fit(self, row: Row) -> bool:
        """Tell whether every value is of a type that the program writes."""
        types = tuple(map(type, row))
        if types not in self._known:
            if not all(one in allowed for one, allowed in zip(types, self._allowed, strict=True)):
                return False
            self._known.add(types)
        return all(row[at] in {0, 1} for at in self._truths)

    def truths(self, row: Row) -> Row:
        """Give a row with its truths as such."""
        values = list(row)
        for at in self._truths:
            values[at] = bool(values[at])
        return tuple(values)


_TEXT: set[type] = {str}
_TYPES: Mapping[type, set[type]] = {
    Boolean: {bool, int},
    Integer: {int},
    Float: {float},
    LargeBinary: {bytes},
}
"""How values of our columns are handed out: SQLite has no truths, PostgreSQL has."""


def _allowed(column: Column[Any]) -> set[type]:
    kinds = next((types for declared, types in _TYPES.items() if isinstance(column.type, declared)), _TEXT)
    return kinds | {type(None)} if column.nullable else kinds


class Groups:
    """Rows sorted by a revision, handed out revision by revision.

    Parameters
    ----------
    rows
        The rows.
    place
        Where in a row the revision stands.
    wrong
        What it is called when a row names a revision that there is not.
    """

    def __init__(self, rows: Iterable[Row], place: int, wrong: Wrong) -> None:
        self._groups = groupby(rows, itemgetter(place))
        self._wrong = wrong
        self._next = next(self._groups, None)

    def of(self, revision: int) -> Iterator[Row]:
        """Give the rows of a revision, later than any asked for before; read them to the end."""
        if self._next and isinstance(self._next[0], (int, float)) and self._next[0] < revision:
            self.end(revision)
        if self._next and self._next[0] == revision:
            yield from self._next[1]
            self._next = next(self._groups, None)

    def end(self, revision: int) -> None:
        """Hold that no row is left.

        Parameters
        ----------
        revision
            The newest one that was asked for.

        Raises
        ------
        BrokenError
            If one is.
        """
        if self._next:
            named = self._next[0] if isinstance(self._next[0], int) else revision
            raise BrokenError(self._wrong, named, record=str(next(self._next[1])[ID]))
