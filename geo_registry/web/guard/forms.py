"""What changes something comes from our own pages: by its origin, and by a token no other page can know."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request

from geo_registry.errors import NotAllowed
from geo_registry.web.context import is_secure
from geo_registry.web.guard import cookies

if TYPE_CHECKING:
    from flask import Response

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
FIELD, HEADER = "csrf", "X-CSRF-Token"
"""Where a form, or a script of ours, puts the token."""
ENTRANCE = "entrance"
"""Cookie that ties the form of signing in to the browser it was shown in."""
_OWN_SITE = frozenset({"same-origin", "none"})


def check(token: str) -> None:
    """Refuse what does not come from our own pages.

    Parameters
    ----------
    token
        What the form must carry.

    Raises
    ------
    NotAllowed
        ``ORIGIN_FOREIGN`` or ``FORM_TOKEN_WRONG``.
    """
    if not _is_ours():
        raise NotAllowed("ORIGIN_FOREIGN")
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not token or not hmac.compare_digest(sent.encode(), token.encode()):
        raise NotAllowed("FORM_TOKEN_WRONG")


def entrance_token() -> str:
    """Give the token of the form of signing in: the browser's own, or a new one."""
    return cookies.read(ENTRANCE) or secrets.token_urlsafe(32)


def show_entrance(response: Response, token: str) -> None:
    """Tie the form of signing in to the browser it is shown in."""
    cookies.put(response, ENTRANCE, token)


def check_entrance() -> None:
    """Refuse to sign a browser in from another's page; errors as `check`."""
    check(cookies.read(ENTRANCE))


def _is_ours() -> bool:
    """Tell whether browser and headers say that one of our pages asks; who says nothing is not ours."""
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITE:
        return False
    said = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        parts = urlsplit(said)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == ("https" if is_secure() else "http", request.host)
