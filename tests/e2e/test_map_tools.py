"""Tools of the map: what is measured and counted is what the ellipsoid and the registry say."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo_registry.core.space.datums import to_wgs84
from geo_registry.registry import Registry
from tests.e2e.pages import VIEW, MapPage

Opener = Callable[..., MapPage]
ELLIPSOID = Geod(ellps="WGS84")


def sketched(page: MapPage) -> list[list[float]]:
    """Give the places that the tool at work has drawn."""
    read = f"{VIEW}.getSource('sketch').serialize().data.features"
    return list(
        page.page.evaluate(
            f"{read}.filter((one) => one.geometry.type === 'Point').map((one) => one.geometry.coordinates)"
        )
    )


def of_script(page: MapPage, name: str, values: object) -> list[float]:
    """Work out values by a function of the map's own geodesy."""
    asked = (
        f"(values) => import('/static/geodesy.js').then((ours) => values.map((one) => ours.{name}(...one)))"
    )
    return list(page.page.evaluate(asked, values))


def test_the_script_measures_as_the_ellipsoid_is(open_page: Opener) -> None:
    """Distances agree with GeographicLib to a millimetre, areas of polygons to a ten-millionth."""
    page = open_page("stations")
    random = np.random.default_rng(5)
    starts = np.column_stack([random.uniform(73, 136, 40), random.uniform(4, 54, 40)])
    ends = starts + random.normal(0, 0.3, (40, 2)) * np.repeat([0.01, 1, 20, 1], 10)[:, None]
    pairs = np.stack([starts, ends], axis=1)
    _, _, expected = ELLIPSOID.inv(*starts.T, *ends.T)
    assert np.abs(np.array(of_script(page, "distanceM", pairs.tolist())) - expected).max() < 1e-3
    angles = np.sort(random.uniform(0, 2 * np.pi, (20, 7)), axis=1)
    rings = starts[:20, None, :] + 0.2 * np.stack([np.cos(angles), np.sin(angles)], axis=2)
    ours = of_script(page, "areaM2", [[ring.tolist()] for ring in rings])
    for ring, area in zip(rings, ours, strict=True):
        corners = np.vstack([ring, ring[:1]])
        along = np.linspace(0, 7, 7 * 400 + 1)
        dense = [np.interp(along, np.arange(8), corners[:, axis]) for axis in (0, 1)]
        known = abs(ELLIPSOID.polygon_area_perimeter(*dense)[0])
        assert area == pytest.approx(known, rel=1e-7)


def test_a_way_and_an_area_are_measured(open_page: Opener) -> None:
    """Three clicks give a length and an area, undo takes one back, Escape ends it and opens nothing."""
    page = open_page()
    page.page.click("[data-tool=measure]")
    for x, y in ((350, 300), (500, 320), (420, 420)):
        page.page.mouse.click(x, y)
    page.until("document.getElementById('measured')?.dataset.areaM2 > 0")
    lon, lat = np.transpose(sketched(page))
    told = page.page.locator("#measured")
    assert float(told.get_attribute("data-length-m") or 0) == pytest.approx(
        ELLIPSOID.line_length(lon, lat), abs=1e-3
    )
    area = abs(ELLIPSOID.polygon_area_perimeter(lon, lat)[0])
    assert float(told.get_attribute("data-area-m2") or 0) == pytest.approx(area, rel=1e-3)
    page.page.get_by_role("button", name="退一点").click()
    assert len(sketched(page)) == 2
    page.page.keyboard.press("Escape")
    assert sketched(page) == []
    assert page.page.get_attribute("[data-tool=measure]", "aria-pressed") == "false"
    assert page.page.is_hidden(".panel")


def around(page: MapPage) -> tuple[float, float, float]:
    """Read which place and radius the panel's export is of."""
    page.until("document.querySelector('.around a[data-format]') !== null")
    href = page.page.get_attribute(".around a[data-format=gpkg]", "href") or ""
    lon, lat, radius_m = parse_qs(urlsplit(href).query)["near"][0].split(",")
    return float(lon), float(lat), float(radius_m)


def test_what_is_round_a_spot(open_page: Opener, demo: Registry) -> None:
    """A click counts by kind within 1, 3 and 5 km as the registry does, and lists by distance."""
    page = open_page()
    page.page.click("[data-tool=around]")
    page.page.mouse.click(420, 330)
    lon, lat, radius_m = around(page)
    found = demo.near(lon, lat, radius_m)
    sources = found[found["role"] == "source"]
    assert radius_m == 5000
    for kind, numbers in page.counts():
        own = sources if kind == "all" else sources[sources["kind"] == kind]
        within = [own[own["distance_m"] <= ring] for ring in (1000, 3000, 5000)]
        assert numbers == [number for rows in within for number in (int(rows["active"].sum()), len(rows))]
    assert dict(page.counts())["all"][-1] == len(sources) > 100
    listed = page.page.evaluate(
        "[...document.querySelectorAll('.around .ranked li')].map((row) => row.dataset.id)"
    )
    assert listed == list(found["id"])[: len(listed)]
    assert len(listed) == min(len(found), 200)


