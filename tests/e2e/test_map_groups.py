"""Groups of sources on the map: ring charts that are counted, open, and never stand for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

import geo_registry as gr
from tests.e2e.conftest import SMALL
from tests.e2e.pages import VIEW, MapPage
from tests.web.running import free_port, served

COUNT = 4_000
KINDS = ("brick_kiln", "coal_sales_point")
NUMBER = f"{VIEW}.queryRenderedFeatures({{ layers: ['sources-group-count'] }})"


def feature(number: int, place: list[float]) -> dict[str, object]:
    """Write one source of a crowd; every fourth is a kiln."""
    said = {"category": KINDS[number % 4 > 0], "code": f"G-{number:05}", "status": "operating"}
    return {"type": "Feature", "properties": said, "geometry": {"type": "Point", "coordinates": place}}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a crowd of sources, and a few that stand alone."""
    folder = tmp_path_factory.mktemp("crowd")
    random = np.random.default_rng(7)
    places = np.vstack(
        [random.normal((114.0, 33.5), 0.1, (COUNT - 5, 2)), [[113.4 + 0.3 * at, 33.95] for at in range(5)]]
    )
    features = [feature(number, place) for number, place in enumerate(places.round(6).tolist())]
    (folder / "crowd.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), "utf-8"
    )
    url = f"sqlite:///{folder / 'crowd.db'}"
    gr.init(url, by="tester")
    registry = gr.open(url)
    order = gr.ImportOrder(datum="wgs84", by="tester", accept_partial=True)
    registry.import_file(folder / "crowd.geojson", order)
    registry.close()
    port = free_port()
    with served(url, "--port", str(port)):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def page(browser: Browser, crowd: str) -> Iterator[MapPage]:
    """Open the crowd where it is drawn in groups."""
    opened = MapPage(browser, crowd, SMALL, "zh").go("#map=8/33.55/114")
    yield opened
    complaints = opened.complaints
    opened.close()
    assert complaints == []


def test_groups_count_everything_and_never_one(page: MapPage, artefacts: Path) -> None:
    """Groups, lone symbols and singles add up to all; a group is of two at least, its ring a chart."""
    page.picture(artefacts / "map-groups.png")
    groups, alone = page.drawn("sources-group", "n"), page.drawn("sources-lone", "n")
    singles = set(page.drawn("sources-symbol"))  # of tiles that hold few enough
    assert sum(groups) + sum(alone) + len(singles) == COUNT
    assert min(groups) >= 2
    assert set(alone) == {1}
    rings = page.page.evaluate(f"{VIEW}.listImages().filter((name) => name.startsWith('ring-'))")
    assert len(rings) > 1
    assert not page.page.is_hidden("#group-note")


def test_numbers_never_lie_on_each_other(page: MapPage) -> None:
    """The numbers that are written keep clear of each other."""
    drawn = page.page.evaluate(
        f"{NUMBER}.map((one) => {VIEW}.project(one.geometry.coordinates)).map(({{ x, y }}) => [x, y])"
    )
    assert len(drawn) > 10
    assert min(np.hypot(*np.subtract(one, other)) for one, other in combinations(drawn, 2)) > 8


def test_groups_follow_the_switches_and_open(page: MapPage) -> None:
    """A kind that is switched off is counted no more; a click on a group goes nearer."""
    page.page.uncheck("input[name=coal_sales_point]")
    page.settle()
    kilns = page.drawn("sources-group", "k_brick_kiln") + page.drawn("sources-lone", "k_brick_kiln")
    assert sum(kilns) + len(set(page.drawn("sources-symbol"))) == COUNT / 4
    before = page.page.evaluate(f"{VIEW}.getZoom()")
    place = page.page.evaluate(
        f"{VIEW}.queryRenderedFeatures({{ layers: ['sources-group'] }}).at(-1).geometry.coordinates"
    )
    page.click_map(*place)
    page.until(f"{VIEW}.getZoom() > {before + 1.9}")
