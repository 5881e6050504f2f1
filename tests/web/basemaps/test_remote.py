from __future__ import annotations

import logging
import socket
import time
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.errors import NotFound, NotReady
from geo_registry.settings import Basemap, Settings
from geo_registry.web import basemaps, create_app
from geo_registry.web.basemaps import remote
from tests.web.basemaps.tiles import PNG, Answer, settings_file, upstream

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

KEY = "k3y 0f/s0mebody"
FOUND: Answer = (200, {"Content-Type": "image/png"}, PNG)


def client_of(registry: Registry, file: Path) -> FlaskClient:
    """Give a browser of a town whose map has the basemaps of a file."""
    settings = Settings(store_url=registry.settings.store_url, basemaps=file)
    return create_app(settings, registry).test_client()


def named(folder: Path, url: str | list[str], **more: object) -> Path:
    """Name one basemap, with a key where its address has a place for it."""
    keyed = "{key}" in str(url)
    if keyed:
        (folder / "secret").write_text(f"{KEY}\n", encoding="utf-8")
    told = {
        "url": url,
        "attribution": "© they",
        "patience_s": 0.5,
        **({"key_file": "secret"} if keyed else {}),
    }
    return settings_file(folder, theirs={**told, **more})


def test_a_picture_is_handed_on_and_nothing_else(registry: Registry, tmp_path: Path) -> None:
    """The bytes come as they were, with our headers alone; of the reader's request nothing goes on."""
    theirs = {
        "Content-Type": "image/png",
        "Set-Cookie": "spy=1",
        "X-Theirs": "1",
        "Cache-Control": "max-age=60",
    }
    with upstream(lambda _: (200, theirs, PNG)) as (base, asked):
        client = client_of(registry, named(tmp_path, f"{base}/{{z}}/{{x}}/{{y}}.png"))
        headers = {"Cookie": "session=mine", "Referer": "http://inside/"}
        answer = client.get("/basemap/theirs/0/10/836/410?more=1", headers=headers)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PNG, "image/png")
    assert answer.headers["Cache-Control"] == "max-age=60"
    assert {"Set-Cookie", "X-Theirs"}.isdisjoint(answer.headers.keys())
    assert len(asked) == 1
    assert asked[0].startswith("/10/836/410.png\n")
    assert not {"mine", "Cookie", "Referer", "inside"} & set(asked[0].replace("=", " ").split())


def test_layers_and_matrix_names_of_wmts(registry: Registry, tmp_path: Path) -> None:
    """A basemap of two layers asks each at its own address; the names of WMTS stand for zoom, row, column."""
    kvp = "?SERVICE=WMTS&TILEMATRIX=w:{TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
    with upstream(lambda _: FOUND) as (base, asked):
        client = client_of(
            registry, named(tmp_path, [f"{base}/ground{kvp}", f"{base}/names/{{z}}/{{y}}/{{x}}"])
        )
        got = [client.get(f"/basemap/theirs/{part}/3/6/2").status_code for part in range(3)]
    assert got == [200, 200, 404]
    wanted = ["/ground?SERVICE=WMTS&TILEMATRIX=w:3&TILEROW=2&TILECOL=6", "/names/3/2/6"]
    assert [one.split("\n")[0] for one in asked] == wanted


