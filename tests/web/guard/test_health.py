from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry import intake
from geo_registry.errors import RegistryError, StoreError
from geo_registry.settings import Serving
from geo_registry.web import create_app
from tests.web.town import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from geo_registry.registry import Registry
    from geo_registry.settings import Settings


def of(settings: Settings) -> FlaskClient:
    """Give a client of a server with other settings, its memory fresh."""
    return create_app(settings, gr.registry.open_registry(chosen=settings, clock=lambda: NOW)).test_client()


@pytest.fixture
def settings(registry: Registry) -> Settings:
    """Give the town's settings."""
    return registry.settings


def test_a_whole_server_is_ready(settings: Settings) -> None:
    """With store, space, files and sandbox in order the server is ready, and says at which revision."""
    answer = of(settings).get("/readyz")
    assert answer.status_code == 200, answer.text
    assert answer.json["status"] == "ready"  # type: ignore[index]
    assert answer.json["revision"] > 0  # type: ignore[index]


def test_readiness_names_what_is_missing(settings: Settings, tmp_path: Path) -> None:
    """Without the browser's files or with too little space the server is not ready, and says which it is."""
    for changed, code in (
        (replace(settings, static=tmp_path), "STATIC_MISSING"),
        (replace(settings, serving=Serving(disk_floor_mb=10**9)), "DISK_LOW"),
    ):
        answer = of(changed).get("/readyz", headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json["code"]) == (503, code)  # type: ignore[index]
        assert answer.json["message"] != code  # type: ignore[index]


def test_without_a_sandbox_that_holds_nothing_is_ready(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the process that parses files fails its self-test the server is not ready to take files."""
    monkeypatch.setattr(intake, "read", _unsafe)
    answer = of(settings).get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "SANDBOX_UNSAFE")  # type: ignore[index]


def _unsafe(*_: object, **__: object) -> None:
    raise RegistryError("SANDBOX_UNSAFE", value="network")


def test_alive_is_not_ready(registry: Registry, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a store that cannot be read the server is alive and not ready."""
    client = of(settings)
    store = type(registry._house.store)  # noqa: SLF001
    for name in ("head", "tip", "revision"):
        monkeypatch.setattr(store, name, _unreadable)
    assert client.get("/healthz").json == {"status": "ok"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "STORE_UNREADABLE")  # type: ignore[index]


def _unreadable(*_: object) -> None:
    raise StoreError
