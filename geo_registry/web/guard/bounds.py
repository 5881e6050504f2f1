"""What those may see who have not signed in."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from geo_registry.core import access

if TYPE_CHECKING:
    from geo_registry.core.access import Viewer
    from geo_registry.settings import Settings


def public_viewer(settings: Settings, *, has_accounts: bool) -> Viewer | None:
    """Give the viewer of everybody who has not signed in, or None where they see nothing.

    Parameters
    ----------
    settings
        Say what is public, and where the server listens.
    has_accounts
        Whether somebody could sign in.
    """
    mode = settings.public
    if mode == "auto":
        mode = "closed" if has_accounts or not _is_this_machine(settings.host) else "read"
    return None if mode == "closed" else access.public(counts_only=mode == "counts")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
