"""A PostgreSQL with PostGIS for a subject, where one is installed; its databases end with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from _pytest.outcomes import Skipped

from tests.store.servers import Server, serving

SETTINGS = ("-c", "shared_buffers=1GB", "-c", "work_mem=256MB", "-c", "max_wal_size=8GB", "-c", "fsync=off")
"""More than the program's own few megabytes: a machine that serves a census has them."""


@contextmanager
def postgis() -> Iterator[Server | None]:
    """Start a server; None where PostgreSQL or PostGIS is not installed."""
    try:
        server = serving(SETTINGS)
    except Skipped:
        yield None
        return
    try:
        yield server
    finally:
        server.close()
