"""The web door: a request becomes one use case and its answer a page, a tile, a document or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from geo_registry.registry import open_registry
from geo_registry.settings import from_env
from geo_registry.web import answers, context, errors
from geo_registry.web.guard import entry, identity
from geo_registry.web.views import api, editing, files, health, imports, pages, signin, tiles
from geo_registry.web.views.maps import ground, places, portable, printing
from geo_registry.web.views.stations import changes, neighbourhood

if TYPE_CHECKING:
    from geo_registry.registry import Registry
    from geo_registry.settings import Settings


def create_app(settings: Settings | None = None, registry: Registry | None = None) -> Flask:
    """Make the WSGI application; it opens one registry and keeps it.

    Parameters
    ----------
    settings
        Store, layer files and static files; default from the environment.
    registry
        A registry that is open already, in place of the one the settings name.

    Raises
    ------
    StoreError
        If there is no store, or it cannot be read.
    CatalogError
        If a layer file is wrong.
    ValueRefused
        If the file that names the basemaps is.
    """
    chosen = settings or from_env()
    app = Flask(__name__, static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    opened = registry or open_registry(chosen=chosen)
    context.keep(app, opened, chosen)
    for room in (
        neighbourhood,
        changes,
        pages,
        api,
        tiles,
        ground,
        places,
        portable,
        printing,
        files,
        health,
        signin,
        imports,
        editing,
    ):
        app.register_blueprint(room.blueprint)
    signin.register_provider(app, chosen)
    entry.register(app, opened, chosen, errors.status_of)
    health.register(app)
    identity.register(app)
    entry.limit(app)
    errors.register(app)
    answers.register(app)
    return app
