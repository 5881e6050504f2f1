"""What the chain costs a bulk load: the same rows committed, and plainly inserted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd

from geo_registry.store import connect, schema
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change, stored_values
from geo_registry.store.sqlite.base import Base

_NOTE = Commit(0, "2026-11-25T08:00:00+08:00", "bench", "import", "b1")
_INSERT = f"INSERT INTO records ({', '.join(schema.STORED)}) VALUES ({', '.join('?' * len(schema.STORED))})"  # noqa: S608


def _stores(folder: Path) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        url = f"sqlite:///{folder / f'bulk-{number}.db'}"
        made = connect(url)
        made.create(_NOTE)
        made.close()
        yield url


def loads(folder: Path, rows: gpd.GeoDataFrame) -> tuple[Callable[[], object], Callable[[], object]]:
    """Give the two loads, each into a new store: plain insert, and commit with digest and chain.

    Parameters
    ----------
    folder
        Where the stores are made.
    rows
        Canonical rows.
    """
    urls = _stores(folder)

    def plain() -> None:
        base = Base(next(urls))
        with base.writing() as connection:
            connection.exec_driver_sql(_INSERT, stored_values(rows, 1))
        base.close()

    def chained() -> None:
        store = connect(next(urls))
        store.commit(Change(0, rows), _NOTE)
        store.close()

    return plain, chained
