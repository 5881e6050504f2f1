"""A store with accounts, a clock that is moved by hand, and hashes that cost next to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.registry.people import Grant
from geo_registry.settings import Settings
from tests.people.making import CHEAP, PASSWORD, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.registry import Registry


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Name a store, and hash cheaply."""
    return Settings(store_url=f"sqlite:///{tmp_path / 'people.db'}", password_cost=CHEAP)


@pytest.fixture
def registry(settings: Settings, clock: Clock) -> Iterator[Registry]:
    """Open a store in which li is of the city and wang of a district."""
    gr.init(settings.store_url, by="tester", clock=clock)
    opened = gr.open(chosen=settings, clock=clock)
    opened.people.add("li", Grant("city"), PASSWORD)
    opened.people.add("wang", Grant("district", ("郾城区",)), PASSWORD)
    yield opened
    opened.close()
