"""Whether this process could do its work now: what it needs is looked at, not assumed."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry import intake
from geo_registry.errors import NotReady, RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.live.recent import Use
    from geo_registry.registry.house import House

SANDBOX_HOLDS_S = 60
"""Seconds for which a self-test of the process that parses files is believed."""
PROBE = b"name\nprobe\n"
"""A file as harmless as can be; reading it makes the parsing process test its fence."""
NEEDED = ("site.css", "map.js", "node_modules/maplibre-gl/dist/maplibre-gl.mjs")
"""Files without which no page works: our own, and one that `make setup` brings."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found where all is well.

    Attributes
    ----------
    revision
        Number of the newest commit.
    free_mb
        Free space where the store lies, 10^6 bytes.
    """

    revision: int
    free_mb: int


@dataclass(frozen=True, slots=True)
class Condition:
    """How one process is.

    Attributes
    ----------
    house
        What it works with.
    """

    house: House

    def ready(self) -> Readiness:
        """Look at everything an answer or an import needs, once a second however often it is asked.

        Raises
        ------
        StoreError
            If the store cannot be read, or is of another schema.
        NotReady
            ``STATIC_MISSING``, ``DISK_LOW``, ``SANDBOX_UNSAFE`` or ``SANDBOX_FAILED``.
        """
        second = int(self.house.clock().timestamp())
        found = self.house.looks.get(("ready", second), lambda: _found(self.house))
        if isinstance(found, RegistryError):
            raise found
        return found

    @property
    def memory(self) -> Mapping[str, Use]:
        """How the memories of this process are used, by their names."""
        return {"answers": self.house.recent.use, "tiles": self.house.tiles.use}


def _found(house: House) -> Readiness | RegistryError:
    try:
        return _looked(house)
    except RegistryError as fault:
        return fault


def _looked(house: House) -> Readiness:
    revision = house.store.head().revision
    for name in NEEDED:
        if not (house.settings.static / name).is_file():
            raise NotReady("STATIC_MISSING", value=name)
    free_mb = _free_mb(house)
    if free_mb < house.settings.serving.disk_floor_mb:
        raise NotReady("DISK_LOW", value=free_mb, expected=house.settings.serving.disk_floor_mb)
    _try_sandbox(house)
    return Readiness(revision, free_mb)


def _free_mb(house: House) -> int:
    """Look where the store's file lies; where a server keeps it, at what this process needs for uploads."""
    scheme, _, path = house.settings.store_url.partition(":///")
    folder = Path(path).parent if scheme == "sqlite" else Path(tempfile.gettempdir())
    return shutil.disk_usage(folder).free // MEGABYTE


def _try_sandbox(house: House) -> None:
    minute = int(house.clock().timestamp()) // SANDBOX_HOLDS_S
    house.looks.get(("sandbox", minute), lambda: _probe(house))


def _probe(house: House) -> bool:
    with tempfile.TemporaryDirectory(prefix="geo-registry-") as folder:
        path = Path(folder) / "probe.csv"
        path.write_bytes(PROBE)
        try:
            intake.read(path, limits=house.settings.uploads)
        except RegistryError as fault:
            raise NotReady(fault.code, **fault.details) from fault
    return True
