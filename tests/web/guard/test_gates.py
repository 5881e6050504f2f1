from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from geo_registry.errors import Overloaded
from geo_registry.settings import Serving
from geo_registry.web import create_app
from geo_registry.web.guard.entry.gates import ASKERS, Buckets, Gate
from geo_registry.web.guard.entry.way_in import NOTE

if TYPE_CHECKING:
    from flask import Flask

    from geo_registry.registry import Registry

HEAVY = ("/api/audit", "/api/stations/S1/audit", "/api/stations/S1/report.html", "/api/export?kind=rings")
FREE = ("/healthz", "/readyz", "/metrics", "/static/site.css")


@pytest.fixture
def narrow(registry: Registry) -> Flask:
    """Make an application with one slot of each sort and no waiting room."""
    serving = Serving(slots=1, waiting=0, heavy_slots=1, heavy_waiting=0, heavy_reads=0)
    return create_app(replace(registry.settings, serving=serving), registry)


def test_a_full_gate_turns_away_at_once_and_opens_again() -> None:
    """With its slots taken and its waiting room full a gate refuses; when a slot is free it lets in."""
    gate = Gate(1, 0, 60.0)
    with gate.entered(), pytest.raises(Overloaded), gate.entered():
        pytest.fail("let in")
    with gate.entered():
        assert not gate.is_pressed()


def test_who_waits_gets_the_next_slot() -> None:
    """A request in the waiting room goes on as soon as a slot is given back."""
    gate, inside, passed = Gate(1, 1, 60.0), threading.Event(), threading.Event()

    def second() -> None:
        inside.set()
        with gate.entered():
            passed.set()

    waiter = threading.Thread(target=second)
    with gate.entered():
        waiter.start()
        inside.wait(10.0)
        assert not passed.is_set()
    waiter.join(10.0)
    assert passed.is_set()


def test_who_waits_too_long_is_turned_away() -> None:
    """A waiting room is left when the patience is over, and its place is free again."""
    gate = Gate(1, 1, 0.01)
    with gate.entered():
        for _ in range(3):
            with pytest.raises(Overloaded), gate.entered():
                pytest.fail("let in")


@pytest.mark.parametrize(
    "path",
    [
        *HEAVY,
        "/api/near?lon=114&lat=33.5&radius_m=90000",
        "/stations/S1?rings=700",
        "/stations/S1?lang=en&%6Fn=2026-05-01",
    ],
)
def test_heavy_reads_do_not_starve_the_map(narrow: Flask, path: str) -> None:
    """While a heavy read is at work another is answered 503 and when to return; map and pages go on."""
    client = narrow.test_client()
    with narrow.extensions[NOTE].gates.through("heavy"):
        answer = client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 503
        assert answer.json.keys() == {"code", "message", "details"}  # type: ignore[union-attr]
        assert answer.json["code"] == "OVERLOADED"  # type: ignore[index]
        assert int(answer.headers["Retry-After"]) == answer.json["details"]["seconds"] > 0  # type: ignore[index]
        for other in (
            "/tiles/sources/8/209/102.mvt",
            "/stations",
            "/stations/S1?lang=en",
            "/api/near?lon=114&lat=33.5&radius_m=900",
        ):
            assert client.get(other).status_code == 200
    assert client.get(path).status_code == 200


def test_what_tells_how_things_are_is_never_turned_away(narrow: Flask) -> None:
    """With every slot taken health, readiness, counts and static files answer; a page says to come back."""
    client = narrow.test_client()
    gates = narrow.extensions[NOTE].gates
    with gates.through("heavy"), gates.through("work"):
        for path in FREE:
            assert client.get(path).status_code == 200, path
        page = client.get("/stations", headers={"Accept": "text/html", "Accept-Language": "en"})
        assert (page.status_code, page.mimetype) == (503, "text/html")
        assert page.headers["X-Request-ID"] in page.text
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert client.get("/metrics").text.count('requests_shed_total{gate="work"}') == 1


def test_a_bucket_fills_evenly() -> None:
    """As many as the limit at once, then one each time its share of a minute has passed."""
    bucket = Buckets(60)
    assert [bucket.take("me", 0.0) for _ in range(60)] == [0.0] * 60
    assert bucket.take("me", 0.0) == pytest.approx(1.0)
    assert bucket.take("me", 0.5) == pytest.approx(0.5)
    assert bucket.take("me", 1.0) == 0.0
    assert [bucket.take("me", 1_000.0) for _ in range(61)].count(0.0) == 60


def test_askers_are_not_remembered_without_end() -> None:
    """However many ask, only so many are remembered, and the busy one is not forgotten for them."""
    bucket = Buckets(1)
    assert bucket.take("busy", 0.0) == 0.0
    for number in range(ASKERS * 2):
        bucket.take(f"other {number}", 0.0)
        if number % 1_000 == 0:
            assert bucket.take("busy", 0.0) > 0.0


def test_who_asks_too_often_is_told_when_to_return(registry: Registry) -> None:
    """Beyond the limit an address gets 429 and Retry-After for heavy reads, and still sees the map."""
    serving = Serving(heavy_reads=2)
    client = create_app(replace(registry.settings, serving=serving), registry).test_client()
    assert [client.get("/api/audit").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get("/api/audit", headers={"Accept-Language": "en"})
    assert answer.json["code"] == "TOO_MANY_REQUESTS"  # type: ignore[index]
    assert 0 < int(answer.headers["Retry-After"]) <= 31
    assert client.get("/stations").status_code == 200


def test_sign_ins_are_limited_by_address(registry: Registry) -> None:
    """One address may try to sign in so many times a minute, whatever name it tries."""
    serving = Serving(sign_ins=2)
    client = create_app(replace(registry.settings, serving=serving), registry).test_client()
    statuses = [client.post("/login", data={"name": str(number)}).status_code for number in range(4)]
    assert statuses[2:] == [429, 429]
    assert 429 not in statuses[:2]
    assert client.get("/login").status_code == 200
