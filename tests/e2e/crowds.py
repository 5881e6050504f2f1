"""A store of a hundred thousand sources all over the country, served for the tests that need so many."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import geo_registry as gr
from geo_registry.core.access import public
from tests.bench.census import KINDS, census
from tests.bench.made import store_of
from tests.web.running import free_port, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo_registry.registry import Registry

CROWD = 100_000
"""Sources of the crowd: what issue 5 asks the map to answer for."""


class Served(NamedTuple):
    """A store as a reader and as a browser meet it.

    Attributes
    ----------
    registry
        Opened in Python, beside the server.
    address
        Of the server.
    """

    registry: Registry
    address: str


def make_crowd(folder: Path) -> None:
    """Make the crowd's store in a new folder (some two seconds)."""
    folder.mkdir()
    for name, array in census(CROWD, kinds=KINDS)._asdict().items():
        np.save(folder / f"{name}.npy", array)
    store_of(folder, CROWD)


@contextmanager
def crowd(folder: Path) -> Iterator[Served]:
    """Serve the crowd of a folder."""
    url, port = store_of(folder, CROWD), free_port()
    with served(url, "--port", str(port)):
        registry = gr.open(url)
        yield Served(registry.seen_by(public(leads=True)), f"http://127.0.0.1:{port}/")
        registry.close()
