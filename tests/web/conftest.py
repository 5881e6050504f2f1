"""A little town behind the web door: two stations, a handful of sources, a zone, a camera, hostile names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.web.town import MADE_UP, NOW, REAL

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make the town's store once; nobody changes it."""
    folder = tmp_path_factory.mktemp("town")
    url = f"sqlite:///{folder / 'town.db'}"
    gr.init(url, by="tester", clock=lambda: NOW)
    registry = gr.open(url, clock=lambda: NOW)
    for name, features, sets in (("real", REAL, {}), ("made-up", MADE_UP, {"synthetic": "true"})):
        path = Path(folder / f"{name}.geojson")
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        outcome = registry.import_file(path, gr.ImportOrder(datum="wgs84", sets=sets, by="tester"))
        assert outcome.document["status"] == "accept", outcome.document
    registry.close()
    return url


@pytest.fixture(scope="session")
def registry(store_url: str) -> Registry:
    """Open the town at a fixed hour."""
    return gr.open(store_url, clock=lambda: NOW)


@pytest.fixture(scope="session")
def app(registry: Registry, store_url: str) -> Flask:
    """Make the application on the town."""
    return create_app(Settings(store_url=store_url), registry)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser without cookies."""
    return app.test_client()


@pytest.fixture(scope="session")
def ids(registry: Registry) -> dict[str, str]:
    """Map the codes of the town to their ids."""
    found = [registry.sources(kind) for kind in registry.catalog.kinds]
    return {str(row["code"]): str(row["id"]) for rows in found for _, row in rows.iterrows()}
