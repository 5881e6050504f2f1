"""The ground of the map: pictures of other servers and of a file, under what the registry knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mapbox_vector_tile import encode
from pmtiles.tile import TileType

from geo_registry.settings import Settings
from tests.e2e.pages import VIEW, MapPage
from tests.e2e.test_pixels import MIDDLE, seen
from tests.e2e.test_reach import faults
from tests.web.basemaps.tiles import Answer, archive, png, settings_file, upstream
from tests.web.running import free_port, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Opener = Callable[..., MapPage]

COLOURS = {"purple": (170, 40, 220), "green": (40, 190, 60)}
KEY = "s3cret-0f-theirs"
NOWHERE = "#map=12/33.107/113.209"
"""Nothing of the demo city is here, nor a line of the graticule: what is drawn is the ground."""
DOWN: list[str] = []
"""What their server does not give now."""


def answer(path: str) -> Answer:
    """Give a picture of the colour that a path begins with, to who has the key."""
    name = path.split("/")[1]
    if KEY not in path or name in DOWN:
        return 500, {}, b"no"
    return 200, {"Cache-Control": "no-store"}, png(*COLOURS[name])


@pytest.fixture(scope="module")
def address(demo_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo city on three grounds: two of a server that wants a key, one of a file."""
    folder, port = tmp_path_factory.mktemp("basemaps"), free_port()
    (folder / "key").write_text(KEY, encoding="utf-8")
    archive(
        folder / "blue.pmtiles",
        {(z, x, y): png(30, 60, 230) for z in (0, 1) for x in range(2**z) for y in range(2**z)},
    )
    lake = {"geometry": "POLYGON ((0 0, 4096 0, 4096 4096, 0 4096, 0 0))", "properties": {}}
    road = {"geometry": "LINESTRING (0 2048, 4096 2048)", "properties": {"kind": "highway"}}
    drawn = encode([{"name": "water", "features": [lake]}, {"name": "roads", "features": [road]}])
    border = encode([{"name": "boundaries", "features": [road]}])
    vector = {(0, 0, 0): drawn, **{(1, x, y): drawn if x else border for x in (0, 1) for y in (0, 1)}}
    archive(folder / "streets.pmtiles", vector, TileType.MVT)
    with upstream(answer) as (base, _), pytest.MonkeyPatch.context() as patch:
        theirs = {"key_file": "key", "attribution": "天地图 <b>GS（2026）1号</b>"}
        path = settings_file(
            folder,
            purple={
                "url": f"{base}/purple/{{z}}/{{x}}/{{y}}?tk={{key}}",
                "label": {"zh": "紫", "en": "Purple"},
                **theirs,
            },
            green={
                "url": f"{base}/green/{{z}}/{{x}}/{{y}}?tk={{key}}",
                "label": {"zh": "绿", "en": "Green"},
                **theirs,
            },
            blue={"pmtiles": "blue.pmtiles", "attribution": "ours"},
            streets={"pmtiles": "streets.pmtiles", "attribution": "ours"},
        )
        patch.setenv("GEO_REGISTRY_BASEMAPS", str(path))
        with served(demo_store, "--port", str(port)) as (_, said):
            assert str(port) in said
            yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def paper(browser: Browser) -> Iterator[Page]:
    """Open a page on which pictures can be read."""
    opened = browser.new_page()
    yield opened
    opened.close()


def hue(page: MapPage, paper: Page) -> str:
    """Tell what colour the middle of the map has; basemaps are drawn paler than they are."""
    page.settle()
    red, green, blue = seen(page.page, paper, *page.page.evaluate(MIDDLE))
    if max(red, green, blue) - min(red, green, blue) < 20:
        return "plain"
    if green == max(red, green, blue):
        return "green"
    return "purple" if red > green + 30 else "blue"


def test_the_first_ground_is_drawn_and_named(open_page: Opener, paper: Page) -> None:
    """The map lies on the first basemap of the settings, and says whose it is; the key is nowhere."""
    page = open_page(NOWHERE)
    assert hue(page, paper) == "purple"
    credit = page.page.locator(".credit")
    assert credit.inner_text() == "天地图 <b>GS（2026）1号</b>"
    chooser = page.page.get_by_label("底图", exact=True)
    named = chooser.evaluate("(one) => [...one.options].map(({ text }) => text)")
    assert named == ["紫", "绿", "blue", "streets", "素色陆地"]
    assert KEY not in page.page.content()
    assert not [asked for asked in page.asked if KEY in asked]


