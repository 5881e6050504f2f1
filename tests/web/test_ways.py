"""Every refusal that a person reads has a sentence, its code and a way on."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.web.test_pages import HTML, told

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

ASKED_IN = HTML | {"Accept-Language": "en"}


def buttons(page: str) -> dict[str, str]:
    """Read the buttons of an error page: their words and where they lead."""
    found = re.findall(r'<a class="button[^"]*" href="([^"]*)">([^<]+)</a>', page)
    return {unescape(words): unescape(address) for address, words in found}


@pytest.mark.parametrize(
    ("asked", "code", "way"),
    [
        ("/stations/none", "STATION_UNKNOWN", ("List of stations", "/stations")),
        ("/stations/S1?rings=abc", "RING_NOT_NUMBER", ("Ask again without it", "/stations/S1")),
        ("/stations/S1?x=1&page=1", "PARAMETER_UNKNOWN", ("Ask again without it", "/stations/S1?page=1")),
        ("/sources/nothing", "RECORD_UNKNOWN", ("List of sources", "/sources")),
        ("/api/stations/S1/report.pdf?on=x", "DATE_EXPECTED", ("Back to the station", "/stations/S1")),
        ("/api/export?format=exe", "FORMAT_UNKNOWN", ("List of sources", "/sources")),
        ("/nowhere", "PAGE_UNKNOWN", ("To the map", "/")),
    ],
)
def test_a_refusal_leads_on(client: FlaskClient, asked: str, code: str, way: tuple[str, str]) -> None:
    """The page names the code and offers the way that its code calls for, and that way is open."""
    answer = client.get(asked, headers=ASKED_IN)
    assert answer.mimetype == "text/html"
    assert f"Code {code} (HTTP {answer.status_code})" in told(answer.text)
    assert way in buttons(answer.text).items()
    assert {
        address: client.get(address, headers=HTML).status_code for address in buttons(answer.text).values()
    } == (dict.fromkeys(buttons(answer.text).values(), 200))


def test_a_program_reads_the_same_refusal_as_a_document(client: FlaskClient) -> None:
    """Who does not ask for a page is answered by a document at the same address."""
    answer = client.get("/api/stations/none/report.pdf", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype, answer.get_json()["code"]) == (
        404,
        "application/json",
        "STATION_UNKNOWN",
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_does_not_speak_of_the_command_line(client: FlaskClient, lang: str) -> None:
    """A broken link is answered in words that a browser's reader can follow."""
    for asked in ("/sources?kind=nope", "/sources?sort=nope", "/stations/S1/changes?kind=nope", "/imports/x"):
        page = told(client.get(asked, headers=HTML | {"Accept-Language": lang}).text)
        assert not re.search(r"--[a-z]|\bkinds\b|命令|command", page), asked


@pytest.mark.parametrize(
    ("path", "said", "way"),
    [
        ("/stations", "There is no station yet.", ("To the map", "/")),
        ("/sources", "There is no source yet.", ("To the map", "/")),
        ("/sources?text=zzz", "No source fits these conditions.", ("Clear filters", "/sources")),
        ("/sources?page=9", "There is no source yet.", ("To the map", "/")),
    ],
)
def test_an_empty_page_says_so_and_leads_on(
    tmp_path: Path, path: str, said: str, way: tuple[str, str]
) -> None:
    """Where there is nothing to list a page has a sentence and a button, and no table without rows."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    gr.init(url, by="tester")
    page = create_app(Settings(store_url=url)).test_client().get(path, headers=ASKED_IN).text
    assert said in told(page)
    assert way in buttons(page).items()
    assert "<table" not in page


def test_a_page_past_the_last_leads_to_the_first(client: FlaskClient) -> None:
    """A page number past the end keeps the choice and leads back to its beginning."""
    page = client.get("/sources?page=99&kind=brick_kiln", headers=ASKED_IN).text
    address = buttons(page)["To the first page"]
    assert "kind=brick_kiln" in address
    assert "page" not in address


def test_no_way_leads_to_another_server(client: FlaskClient) -> None:
    """A path that looks like another host stays a path."""
    bent = {"PATH_INFO": "//else.where/stations", "QUERY_STRING": "lang=fr"}
    found = buttons(client.get("/", environ_overrides=bent, headers=ASKED_IN).text)
    assert found
    assert not [address for address in found.values() if address.startswith("//")]


def test_under_a_foreign_name_there_is_a_page_without_ways(client: FlaskClient) -> None:
    """Before it is known who asks, a refusal is a page too; no link of it would be answered."""
    answer = client.get("/", base_url="http://else.where", headers=ASKED_IN)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "HOST_UNKNOWN" in answer.text
    assert buttons(answer.text) == {}
