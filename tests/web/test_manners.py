from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

import mapbox_vector_tile
import pytest

from geo_registry.errors import (
    CatalogError,
    Conflict,
    CRSError,
    NotFound,
    RegistryError,
    StoreError,
    ValueRefused,
)
from geo_registry.web import create_app
from geo_registry.web.errors import status_of
from geo_registry.wording import texts

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

READS = (
    "/",
    "/stations",
    "/stations/S1",
    "/sources",
    "/sources/{K1}",
    "/api/catalog",
    "/api/search?q=k",
    "/api/records/{K1}",
    "/api/near?lon=114&lat=33.5&radius_m=1000",
    "/api/stations",
    "/api/stations/S1/audit",
    "/api/audit",
    "/api/stations/S1/report.html",
    "/api/export?format=geojson&kind=brick_kiln",
    "/tiles/sources/10/836/411.mvt",
    "/tiles/stations/tilejson.json",
)
BAD = (
    ("/api/near", "PARAMETER_MISSING"),
    ("/api/near?lon=x&lat=1&radius_m=1", "NUMBER_EXPECTED"),
    ("/api/near?lon=nan&lat=1&radius_m=1", "NUMBER_EXPECTED"),
    ("/api/near?lon=1_0&lat=1&radius_m=1", "NUMBER_EXPECTED"),
    ("/api/near?lon=114&lat=33&radius_m=0", "RING_NOT_POSITIVE"),
    ("/api/near?lon=114&lat=33&radius_m=-5", "RING_NOT_POSITIVE"),
    ("/api/near?lon=999&lat=33&radius_m=5", "COORD_OUT_OF_RANGE"),
    ("/api/near?lon=1&lon=2&lat=1&radius_m=1", "PARAMETER_REPEATED"),
    ("/api/audit?rings=0", "RING_NOT_POSITIVE"),
    ("/api/audit?rings=-5", "RING_NOT_POSITIVE"),
    ("/api/audit?rings=1e308", "RING_NOT_POSITIVE"),
    ("/api/stations/S1/report.html?rings=1e-300", "RING_NOT_POSITIVE"),
    ("/api/export?kind=rings&rings=1e-300", "RING_NOT_POSITIVE"),
    ("/api/audit?rings=1000,", "RING_NOT_NUMBER"),
    ("/api/audit?rings=inf", "RING_NOT_NUMBER"),
    ("/api/audit?rings=" + ",".join(str(radius_m) for radius_m in range(1, 99)), "RINGS_COUNT"),
    ("/api/audit?ring=1000", "PARAMETER_UNKNOWN"),
    ("/api/audit?on=2026-02-30", "DATE_EXPECTED"),
    ("/api/audit?on=20260201", "DATE_EXPECTED"),
    ("/api/audit?as_of=-1", "NUMBER_EXPECTED"),
    ("/api/audit?as_of=999", "REVISION_UNKNOWN"),
    ("/api/audit?kind=nonsense", "KIND_UNKNOWN"),
    ("/api/audit?kind=camera", "KIND_NOT_SOURCE"),
    ("/api/audit?level=lunar", "LEVEL_UNKNOWN"),
    ("/api/audit?status=asleep", "STATUS_UNKNOWN"),
    ("/api/audit?format=doc", "CHOICE_UNKNOWN"),
    ("/api/audit?table=all", "CHOICE_UNKNOWN"),
    ("/api/export?format=doc", "FORMAT_UNKNOWN"),
    ("/api/export?datum=mars", "DATUM_UNKNOWN"),
    ("/api/export?crs=EPSG:0", "DATUM_UNKNOWN"),
    ("/api/export?bbox=1,2,3", "NUMBERS_EXPECTED"),
    ("/api/export?bbox=a,b,c,d", "NUMBER_EXPECTED"),
    ("/api/export?station=S1", "STATION_AND_RING"),
    ("/api/export?encoding=klingon", "ENCODING_UNKNOWN"),
    ("/api/stations/S1/report.doc", "FORMAT_UNKNOWN"),
    ("/api/stations/S1/report.pdf?rings=0", "RING_NOT_POSITIVE"),
    ("/api/search?q=a&limit=9999", "LIMIT_TOO_HIGH"),
    ("/api/catalog?lang=fr", "LANGUAGE_UNKNOWN"),
    ("/api/catalog?x=" + "1" * 2_000, "PARAMETER_UNKNOWN"),
)
MISSING = (
    ("/nowhere", "PAGE_UNKNOWN"),
    ("/api/nowhere", "PAGE_UNKNOWN"),
    ("/api/records/none", "RECORD_UNKNOWN"),
    ("/api/records/%00", "RECORD_UNKNOWN"),
    ("/api/records/' OR 1=1 --", "RECORD_UNKNOWN"),
    ("/api/stations/none/audit", "STATION_UNKNOWN"),
    ("/api/stations/none/report.pdf", "STATION_UNKNOWN"),
    ("/api/export?station=none&ring=1000", "STATION_UNKNOWN"),
    ("/tiles/planets/1/1/1.mvt", "TILE_UNKNOWN"),
    ("/tiles/sources/99/1/1.mvt", "TILE_UNKNOWN"),
    ("/tiles/sources/2/9/1.mvt", "TILE_UNKNOWN"),
    ("/tiles/sources/2/-1/1.mvt", "PAGE_UNKNOWN"),
    ("/tiles/planets/tilejson.json", "TILE_UNKNOWN"),
    ("/static/package.json", "PAGE_UNKNOWN"),
    ("/static/.npmrc", "PAGE_UNKNOWN"),
    ("/static/../pyproject.toml", "PAGE_UNKNOWN"),
    ("/static/%2e%2e/pyproject.toml", "PAGE_UNKNOWN"),
    ("/static/node_modules/maplibre-gl/package.json", "PAGE_UNKNOWN"),
)


