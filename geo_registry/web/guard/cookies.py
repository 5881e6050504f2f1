"""Our cookies: read by nobody else, sent to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from geo_registry.web.context import is_secure

if TYPE_CHECKING:
    from flask import Response


def read(name: str) -> str:
    """Give what a cookie of ours holds, empty where there is none."""
    return request.cookies.get(_own(name), "")


def put(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Let a browser keep a cookie.

    Parameters
    ----------
    response
        What is answered.
    name, value
        The cookie.
    seconds
        How long it is kept; None until the browser is closed.
    """
    response.set_cookie(
        _own(name), value, max_age=seconds, path="/", secure=is_secure(), httponly=True, samesite="Lax"
    )


def drop(response: Response, name: str) -> None:
    """Let a browser forget a cookie."""
    response.delete_cookie(_own(name), path="/", secure=is_secure(), httponly=True, samesite="Lax")


def _own(name: str) -> str:
    """Name a cookie; by https so that no other host, and no page by http, can set it (RFC 6265bis, 4.1.3.2).

    The prefix demands ``Secure``, which not every browser grants to http, on this machine either.
    """
    return f"__Host-{name}" if is_secure() else name
