from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask

import geo_registry as gr
from geo_registry.registry.people import Grant
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.store.servers import Server, serving

EDITORS, READERS = 2, 2
EVERYDAY, TORTURE = 2, 20
BACK_S = 10.0
"""Within which time after the server's return every reader must have been answered."""
PATIENCE_S = 60.0
LEDGER = "编号,名称,经度,纬度,状态\nK-0,零窑,114.01,33.58,在用\nK-1,一窑,114.02,33.59,在用\n"
ASKED = ("/api/stations", "/api/search?q=窑", "/tiles/sources/9/418/203.mvt", "/readyz", "/sources")


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server that keeps what it acknowledged, whatever happens to it."""
    made = serving(settings=())
    yield made
    made.close()


@dataclass
class Heard:
    """What one client was answered.

    Attributes
    ----------
    statuses
        How often each status was seen.
    kept
        Version by text of every edit that was acknowledged.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    kept: dict[str, int] = field(default_factory=dict)


class Town:
    """A registry in a database, clients that work on it without pause, and what they were answered.

    Parameters
    ----------
    address
        Of an empty database.
    folder
        For the ledger.
    """

    def __init__(self, address: str, folder: Path) -> None:
        gr.init(address, by="tester")
        self.registry = gr.open(address)
        ledger = folder / "kilns.csv"
        ledger.write_text(LEDGER, encoding="utf-8")
        self.registry.import_file(ledger, gr.ImportOrder(kind="brick_kiln", datum="wgs84", by="tester"))
        self.registry.people.add("bureau", Grant("city"), None)
        self.token = str(self.registry.people.make_token("bureau", "import", 7).text)
        self.ids = self.registry.sources("brick_kiln").set_index("code")["id"]
        self.app: Flask = create_app(Settings(store_url=address), self.registry)
        self.heard = [Heard() for _ in range(EDITORS + READERS)]
        self._done = threading.Event()
        self._news = threading.Condition()
        work = [(self._edit, one) for one in self.heard[:EDITORS]]
        work += [(self._read, one) for one in self.heard[EDITORS:]]
        self._threads = [
            threading.Thread(target=call, args=(number, one)) for number, (call, one) in enumerate(work)
        ]
        for thread in self._threads:
            thread.start()

    def _ask(self, heard: Heard, method: str, path: str, **said: object) -> tuple[int, dict[str, str]]:
        with self.app.test_client() as client:
            headers = {"Authorization": f"Bearer {self.token}", **said.pop("headers", {})}  # type: ignore[dict-item]
            answer = client.open(path, method=method, headers=headers, **said)  # type: ignore[arg-type]
        with self._news:
            heard.statuses[answer.status_code] += 1
            self._news.notify_all()
        return answer.status_code, dict(answer.headers)

    def _edit(self, number: int, heard: Heard) -> None:
        path, count = f"/api/records/{self.ids[f'K-{number}']}", 0
        while not self._done.is_set():
            status, headers = self._ask(heard, "GET", path)
            if status != 200:
                continue
            tag, text, count = headers["ETag"].partition(".")[0] + '"', f"{number}-{count}", count + 1
            said = {"json": {"changes": {"owner": text}}, "headers": {"If-Match": tag}}
            status, headers = self._ask(heard, "PATCH", path, **said)
            if status == 200:
                heard.kept[text] = int(headers["ETag"].strip('"'))

    def _read(self, number: int, heard: Heard) -> None:
        while not self._done.is_set():
            for path in ASKED[number % 2 :: 2]:
                self._ask(heard, "GET", path)

    def until_all_hear(self, status: int, more: int = 2) -> float:
        """Wait until every client was answered so often with a status again; give the seconds it took."""
        began, before = monotonic(), [one.statuses[status] for one in self.heard]
        with self._news:
            heard = self._news.wait_for(
                lambda: all(
                    one.statuses[status] >= count + more
                    for one, count in zip(self.heard, before, strict=True)
                ),
                PATIENCE_S,
            )
        assert heard, [one.statuses for one in self.heard]
        return monotonic() - began

    def close(self) -> None:
        """Let everybody go home."""
        self._done.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    @property
    def lost(self) -> list[str]:
        """Name the acknowledged edits that the store does not have."""
        gone = []
        for number, one in enumerate(self.heard[:EDITORS]):
            past = self.registry.editing.history(str(self.ids[f"K-{number}"]))
            there = {version.number: version.fields.get("owner") for version in past}
            gone += [text for text, version in one.kept.items() if there.get(version) != text]
        return gone


def stop_under_load(server: Server, town: Town, rounds: int) -> tuple[float, Counter[int]]:
    """Stop the server so often, hard every other time, and give the longest way back and all statuses."""
    longest = 0.0
    try:
        for number in range(rounds):
            town.until_all_hear(200)
            server.stop("immediate" if number % 2 else "fast")
            town.until_all_hear(503)
            server.start()
            longest = max(longest, town.until_all_hear(200))
    finally:
        town.close()
    return longest, sum((one.statuses for one in town.heard), Counter[int]())


def survive(server: Server, folder: Path, rounds: int) -> None:
    """Hold that a server stopped under load costs nothing but the time it is away."""
    town = Town(server.database(), folder)
    longest, statuses = stop_under_load(server, town, rounds)
    kept = sum(len(one.kept) for one in town.heard)
    print(f"{rounds} stops: {kept} edits kept, back in {longest:.2f} s, {dict(statuses)}")  # noqa: T201 (the figure)
    assert set(statuses) == {200, 503}
    assert longest < BACK_S
    assert town.lost == []
    assert kept >= rounds
    assert town.registry.keeping.verify().whole
    town.registry.close()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep thousands of told faults out of the log."""
    before = logging.root.manager.disable
    logging.disable()
    yield
    logging.disable(before)


def test_a_server_that_goes_away_costs_only_its_absence(server: Server, tmp_path: Path) -> None:
    """While the server is away everybody reads 503; after its return all that was acknowledged is there."""
    survive(server, tmp_path, EVERYDAY)


@pytest.mark.torture
def test_twenty_stops_lose_nothing(server: Server, tmp_path: Path) -> None:
    """The same holds after each of 20 stops, every other one without a chance to tidy up."""
    survive(server, tmp_path, TORTURE)
