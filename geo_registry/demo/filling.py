"""The demo city's files through the front door: each is imported as a user would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from geo_registry.demo.city import write
from geo_registry.errors import StoreError
from geo_registry.registry import init, open_registry
from geo_registry.registry.importing import Order
from geo_registry.settings import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

SEED = 411_100
"""Seed of the demo city: the division code of Luohe (GB/T 2260)."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling a store came to.

    Attributes
    ----------
    revision
        Of the store afterwards.
    batches
        Imports that stored something.
    counts
        Records by kind.
    """

    revision: int
    batches: int
    counts: Mapping[str, int]


def fill(url: str, *, seed: int = SEED, by: str | None = None) -> Filled:
    """Fill a store with the demo city, making the store where there is none.

    Parameters
    ----------
    url
        ``sqlite:///path`` or ``postgresql://user@host/database``.
    seed
        Of everything that is made up.
    by
        Who fills it; default ``demo``.

    Raises
    ------
    StoreError
        If the store holds records already.
    """
    try:
        registry = open_registry(url)
    except StoreError as fault:
        if fault.code != "STORE_MISSING":
            raise
        init(url, by=by or "demo")
        registry = open_registry(url)
    if registry.counts():
        raise StoreError("STORE_NOT_EMPTY", value=shown(url))
    with TemporaryDirectory() as folder:
        outcomes = [
            registry.import_file(
                file.path,
                Order(
                    kind=file.kind,
                    datum=file.datum,
                    sets=file.assignments,
                    allow_unlocated=file.allow_unlocated,
                    accept_partial=file.accept_partial,
                    by=by or "demo",
                ),
            )
            for file in write(Path(folder), seed, registry.catalog)
        ]
    batches = sum(outcome.document["batch"] is not None for outcome in outcomes)
    filled = Filled(registry.revision, batches, registry.counts())
    registry.close()
    return filled