def test_what_is_in_a_circle_that_is_drawn(open_page: Opener, demo: Registry) -> None:
    """A circle dragged on the map is counted by its own radius; without a pointer Enter takes the middle."""
    page = open_page()
    page.page.click("[data-tool=around]")
    page.page.click(".tool-hint label:has-text('圆')")
    page.page.mouse.move(430, 330)
    page.page.mouse.down()
    page.page.mouse.move(460, 340, steps=3)
    page.page.mouse.up()
    lon, lat, radius_m = around(page)
    found = demo.near(lon, lat, radius_m)
    assert 100 < radius_m < 20_000
    assert dict(page.counts())["all"] == [
        int(found.loc[found["role"] == "source", "active"].sum()),
        int((found["role"] == "source").sum()),
    ]
    page.page.locator("#map canvas").focus()
    page.page.keyboard.press("Enter")
    page.until("document.querySelectorAll('.around .counts thead th[colspan]').length === 3")
    centre = page.page.evaluate(f"{VIEW}.getCenter().toArray()")
    assert around(page)[:2] == pytest.approx(centre, abs=1e-6)


def test_what_is_in_a_polygon_that_is_drawn(open_page: Opener, demo: Registry) -> None:
    """A polygon clicked by its corners is counted and listed as they say; one that crosses is none."""
    page = open_page(size=(1100, 600))
    page.page.click("[data-tool=around]")
    page.page.click(".tool-hint label:has-text('多边形')")
    for place in ((400, 300), (520, 310), (480, 420), (402, 301)):
        page.page.mouse.click(*place)
    page.until("document.querySelector('.around a[data-format]') !== null")
    href = page.page.get_attribute(".around a[data-format=gpkg]", "href") or ""
    within = parse_qs(urlsplit(href).query)["within"][0]
    corners = [float(one) for one in within.split(",")]
    assert (len(corners), corners[:2]) == (8, corners[-2:])
    shape = shapely.Polygon(zip(corners[::2], corners[1::2], strict=True))
    rows = demo.sources(on=demo.today)
    inside = rows[rows.geometry.intersects(shape)]
    active = inside["status"].isin(demo.catalog.active)
    assert len(inside) > 0
    assert dict(page.counts())["all"] == [int(active.sum()), len(inside)]
    for kind, numbers in page.counts()[:-1]:
        own = inside["kind"] == kind
        assert numbers == [int((own & active).sum()), int(own.sum())]
    listed = page.page.evaluate(
        "[...document.querySelectorAll('.around .ranked li')].map((row) => row.dataset.id)"
    )
    assert set(listed) <= set(inside["id"])
    assert len(listed) == min(len(inside), 200)
    for place in ((400, 300), (500, 400), (500, 300), (400, 400)):
        page.page.mouse.click(*place)
    page.page.click("[data-do=close]")
    page.until("document.querySelector('.around [role=alert]') !== null")
    assert "交叉" in page.page.inner_text(".around")
    assert all("400" in complaint for complaint in page.complaints)
    page.complaints.clear()


def test_a_polygon_by_keyboard(open_page: Opener) -> None:
    """Enter sets a corner in the map's middle, a button takes the last one back and another closes it."""
    page = open_page()
    page.page.click("[data-tool=around]")
    page.page.click(".tool-hint label:has-text('多边形')")
    for move in ((0, 0), (80, 0), (0, 80), (5, 5)):
        page.page.evaluate(f"void {VIEW}.panBy({list(move)}, {{ animate: false }})")
        page.page.locator("#map canvas").focus()
        page.page.keyboard.press("Enter")
    page.page.locator("[data-do=undo]").press("Enter")
    page.page.locator("[data-do=close]").press("Enter")
    page.until("document.querySelector('.around a[data-format]') !== null")
    href = page.page.get_attribute(".around a[data-format=gpkg]", "href") or ""
    assert len(parse_qs(urlsplit(href).query)["within"][0].split(",")) == 8


def test_coordinates_are_found_in_the_datum_that_is_said(open_page: Opener) -> None:
    """A pair in any common spelling and order asks for its datum, and leads to its place in WGS 84."""
    page = open_page()
    spellings = {
        "114.02, 33.58": (114.02, 33.58),
        "33.57，114.03": (114.03, 33.57),
        "114°0′36″E 33°36′36″N": (114.01, 33.61),
        "北纬33.59 东经114.04": (114.04, 33.59),
    }
    for written, place in spellings.items():
        page.page.fill(".search input", written)
        page.until("document.querySelectorAll('#found:not([hidden]) [role=option]').length === 4")
        for _ in range(2):
            page.page.press(".search input", "ArrowDown")
        page.page.press(".search input", "Enter")
        lon, lat, _ = around(page)
        expected = to_wgs84([place[0]], [place[1]], "gcj02")
        assert (lon, lat) == pytest.approx([float(axis[0]) for axis in expected], abs=1e-6)
        assert page.page.evaluate(f"{VIEW}.getCenter().toArray()") == pytest.approx([lon, lat], abs=1e-5)
        page.page.keyboard.press("Escape")
        page.page.evaluate("document.querySelector('.around').remove()")
