from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from geo_registry.core.space.datums import to_wgs84

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_a_place_is_brought_to_the_maps_datum(client: FlaskClient, datum: str) -> None:
    """A pair, decimal or in degrees, minutes and seconds, comes back in WGS 84 from any datum."""
    lon, lat = to_wgs84([114.02], [33.58], datum)
    for x, y in (("114.02", "33.58"), ("114°1′12″E", "33°34′48″")):
        answer = client.get("/api/place", query_string={"x": x, "y": y, "datum": datum})
        assert answer.status_code == 200
        found = json.loads(answer.text)
        assert found["datum"] == datum
        assert [found["lon"], found["lat"]] == pytest.approx([lon[0], lat[0]], abs=1e-8)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"x": "114"}, "PARAMETER_MISSING"),
        ({"x": "abc", "y": "33"}, "NUMBER_EXPECTED"),
        ({"x": "33N", "y": "114E"}, "NUMBER_EXPECTED"),
        ({"x": "200", "y": "33"}, "COORD_OUT_OF_RANGE"),
        ({"x": "114", "y": "90.5"}, "COORD_OUT_OF_RANGE"),
        ({"x": "114", "y": "33", "datum": "beijing54"}, "CHOICE_UNKNOWN"),
        ({"x": "114", "y": "33", "z": "1"}, "PARAMETER_UNKNOWN"),
    ],
)
def test_what_is_no_place_is_refused(client: FlaskClient, asked: dict[str, str], code: str) -> None:
    """A place that is missing, no number, not on earth or in an unknown datum is refused by its code."""
    answer = client.get("/api/place", query_string=asked)
    assert answer.status_code == 400
    assert json.loads(answer.text)["code"] == code
