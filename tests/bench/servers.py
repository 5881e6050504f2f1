"""A database with PostGIS for a subject, where one is installed; it ends with its own server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from _pytest.outcomes import Skipped

from tests.store.servers import serving

SETTINGS = ("-c", "shared_buffers=1GB", "-c", "work_mem=256MB", "-c", "max_wal_size=8GB", "-c", "fsync=off")
"""More than the program's own few megabytes: a machine that serves a census has them."""


@contextmanager
def postgis() -> Iterator[str | None]:
    """Start a server and give the address of a database; None where that is not installed."""
    try:
        server = serving(SETTINGS)
    except Skipped:
        yield None
        return
    try:
        # the tests' own template knows one projection alone
        server.execute("CREATE DATABASE bench")
        server.execute("CREATE EXTENSION postgis", database="bench")
        yield server.url("bench")
    finally:
        server.close()
