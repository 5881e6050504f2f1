"""A PostgreSQL of the tests' own, started once for each worker and stopped at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.store.servers import Server, serving


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a running server that hurries: it would not survive a power cut."""
    server = serving()
    yield server
    server.close()
