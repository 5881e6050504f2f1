"""Who asks: every request gets its viewer before anything is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from geo_registry.core import access
from geo_registry.errors import SignInNeeded
from geo_registry.web.context import is_known, kept
from geo_registry.web.guard import bounds, cookies, forms

if TYPE_CHECKING:
    from flask import Flask, Response

    from geo_registry.registry.people.sessions import Entry, Session

SESSION = "session"
"""Cookie that holds the number of a session."""
OPEN = ("/static/", "/healthz", "/readyz")
"""Beginnings of paths that need no viewer and must answer whatever the store does."""
ENTRANCES = ("/login",)
"""Paths where strangers come in; the forms there guard themselves."""


def register(app: Flask) -> None:
    """Let an application tell its requests apart here."""
    app.before_request(_identify)
    app.after_request(_challenge)
    app.context_processor(_words)


def remember(response: Response, entry: Entry) -> None:
    """Let a browser keep the number of its session."""
    cookies.put(response, SESSION, entry.secret)


def forget(response: Response) -> None:
    """Let a browser forget the number of its session."""
    cookies.drop(response, SESSION)


def _identify() -> None:
    """Find who asks: by a token, else by a session, else nobody in particular; a wrong token is refused."""
    g.viewer, g.session, g.admitted = access.Viewer("public"), None, False
    if request.path.startswith(OPEN):
        return
    entrance = kept().registry.people.entrance
    if (given := request.headers.get("Authorization")) is not None:
        scheme, _, text = given.partition(" ")
        g.viewer = entrance.by_token(text.strip() if scheme.lower() == "bearer" else "")
    elif secret := cookies.read(SESSION):
        _recall(entrance.recalled(secret))
    g.admitted = is_known() or _let_public_in()


def _recall(session: Session | None) -> None:
    if session is None:
        return
    g.session, g.viewer, g.admitted = session, session.viewer, True
    if request.method not in forms.SAFE and request.path not in ENTRANCES:
        forms.check(session.csrf)


def _let_public_in() -> bool:
    """Let strangers see what is public; they change nothing, and may always ask for the way in."""
    held = kept()
    seen = bounds.public_viewer(held.settings, has_accounts=lambda: held.registry.people.any)
    if not request.path.startswith(ENTRANCES):
        known_address = request.routing_exception is None
        if seen is None or (known_address and request.method not in forms.SAFE):
            raise SignInNeeded
    g.viewer = seen or g.viewer
    return seen is not None


def _challenge(response: Response) -> Response:
    if response.status_code == 401:  # noqa: PLR2004
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _words() -> dict[str, object]:
    """Give templates who has signed in, and the token of that session's forms."""
    session: Session | None = g.get("session")
    return {
        "signed_in": session.account if session else "",
        "csrf_token": lambda: session.csrf if session else "",
    }
