"""What those see who have not signed in: nothing, numbers in rings, or all but contacts and leads."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import geo_registry as gr
from geo_registry.core.audit.result import records
from geo_registry.errors import ValueRefused
from geo_registry.settings import from_env
from geo_registry.web import create_app
from tests.web.rights.test_rights_table import METHODS, ROWS, address, named
from tests.web.rights.world import OWN, PLACES

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry
    from tests.web.rights.world import Districts

ANSWERED_WHEN_CLOSED = {"/static/<path:name>", "/healthz", "/readyz", "/metrics", "/login"}
"""Addresses that answer before anybody has signed in; the counts only to programs of the same machine."""
PROBES = (
    "rings=1000",
    "rings=1000,3000,5001",
    "on=2026-01-01",
    "as_of=1",
    "kind=brick_kiln",
    "level=provincial",
    "rings=1000,3000,5000&kind=brick_kiln&kind=coal_sales_point",
)
"""Questions by which the place of one source could be worked out from counts."""
HTML = {"Accept": "text/html"}


def document(client: FlaskClient, path: str) -> Any:  # noqa: ANN401 (any JSON)
    """Read a document that must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture(scope="module")
def counting(served: Callable[[str], Flask]) -> FlaskClient:
    """Give a client without cookies of a server that shows strangers numbers alone."""
    return served("counts").test_client()


def test_a_closed_registry_asks_everybody_who_they_are(
    served: Callable[[str], Flask], districts: Districts
) -> None:
    """Where nothing is public every address but a few answers 401 to strangers, and none tells anything."""
    client = served("closed").test_client()
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    for rule in {rule for _, rule in ROWS} | {"/nowhere"}:
        for method in METHODS:
            with closing(client.open(address(rule, named(districts, rule, OWN)), method=method)) as answer:
                told = "ETag" in answer.headers
            if rule not in ANSWERED_WHEN_CLOSED:
                assert (answer.status_code, told) == (401, False), (method, rule)
    page = client.get("/stations?lang=en", headers=HTML)
    assert (page.status_code, page.headers["Location"]) == (302, "/login?next=/stations?lang%3Den")
    assert districts.get(client, "district", "/api/catalog").status_code == 200


def test_counts_are_those_that_everybody_may_know(counting: FlaskClient, client: FlaskClient) -> None:
    """Numbers in the rings of national stations are those of the open view; nothing tells of one source."""
    shown, open_view = (document(one, "/api/audit?status=all") for one in (counting, client))
    assert shown["summary"] == open_view["summary"]
    assert shown["totals"] == open_view["totals"]
    assert any(row["cumulative_all"] for row in shown["summary"])
    assert shown["pairs"] == shown["siting"] == shown["near_misses"] == []
    assert shown["provenance"]["unlocated"] == {}
    assert shown["provenance"]["scope"] == {"areas": None, "units": [], "leads": False, "singly": False}


@pytest.mark.parametrize("probe", PROBES)
def test_counts_answer_one_question_alone(counting: FlaskClient, districts: Districts, probe: str) -> None:
    """Other rings, days, revisions, kinds and levels are refused, through every door that counts."""
    station = districts.ids[f"S-{OWN}"]
    paths = ["/api/audit", "/api/audit?table=summary&format=csv", f"/api/stations/{station}/audit"]
    if probe.startswith(("rings", "on")) and "kind" not in probe:
        paths.append(f"/stations/{station}")
    for path in paths:
        answer = counting.get(f"{path}{'&' if '?' in path else '?'}{probe}")
        assert answer.status_code == 401, (path, answer.text)


def test_the_one_question_may_be_spelled_out(counting: FlaskClient) -> None:
    """The rings of the contract today, in any order, are the question that is answered."""
    usual = document(counting, "/api/audit")
    spelled = document(counting, "/api/audit?rings=5000,1000,3000&on=2026-11-23&level=national")
    assert spelled["summary"] == usual["summary"]


