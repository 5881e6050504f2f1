from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import pytest
from click.testing import CliRunner
from pyproj import Geod

from geo_registry.cli.group import Verbs
from geo_registry.registry import Registry
from geo_registry.web.views.files import FONTS
from tests.e2e.pages import VIEW, MapPage

Opener = Callable[..., MapPage]

STATION = "2399A"


@pytest.fixture
def screens(artefacts: Path, demo: Registry) -> tuple[Path, Registry]:
    """Give the folder for screens and the city that is on them."""
    return artefacts, demo


def located(registry: Registry) -> gpd.GeoDataFrame:
    """Give today's sources that have a place."""
    rows = registry.sources(on=registry.today)
    return rows[rows.geometry.notna()]


def shell(url: str, *words: str) -> dict[str, list[dict[str, object]]]:
    """Ask the command line and read its JSON document."""
    ran = CliRunner().invoke(Verbs("en"), ["--store", url, "--json", *words])
    assert ran.exit_code == 0, ran.output
    answered: dict[str, list[dict[str, object]]] = json.loads(ran.stdout)
    return answered


def station_id(registry: Registry) -> str:
    """Give the id of the station the tests look at."""
    rows = registry.stations()
    return str(rows.loc[rows["code"] == STATION, "id"].iloc[0])


def station_place(registry: Registry) -> tuple[float, float]:
    """Give the longitude and latitude of that station."""
    rows = registry.stations()
    here = rows.loc[rows["code"] == STATION].total_bounds
    return float(here[0]), float(here[1])


def shown_counts(summary: Iterable[dict[str, object]], mode: str) -> list[tuple[str, list[int]]]:
    """Lay an audit's summary out as the panel does: each kind of which there is any, active and all."""
    kinds: dict[str, list[int]] = {}
    for row in summary:
        numbers = [int(str(row[f"{mode}_{which}"])) for which in ("active", "all")]
        kinds.setdefault(str(row["kind"]), []).extend(numbers)
    cumulative = {str(row["kind"]): int(str(row["cumulative_all"])) for row in summary}
    return [(kind, numbers) for kind, numbers in kinds.items() if kind == "all" or cumulative[kind]]


def test_the_map_draws_every_source(open_page: Opener, demo: Registry) -> None:
    """With the whole city in view, the ids drawn are exactly the ids of the store that have a place today."""
    page = open_page()
    page.show(demo.bounds())
    drawn = page.drawn("sources-symbol")
    assert set(drawn) == set(located(demo)["id"])
    stations = demo.stations(on=demo.today)
    assert set(page.drawn("stations-symbol")) == set(stations["id"])


def test_the_first_view_shows_the_sources_in_it(open_page: Opener, demo: Registry) -> None:
    """In the view a newcomer gets, what is drawn is what the store has there."""
    page = open_page()
    west, south, east, north = page.page.evaluate(f"{VIEW}.getBounds().toArray().flat()")
    places = located(demo).set_index("id").geometry.representative_point()
    in_view = places.cx[west:east, south:north]
    reach = 0.01  # degrees: a symbol at the edge reaches into view from a few pixels outside
    nearly = places.cx[west - reach : east + reach, south - reach : north + reach]
    drawn = set(page.drawn("sources-symbol"))
    assert set(in_view.index) <= drawn
    assert drawn <= set(nearly.index)
    assert len(in_view) > 100


