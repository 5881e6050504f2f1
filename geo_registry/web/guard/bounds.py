"""What those may see who have not signed in."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request

from geo_registry.core import access

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_registry.core.access import Viewer
    from geo_registry.settings import Settings


def public_viewer(settings: Settings, *, has_accounts: Callable[[], bool]) -> Viewer | None:
    """Give the viewer that stands for those who have not signed in; None where they see nothing.

    ``auto`` lets the map of a fresh checkout be seen by whoever sits at the machine, and nobody else: it
    lasts until the first account is made, needs a server that listens on this machine alone, and a request
    that comes from it under its own name, so that neither a proxy nor a foreign page lets others in.

    Parameters
    ----------
    settings
        What is set: the mode, and where the server listens.
    has_accounts
        Tells whether anybody has an account; asked only where that matters.
    """
    mode = settings.public
    if mode == "auto":
        local = is_local(settings.host) and _asked_locally()
        mode = "read" if local and not has_accounts() else "closed"
    return None if mode == "closed" else access.public(counts_only=mode == "counts")


def is_local(host: str) -> bool:
    """Tell whether an address is this machine's own.

    Parameters
    ----------
    host
        A name or an address, without a port.

    Examples
    --------
    >>> is_local("127.0.0.1"), is_local("::1"), is_local("localhost"), is_local("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _asked_locally() -> bool:
    """Tell whether the request at hand comes from this machine and calls it so."""
    try:
        called = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return False
    return is_local(request.remote_addr or "") and is_local(called)
