from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from geo_registry.errors import ValueRefused
from geo_registry.web.serving import check_address
from tests.web.running import PATIENCE_S, free_port, served


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """List the processes that a process has started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(child) for child in children.read_text("ascii").split()]


def answers(address: str) -> dict[str, object]:
    """Ask a server how it is."""
    with urlopen(f"{address}healthz", timeout=PATIENCE_S) as answer:  # noqa: S310 (our own address)
        read: dict[str, object] = json.load(answer)
    return read


def alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text("ascii").rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see the workers")
def test_the_server_says_where_it_is_and_ends_cleanly(store_url: str) -> None:
    """The address is printed once it answers; told to end, server and workers are gone, with status 0."""
    port = free_port()
    with served(store_url, "--port", str(port), "--workers", "2") as (process, said):
        address = f"http://127.0.0.1:{port}/"
        assert address in said
        assert answers(address)["status"] == "ok"
        workers = workers_of(process)
        assert len(workers) == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert [pid for pid in workers if alive(pid)] == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see the workers")
def test_a_killed_worker_is_replaced(store_url: str) -> None:
    """When a worker is killed another takes its place, and the server goes on answering."""
    port = free_port()
    with served(store_url, "--port", str(port)) as (process, said):
        (worker,) = workers_of(process)
        os.kill(worker, signal.SIGKILL)
        assert said
        answered = None
        while answered is None and process.poll() is None:
            try:
                answered = answers(f"http://127.0.0.1:{port}/")
            except OSError:
                continue
        assert answered is not None
        assert worker not in workers_of(process)


def test_any_worker_tells_the_counts_of_all(store_url: str) -> None:
    """Whichever of two workers is asked, the counts are those of the server, and it is ready."""
    port = free_port()
    with served(store_url, "--port", str(port), "--workers", "2"):
        address = f"http://127.0.0.1:{port}/"
        for _ in range(20):
            answers(address)
        told = set()
        for _ in range(6):
            with urlopen(f"{address}metrics", timeout=PATIENCE_S) as answer:  # noqa: S310 (our own address)
                told |= set(re.findall(r'requests_total{.*route="/healthz".*} (\S+)', answer.read().decode()))
        assert len(told) == 1
        assert 20 <= float(told.pop()) <= 25
        with urlopen(f"{address}readyz", timeout=PATIENCE_S) as answer:  # noqa: S310 (our own address)
            assert json.load(answer)["status"] == "ready"


def test_a_slow_header_is_not_waited_for(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that does not finish its header is let go when its time is over, one too long at once."""
    monkeypatch.setenv("GEO_REGISTRY_HEADER_S", "1")
    port = free_port()
    with served(store_url, "--port", str(port)) as (_, said):
        assert said
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nX-Slow: a")
            assert b" 200 " not in slow.recv(1_000)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as long:
            long.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 100_000)
            assert b" 431 " in long.recv(1_000)


def test_a_taken_port_is_refused_before_anything_starts(store_url: str) -> None:
    """Where something listens already, serving ends with code 2 and a sentence that names the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(ValueRefused, match="PORT_TAKEN"):
            check_address("127.0.0.1", port)
        command = [sys.executable, "-m", "geo_registry", "--store", store_url, "serve", "--port", str(port)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert ran.returncode == 2
    assert str(port) in ran.stderr


def test_an_address_of_another_machine_is_refused() -> None:
    """An address that is none of this machine's is refused by name."""
    with pytest.raises(ValueRefused, match="ADDRESS_UNUSABLE"):
        check_address("192.0.2.1", 8000)


WARMED = """
from geo_registry.web.serving import application
app = application()
memory = app.extensions["geo_registry"].registry.condition.memory
before = memory["tiles"].misses
assert app.test_client().get("/tiles/sources/0/0/0.mvt").status_code == 200
print(memory["tiles"].misses - before)
"""


@pytest.mark.parametrize("public", ["auto", "read"])
def test_who_looks_first_finds_the_map_drawn(store_url: str, public: str) -> None:
    """What a worker draws before it answers is what the first who looks is shown: no tile is made anew."""
    given = os.environ | {"GEO_REGISTRY_STORE": store_url, "GEO_REGISTRY_PUBLIC": public}
    ran = subprocess.run(
        [sys.executable, "-c", WARMED], capture_output=True, text=True, env=given, check=True
    )
    assert ran.stdout.splitlines()[-1] == "0"