def test_land_and_sea_are_told_from_afar(open_page: Opener) -> None:
    """Near by no coast is fetched and all is plain ground; from afar there are land and sea, in any theme."""
    page = open_page()
    page.settle()
    assert not [asked for asked in page.asked if "land-50m" in asked]
    page.page.evaluate(f"void {VIEW}.jumpTo({{ center: [122, 31.5], zoom: 5 }})")
    page.until(f"{VIEW}.getLayer('land')")
    page.settle()
    nanjing, east_china_sea = page.where(118.8, 32), page.where(125.5, 31)
    land = f"(at) => {VIEW}.queryRenderedFeatures(at, {{ layers: ['land'] }}).length"
    top = page.page.evaluate("document.getElementById('map').getBoundingClientRect().top")
    assert [page.page.evaluate(land, [x, y - top]) for x, y in (nanjing, east_china_sea)] == [1, 0]
    tint = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    ground = f"{VIEW}.getPaintProperty('ground', 'background-color')"
    for _ in range(2):
        page.until(f"{VIEW}.getPaintProperty('land', 'fill-color') === ({tint})('--stage')")
        assert page.page.evaluate(ground)[2] == page.page.evaluate(tint, "--map-sea")
        page.page.click("#theme")


def test_rings_are_drawn_true_and_named(open_page: Opener, demo: Registry) -> None:
    """Every national station has three rings as wide as the ellipsoid says; those pointed at bear radii."""
    page = open_page()
    rings = page.page.evaluate(
        f"{VIEW}.querySourceFeatures('rings', {{ sourceLayer: 'rings' }})"
        ".map(({ properties: { station_id, radius_m }, geometry }) =>"
        " [station_id, radius_m, geometry.coordinates.flat(Infinity)])"
    )
    national = demo.stations(on=demo.today).query("level == 'national'").set_index("id").geometry
    widest: dict[tuple[str, float], float] = {}
    for station, radius_m, flat in rings:
        lon, lat = np.reshape(flat, (-1, 2)).T
        centre = national[station]
        here = np.full_like(lon, centre.x), np.full_like(lat, centre.y)
        _, _, distance = Geod(ellps="WGS84").inv(*here, lon, lat)
        widest[station, radius_m] = max(widest.get((station, radius_m), 0.0), float(distance.max()))
    assert {station for station, _ in widest} == set(national.index)
    assert {radius_m for _, radius_m in widest} == {1000, 3000, 5000}
    # a tile at this zoom knows places to some four metres
    assert all(abs(reach - radius_m) < 10 for (_, radius_m), reach in widest.items())
    assert page.drawn("rings-label") == []
    lon, lat = station_place(demo)
    page.show((lon - 0.06, lat - 0.05, lon + 0.06, lat + 0.05))
    page.point(lon, lat)
    page.until(f"{VIEW}.queryRenderedFeatures({{ layers: ['rings-label'] }}).length > 0")
    assert set(page.drawn("rings-label", "station_id")) == {station_id(demo)}
    assert set(page.drawn("rings-label", "radius_m")) == {1000, 3000, 5000}


def test_labels_are_drawn_with_real_glyphs(open_page: Opener) -> None:
    """Chinese names and figures are drawn from a typeface that has them: no two characters look alike."""
    page = open_page()
    pictures = page.page.evaluate(
        f"Object.values({VIEW}.style.glyphManager.entries).flatMap(({{ glyphs }}) =>"
        " Object.entries(glyphs.default).map(([sign, { bitmap }]) => [sign, Array.from(bitmap.data).join()]))"
    )
    glyphs = {sign: picture for sign, picture in pictures if sign.strip() and sign not in "()（）,.·"}
    assert {"三", "五", "漯", "河", "学", "局"} <= glyphs.keys()
    assert any(sign.isdigit() for sign in glyphs)
    alike = [pair for pair in combinations(sorted(glyphs), 2) if glyphs[pair[0]] == glyphs[pair[1]]]
    assert alike == []
    loaded = f"new FontFace('ours', 'url(static/{FONTS}/400Regular/NotoSansSC_400Regular.ttf)').load()"
    assert page.page.evaluate(f"{loaded}.then((face) => face.status)") == "loaded"


