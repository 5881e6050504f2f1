"""What those may see who have not signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request

from geo_registry.core import access
from geo_registry.web.guard.entry.peers import LOCAL, is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_registry.core.access import Viewer
    from geo_registry.settings import Settings


def public_viewer(settings: Settings, *, has_accounts: Callable[[], bool]) -> Viewer | None:
    """Give the viewer that stands for those who have not signed in; None where they see nothing.

    ``auto`` lets the map of a fresh checkout be seen by whoever sits at the machine, and nobody else: it
    lasts until the first account is made, needs a server that listens on this machine alone, and a request
    that comes from it under its own name, so that neither a proxy nor a foreign page lets others in. Who sits
    there could open the store as well, so leads are shown and every number is that of the shell.

    Parameters
    ----------
    settings
        What is set: the mode, and where the server listens.
    has_accounts
        Tells whether anybody has an account; asked only where that matters.
    """
    if settings.public == "auto":
        local = is_loopback(settings.host) and _asked_locally()
        return access.public(leads=True) if local and not has_accounts() else None
    if settings.public == "closed":
        return None
    return access.public(counts_only=settings.public == "counts")


def _asked_locally() -> bool:
    """Tell whether the request at hand comes from this machine, by no proxy, and calls it so."""
    try:
        called = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return False
    return bool(request.environ.get(LOCAL)) and is_loopback(called)