@pytest.mark.parametrize("path", READS)
def test_reads_carry_a_tag_and_a_second_one_costs_nothing(
    client: FlaskClient, ids: dict[str, str], path: str
) -> None:
    """Every read has an ETag that must be asked again, and answers 304 without a body to who holds it."""
    first = client.get(path.format(**ids))
    assert first.status_code == 200, first.text
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(path.format(**ids), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert {"Accept-Language", "Cookie"} <= set(again.vary)


def test_tags_differ_where_answers_may(client: FlaskClient) -> None:
    """Another language or another question has another tag; a star matches nothing."""
    tags = [
        client.get(path).headers["ETag"]
        for path in ("/api/audit?lang=zh", "/api/audit?lang=en", "/api/audit?lang=en&rings=1000")
    ]
    assert len(set(tags)) == 3
    assert client.get("/api/audit", headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize("path", [*READS, "/nowhere", "/api/audit?rings=0", "/static/map.js"])
def test_every_answer_is_guarded(client: FlaskClient, ids: dict[str, str], path: str) -> None:
    """Every answer, errors too, carries the content policy and forbids guessing its type."""
    with client.get(path.format(**ids)) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("path", "code"), [*BAD, *MISSING])
def test_every_fault_has_the_one_shape(client: FlaskClient, path: str, code: str) -> None:
    """A bad value is 400 and a missing thing 404, told as code, sentence and details in both languages."""
    expected = 404 if (path, code) in MISSING else 400
    for lang in ("zh", "en"):
        answer = client.get(path, headers={"Accept-Language": lang})
        assert answer.status_code == expected, answer.text
        fault = answer.json
        assert fault is not None
        assert fault.keys() == {"code", "message", "details"}
        assert fault["code"] == code
        assert fault["message"]
        assert fault["message"] != code
        assert "ETag" not in answer.headers


def test_other_methods_are_refused_in_the_same_shape(client: FlaskClient) -> None:
    """A method that an address does not take is 405, with the methods it does take."""
    answer = client.delete("/api/catalog")
    assert (answer.status_code, answer.json["code"]) == (405, "METHOD_NOT_ALLOWED")  # type: ignore[index]
    assert "GET" in answer.headers["Allow"]


def test_a_bug_is_told_without_its_entrails(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An unforeseen exception is 500 in the one shape: the log has the trace, the answer has not."""
    monkeypatch.setattr(type(registry), "counts", _broken)
    answer = create_app(registry.settings, registry).test_client().get("/api/catalog")
    assert (answer.status_code, answer.json["code"]) == (500, "INTERNAL")  # type: ignore[index]
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def _broken(_registry: Registry) -> dict[str, int]:
    raise RuntimeError("secret")


def test_a_store_that_fails_is_told_on_a_page(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store cannot be read a browser gets a page that says so, with status 503."""
    monkeypatch.setattr(type(registry), "revision", property(_unreadable))
    client = create_app(registry.settings, registry).test_client()
    answer = client.get("/stations?lang=en", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "STORE_UNREADABLE" in answer.text


def _unreadable(_registry: Registry) -> int:
    raise StoreError


def test_statuses_follow_the_class_of_the_fault() -> None:
    """Each class of exception has its status, and a class below another has that one's."""
    faults = (ValueRefused, CRSError, NotFound, Conflict, StoreError, CatalogError, RegistryError)
    assert [status_of(fault()) for fault in faults] == [400, 400, 404, 409, 503, 500, 500]


def test_answers_are_packed_for_who_can_unpack(client: FlaskClient) -> None:
    """Documents, pages and tiles go out packed where the client says it can unpack them, else as they are."""
    for path in ("/api/audit", "/", "/tiles/zones/8/209/102.mvt"):
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        plain = client.get(path)
        assert "Content-Encoding" not in plain.headers
        if len(plain.data) >= 1_000:
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.data) == plain.data
        assert "Accept-Encoding" in packed.vary


def test_tiles_hold_the_towns_sources(client: FlaskClient, ids: dict[str, str]) -> None:
    """A tile decodes to the sources that lie in it, with the attributes the map draws by."""
    answer = client.get("/tiles/sources/8/209/102.mvt")
    assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    features = mapbox_vector_tile.decode(answer.data)["sources"]["features"]
    drawn = {feature["properties"]["id"] for feature in features}
    assert drawn == {ids[code] for code in ("K1", "K2", "C1", "C2", "B1", "Y1")}
    kiln = next(one["properties"] for one in features if one["properties"]["id"] == ids["K1"])
    assert kiln["flagged"]
    assert kiln["kind"] == "brick_kiln"
    assert client.get("/tiles/sources/8/0/0.mvt").data == b""


def test_tilejson_says_where_the_tiles_are(client: FlaskClient) -> None:
    """TileJSON names an address of this very server and the layer's attributes."""
    described = client.get("/tiles/sources/tilejson.json").json
    assert described is not None
    assert described["tiles"] == ["http://localhost/tiles/sources/{z}/{x}/{y}.mvt"]
    assert "flagged" in described["vector_layers"][0]["fields"]


def test_one_registry_serves_every_request(app: Flask, registry: Registry) -> None:
    """The application keeps the registry it was given."""
    assert app.extensions["geo_registry"].registry is registry


def test_every_text_of_the_web_is_used() -> None:
    """No wording of the pages is left over, and both languages say the same things."""
    package = Path(__file__).resolve().parents[2] / "geo_registry" / "web"
    held = "".join(path.read_text("utf-8") for path in package.rglob("*") if path.suffix in {".py", ".html"})
    keys = {key.removeprefix("web.") for key in texts("zh") if key.startswith("web.")}
    left = {key for key in keys if f'"{key}"' not in held and f'"web.{key}"' not in held}
    named = {f"way_{way}" for way in re.findall(r'"(\w+)"', (package / "ways.py").read_text("utf-8"))}
    assert left - named == set()