def test_the_panel_says_what_the_shell_says(open_page: Opener, demo: Registry, demo_store: str) -> None:
    """A click on a station opens its neighbourhood, with the counts and the order of `audit` in the shell."""
    page = open_page()
    page.click_map(*station_place(demo))
    page.until("document.querySelector('.panel .counts') !== null")
    told = shell(demo_store, "audit", "--station", STATION, "--summary")
    assert page.counts() == shown_counts(told["summary"], "cumulative")
    page.page.click(".panel .choice label:nth-child(2)")
    page.until("document.querySelector('.panel .counts').dataset.mode === 'exclusive'")
    assert page.counts() == shown_counts(told["summary"], "exclusive")
    pairs = shell(demo_store, "audit", "--station", STATION, "--pairs")["pairs"]
    listed = page.page.evaluate("[...document.querySelectorAll('.ranked li')].map((row) => row.dataset.id)")
    assert listed == [pair["source_id"] for pair in pairs][: len(listed)]
    assert len(listed) == min(len(pairs), 40)


def test_report_and_export_are_one_click_away(open_page: Opener, demo: Registry, tmp_path: Path) -> None:
    """The panel's buttons bring the report and the ring that was chosen, as files."""
    page = open_page(f"#record={station_id(demo)}", lang="en")
    page.until("document.querySelector('.panel .actions a[data-format]') !== null")
    page.page.click(".panel .choice span:text-is('3 km')")
    with page.page.expect_download() as taken:
        page.page.click(".panel a[data-format='gpkg']")
    taken.value.save_as(tmp_path / "ring.gpkg")
    pairs = demo.audit((3000.0,)).pairs_for(station_id(demo))
    layers = gpd.list_layers(tmp_path / "ring.gpkg")
    rows = [
        gpd.read_file(tmp_path / "ring.gpkg", layer=name)
        for name in layers["name"][layers["geometry_type"].notna()]
    ]
    active = [
        row["code"] for table in rows for _, row in table.iterrows() if row["status"] in demo.catalog.active
    ]
    assert sorted(active) == sorted(pairs["source_code"])
    report = page.page.get_attribute(".panel a[href*='report.pdf']", "href") or ""
    assert page.page.request.get(report).body().startswith(b"%PDF")


def test_a_click_on_a_source_opens_its_card(open_page: Opener, demo: Registry) -> None:
    """A click on a source opens its card: fields by their labels, the datum as sent, the synthetic mark."""
    places = located(demo)
    alone = places[(places["kind"] == "brick_kiln") & (places["datum"] == "gcj02")]
    wanted = (alone if len(alone) else places).iloc[-1]
    page = open_page(f"#map=17/{wanted.geometry.y}/{wanted.geometry.x}")
    page.click_map(wanted.geometry.x, wanted.geometry.y)
    page.until("document.querySelector('.panel .card') !== null")
    assert page.page.get_attribute(".panel .card", "data-id") == wanted["id"]
    said = page.page.inner_text(".panel")
    parts = [wanted[name] for name in ("name", "code", "datum", "x_given", "y_given")]
    for part in (*parts, "合成数据", "责任网格员"):
        assert part in said, part
    assert f"record={wanted['id']}" in page.page.url
    page.page.keyboard.press("Escape")
    assert page.page.is_hidden(".panel")
    assert "record=" not in page.page.url


def test_flagged_sources_are_seen_and_filtered(open_page: Opener, demo: Registry) -> None:
    """Flagged sources bear a ring of their own; the switch leaves them and nobody else."""
    page = open_page()
    page.show(demo.bounds())
    own = demo.priorities()
    flagged = set(own.index[own["flagged"]]) & set(located(demo)["id"])
    assert set(page.drawn("sources-flag")) == flagged
    page.page.check("input[name='flagged']")
    page.settle()
    assert set(page.drawn("sources-symbol")) == flagged


def test_the_legend_switches_kinds_and_statuses(open_page: Opener, demo: Registry) -> None:
    """A kind or a status that is switched off is gone from the map, and comes back."""
    page = open_page()
    page.show(demo.bounds())
    rows = located(demo)
    active = rows["status"].isin(demo.catalog.active)
    page.page.uncheck("input[name='curing_kiln']")
    page.settle()
    assert set(page.drawn("sources-symbol")) == set(rows.loc[rows["kind"] != "curing_kiln", "id"])
    page.page.check("input[name='curing_kiln']")
    page.page.uncheck("input[name='inactive']")
    page.settle()
    assert set(page.drawn("sources-symbol")) == set(rows.loc[active, "id"])
    assert page.drawn("rings-line")
    page.page.uncheck("input[name='rings']")
    page.settle()
    assert page.drawn("rings-line") == []


