from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import geo_registry as gr
from geo_registry.cli.group import Verbs
from geo_registry.core.audit.result import records

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

DOCUMENTS = (
    "/healthz",
    "/api/catalog",
    "/api/search?q=砖",
    "/api/records/{K1}",
    "/api/near?lon=114&lat=33.5&radius_m=1000",
    "/api/stations",
    "/api/stations/S1/audit",
    "/api/audit",
    "/tiles/sources/tilejson.json",
)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_are_json_without_nan(client: FlaskClient, ids: dict[str, str], path: str) -> None:
    """Every document is JSON that a strict reader takes: no NaN, no infinity."""

    def refuse(constant: str) -> object:
        raise AssertionError(constant)

    answer = client.get(path.format(**ids))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    json.loads(answer.text, parse_constant=refuse)


def test_the_audit_is_that_of_the_shell(client: FlaskClient, store_url: str) -> None:
    """HTTP and the command line give the same audit, number by number."""
    asked = {"rings": "500,1000,5000", "status": "all", "on": "2026-11-23"}
    served = client.get("/api/audit", query_string=asked).json
    assert served is not None
    words = ["--rings", asked["rings"], "--status", "all", "--on", asked["on"]]
    ran = CliRunner().invoke(Verbs("en"), ["--store", store_url, "--json", "audit", *words])
    shell = json.loads(ran.stdout)
    for table in ("summary", "totals", "pairs", "siting"):
        assert served[table] == shell[table], table
    assert served["pairs"], "an empty audit would agree with anything"


def test_a_stations_audit_is_its_part_of_the_whole(
    client: FlaskClient, registry: Registry, ids: dict[str, str]
) -> None:
    """One station's document, asked by id or by code, holds exactly its rows of the whole audit."""
    whole = records(registry.audit().pairs_for(ids["S1"]))
    for name in (ids["S1"], "S1"):
        served = client.get(f"/api/stations/{name}/audit").json
        assert served is not None
        assert served["pairs"] == whole


def test_reasons_come_with_their_words(client: FlaskClient, registry: Registry) -> None:
    """Every reason of an audit's pairs is put in words, in the language asked for."""
    for lang in ("zh", "en"):
        served = client.get(f"/api/audit?lang={lang}").json
        assert served is not None
        reasons = {pair["reasons"] for pair in served["pairs"]}
        assert served["words"] == {one: registry.reasons_in_words(one, lang) for one in reasons}


def test_search_finds_by_name_and_code(client: FlaskClient) -> None:
    """Search finds names and codes in any case and width, and says what each thing is and where."""
    for wanted in ("砖窑一", "k1", "Ｋ１"):
        found = client.get("/api/search", query_string={"q": wanted}).json
        assert found is not None
        (row,) = found["found"]
        what = (row["code"], row["role"], row["kind"], row["lon"], row["lat"])
        assert what == ("K1", "source", "brick_kiln", 114.005, 33.5), wanted
    nothing = client.get("/api/search?q=%20").json
    assert nothing == {"q": " ", "found": []}


def test_a_record_tells_its_fields_position_and_score(client: FlaskClient, ids: dict[str, str]) -> None:
    """A record's document has all fields of its kind, the coordinate as sent, and a source's own score."""
    kiln = client.get(f"/api/records/{ids['K1']}?lang=en").json
    assert kiln is not None
    assert kiln["position"] == {
        "lon": 114.005,
        "lat": 33.5,
        "datum": "wgs84",
        "x_given": "114.005",
        "y_given": "33.5",
        "accuracy_m": 10.0,
        "coord_method": None,
    }
    assert kiln["priority"]["score"] >= 75
    fields = {field["name"]: field for field in kiln["fields"]}
    assert fields["status"] | {"label": ""} == {
        "name": "status",
        "label": "",
        "value": "operating",
        "text": "Operating",
    }
    yard = client.get(f"/api/records/{ids['B1']}").json
    assert yard is not None
    assert yard["geometry"]["type"] == "Polygon"
    assert 114.02 < yard["lon"] < 114.021


def test_near_is_exact_and_ordered(client: FlaskClient, registry: Registry) -> None:
    """What is near a point is what Python says is near, nearest first, metres with three decimals."""
    served = client.get("/api/near?lon=114&lat=33.5&radius_m=2000").json
    assert served is not None
    assert served["found"] == records(registry.near(114.0, 33.5, 2000.0))
    distances = [row["distance_m"] for row in served["found"]]
    assert distances == sorted(distances)
    assert [row["code"] for row in served["found"]][:2] == ["S1", "K1"]


def test_reports_come_in_both_forms_and_languages(client: FlaskClient) -> None:
    """A report is a PDF or a page of its own that fetches nothing, in the language asked for."""
    pdf = client.get("/api/stations/S1/report.pdf?lang=zh")
    assert pdf.data.startswith(b"%PDF")
    assert pdf.mimetype == "application/pdf"
    page = client.get("/api/stations/S1/report.html?lang=en&rings=2000")
    assert '<html lang="en">' in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "src=" not in page.text


@pytest.mark.parametrize(
    ("form", "magic"), [("shp", b"PK"), ("gpkg", b"SQLite"), ("geojson", b"{"), ("csv", b""), ("xlsx", b"PK")]
)
def test_exports_are_named_files(client: FlaskClient, form: str, magic: bytes) -> None:
    """Every format comes as an attachment with a name of ours, of the ring of one station."""
    answer = client.get(f"/api/export?format={form}&kind=brick_kiln&station=S1&ring=1000")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.data.startswith(magic)


def test_an_export_holds_the_ring_and_nothing_else(client: FlaskClient, registry: Registry) -> None:
    """The sources exported from a ring are those the audit counts in it."""
    answer = client.get("/api/export?format=geojson&kind=brick_kiln&station=S1&ring=1000")
    codes = {feature["properties"]["code"] for feature in json.loads(answer.data)["features"]}
    pairs = registry.audit(question=gr.Question(stations=("S1",), status="all", rings_m=(1000.0,))).pairs
    assert codes == set(pairs.loc[pairs["kind"] == "brick_kiln", "source_code"])
    zipped = client.get("/api/export?format=shp&kind=all&station=S1&ring=1000")
    assert "字段对照表.csv" in zipfile.ZipFile(io.BytesIO(zipped.data)).namelist()


def test_the_audit_comes_as_a_table_too(client: FlaskClient) -> None:
    """Pairs and summary of all stations come as CSV with the contract's columns."""
    pairs = client.get("/api/audit?format=csv")
    rows = list(csv.DictReader(io.StringIO(pairs.data.decode("utf-8-sig"))))
    assert rows
    assert {"station_code", "source_code", "distance_m", "ring_m", "score", "reasons"} <= rows[0].keys()
    summary = client.get("/api/audit?format=csv&table=summary")
    assert "cumulative_active" in summary.data.decode("utf-8-sig").splitlines()[0]
