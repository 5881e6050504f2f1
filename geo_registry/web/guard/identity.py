"""Who asks: every request gets its viewer before anything is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from geo_registry.core import access
from geo_registry.errors import SignInNeeded
from geo_registry.web.context import kept
from geo_registry.web.guard.bounds import public_viewer

if TYPE_CHECKING:
    from flask import Flask

OPEN = ("/static/", "/healthz", "/readyz")
"""Beginnings of paths that need no viewer and must answer whatever the store does."""


def register(app: Flask) -> None:
    """Let an application tell its requests apart here."""
    app.before_request(_identify)


def _identify() -> None:
    seen = public_viewer(kept().settings, has_accounts=False)
    if seen is None and not request.path.startswith(OPEN):
        raise SignInNeeded
    g.viewer = seen or access.Viewer("nobody")
