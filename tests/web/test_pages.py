from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.publish.reasons import in_parts
from geo_registry.registry.publishing import REPORTS
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.web.town import HOSTILE

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

PAGES = ("/", "/stations", "/stations/S1", "/sources", "/sources?flagged=1&kind=brick_kiln")
HTML = {"Accept": "text/html"}


def told(page: str) -> str:
    """Read what a page says, without its markup."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_both_languages(client: FlaskClient, path: str) -> None:
    """Every page is whole HTML in Chinese and in English, and says which language it is in."""
    for lang, tag in (("zh", "zh-Hans-CN"), ("en", "en")):
        answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        assert (answer.status_code, answer.mimetype) == (200, "text/html"), path
        assert f'<html lang="{tag}">' in answer.text
        assert answer.text.rstrip().endswith("</html>")


def test_the_map_page_carries_its_configuration(client: FlaskClient, registry: Registry) -> None:
    """The map's page holds one JSON block with bounds, catalog, counts and texts, and no inline script."""
    page = client.get("/?lang=en").text
    block = re.search(r'<script type="application/json" id="config">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    config = json.loads(block[1])
    assert config["revision"] == registry.revision
    kinds = {kind["kind"]: kind for kind in config["catalog"]["kinds"]}
    assert kinds["brick_kiln"]["count"] == 2
    assert kinds["brick_kiln"]["symbol"]["shape"] == "cross"
    west, south, east, north = config["bounds"]
    assert west < 114.0 < east
    assert south < 33.5 < north
    scripts = re.findall(r"<script([^>]*)>", page)
    assert [attributes for attributes in scripts if "src=" not in attributes] == [
        ' type="application/json" id="config"'
    ]


@pytest.mark.parametrize("path", PAGES)
def test_pages_say_that_data_are_synthetic(client: FlaskClient, path: str) -> None:
    """Where made-up records are in the store, every page says so in both languages at once."""
    page = client.get(path).text
    assert 'class="synthetic"' in page
    assert "synthetic data" in page
    assert "合成数据" in page


def test_the_station_page_shows_the_audit(client: FlaskClient, registry: Registry) -> None:
    """The neighbourhood page's counts are those of the audit, kind by kind and ring by ring."""
    page = client.get("/stations/S1?lang=en").text
    rows = re.findall(r'<tr data-kind="(\w+)"[^>]*>(.*?)</tr>', page, re.DOTALL)
    shown = [(kind, list(map(int, re.findall(r"<td[^>]*>(\d+)</td>", cells)))) for kind, cells in rows]
    summary = registry.audit().summary
    station = summary[summary["station_code"] == "S1"].groupby("kind", sort=False)
    expected = [
        (kind, counts[[f"{mode}_active", f"{mode}_all"]].to_numpy().ravel().tolist())
        for mode in ("cumulative", "exclusive")
        for kind, counts in station
        if kind == "all" or counts["cumulative_all"].max()
    ]
    assert shown == expected


def test_the_station_page_ranks_with_reasons(client: FlaskClient, registry: Registry) -> None:
    """The ranked list stands in the audit's order, each source with its reasons in words."""
    page = client.get("/stations/S1?lang=en").text
    pairs = registry.audit().pairs_for(str(registry.audit().pairs["station_id"].iloc[0]))
    assert re.findall(r'<tr data-id="(\w+)">', page) == pairs["source_id"].tolist()
    for reasons, score in zip(pairs["reasons"], pairs["score"], strict=True):
        parts = in_parts(reasons, "en", registry.catalog)
        assert all(f"{phrase} {points:+g}" in told(page) for phrase, points in parts)
        assert sum(points for _, points in parts) == score


def test_the_station_page_links_to_what_it_offers(client: FlaskClient) -> None:
    """Links of the neighbourhood page to reports, exports and the map lead to files, with the rings asked."""
    page = client.get("/stations/S1?rings=500,2000&lang=en").text
    links = [unescape(link) for link in re.findall(r'href="(/api/[^"]+)"', page)]
    assert len(links) == len(REPORTS) + 6 + 3 + 1
    assert any("rings=500,2000" in link.replace("%2C", ",") and "report.pdf" in link for link in links)
    assert any("ring=2000" in link for link in links)


def test_a_card_shows_every_field_and_its_origin(client: FlaskClient, ids: dict[str, str]) -> None:
    """A source's page shows its fields by their labels, the coordinate as it was sent and its accuracy."""
    page = told(client.get(f"/sources/{ids['K1']}?lang=en").text)
    for part in ("砖窑一", "Brick kiln", "K1", "114.005", "wgs84", "± 10 m", "Operating", "points, priority"):
        assert part in page, part
    assert "12.5 t" in told(client.get(f"/sources/{ids['C1']}?lang=en").text)
    assert "synthetic" in told(client.get(f"/sources/{ids['Y1']}?lang=en").text)


@pytest.mark.parametrize("path", ["/stations/S1?rings=5000", "/sources", "/sources/{C2}"])
def test_names_are_only_text(client: FlaskClient, ids: dict[str, str], path: str) -> None:
    """A name with markup in it comes out as text on every page."""
    page = client.get(path.format(**ids)).text
    assert HOSTILE not in page
    assert HOSTILE in told(page)


def test_the_list_of_sources_is_filtered_and_ordered(client: FlaskClient, registry: Registry) -> None:
    """The list holds every source, those of the highest score first; flagged alone shows the flagged ones."""
    page = client.get("/sources?lang=en").text
    assert "6 sources" in page
    own = registry.priorities()
    flagged = set(own.index[own["flagged"]])
    assert flagged
    shown = client.get("/sources?flagged=1").text
    assert set(re.findall(r'href="/sources/(\w+)"', shown)) == flagged
    kilns = client.get("/sources?kind=brick_kiln").text
    assert set(re.findall(r">(砖窑[一二])<", kilns)) == {"砖窑一", "砖窑二"}


@pytest.mark.parametrize("path", ["/", "/stations", "/sources"])
def test_an_empty_registry_has_pages_too(tmp_path: Path, path: str) -> None:
    """Before the first import every page is there, empty, and says nothing of synthetic data."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    gr.init(url, by="tester")
    answer = create_app(Settings(store_url=url)).test_client().get(path)
    assert answer.status_code == 200
    assert 'class="synthetic"' not in answer.text


def test_a_page_beyond_the_last_is_empty_not_wrong(client: FlaskClient) -> None:
    """A page number past the end shows no rows and still answers."""
    assert "There is nothing further." in client.get("/sources?page=999999999&lang=en").text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("", "", ""), "zh"),
        (("", "", "en-GB,en;q=0.9"), "en"),
        (("", "", "fr"), "zh"),
        (("", "zh", "en"), "zh"),
        (("", "xx", "en"), "en"),
        (("?lang=en", "zh", "zh-CN"), "en"),
    ],
)
def test_the_language_is_chosen(client: FlaskClient, asked: tuple[str, str, str], expected: str) -> None:
    """The address decides, then the cookie, then the browser, and Chinese when nothing does."""
    query, cookie, preferred = asked
    client.set_cookie("lang", cookie)
    page = client.get(f"/stations{query}", headers={"Accept-Language": preferred}).text
    assert f'<html lang="{"zh-Hans-CN" if expected == "zh" else "en"}">' in page


def test_the_language_is_remembered(client: FlaskClient) -> None:
    """A language chosen in the address holds for the next page; a document in a language chooses nothing."""
    client.get("/api/catalog?lang=en")
    assert client.get_cookie("lang") is None
    client.get("/?lang=en")
    assert '<html lang="en">' in client.get("/stations").text


def test_the_other_language_keeps_the_address(client: FlaskClient) -> None:
    """The language switch leads to the same page with the same parameters, whatever they hold."""
    page = client.get("/sources?kind=brick_kiln&flagged=1&lang=en").text
    link = re.search(r'class="language" href="([^"]+)"', page)
    assert link is not None
    assert unescape(link[1]) == "?kind=brick_kiln&flagged=1&lang=zh"


def test_an_error_page_is_a_page_in_the_readers_language(client: FlaskClient) -> None:
    """A browser that goes astray sees a page with the sentence and the code, never a bare document."""
    for path, status in (
        ("/stations/none", 404),
        ("/nowhere", 404),
        ("/?lang=fr", 400),
        ("/sources?x=1", 400),
    ):
        answer = client.get(path, headers=HTML | {"Accept-Language": "en"})
        assert (answer.status_code, answer.mimetype) == (status, "text/html"), path
        assert ("Not found" if status == 404 else "That did not work") in answer.text
