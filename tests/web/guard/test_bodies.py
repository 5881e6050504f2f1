from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from geo_registry.errors import Overloaded, TooLarge, TooSlow
from geo_registry.settings import Limits, Serving, Settings
from geo_registry.web import create_app
from geo_registry.web.guard.entry import bodies
from geo_registry.web.guard.entry.bodies import Allowance, Bodies, pour

if TYPE_CHECKING:
    from geo_registry.registry import Registry

ALLOWED = Allowance(most=1_000_000, grace_s=10.0)


class Line:
    """A client on a line of so many bytes a second, by a clock of its own."""

    def __init__(self, content: bytes, bytes_a_second: float) -> None:
        self._left, self._speed = io.BytesIO(content), bytes_a_second
        self.now = 0.0

    def read(self, size: int = -1) -> bytes:
        """Wait for so many bytes, as granian does."""
        part = self._left.read(size)
        self.now += len(part) / self._speed
        return part

    def monotonic(self) -> float:
        """Tell the time."""
        return self.now


def poured(monkeypatch: pytest.MonkeyPatch, line: Line, length: int = 0) -> bytes:
    """Read a body from a line."""
    monkeypatch.setattr(bodies, "time", SimpleNamespace(monotonic=line.monotonic))
    kept = io.BytesIO()
    pour(line, kept, length, ALLOWED)
    return kept.getvalue()


@pytest.mark.parametrize("speed", [1e9, 56_000.0, 5_000.0])
@pytest.mark.parametrize("declares", [True, False])
def test_a_body_arrives_whole(monkeypatch: pytest.MonkeyPatch, speed: float, declares: bool) -> None:
    """Over a quick line and over a poor one all bytes arrive, whether their number was told or not."""
    content = bytes(range(256)) * 2_000
    assert poured(monkeypatch, Line(content, speed), len(content) * declares) == content


def test_a_dribbling_client_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of one byte a second is let go soon after its time of grace, whatever it promised."""
    line = Line(b"a" * 5_000, 1.0)
    with pytest.raises(TooSlow):
        poured(monkeypatch, line, 5_000)
    assert line.now < ALLOWED.grace_s + 3.0


def test_too_much_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that does not tell its length is refused when it passes the limit, not read to its end."""
    line = Line(b"a" * 5_000_000, 1e9)
    with pytest.raises(TooLarge):
        poured(monkeypatch, line)
    assert line.now * 1e9 < ALLOWED.most * 1.2


def sent(content: bytes, **headers: str) -> dict[str, object]:
    """Make the environment of a request with a body."""
    length = {"CONTENT_LENGTH": str(len(content))}
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/login",
        "wsgi.input": io.BytesIO(content),
        **length,
        **headers,
    }


def test_so_many_bodies_at_once() -> None:
    """One address has its share of the places and all together have theirs; a place is given back."""
    taking = Bodies(Settings(serving=Serving(bodies=3, bodies_each=2)))
    places = [taking._place(address) for address in ("a", "a", "b")]  # noqa: SLF001
    for place in places[:2]:
        place.__enter__()
    with pytest.raises(Overloaded), taking.taken(sent(b"x", REMOTE_ADDR="a")):
        pytest.fail("taken")
    places[2].__enter__()
    with pytest.raises(Overloaded), taking.taken(sent(b"x", REMOTE_ADDR="c")):
        pytest.fail("taken")
    for place in places:
        place.__exit__(None, None, None)
    environ = sent(b"x", REMOTE_ADDR="a")
    with taking.taken(environ):
        assert environ["wsgi.input"].read() == b"x"  # type: ignore[attr-defined]


def test_a_long_body_is_refused_in_the_one_shape(registry: Registry) -> None:
    """A body that says it is too long is 413 before it is read; one that only is, as soon as it shows."""
    settings = replace(registry.settings, uploads=Limits(file_mb=1))
    client = create_app(settings, registry).test_client()
    said = client.post("/login", data=b"a" * 2_500_000, headers={"Accept-Language": "en"})
    assert (said.status_code, said.json["code"]) == (413, "BODY_TOO_LARGE")  # type: ignore[index]
    told = client.post(
        "/login",
        input_stream=io.BytesIO(b"a" * 2_500_000),
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert told.status_code == 413


@pytest.mark.parametrize(
    "path", ["/login", "/twins", "/api/decisions", "/sources/1/edit", "/imports/a1/undo", "/imports"]
)
def test_only_where_a_file_is_sent_may_much_come(registry: Registry, path: str) -> None:
    """What carries no file has a limit of its own, however large a file may be."""
    settings = replace(registry.settings, uploads=Limits(file_mb=5))
    client = create_app(settings, registry).test_client()
    assert (client.post(path, data=b"a" * 1_000_001).status_code == 413) == (path != "/imports")


def test_a_reading_request_brings_nothing(registry: Registry) -> None:
    """What is sent along with a GET is not waited for."""
    client = create_app(registry.settings, registry).test_client()
    assert client.get("/stations", data=b"a" * 10, headers={"Content-Length": "5000"}).status_code == 200
