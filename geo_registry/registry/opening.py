"""Making a store, and opening one that exists."""

from __future__ import annotations

import getpass
from contextlib import closing
from dataclasses import replace
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from geo_registry import catalog, settings
from geo_registry.errors import StoreError
from geo_registry.live.recent import Recent
from geo_registry.registry.facade import Registry
from geo_registry.registry.house import MAINLAND, TILES, House, make, wall_clock
from geo_registry.store import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def init(
    url: str,
    *,
    region: tuple[float, float, float, float] = MAINLAND,
    tz: str = "Asia/Shanghai",
    by: str | None = None,
    clock: Callable[[], datetime] = wall_clock,
) -> None:
    """Make an empty store.

    Parameters
    ----------
    url
        ``sqlite:///path`` or ``postgresql://user@host/database``.
    region
        Service region W, S, E, N in degrees WGS 84: places outside it are refused.
    tz
        IANA time zone in which dates are meant.
    by
        Who makes it; default the user of this machine.
    clock
        Gives the time now.

    Raises
    ------
    StoreError
        If there is a store already, or its folder cannot be written.
    ValueRefused
        If the region or the time zone is not one.
    """
    # closed at once: as long as a connection is open the newest pages lie beside the file
    with closing(connect(url)) as store:
        make(store, region=region, tz=tz, at=clock(), by=by or getpass.getuser())


def open_registry(
    url: str | None = None,
    *,
    chosen: settings.Settings | None = None,
    clock: Callable[[], datetime] = wall_clock,
) -> Registry:
    """Open a store that exists.

    Parameters
    ----------
    url
        ``sqlite:///path`` or ``postgresql://user@host/database``; default from the settings.
    chosen
        Settings; default from the environment.
    clock
        Gives the time now.

    Raises
    ------
    StoreError
        If there is none, or it cannot be read.
    CatalogError
        If a layer file is wrong.
    """
    chosen = chosen or settings.from_env()
    chosen = replace(chosen, store_url=url or chosen.store_url)
    store = connect(chosen.store_url)
    if not store.exists():
        raise StoreError("STORE_MISSING", value=settings.shown(chosen.store_url))
    serving = chosen.serving
    house = House(
        store,
        catalog.load(chosen.layers),
        chosen,
        clock,
        store.commit_at(0),
        recent=Recent(size_mb=serving.answers_mb),
        tiles=Recent(TILES, serving.tiles_mb),
        hashing=BoundedSemaphore(chosen.password_cost.at_once),
    )
    return Registry(house)
