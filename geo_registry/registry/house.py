"""What every use case stands on: the store, the catalog, the settings, the clock and today's frames."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from geo_registry.errors import StoreError, ValueRefused
from geo_registry.live.recent import Recent
from geo_registry.settings import PasswordCost
from geo_registry.store.chain import Commit

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from geo_registry.core.kinds import Catalog
    from geo_registry.live.known import Known
    from geo_registry.live.standing import Standing
    from geo_registry.settings import Settings
    from geo_registry.store import Store

MAINLAND = (73.0, 3.0, 136.0, 54.0)
"""Default service region W, S, E, N in degrees (contract, `init`)."""
WORLD = (-180.0, -90.0, 180.0, 90.0)
"""Service region that refuses no place."""
LOOKS = 8
"""Looks at this process's own state that are kept: each is good for a second or a minute."""
TILES = 100_000
"""Tiles kept at the most: what bounds them is their weight, most being empty or small."""


def wall_clock() -> datetime:
    """Tell the time now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """The rooms that use cases share.

    Attributes
    ----------
    store, catalog, settings
        Where records are, what the layer files declare, and what is set.
    clock
        Gives the time now.
    genesis
        The store's first commit: it carries the service region and the time zone.
    recent
        Results that only a new commit makes stale, by revision and question.
    looks
        What was found where this process looked at itself.
    drawn
        Under which question the newest drawing of a layer for a viewer is kept.
    known
        Of each kind what was read of it last.
    held
        Drawings of many records, by viewers' scope and day, for the next commit to change.
    counted
        Counts of many records, by question, for the next commit to change.
    standing
        All records in numbers as of the newest revision that was asked about, by the catalog's digest.
    tiles
        Packed tiles, kept apart: many and small, they must not push out the few big frames.
    hashing
        Lets a few passwords be hashed at a time: each takes memory.
    """

    store: Store
    catalog: Catalog
    settings: Settings
    clock: Callable[[], datetime]
    genesis: Commit
    recent: Recent = field(default_factory=Recent)
    tiles: Recent = field(default_factory=lambda: Recent(TILES))
    looks: Recent = field(default_factory=lambda: Recent(LOOKS))
    drawn: dict[Hashable, Hashable] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    held: dict[Hashable, Any] = field(default_factory=dict)
    counted: dict[Hashable, Any] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    hashing: BoundedSemaphore = field(default_factory=partial(BoundedSemaphore, PasswordCost().at_once))

    @property
    def region(self) -> tuple[float, float, float, float]:
        """Service region W, S, E, N in degrees."""
        edges: Any = self.genesis.details["region"]
        west, south, east, north = map(float, edges)
        return west, south, east, north

    @property
    def today(self) -> date:
        """Date now in the registry's time zone."""
        return self.clock().astimezone(ZoneInfo(str(self.genesis.details["tz"]))).date()

    @property
    def now(self) -> str:
        """Time now in the registry's time zone, ISO 8601 to the second."""
        return (
            self.clock().astimezone(ZoneInfo(str(self.genesis.details["tz"]))).isoformat(timespec="seconds")
        )

    def new_id(self, revision: int, number: int) -> str:
        """Make an opaque identity for the n-th new record of a revision: this store's own, and repeatable."""
        return self.new_ids(revision, range(number, number + 1))[0]

    def new_ids(self, revision: int, numbers: range) -> list[str]:
        """Make the identities of many new records of a revision."""
        begun = f"{self.genesis.hash}|{revision}|".encode()
        return [hashlib.sha256(b"%b%d" % (begun, number)).hexdigest()[:16] for number in numbers]

    def touched(self, revision: int) -> Mapping[str, str]:
        """Name the records that one commit opened or closed, each with its kind."""
        return self.recent.get(("touched", revision), partial(self.store.touched, revision))

    def revision(self, as_of: int | date | None = None) -> int:
        """Give the revision a question is answered at.

        Parameters
        ----------
        as_of
            The one asked for, or the day at whose end it was the newest; None for the newest of all.

        Raises
        ------
        ValueRefused
            If there is no such revision yet, or there was none on that day.
        """
        newest = self.store.revision()
        if as_of is None:
            return newest
        if isinstance(as_of, date):
            return self._newest_on(as_of)
        if not 0 <= as_of <= newest:
            raise ValueRefused("REVISION_UNKNOWN", value=as_of, newest=newest)
        return as_of

    def _newest_on(self, day: date) -> int:
        """Find the newest revision, by sequence, that was recorded on a day or before it."""
        zone = ZoneInfo(str(self.genesis.details["tz"]))
        commits = reversed(self.store.commits())
        days = ((each.revision, datetime.fromisoformat(each.at).astimezone(zone).date()) for each in commits)
        found = next((revision for revision, recorded in days if recorded <= day), None)
        if found is None:
            raise ValueRefused("AS_OF_TOO_EARLY", value=day.isoformat(), earliest=self.genesis.at[:10])
        return found


def make(store: Store, *, region: tuple[float, float, float, float], tz: str, at: datetime, by: str) -> None:
    """Make an empty store.

    Parameters
    ----------
    store
        A store that does not exist yet.
    region
        Service region W, S, E, N in degrees.
    tz
        IANA time zone in which dates are meant.
    at
        Time now.
    by
        Who makes it.

    Raises
    ------
    ValueRefused
        If the region is not W < E, S < N within the world, or the time zone is unknown.
    StoreError
        If there is a store already.
    """
    west, south, east, north = region
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 (the world)
        raise ValueRefused("REGION_INVALID", value=",".join(f"{edge:g}" for edge in region))
    try:
        zone = ZoneInfo(tz)
    except (KeyError, ValueError, OSError) as fault:
        raise ValueRefused("TIME_ZONE_UNKNOWN", value=tz) from fault
    if store.exists():
        raise StoreError("STORE_EXISTS")
    details: Mapping[str, object] = {"region": list(region), "tz": tz}
    stamp = at.astimezone(zone).isoformat(timespec="seconds")
    store.create(Commit(revision=0, at=stamp, by=by, action="init", details=details))
