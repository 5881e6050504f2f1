"""Keeping the store: the proof that it is whole, checked copies of it, and one put back."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from geo_registry.core.access import must
from geo_registry.errors import ValueRefused
from geo_registry.registry.house import wall_clock
from geo_registry.store import connect
from geo_registry.store.keeping.findings import Head, Proof, Restored

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

__all__ = ["Head", "Keeping", "Proof", "restore", "verify"]

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{16,64})")
"""A revision and its hash; 16 hex digits of it are not met twice by chance."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a registry's keeper may do.

    Attributes
    ----------
    house
        Where records are.
    viewer
        Who asks; needs the right ``keep``.
    """

    house: House
    viewer: Viewer

    def verify(self, head: str | None = None) -> Proof:
        """Go through the store to its end, or to the first entry that does not hold; as `verify`."""
        must(self.viewer, "keep")
        return self.house.store.verify(_head(head))

    def back_up(self, file: Path) -> Head:
        """Write a checked copy of the store to a new file, while it is used.

        Parameters
        ----------
        file
            Where; nothing may be there.

        Returns
        -------
        Head
            The newest commit in the copy.

        Raises
        ------
        ValueRefused
            ``FILE_EXISTS``, ``OUTPUT_UNWRITABLE``.
        StoreError
            ``STORE_BROKEN`` if the store is not what its commits say, ``STORE_DISK_FULL``; no file is left.
        """
        must(self.viewer, "keep")
        return self.house.store.back_up(file)


def verify(url: str, head: str | None = None) -> Proof:
    """Go through a store to its end, or to the first entry that does not hold; it need not be fit to open.

    Parameters
    ----------
    url
        The store.
    head
        ``REVISION:HASH`` as it was kept outside: its commit must still be in the chain.

    Raises
    ------
    ValueRefused
        ``HEAD_INVALID``.
    StoreError
        ``STORE_MISSING``, ``STORE_BUSY``.
    """
    with closing(connect(url)) as store:
        return store.verify(_head(head))


def restore(
    url: str, file: Path, *, replace: bool = False, clock: Callable[[], datetime] = wall_clock
) -> Restored:
    """Put a checked copy in the place of a store; everybody has to sign in again.

    Parameters
    ----------
    url
        The store.
    file
        The copy.
    replace
        Whether a store that stands there may be replaced; it is kept under a longer name with the time.
    clock
        Gives the time now.

    Raises
    ------
    StoreError
        ``STORE_EXISTS``, ``STORE_IN_USE`` if a program has it open, ``STORE_NEWER``, ``STORE_BROKEN`` if the
        copy does not hold: all is as it was.
    ValueRefused
        ``FILE_NOT_FOUND``.
    """
    if not file.is_file():
        raise ValueRefused("FILE_NOT_FOUND", value=str(file))
    aside = f".replaced-{clock().astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
    with closing(connect(url)) as store:
        return store.restore(file, aside, replace=replace)


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    read = _HEAD.fullmatch(text.strip().lower())
    if read is None:
        raise ValueRefused("HEAD_INVALID", value=text)
    return Head(int(read[1]), read[2])