def test_search_is_worked_by_the_keyboard(open_page: Opener) -> None:
    """Typing a name, stepping to it and pressing Enter opens it; a name nobody bears is said to be none."""
    page = open_page()
    page.page.fill(".search input", "漯河大学")
    page.until("document.querySelectorAll('#found [role=option]:not([aria-disabled])').length > 0")
    page.page.press(".search input", "ArrowDown")
    assert page.page.get_attribute(".search input", "aria-activedescendant") == "found-0"
    page.page.press(".search input", "Enter")
    page.until("document.querySelector('.panel .neighbourhood') !== null")
    assert page.page.inner_text(".panel h2") == "漯河大学"
    page.page.fill(".search input", "没有这个名字")
    page.until("document.querySelector('#found [aria-disabled]') !== null")
    assert "没有找到" in page.page.inner_text("#found")


def test_the_language_changes_and_the_view_stays(open_page: Opener, demo: Registry) -> None:
    """The language switch leads to the same view in the other language, the panel open as it was."""
    page = open_page(f"#map=12.5/33.57/114.03&record={station_id(demo)}")
    page.until("document.querySelector('.panel .counts') !== null")
    page.page.click("a.language")
    page.until("document.documentElement.lang === 'en' && document.querySelector('.panel .counts') !== null")
    assert "map=12.5/33.57/114.03" in page.page.url
    assert "Sources in the rings" in page.page.inner_text(".panel")


def test_made_up_data_are_marked(open_page: Opener) -> None:
    """The banner that says the data are synthetic is in plain sight, in both languages at once."""
    page = open_page()
    said = page.page.inner_text(".synthetic")
    assert "合成数据" in said
    assert "synthetic data" in said
    box = page.page.locator(".synthetic").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 100


def test_without_webgl_the_lists_are_offered(open_page: Opener) -> None:
    """A browser that cannot draw the map says so and leads to the lists."""
    page = open_page("stations")
    page.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.page.goto(page.page.url.replace("stations", ""))
    page.until("!document.getElementById('fallback').hidden")
    links = page.page.eval_on_selector_all(
        "#fallback a", "(links) => links.map((link) => link.getAttribute('href'))"
    )
    assert links == ["/stations", "/sources"]
    page.until("document.querySelector('#fallback .still').naturalWidth > 1000")


def test_print_opens_the_sheet_of_the_view(open_page: Opener) -> None:
    """The tool asks the sheet for what is in view and chosen."""
    page = open_page("?kind=brick_kiln", lang="en")
    page.page.evaluate("window.open = (address) => { window.asked = address; }")
    page.page.click('[data-tool="print"]')
    asked = parse_qs(urlsplit(page.page.evaluate("window.asked")).query)
    west, south, east, north = map(float, asked["bbox"][0].split(","))
    assert west < 114.03 < east
    assert south < 33.57 < north
    assert asked["kind"] == ["brick_kiln"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "narrow"])
def test_the_page_fits_its_window(
    open_page: Opener, screens: tuple[Path, Registry], lang: str, size: tuple[int, int]
) -> None:
    """On a desk and on a telephone nothing sticks out, and the panel is in sight; the screens are kept."""
    (folder, demo), (width, height) = screens, size
    page = open_page(lang=lang, size=size)
    page.picture(folder / f"map-{lang}-{width}x{height}.png")
    page.click_map(*station_place(demo))
    page.until("document.querySelector('.panel .counts') !== null")
    page.picture(folder / f"map-{lang}-{width}x{height}-station.png")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.page.locator(".panel").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    assert box["height"] > 200
