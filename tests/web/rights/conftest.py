"""The two districts behind the web door, for whoever asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from geo_registry.settings import Serving
from geo_registry.web import create_app
from tests.web.basemaps.tiles import PNG, archive, settings_file
from tests.web.rights import world

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.web.rights.world import Districts


@pytest.fixture(scope="session")
def districts(tmp_path_factory: pytest.TempPathFactory) -> Districts:
    """Make the store once; nobody changes it."""
    return world.made(tmp_path_factory.mktemp("districts"))


@pytest.fixture(scope="session")
def served(districts: Districts, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Flask]:
    """Return a maker of the application by what the public may see; however fast it is asked, it answers."""
    folder = tmp_path_factory.mktemp("basemaps")
    archive(folder / "file.pmtiles", {(10, 836, 410): PNG})
    named = settings_file(folder, file={"pmtiles": "file.pmtiles", "attribution": "us"})
    unlimited = Serving(sign_ins=0, imports=0, heavy_reads=0)

    def make(public: str) -> Flask:
        settings = replace(districts.registry.settings, public=public, serving=unlimited, basemaps=named)
        return create_app(settings, districts.registry)

    return make


@pytest.fixture(scope="session")
def app(served: Callable[[str], Flask]) -> Flask:
    """Make the application that shows the public what is open."""
    return served("read")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a client without cookies, on another machine: programs of this one may read more."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    return client
