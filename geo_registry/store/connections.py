"""What the tables stand on: connections to one database, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from sqlalchemy import Connection


class Connections(Protocol):
    """How the tables of one store are reached, and what each database does in its own way."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one state of the store."""

    def writing(self, *, patience_ms: int = ...) -> AbstractContextManager[Connection]:
        """Give the one connection that may write now; it commits where the block ends without a fault."""

    def making(self) -> AbstractContextManager[Connection]:
        """Give a connection that writes to a store that has its tables and nothing in them."""

    def glance(self, statement: str) -> tuple[Any, ...]:
        """Read one row at the least cost: what is asked before every answer."""

    def open_versions(self, connection: Connection, blocks: Iterable[pa.Table], count: int) -> None:
        """Write about so many record versions, by the columns of `columns.SCHEMA`, behind those there are."""

    def close_versions(
        self, connection: Connection, versions: Sequence[tuple[str, int]], revision: int
    ) -> int:
        """Close record versions, each an id and a number, as of a revision; say how many were open."""

    def close(self) -> None:
        """Let go of every connection."""