def test_where_only_counts_are_shown_no_source_is(counting: FlaskClient, districts: Districts) -> None:
    """No list, card, tile, search, neighbourhood, report or file tells of one source; stations are there."""
    station = districts.ids[f"S-{OWN}"]
    for path in (
        "/sources",
        f"/api/stations/{station}/report.html",
        f"/api/stations/{station}/report.pdf",
        "/api/audit?format=csv",
        "/api/export?kind=brick_kiln&format=csv",
        "/api/export?kind=camera&format=csv",
        "/api/export?kind=unlocated&format=csv",
    ):
        assert counting.get(path).status_code == 401, path
    for path in ("/sources/{}", "/api/records/{}"):
        hidden, missing = (counting.get(path.format(one)) for one in (districts.ids[f"K-{OWN}"], "f" * 16))
        assert hidden.status_code == missing.status_code == 404
        assert hidden.text.replace(districts.ids[f"K-{OWN}"], "") == missing.text.replace("f" * 16, "")
    roles = {one["role"] for one in document(counting, "/api/near?lon=114&lat=33.5&radius_m=9000")["found"]}
    kinds = {one["kind"] for one in document(counting, f"/api/search?q={OWN}")["found"]}
    counted = {one["kind"] for one in document(counting, "/api/catalog")["kinds"] if one["count"]}
    assert (roles, kinds, counted) == (
        {"station"},
        {"monitoring_station", "coal_ban_zone"},
        {"monitoring_station", "coal_ban_zone"},
    )
    for layer in ("sources", "assets"):
        assert counting.get(f"/tiles/{layer}/10/836/410.mvt").data == b""
    for kind in ("monitoring_station", "coal_ban_zone", "rings", "all"):
        answer = counting.get(f"/api/export?kind={kind}&format=geojson")
        assert answer.status_code == 200
        assert "窑" not in answer.text


def test_the_pages_stay_useful_with_counts_alone(counting: FlaskClient, districts: Districts) -> None:
    """Map and station page answer with the counts, and offer nothing that would be refused."""
    station = districts.ids[f"S-{OWN}"]
    page = counting.get(f"/stations/{station}?lang=zh")
    assert page.status_code == 200
    assert 'id="cumulative"' in page.text
    assert "只列各圈层内的数量" in page.text
    for offered in ('id="ranked"', "report.pdf", "/api/export", "/sources"):
        assert offered not in page.text, offered
    assert not any(f"窑{place}" in page.text for place in PLACES)
    assert '"shows_each": false' in counting.get("/").text


def test_a_station_that_is_not_national_is_not_counted_for_strangers(
    store_url: str, registry: Registry
) -> None:
    """Strangers are given the rings of national stations and of no other."""
    client = create_app(
        replace(registry.settings, store_url=store_url, public="counts"), registry
    ).test_client()
    assert client.get("/api/stations/S1/audit").status_code == 200
    assert client.get("/api/stations/S2/audit").status_code == 401


def test_the_registry_of_a_fresh_machine_is_seen_from_it_alone(registry: Registry) -> None:
    """Without accounts the map is open to this machine under its own name, and says what the shell says."""
    client = create_app(registry.settings, registry).test_client()
    audit = client.get("/api/audit?status=all").json
    assert audit
    assert audit["pairs"] == records(registry.audit(question=gr.Question(status="all")).pairs)
    assert audit["provenance"]["scope"] is None
    assert client.get("/api/catalog", headers={"Host": "[::1]:8000"}).status_code == 200
    for host in ("registry.example", "registry.example:8000", "127.0.0.1.example", "10.0.0.5", "[::1"):
        assert client.get("/api/catalog", headers={"Host": host}).status_code in {400, 401}, host
    for peer in ("10.0.0.5", "", "::ffff:10.0.0.5"):
        assert client.get("/api/catalog", environ_overrides={"REMOTE_ADDR": peer}).status_code == 401, peer
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"):
        assert client.get("/api/catalog", headers={header: "203.0.113.9"}).status_code == 401, header


def test_listening_to_others_or_an_account_ends_that(
    registry: Registry, served: Callable[[str], Flask]
) -> None:
    """A server that other machines reach, or that has an account, shows strangers nothing unasked."""
    reached = create_app(replace(registry.settings, host="0.0.0.0"), registry)  # noqa: S104 (named, not bound)
    assert reached.test_client().get("/api/catalog").status_code == 401
    assert served("auto").test_client().get("/api/catalog").status_code == 401


def test_the_public_mode_is_one_of_four() -> None:
    """A misspelled setting is refused at the start: it must not open what should be closed."""
    assert from_env({"GEO_REGISTRY_PUBLIC": "counts"}).public == "counts"
    with pytest.raises(ValueRefused, match="CHOICE_UNKNOWN"):
        from_env({"GEO_REGISTRY_PUBLIC": "close"})
