"""The embedded store: one SQLite file, write-ahead log, full synchronisation, Python's own sqlite3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.store.records import TableStore
from geo_registry.store.sqlite import copies
from geo_registry.store.sqlite.base import Base

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.store.keeping.findings import Head, Proof, Restored


class SQLiteStore(TableStore):
    """Record versions and commits in one SQLite file.

    Parameters
    ----------
    url
        ``sqlite:///path/to/file.db``.
    """

    def __init__(self, url: str) -> None:
        self._base = Base(url)
        super().__init__(self._base)

    @property
    def beside(self) -> Path | None:
        """A folder beside the file."""
        return self._base.path.with_name(f"{self._base.path.name}.live")

    def exists(self) -> bool:
        """Tell whether the file is there and holds a store."""
        return self._base.exists()

    def verify(self, outside: Head | None = None) -> Proof:
        """Go through the store to its end, or to the first entry that does not hold.

        Parameters
        ----------
        outside
            A head that was kept outside; its commit must still be in the chain.
        """
        return copies.proven(self._base.path, outside)

    def back_up(self, file: Path) -> Head:
        """Write a checked copy of one state of the store, as `copies.back_up` says."""
        return copies.back_up(self._base.path, file)

    def restore(self, file: Path, aside: str, *, replace: bool = False) -> Restored:
        """Put a checked copy in the place of the store, as `copies.restore` says; close it before."""
        return copies.restore(self._base.path, file, aside, replace=replace)
