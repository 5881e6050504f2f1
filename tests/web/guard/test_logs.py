from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from geo_registry.errors import StoreError
from geo_registry.settings import Serving
from geo_registry.web import create_app
from geo_registry.web.guard import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

SECRET = "s3cret-0f-s0mebody"  # noqa: S105 (made up, to be found nowhere)


@pytest.fixture
def noted() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Give a reader of what is logged while a test lasts."""
    stream, ours = io.StringIO(), logging.getLogger("geo_registry")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(as_json=True))
    ours.addHandler(handler)
    level, propagates = ours.level, ours.propagate
    ours.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    ours.removeHandler(handler)
    ours.setLevel(level)
    ours.propagate = propagates


def test_a_request_is_one_line(client: FlaskClient, noted: Callable[[], list[dict[str, Any]]]) -> None:
    """Each request is one JSON line: when, what, which rule, how it went, how long, how much, who."""
    answer = client.get("/api/records/nothing?lang=en", headers={"X-Request-ID": "abc-123.DEF"})
    client.get("/tiles/sources/8/209/102.mvt")
    missing, tile = noted()
    assert answer.headers["X-Request-ID"] == "abc-123.DEF"
    assert missing | {"time": "", "ms": 0} == {
        "time": "",
        "level": "info",
        "event": "request",
        "logger": "geo_registry.requests",
        "request_id": "abc-123.DEF",
        "method": "GET",
        "route": "/api/records/<record_id>",
        "status": 404,
        "ms": 0,
        "bytes": len(answer.data),
        "role": "public",
        **({"revision": missing["revision"]} if "revision" in missing else {}),
    }
    assert missing["time"].endswith("Z")
    assert tile["revision"] == client.application.extensions["geo_registry"].registry.revision


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "spaces are not safe", "line\tbreak", "<script>alert"]
)
def test_an_unsafe_id_is_replaced(client: FlaskClient, given: str) -> None:
    """An id that is no short safe token is not taken over; a fault's page shows the one that was made."""
    headers = {"X-Request-ID": given, "Accept": "text/html"}
    answer = client.get("/nowhere", headers=headers)
    made = answer.headers["X-Request-ID"]
    assert made != given
    assert made in answer.text
    assert len(made) == 16


def test_nothing_that_was_sent_is_noted(
    client: FlaskClient, noted: Callable[[], list[dict[str, Any]]]
) -> None:
    """No password, token, cookie, query or header reaches the log, whether the request goes well or not."""
    client.set_cookie("session", SECRET)
    client.get(f"/api/search?q={SECRET}", headers={"Authorization": f"Bearer {SECRET}", "Referer": SECRET})
    client.delete_cookie("session")
    client.get(f"/api/search?q={SECRET}")
    client.post("/login", data={"name": SECRET, "password": SECRET, "csrf": SECRET})
    client.get(f"/{SECRET}")
    assert len(noted()) == 4
    assert SECRET not in json.dumps(noted())


def test_a_fault_is_told_by_where_it_passed(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, noted: Callable[[], list[dict[str, Any]]]
) -> None:
    """A fault's line has its class, its code and the places it passed, but none of its words."""
    monkeypatch.setattr(type(registry), "counts", _fail)
    create_app(registry.settings, registry).test_client().get("/api/catalog")
    fault, request = noted()
    assert fault["error"] == "StoreError from ValueError"
    assert fault["code"] == "STORE_BUSY"
    assert any(place.endswith(" _fail") and "test_logs.py" in place for place in fault["trace"])
    assert fault["request_id"] == request["request_id"]
    assert (request["status"], SECRET in json.dumps(fault)) == (503, False)


def _fail(_registry: Registry) -> dict[str, int]:
    try:
        return {SECRET: int(SECRET)}
    except ValueError as cause:
        raise StoreError("STORE_BUSY", path=SECRET) from cause


def test_a_line_holds_known_keys_alone() -> None:
    """What is not on the list of keys is left out, and a message keeps its template, whoever logs it."""
    given = {"password": SECRET, "cookie": SECRET, "status": 200}
    record = logging.LogRecord("library", logging.WARNING, "x", 1, "sent %s", (SECRET,), None)
    record.__dict__.update(given)
    for as_json in (True, False):
        line = logs.formatter(as_json=as_json).format(record)
        assert SECRET not in line
        assert "sent %s" in line
        assert "200" in line


@pytest.mark.parametrize(("log", "is_json"), [("auto", True), ("json", True), ("text", False)])
def test_the_form_is_as_set(log: str, is_json: bool) -> None:
    """Lines are JSON but where text is asked for; on a terminal, text, and only what went wrong."""
    root, ours = logging.getLogger(), logging.getLogger("geo_registry")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    try:
        logs.configure(Serving(log=log), stream)
        logs.REQUESTS.info("request", extra={"status": 200})
        assert stream.getvalue().startswith("{") is is_json
        terminal = _Terminal()
        logs.configure(Serving(), terminal)
        logs.REQUESTS.info("request")
        logs.REQUESTS.warning("turned away", extra={"count": 3})
        assert terminal.getvalue().count("\n") == 1
        assert "count=3" in terminal.getvalue()
    finally:
        root.handlers[:], root.level, _ = before
        ours.setLevel(before[2])


class _Terminal(io.StringIO):
    """A stream somebody watches."""

    def isatty(self) -> bool:
        """Say that this is a terminal."""
        return True
