"""What every request stands on: the registry, the settings, the build, and the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import current_app, g, request

from geo_registry.errors import ValueRefused
from geo_registry.web import basemaps
from geo_registry.wording import LANGUAGES

if TYPE_CHECKING:
    from flask import Flask

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Catalog, Language
    from geo_registry.registry import Registry
    from geo_registry.registry.people.sessions import Session
    from geo_registry.settings import Settings

COOKIE = "lang"
"""Name of the cookie that remembers the language; it holds nothing else."""
_KEY = "geo_registry"
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Kept:
    """What one application keeps for all its requests.

    Attributes
    ----------
    basemaps
        What may lie under the map.
    build
        Changes whenever a file of the package or a basemap does: answers of an older program are no
        longer fresh.
    """

    registry: Registry
    settings: Settings
    basemaps: basemaps.Opened
    build: str


def keep(app: Flask, registry: Registry, settings: Settings) -> None:
    """Give an application its registry and settings.

    Parameters
    ----------
    app
        The application.
    registry
        An open registry.
    settings
        What is set.

    Raises
    ------
    ValueRefused
        If a basemap is not as it should be.
    """
    opened = basemaps.opened(settings.basemaps)
    changed = (path.stat().st_mtime_ns for path in _PACKAGE.rglob("*") if path.suffix != ".pyc")
    app.extensions[_KEY] = Kept(registry, settings, opened, f"{max(changed)} {basemaps.digest(opened)}")


def kept() -> Kept:
    """Give what this application keeps."""
    return cast("Kept", current_app.extensions[_KEY])


def registry() -> Registry:
    """Give the registry as this request's viewer sees it."""
    return kept().registry.seen_by(viewer())


def viewer() -> Viewer:
    """Give who asks; the guard has set it before any view."""
    return cast("Viewer", g.viewer)


def session() -> Session | None:
    """Give the session of who has signed in with this browser."""
    return cast("Session | None", g.get("session"))


def is_admitted() -> bool:
    """Tell whether anything may be shown to who asks; else nothing of the store stands on the page."""
    return "viewer" in g and g.get("admitted", False)


def is_known() -> bool:
    """Tell whether who asks is no stranger: what is answered is theirs alone."""
    return "viewer" in g and viewer().role != "public"


def is_secure() -> bool:
    """Tell whether the browser came by https."""
    return request.is_secure or kept().settings.serving.https


def catalog() -> Catalog:
    """Give the kinds as the layer files declare them."""
    return kept().registry.catalog


def language() -> Language:
    """Tell the reader's language: ``?lang=``, else the cookie, else what the browser prefers, else Chinese.

    Raises
    ------
    ValueRefused
        If ``?lang=`` names no language of ours.
    """
    asked = request.args.get("lang")
    if asked is not None and asked not in LANGUAGES:
        raise ValueRefused("LANGUAGE_UNKNOWN", value=asked, known=", ".join(LANGUAGES))
    return asked or _remembered()


def safe_language() -> Language:
    """Tell the reader's language where nothing may be refused any more."""
    try:
        return language()
    except ValueRefused:
        return _remembered()


def _remembered() -> Language:
    preferred = request.accept_languages.best_match(LANGUAGES, default="zh")
    cookie = request.cookies.get(COOKIE, preferred)
    return cast("Language", cookie if cookie in LANGUAGES else preferred)
