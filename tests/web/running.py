"""A server in a process of its own, on a free port, for as long as a block lasts."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 60


def free_port() -> int:
    """Find a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    url: str, *words: str, noted: IO[str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a store in a process of its own until the block ends; give it and the line it said."""
    command = [sys.executable, "-m", "geo_registry", "--lang", "en", "--store", url, "serve", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=noted, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline()
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
