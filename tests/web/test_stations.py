"""The pages of a station: the ranked list by pages, what changed, and a station that no longer stands."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.core.access import owner
from geo_registry.registry.editing import Edit
from geo_registry.settings import Settings
from geo_registry.web import create_app
from geo_registry.web.views.stations.neighbourhood import ROWS
from tests.web.town import REAL, feature

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
HTML = {"Accept": "text/html"}
MANY = [
    feature("brick_kiln", [114.0 + 0.001 * place, 33.51], code=f"M{place:02}", status="operating")
    for place in range(1, 31)
]
CLOSED = [
    feature(
        "monitoring_station", [114.1, 33.5], code="S9", name="旧站", level="national", valid_to="2026-05-31"
    )
]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Make a town of many kilns, with a station that was closed, and a kiln that moved last week."""
    folder: Path = tmp_path_factory.mktemp("crowded")
    url = f"sqlite:///{folder / 'town.db'}"
    gr.init(url, by="tester", clock=lambda: NOW)
    registry = gr.open(url, clock=lambda: NOW).seen_by(owner("tester"))
    path = folder / "town.geojson"
    features = [*REAL, *MANY, *CLOSED]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    registry.import_file(path, gr.ImportOrder(datum="wgs84", by="tester"))
    kiln = registry.search("K1").iloc[0]["id"]
    moved = {"lon": 114.03, "lat": 33.5, "datum": "wgs84", "name": "<i>窑</i>"}
    on = NOW.date().replace(day=13)
    registry.editing.edit(str(kiln), Edit(moved, act="move", on=on, reason="rebuilt"), version=1)
    return registry


@pytest.fixture
def reader(crowded: Registry, store_url: str) -> FlaskClient:
    """Give a browser without cookies on that town."""
    return create_app(Settings(store_url=store_url), crowded).test_client()


def test_pages_of_the_ranked_list_are_the_audit_in_order(reader: FlaskClient, crowded: Registry) -> None:
    """The pages together hold every active pair once, in the audit's order; beyond the last is none."""
    pages = [reader.get(f"/stations/S1?page={number}&lang=en").text for number in (1, 2, 9)]
    shown = [re.findall(r'<tr data-id="(\w+)">', page) for page in pages]
    pairs = crowded.audit(question=gr.Question(stations=("S1",))).pairs
    assert [len(rows) for rows in shown] == [ROWS, len(pairs) - ROWS, len(pairs) - ROWS]
    assert [*shown[0], *shown[1]] == pairs["source_id"].tolist()
    assert f'<td class="number">{ROWS + 1}</td>' in pages[1]
    assert 'rel="next"' in pages[0]
    assert 'rel="next"' not in pages[1]


def test_the_page_shows_map_plot_and_doubts_of_the_report(reader: FlaskClient) -> None:
    """Map, polar plot and the report's three sections of doubts stand on the page."""
    page = reader.get("/stations/S1?lang=en").text
    assert page.count('role="img"') == 2
    assert all(f'<section id="{name}">' in page for name in ("siting", "certainty", "quality"))


def test_page_document_and_file_tell_the_same_changes(reader: FlaskClient) -> None:
    """What changed is the same on the page, as JSON and as CSV; a name is only text."""
    asked = "from=2026-11-01&to=2026-11-20"
    document = reader.get(f"/api/stations/S1/changes?{asked}").json
    assert document is not None
    assert [(row["source_code"], row["differs"]) for row in document["changes"]] == [
        ("K1", "ring;score;moved")
    ]
    page = reader.get(f"/stations/S1/changes?{asked}&lang=en").text
    assert re.findall(r'<tr data-id="(\w+)">', page) == [document["changes"][0]["source_id"]]
    assert "&lt;i&gt;窑&lt;/i&gt;" in page
    assert "Moved by" in page
    table = reader.get(f"/api/stations/S1/changes?{asked}&format=csv").data.decode("utf-8-sig")
    assert [row["source_code"] for row in csv.DictReader(io.StringIO(table))] == ["K1"]


def test_without_times_the_last_month_is_compared(reader: FlaskClient) -> None:
    """The form of both pages, and the document, begin with the month before today."""
    document = reader.get("/api/stations/S1/changes").json
    assert document is not None
    assert (document["from"], document["to"]) == ("2026-10-20", "2026-11-20")
    for path in ("/stations/S1", "/stations/S1/changes"):
        page = reader.get(path).text
        assert 'name="from" value="2026-10-20"' in page
        assert 'name="to" value="2026-11-20"' in page


def test_times_that_cannot_be_compared_are_told_above_the_form(reader: FlaskClient) -> None:
    """Swapped days and a right that one has not leave the form, with a sentence; programs get the error."""
    swapped = reader.get("/stations/S1/changes?from=2026-11-10&to=2026-11-01&lang=en")
    assert (swapped.status_code, "say the earlier time first" in swapped.text) == (200, True)
    assert 'name="from" value="2026-11-10"' in swapped.text
    refused = reader.get("/api/stations/S1/changes?from=2026-11-10&to=2026-11-01")
    assert (refused.status_code, refused.json and refused.json["code"]) == (400, "TIMES_SWAPPED")
    assert reader.get("/stations/none/changes", headers=HTML).status_code == 404


def test_a_closed_station_leads_to_its_last_day(reader: FlaskClient) -> None:
    """A station that does not stand today has a page that links to how it was on its last day."""
    page = reader.get("/stations/S9?lang=en", headers=HTML)
    assert page.status_code == 404
    link = re.search(r'href="(/stations/\w+\?on=2026-05-31[^"]*)"', page.text)
    assert link is not None
    assert reader.get(link[1].replace("&amp;", "&")).status_code == 200
