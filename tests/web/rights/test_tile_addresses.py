"""A tile that cannot be is refused before the store is asked anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from geo_registry.store.sqlite.base import Base

if TYPE_CHECKING:
    from flask.testing import FlaskClient

FALSE = (
    "sources/-1/0/0",
    "sources/19/0/0",
    "sources/25/0/0",
    "sources/99/1/1",
    "sources/1/2/0",
    "sources/10/2147483648/1",
    "sources/10/1/2147483648",
    f"sources/10/{'9' * 5_000}/1",
    f"sources/{'9' * 5_000}/0/0",
    "sources/NaN/0/0",
    "sources/1/NaN/0",
    "sources/1e1/0/0",
    "sources/1.5/0/0",
    "planets/1/0/0",
)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every way in which a store is looked at from here on."""
    noted: list[str] = []

    def noting(name: str) -> None:
        way = getattr(Base, name)

        def noted_way(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the way is)
            noted.append(name)
            return way(*args, **kwargs)

        monkeypatch.setattr(Base, name, noted_way)

    for name in ("glance", "reading", "writing"):
        noting(name)
    return noted


@pytest.mark.parametrize("address", FALSE, ids=lambda address: str(address)[:24])
def test_a_false_tile_costs_no_query(client: FlaskClient, looks: list[str], address: str) -> None:
    """A zoom, column or row that does not exist answers 404, and the store is not asked."""
    assert client.get(f"/tiles/{address}.mvt").status_code == 404
    assert looks == []


def test_a_true_tile_asks_the_store(client: FlaskClient, looks: list[str]) -> None:
    """A tile that exists is answered after one look at the store, which is what the test above counts."""
    assert client.get("/tiles/sources/10/836/410.mvt").status_code == 200
    assert looks


def test_a_box_wider_than_the_world_is_refused(client: FlaskClient) -> None:
    """Boxes and radii beyond any map are refused or answered, never a fault of the server."""
    for path in (
        "/api/export?kind=brick_kiln&format=csv&bbox=-1e9,-1e9,1e9,1e9",
        "/api/near?lon=1e9&lat=0&radius_m=1",
        "/api/near?lon=0&lat=0&radius_m=1e300",
    ):
        assert client.get(path).status_code < 500, path
