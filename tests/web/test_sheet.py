"""The map on one sheet: what it counts, what it draws, and the doors it stands at."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_registry.core.space.geodesy import ring
from geo_registry.publish.report.staticmap.sheet import HIGH, WIDE, Sheet, draw_sheet, sheet_legend
from geo_registry.publish.report.words import Words
from tests.publish.report_world import CENTRE, catalog_of_layers

if TYPE_CHECKING:
    from flask.testing import FlaskClient

WORD = r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)</text>'
BOX = "113.5,33.2,114.5,33.8"


def words_of(content: bytes) -> str:
    """Read a PDF's words with another program."""
    ran = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True, timeout=60
    )
    return ran.stdout.decode()


@pytest.mark.parametrize("choice", ["", "&kind=brick_kiln", "&status=active"])
def test_it_counts_what_is_chosen(client: FlaskClient, choice: str) -> None:
    """The sheet's sum and the counts of its legend are those of the same choice at the list's door."""
    told = client.get(f"/api/choice/counts?bbox={BOX}{choice}").get_json()
    answer = client.get(f"/api/map.pdf?lang=en&bbox={BOX}{choice}")
    assert answer.status_code == 200
    said = words_of(answer.data)
    assert f"sources chosen here: {told['total']}" in " ".join(said.split())
    legend = sorted(int(count) for count in re.findall(r"\((\d+)\)", said))
    assert legend == sorted(one["all"] for one in told["kinds"].values() if one["all"])
    assert re.search(r"Revision \d+ · chain [0-9a-f]{12} · content [0-9a-f]{12}", " ".join(said.split()))


def test_a_picture_is_one_too_and_the_same_again(client: FlaskClient) -> None:
    """PNG by its signature, 297 mm at 220 dots an inch; asked twice the bytes are the same."""
    one, two = (client.get(f"/api/map.png?bbox={BOX}").data for _ in range(2))
    assert one[:8] == b"\x89PNG\r\n\x1a\n"
    assert abs(int.from_bytes(one[16:20]) - 297 / 25.4 * 220) < 2
    assert one == two


def test_another_format_is_refused(client: FlaskClient) -> None:
    """The refusal names the formats there are."""
    answer = client.get("/api/map.gif")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "FORMAT_UNKNOWN")


def test_rings_are_round_and_scale_holds() -> None:
    """A ring of 5 km round the middle is a circle on the sheet, of the radius that its scale says."""
    lon, lat = CENTRE
    none = gpd.GeoDataFrame(
        {name: [] for name in ("kind", "name", "code", "active", "flagged")}, geometry=[], crs="EPSG:4326"
    ).astype({"active": bool, "flagged": bool})
    sheet = Sheet(
        box=(lon - 0.1, lat - 0.08, lon + 0.1, lat + 0.08),
        sources=none,
        stations=none,
        rings=gpd.GeoDataFrame({"radius_m": [5000.0]}, geometry=[ring(lon, lat, 5000)], crs="EPSG:4326"),
        zones=none,
        counts={},
        words=Words(catalog_of_layers(), "en"),
    )
    drawn = draw_sheet(sheet)
    path = re.search(
        r'<path d="M([^"]+)" fill-rule="evenodd" fill="none" stroke="#1c2430" stroke-width="1.1"', drawn
    )
    assert path
    places = np.array([[float(part) for part in place.split()] for place in path[1].split("L")])
    radii = np.hypot(*(places - (WIDE / 2, HIGH / 2)).T)
    bar = re.search(r"M0 -6V0H([\d.]+)V-6", drawn)
    length = re.search(r"V-6.*?>(\d+) km</text>", drawn)
    assert bar
    assert length
    assert radii == pytest.approx(float(bar[1]) / float(length[1]) * 5, rel=0.002)
    assert shapely.Polygon(places).is_valid


def test_radii_and_zones_are_written_where_they_are() -> None:
    """The radius stands at the top of its ring, and a zone has its border and, inside it, its name."""
    lon, lat = CENTRE
    frame = {
        "kind": ["urban_core"],
        "name": ["Old town"],
        "code": [None],
        "active": [True],
        "flagged": [False],
    }
    zones = gpd.GeoDataFrame(frame, geometry=[shapely.box(lon - 0.09, lat - 0.07, lon, lat)], crs="EPSG:4326")
    rings = gpd.GeoDataFrame({"radius_m": [3_500.0]}, geometry=[ring(lon, lat, 3_500)], crs="EPSG:4326")
    sheet = Sheet(
        box=(lon - 0.1, lat - 0.08, lon + 0.1, lat + 0.08),
        sources=zones[:0],
        stations=zones[:0],
        rings=rings,
        zones=zones,
        counts={},
        words=Words(catalog_of_layers(), "en"),
    )
    drawn = draw_sheet(sheet)
    words = {word: (float(x), float(y)) for x, y, word in re.findall(WORD, drawn)}
    up = words["3.5 km"]
    assert up[0] == pytest.approx(WIDE / 2, abs=1)
    assert up[1] < HIGH / 2 - 100
    x, y = words["Old town"]
    assert (0 < x < WIDE / 2, HIGH / 2 < y < HIGH) == (True, True)
    assert any(label == "Urban core" for _, label in sheet_legend(sheet))