def test_the_key_stays_here(registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Their server is asked with the key; no page, answer, header, fault or line of a log holds it."""
    caplog.set_level(logging.DEBUG)
    answers: list[Answer] = [
        FOUND,
        (403, {}, f"wrong key {KEY}".encode()),
        (302, {"Location": f"/?{KEY}"}, b""),
    ]
    with upstream(lambda _: answers[min(len(asked), 3) - 1]) as (base, asked):
        client = client_of(registry, named(tmp_path, f"{base}/{{z}}/{{x}}/{{y}}?tk={{key}}"))
        told = [client.get(path) for path in ["/", "/?lang=en", *["/basemap/theirs/0/3/6/2"] * 3]]
    told.append(client.get("/basemap/theirs/0/3/6/2"))  # nobody listens there any more
    assert [answer.status_code for answer in told] == [200, 200, 200, 502, 502, 502]
    assert [one.split("\n")[0] for one in asked] == ["/3/6/2?tk=k3y%200f%2Fs0mebody"] * 3
    config = client.application.extensions["geo_registry"]
    said = [answer.text if "text" in (answer.mimetype or "") else str(answer.data) for answer in told]
    said += [str(answer.headers) for answer in told] + [
        repr(config.basemaps),
        repr(config.basemaps["theirs"].told),
    ]
    said += [f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records]
    assert len(said) > 14
    assert [text for text in said if "k3y" in text] == []


BAD: dict[str, tuple[Answer, int, str]] = {
    "their fault": ((500, {}, b"no"), 502, "500"),
    "a page": ((200, {"Content-Type": "image/png"}, b"<html><script>alert(1)</script>"), 502, "no picture"),
    "a drawing that may hold a script": (
        (200, {"Content-Type": "image/svg+xml"}, b"<svg/>"),
        502,
        "no picture",
    ),
    "nothing": ((200, {"Content-Type": "image/png"}, b""), 502, "no picture"),
    "too much": ((200, {}, PNG + b"0" * 2_000_000), 502, "too large"),
    "elsewhere": ((302, {"Location": "/other"}, b""), 502, "302"),
    "half of it": ((200, {"Content-Length": "99999"}, PNG), 502, ""),
    "none there": ((404, {}, b"no"), 404, ""),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_picture_is_not_handed_on(registry: Registry, tmp_path: Path, case: str) -> None:
    """Faults, pages, drawings, floods and ways elsewhere end in a sentence; the page itself is there."""
    answer, status, reason = BAD[case]
    with upstream(lambda _: answer) as (base, asked):
        client = client_of(registry, named(tmp_path, f"{base}/{{z}}/{{x}}/{{y}}"))
        got = client.get("/basemap/theirs/0/3/6/2", headers={"Accept": "text/html"})
        page = client.get("/")
    assert got.status_code == status
    assert got.mimetype == "application/json"
    assert got.get_json()["code"] == ("TILE_UNKNOWN" if status == 404 else "BASEMAP_FAILED")
    assert reason in got.get_json()["message"]
    assert "127.0.0.1" not in got.text
    assert len(asked) == 1, "the other address was followed, or it was asked again"
    assert page.status_code == 200


def test_who_does_not_answer_is_given_up_and_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the request and is silent is given up in time; then it is not asked for a while."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{{z}}/{{x}}/{{y}}"
        basemap = remote.Remote(Basemap("theirs", {}, "they", urls=(url,), patience_s=0.2))
        begun, said = time.monotonic(), []
        for _ in range(20):
            with pytest.raises(NotReady) as caught:
                basemap.picture(0, 3, 6, 2)
            said.append(caught.value.details["reason"])
        assert time.monotonic() - begun < 2.0
        assert said == ["ReadTimeoutError", *["rests"] * 19]
    with upstream(lambda _: FOUND) as (base, _):
        monkeypatch.setattr(remote, "REST_S", 0.0)
        awake = remote.Remote(Basemap("theirs", {}, "they", urls=(f"{base}/{{z}}/{{x}}/{{y}}",)))
        awake._failed = True  # noqa: SLF001 (it failed before, and has rested)
        assert [awake.picture(0, 3, 6, 2).content for _ in range(3)] == [PNG] * 3


class Dripping(Thread):
    """Answers one request with a byte every twentieth of a second, until it is over."""

    def __init__(self, server: socket.socket) -> None:
        super().__init__()
        self.over, self._server = Event(), server

    def run(self) -> None:
        """Answer."""
        with self._server.accept()[0] as way, suppress(OSError):
            way.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
            while not self.over.wait(0.05):
                way.sendall(PNG[:1])


def test_a_dripping_answer_is_given_up(registry: Registry, tmp_path: Path) -> None:
    """Who sends a picture byte by byte, each in time, is given up all the same."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/{{z}}/{{x}}/{{y}}"
        client = client_of(registry, named(tmp_path, url))
        dripping = Dripping(server)
        dripping.start()
        begun = time.monotonic()
        answer = client.get("/basemap/theirs/0/3/6/2")
        took_s = time.monotonic() - begun
        dripping.over.set()
        dripping.join()
    assert answer.status_code == 502
    assert took_s < 3.0


@given(part=st.integers(0, 3), z=st.integers(0, 10**6), x=st.integers(0, 10**30), y=st.integers(0, 10**30))
def test_there_is_no_tile_out_of_range(part: int, z: int, x: int, y: int) -> None:
    """Whatever zoom, column and row are asked, only a tile that there may be is looked for."""
    looked: list[tuple[int, int, int]] = []

    class Known(remote.Remote):
        def picture(self, layer: int, z: int, x: int, y: int) -> basemaps.Picture:
            assert layer == 0
            looked.append((z, x, y))
            return basemaps.Picture(PNG, "image/png", 0)

    held = {"a": Known(Basemap("a", {}, "they", urls=("http://127.0.0.1:9/{z}/{x}/{y}",), zooms=(2, 18)))}
    there = part == 0 and 2 <= z <= 18 and x < 2**z and y < 2**z
    if there:
        basemaps.picture(held, "a", part, (z, x, y))
    else:
        with pytest.raises(NotFound):
            basemaps.picture(held, "a", part, (z, x, y))
    assert bool(looked) is there


@pytest.mark.parametrize(
    "path",
    [
        "theirs/0/-1/0/0",
        "theirs/0/3/6/2.png",
        "theirs/0/3/1e0/2",
        "none/0/3/6/2",
        "theirs/9/3/6/2",
        "theirs/0/3/8/2",
        "theirs/0/99/0/0",
    ],
)
def test_false_addresses_ask_nobody(registry: Registry, tmp_path: Path, path: str) -> None:
    """An address that is no tile's is refused here, and theirs is not asked."""
    with upstream(lambda _: FOUND) as (base, asked):
        client = client_of(registry, named(tmp_path, f"{base}/{{z}}/{{x}}/{{y}}"))
        assert client.get(f"/basemap/{path}").status_code == 404
    assert asked == []
