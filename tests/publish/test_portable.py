"""The map in one file: what it says, what it lets in, and that it asks for nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import shapely

from geo_registry.core.space.geodesy import distance_azimuth
from geo_registry.errors import ValueRefused
from geo_registry.publish.portable import MOST, read_assets
from geo_registry.publish.portable.features import must_fit, rings
from geo_registry.publish.portable.ground import land_within
from geo_registry.publish.portable.page import portable_map
from tests.publish.report_world import CENTRE, PROJECT, inputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

ASSETS = read_assets(PROJECT / "static/node_modules")
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "\"'`${alert(2)}`\\",
    "{{ 7 * 7 }}{% raw %}{# x",
    "a\u2028alert(3)\u2029b",
    "<b>&amp;</b>",
)


def written(count: int, lang: str = "zh", hostile: tuple[str, ...] = ()) -> bytes:
    """Write a map anew, from inputs made anew."""
    return portable_map(inputs.__wrapped__(count, hostile=hostile), lang, ASSETS)  # type: ignore[arg-type]


def test_same_inputs_give_the_same_bytes() -> None:
    """Nothing in the file is drawn by chance."""
    assert written(40) == written(40)


def test_rings_are_true() -> None:
    """Every vertex of a ring is its radius away from the station, within 2 cm: seven decimals."""
    for ring in rings(inputs(5)):
        away, _ = distance_azimuth(
            *CENTRE, *shapely.get_coordinates(shapely.geometry.shape(ring["geometry"])).T
        )
        assert abs(away - ring["properties"]["radius_m"]).max() < 0.02


def test_too_many_are_refused_with_their_count() -> None:
    """As many as fit pass; one more is refused, and the refusal says how many there are."""
    must_fit(MOST)
    with pytest.raises(ValueRefused, match="TOO_MANY_FEATURES") as refused:
        must_fit(MOST + 1)
    assert refused.value.details == {"value": MOST + 1, "limit": MOST}


def test_land_is_cut_from_the_world() -> None:
    """Zhengzhou lies on land, the midst of the East China Sea does not, and Qingdao between both."""
    assert land_within(ASSETS.land, (113, 34, 114, 35)).area == pytest.approx(1)
    assert land_within(ASSETS.land, (125, 29, 126, 30)).area == 0
    assert 0.2 < land_within(ASSETS.land, (120, 35.5, 121, 36.5)).area < 0.8


def test_no_address_stands_in_it() -> None:
    """No element loads a thing: no source, no link, no import; pictures are within."""
    page = written(40, hostile=HOSTILE).decode()
    ours = page.replace(ASSETS.script, "")
    assert re.findall(r"<(?:link|img|iframe|object|embed|base)\b|@import|url\((?!data:|#)", ours) == []
    assert "sourceMappingURL" not in page


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    """Open a map with hostile names from the disk; note all it asks for, complains of, or says aloud."""
    file = tmp_path / "map.html"
    file.write_bytes(written(40, "en", HOSTILE))
    page, noted = browser.new_page(viewport={"width": 1000, "height": 800}), []
    page.on("request", lambda asked: noted.append(asked.url))
    page.on("console", lambda said: noted.append(said.text))
    page.on("pageerror", lambda fault: noted.append(str(fault)))
    page.on("dialog", lambda shown: noted.append(shown.message))
    page.goto(file.as_uri())
    assert noted.pop(0) == file.as_uri()
    yield page, noted
    page.close()


@pytest.mark.browser
def test_it_asks_for_nothing_and_answers(opened: tuple[Page, list[str]]) -> None:
    """It draws, is moved and tells of each source by its own words, hostile ones too, without any request."""
    page, noted = opened
    made = inputs(40, hostile=HOSTILE)
    pairs = made.audit.pairs
    signs = page.locator(".sign")
    assert signs.count() == len(pairs) + 1
    assert page.locator(".radius").all_inner_texts() == ["1 km", "3 km", "5 km"]
    titles = signs.evaluate_all("signs => signs.map((sign) => sign.title)")
    for name in HOSTILE:
        shown = name.replace("\u2028", " ").replace("\u2029", " ")
        if name not in set(pairs["name"]):
            continue
        at = next(number for number, title in enumerate(titles) if title.startswith(f"{shown} · "))
        signs.nth(at).dispatch_event("click")
        cells = page.locator(".leaflet-popup-content td").all_inner_texts()
        pair = pairs[pairs["name"] == name].iloc[0]
        assert cells[0] == shown
        assert cells[2] == pair["source_code"]
        assert cells[4] == f"{pair['distance_m']:.1f} m"
    page.locator(".leaflet-control-zoom-in").click()
    assert json.dumps(noted) == "[]"


@pytest.mark.browser
def test_signs_stand_where_their_sources_are(opened: tuple[Page, list[str]]) -> None:
    """Every sign lies as far from the station's as its distance says: to 2 px, and Mercator's sphere."""
    page, _ = opened
    script = """signs => signs.map((sign) => sign.getBoundingClientRect())
        .map((box) => [box.x + box.width / 2, box.y + box.height / 2])"""
    page.locator(".leaflet-zoom-anim").wait_for(state="detached")
    *sources, station = page.locator(".sign").evaluate_all(script)
    rings_px = page.locator(".leaflet-overlay-pane path").evaluate_all(
        "paths => Math.max(...paths.filter((one) => one.getAttribute('fill') === 'none'"
        " && !one.getAttribute('stroke-dasharray')).map((one) => one.getBoundingClientRect().width))"
    )
    made = inputs(40, hostile=HOSTILE)
    ranked, points = made.ranked(), made.sources.set_index("id").geometry
    for place, pair in zip(sources, ranked.to_dict("records"), strict=True):
        if points[pair["source_id"]].geom_type == "Point":
            away_px = ((place[0] - station[0]) ** 2 + (place[1] - station[1]) ** 2) ** 0.5
            assert away_px / rings_px * 2 * made.rings_m[-1] == pytest.approx(pair["distance_m"], abs=60)
