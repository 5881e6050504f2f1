"""The shared store: a schema of a PostgreSQL database with PostGIS, for several machines and for QGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.errors import StoreError
from geo_registry.store.postgis import copies
from geo_registry.store.postgis.base import Base
from geo_registry.store.postgis.proof import prove
from geo_registry.store.records import TableStore

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL

    from geo_registry.store.keeping.findings import Head, Proof, Restored


class PostGISStore(TableStore):
    """Record versions and commits in one database.

    Parameters
    ----------
    url
        ``postgresql://user@host/database``.
    """

    def __init__(self, url: URL) -> None:
        self._base = Base(url)
        super().__init__(self._base)

    @property
    def beside(self) -> Path | None:
        """Nowhere: the database may be on another machine, and this one has no place of its own for it."""
        return None

    def exists(self) -> bool:
        """Tell whether the database holds a store."""
        return self._base.exists()

    def verify(self, outside: Head | None = None) -> Proof:
        """Go through the store to its end, or to the first entry that does not hold.

        Parameters
        ----------
        outside
            A head that was kept outside; its commit must still be in the chain.
        """
        if not self._base.exists():
            raise StoreError("STORE_MISSING", value=self._base.name)
        with self._base.looking() as connection:
            return prove(connection, outside)

    def back_up(self, file: Path) -> Head:
        """Write a checked copy of one state of the store as an SQLite file, as `copies.back_up` says."""
        return copies.back_up(self._base, file)

    def restore(self, file: Path, aside: str, *, replace: bool = False) -> Restored:
        """Put a checked copy in the place of the store, as `copies.restore` says; close it before."""
        return copies.restore(self._base, file, aside, replace=replace)
