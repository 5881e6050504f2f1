"""Who asks: every request gets its viewer before anything is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from geo_registry.core import access

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Let an application tell its requests apart here."""
    app.before_request(_identify)


def _identify() -> None:
    g.viewer = access.public()
