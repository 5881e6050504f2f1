"""Where a source is, there is its symbol's colour; and the colours are told apart by every eye."""

from __future__ import annotations

import base64
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geo_registry.catalog import load
from geo_registry.settings import Settings
from tests.e2e.conftest import SMALL
from tests.e2e.crowds import Served
from tests.e2e.pages import VIEW, MapPage

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from playwright.sync_api import Browser, Page

    from geo_registry.registry import Registry

    Colours = NDArray[np.float64]

POINTS = 20
ZOOM = 17
"""A pixel is half a metre here: nobody is drawn in a group."""
ALONE_M = 60.0
"""Nothing else lies so near to a point that is looked at, so that nothing is drawn on it."""
METRES_A_DEGREE = 111_320.0
ASIDE_PX = 60.0
WORLD_PX = 512.0 * 2**ZOOM
"""Width of the world at that zoom, as MapLibre draws it."""
NEARLY = 3
"""Steps of 255 by which a colour may differ: the picture is drawn at half its size."""
MIDDLE = (
    f"(({{ left, top, width, height }}) => [left + width / 2, top + height / 2])"
    f"({VIEW}.getContainer().getBoundingClientRect())"
)
"""The pixel of the page in which the map's centre is."""
READ = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return Array.from(context.getImageData(0, 0, image.width, image.height).data);
}"""
SEEN_BY: dict[str, list[list[float]]] = {
    "everybody": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""Machado, Oliveira & Fernandes 2009, A physiologically-based model for simulation of color vision
deficiency, severity 1.0: matrices of linear RGB."""
XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
WHITE = [0.9505, 1.0, 1.089]
"""IEC 61966-2-1 (sRGB): linear RGB to XYZ, and its white D65."""
APART = 15.0
"""Least distance in CIELAB (CIE 1976); 2.3 is just noticed (Mahy et al. 1994), and shapes differ besides."""


def rgb(colour: str) -> list[int]:
    """Read a colour of a layer file."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def alone(registry: Registry, seed: int) -> gpd.GeoDataFrame:
    """Draw active points that have nothing near them, as many as are looked at."""
    rows = registry.sources(on=registry.today)
    rows = rows[rows.geometry.notna()]
    stations = registry.stations(on=registry.today)
    places = [every.geometry.representative_point() for every in (rows, stations)]
    x, y = (np.concatenate([getattr(place, axis) for place in places]) for axis in ("x", "y"))
    active = rows["status"].isin(registry.catalog.active) & (rows.geometry.geom_type == "Point")
    found = []
    for at in np.random.default_rng(seed).permutation(np.flatnonzero(active)):
        aside = np.hypot((x - x[at]) * np.cos(np.radians(y[at])), y - y[at]) * METRES_A_DEGREE
        if (aside < ALONE_M).sum() == 1:
            found.append(at)
        if len(found) == POINTS:
            break
    return rows.iloc[found]


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Give the pixel of a place, from the west and the north end of the world."""
    x = WORLD_PX * (lon + 180.0) / 360.0
    y = WORLD_PX * (0.5 - np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / (2 * np.pi))
    return float(x), float(y)


def seen(page: Page, paper: Page, x: float, y: float) -> list[int]:
    """Read the colour of a pixel from a picture of the page."""
    png = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    return list(paper.evaluate(READ, base64.b64encode(png).decode()))[:3]


def wrong(browser: Browser, served: Served, seed: int) -> list[object]:
    """List the points whose colour is not where the projection puts them, with what is there."""
    registry, address = served
    hidden = ",".join(registry.catalog.of_role("asset"))
    map_page = MapPage(browser, address, SMALL, "zh").go(f"?hide={hidden}")
    paper, chance, faults = browser.new_page(), np.random.default_rng(seed), []
    middle = map_page.page.evaluate(MIDDLE)
    points = alone(registry, seed)
    assert len(points) == POINTS
    for _, row in points.iterrows():
        lon, lat = row.geometry.x, row.geometry.y
        centre = lon + chance.uniform(-ASIDE_PX, ASIDE_PX) * 360 / WORLD_PX, lat
        map_page.page.evaluate(
            f"([center, zoom]) => {{ {VIEW}.jumpTo({{ center, zoom }}); }}", [centre, ZOOM]
        )
        map_page.settle()
        (x, y), (middle_x, middle_y) = mercator(lon, lat), mercator(*centre)
        at = middle[0] + x - middle_x, middle[1] + y - middle_y
        there, wanted = (
            seen(map_page.page, paper, *at),
            rgb(registry.catalog.kinds[row["kind"]].symbol.colour),
        )
        if np.abs(np.subtract(there, wanted)).max() > NEARLY:
            faults.append((row["id"], row["kind"], there, wanted))
    paper.close()
    complaints = map_page.complaints
    map_page.close()
    return [*faults, *complaints]


def test_every_point_of_the_city_is_where_it_belongs(browser: Browser, demo: Registry, address: str) -> None:
    """Twenty points of the demo city bear their kind's colour at the pixel that Mercator gives."""
    assert wrong(browser, Served(demo, address), seed=5) == []


def test_every_point_of_the_crowd_is_where_it_belongs(browser: Browser, many: Served) -> None:
    """So do twenty of a hundred thousand."""
    assert wrong(browser, many, seed=6) == []


def lab(colour: str, seen_by: list[list[float]]) -> Colours:
    """Give the CIELAB coordinates of a colour as an eye sees it."""
    share = np.array(rgb(colour)) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    ratio = np.array(XYZ) @ np.clip(np.array(seen_by) @ linear, 0, 1) / np.array(WHITE)
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eye", SEEN_BY)
def test_kinds_of_sources_are_told_apart_by_every_eye(eye: str) -> None:
    """To every eye two kinds of sources differ in colour plainly, and they never share a shape."""
    catalog = load(Settings().layers)
    symbols = {name: catalog.kinds[name].symbol for name in catalog.of_role("source")}
    lab_of = {name: lab(symbol.colour, SEEN_BY[eye]) for name, symbol in symbols.items()}
    near = {
        pair: distance
        for pair in combinations(symbols, 2)
        if (distance := float(np.linalg.norm(lab_of[pair[0]] - lab_of[pair[1]]))) < APART
    }
    assert near == {}
    assert len({symbol.shape for symbol in symbols.values()}) == len(symbols)