def test_a_ground_is_chosen_by_keys_and_a_link_carries_it(open_page: Opener, paper: Page) -> None:
    """By keyboard another ground is chosen; its link shows it too, Back takes it back, land is plain."""
    page = open_page(f"?lang=en{NOWHERE}")
    chooser = page.page.get_by_label("Basemap", exact=True)
    chooser.focus()
    page.page.keyboard.press("ArrowDown")
    assert hue(page, paper) == "green"
    assert "base=green" in page.page.url
    other = open_page(page.page.url.split("/", 3)[3])
    assert hue(other, paper) == "green"
    assert other.page.locator("[name=base]").input_value() == "green"
    page.page.keyboard.press("ArrowDown")
    assert hue(page, paper) == "blue"  # a file of two zooms, drawn on at the twelfth
    for _ in range(2):
        page.page.keyboard.press("ArrowDown")
    assert hue(page, paper) == "plain"
    assert page.page.locator(".credit").is_hidden()
    page.page.go_back()
    page.page.go_back()
    page.until("document.querySelector('[name=base]').value === 'blue'")
    assert hue(page, paper) == "blue"


def test_vector_tiles_are_drawn_in_the_colours_of_the_page(open_page: Opener, paper: Page) -> None:
    """Water and roads of a file of vector tiles are drawn, light or dark; of its borders there is none."""
    page = open_page(f"?base=streets{NOWHERE}")
    page.settle()
    for scheme, water in (("light", "#dce7ee"), ("dark", "")):
        page.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.settle()
        sea = page.page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--map-sea').trim()"
        )
        assert sea == (water or sea)
        got = seen(page.page, paper, *page.page.evaluate(MIDDLE))
        assert [
            abs(one - int(sea[at : at + 2], 16)) <= 2 for at, one in zip((1, 3, 5), got, strict=True)
        ] == [True] * 3
    page.page.evaluate(f"{VIEW}.jumpTo({{ center: [90, 66.5], zoom: 2 }})")
    page.settle()
    assert set(page.drawn("basemap-0-roads-line", "kind")) == {"highway"}
    border = f"{VIEW}.getStyle().layers.filter((one) => one['source-layer'] === 'boundaries').length"
    assert page.page.evaluate(border) == 0


def test_symbols_lie_on_the_ground(open_page: Opener) -> None:
    """Land, when it comes, goes under the pictures, and all of the registry's own layers lie above them."""
    page = open_page()
    near = page.page.evaluate(f"{VIEW}.getZoom()")
    page.page.evaluate(f"void {VIEW}.jumpTo({{ zoom: 7 }})")
    page.until(f"{VIEW}.getLayer('land')")
    page.page.evaluate(f"void {VIEW}.jumpTo({{ zoom: {near} }})")
    page.settle()
    ids = page.page.evaluate(f"{VIEW}.getStyle().layers.map(({{ id }}) => id)")
    assert ids[:4] == ["ground", "land", "basemap-0", "graticule"]
    assert len(page.drawn("sources-symbol")) > 100


def test_a_link_to_a_ground_that_is_no_more_says_so(open_page: Opener, paper: Page) -> None:
    """A ground that nobody set is left out of the address, in a line, and the map is there."""
    page = open_page(f"?base=gone{NOWHERE}")
    assert "gone" in page.page.locator("[data-notice=dropped]").inner_text()
    assert "gone" not in page.page.url
    assert hue(page, paper) == "purple"


def test_the_page_lives_without_its_ground(open_page: Opener, paper: Page) -> None:
    """Where their server fails the map is whole on plain land and a quiet line says so; again reads it."""
    DOWN.append("purple")
    page = open_page()
    notice = page.page.locator("[data-notice=basemap]")
    assert "底图暂时读不到" in notice.inner_text()
    assert notice.get_attribute("role") == "status"
    assert page.page.locator("[data-notice=tiles]").count() == 0
    assert len(page.drawn("sources-symbol")) > 100
    page.page.evaluate(f"{VIEW}.jumpTo({{ center: [113.209, 33.107], zoom: 12 }})")
    assert hue(page, paper) == "plain"
    DOWN.clear()
    notice.get_by_role("button", name="再试").click()
    page.until(f"{VIEW}.areTilesLoaded() && !document.querySelector('[data-notice=basemap]')")
    assert hue(page, paper) == "purple"
    page.complaints.clear()  # the browser's own words about the pictures that were to fail


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_ground_adds_is_seen_and_within_reach(
    open_page: Opener, artefacts: Path, width: int, scheme: str
) -> None:
    """On a telephone and a desk, all lies on the page and nothing on another; axe finds no fault."""
    page = open_page(size=(width, 844))
    page.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    names = (
        ".ground select",
        ".credit",
        ".maplibregl-ctrl-scale",
        ".maplibregl-ctrl-group",
        ".tool-row",
        ".notices",
        ".coordinates",
    )
    shown = [one for one in map(page.page.locator, names) if one.is_visible()]
    boxes = [box for one in shown if (box := one.bounding_box())]
    assert len(boxes) == (6 if width == 390 else 7)
    for at, one in enumerate(boxes):
        assert one["x"] >= 0
        assert one["x"] + one["width"] <= width
        for other in boxes[at + 1 :]:
            aside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert aside or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    axe = (Settings().static / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    assert faults(page.page, axe) == []
    page.picture(artefacts / f"basemap-{width}-{scheme}.png")
