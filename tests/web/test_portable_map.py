"""The one-file map at its doors: the web, framed and alone, and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo_registry.publish.portable import features
from tests.cli.shell import run

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient


ADDRESS = "/api/stations/S1/map.html?lang=en"


def test_it_may_be_framed_by_us_alone_and_runs_as_from_nowhere(client: FlaskClient) -> None:
    """The file answers with a sandbox of its own; the page about the station may frame it."""
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == "sandbox allow-scripts; frame-ancestors 'self'"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="map_S1_r')


def test_a_map_of_too_many_is_refused_with_a_way_on(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal has its code, the count, and says what else there is."""
    monkeypatch.setattr(features, "MOST", 0)
    answer = client.get(f"{ADDRESS}&rings=40000")
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (400, "TOO_MANY_FEATURES")
    assert told["details"]["value"] > 0
    assert "pmtiles" in told["message"]


def test_the_shell_writes_the_same_file(demo_store: str, tmp_path: Path) -> None:
    """Twice the same bytes, under the name that was asked for."""
    files = [tmp_path / "one.html", tmp_path / "two.html"]
    for file in files:
        result = run(demo_store, "map", "2399A", "--rings", "1000", "-o", str(file))
        assert result.exit_code == 0, result.output
    assert files[0].read_bytes() == files[1].read_bytes()
