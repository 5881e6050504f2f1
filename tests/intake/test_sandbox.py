"""The locked-down child: it fails closed, dies alone, keeps its limits and ends with its parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geo_registry.errors import FileRefused, RegistryError
from geo_registry.intake import answer, fence, formats, landlock, sandbox, seccomp
from geo_registry.intake.formats.esri import shapes
from tests.intake.making import VRT, limited, places, refused, send, shapefile, texts, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = Path(__file__).resolve().parents[2]
CSV = "a,b\n1,2\n"
WHOLE_S = 20.0
"""Far above what a fork needs on a busy machine, far below what a hanging reader would take."""


@pytest.fixture
def sabotage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], sandbox.Sandbox]]:
    """Return a maker of sandboxes whose child runs some code of the test's before anything else."""
    made: list[sandbox.Sandbox] = []
    honest = fence.environment

    def make(code: str) -> sandbox.Sandbox:
        folder = tmp_path / "site"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(textwrap.dedent(code), encoding="utf-8")
        path = f"{folder}{os.pathsep}{honest()['PYTHONPATH']}"
        monkeypatch.setattr(fence, "environment", lambda: honest() | {"PYTHONPATH": path})
        made.append(sandbox.Sandbox())
        monkeypatch.setattr(sandbox, "own", lambda: made[-1])
        return made[-1]

    yield make
    for each in made:
        each.close()


def reader(body: str) -> str:
    """Give code that puts another reader of CSV in the child."""
    return f"""
        import os, signal, socket, sys, time
        from geo_registry.errors import FileRefused
        from geo_registry.intake.formats import delimited

        def outcome(act):
            try:
                act()
            except OSError as fault:
                return type(fault).__name__
            return "done"

        def read(upload):
            {body}

        delimited.read = read
        """


def test_gdal_is_not_used_when_its_drivers_are_not_fenced(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]
) -> None:
    """Where the allow-list has no effect, no shapefile is read at all, and other formats still are."""
    sabotage("from geo_registry.intake import fence; fence.allow_drivers = lambda *_: None")
    content = zipped(shapefile(tmp_path, places()))
    for _ in range(2):
        with pytest.raises(RegistryError) as caught:
            send(tmp_path, content, "a.zip")
        assert caught.value.code == "SANDBOX_UNSAFE"
    assert texts(send(tmp_path, CSV, "a.csv").layers[0]) == [["a", "b"], ["1", "2"]]


def test_the_probe_opens_where_gdal_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test's virtual layer opens as a shapefile where GDAL is free, so it proves something."""
    monkeypatch.setattr(shapes, "drivers", lambda: formats.GDAL_DRIVERS)
    with pytest.raises(RegistryError) as caught:
        shapes.ready(tmp_path)
    assert caught.value.details == {"value": "probe.shp"}


@pytest.mark.parametrize("body", ["time.sleep(3600)", "while True: pass", "signal.pause()"])
def test_a_hanging_reader_is_killed_in_time(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox], body: str
) -> None:
    """A file that is not read within its time is refused, and the next one is read as if nothing had been."""
    sabotage(reader(body))
    began = time.monotonic()
    assert refused(tmp_path, CSV, "a.csv", limits=limited(seconds=1)).code == "FILE_TOO_SLOW"
    assert time.monotonic() - began < WHOLE_S


def test_processor_time_is_limited_apart_from_the_clock(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]
) -> None:
    """A reader that computes without end is stopped by its processor time."""
    sabotage(reader("while True: pass"))
    assert refused(tmp_path, CSV, "a.csv", limits=limited(seconds=600, cpu_seconds=1)).code == "FILE_TOO_SLOW"


def test_a_reader_that_eats_memory_dies_alone(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]
) -> None:
    """Memory is limited in the fork: the file is refused, this process and the preloaded one live on."""
    own = sabotage(reader("held = [bytes(10_000_000) for _ in range(10**6)]"))
    for _ in range(2):
        assert refused(tmp_path, CSV, "a.csv").code == "FILE_TOO_COSTLY"
    assert texts(send(tmp_path, '{"type": "Feature", "properties": {"a": 1}}', "a.json").layers[0]) == [["1"]]
    own.close()


def test_real_files_meet_the_memory_limit_too(tmp_path: Path) -> None:
    """JSON that swells in memory is stopped by the limit and not by the machine."""
    sent = '{"type": "FeatureCollection", "features": [' + "[]," * 4_000_000 + "[]]}"
    assert refused(tmp_path, sent, "a.json", limits=limited(memory_mb=500)).code == "FILE_TOO_COSTLY"


@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "os._exit(9)",
        "raise RuntimeError('a bug of ours')",
        "raise SystemExit(0)",
        "os._exit(0)",
    ],
)
def test_a_reader_that_dies_refuses_its_file_alone(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox], body: str
) -> None:
    """Whatever kills a reader, its file is refused and the next file is read."""
    sabotage(reader(body))
    assert refused(tmp_path, CSV, "a.csv").code == "FILE_UNREADABLE"
    assert texts(send(tmp_path, '{"type": "Feature", "properties": {"a": 1}}', "a.json").layers[0]) == [["1"]]


def test_the_child_knows_nothing_of_its_parent(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader sees none of the parent's variables and no file or socket but its own two."""
    monkeypatch.setenv("GEO_REGISTRY_STORE", "postgresql://secret")
    held = "sum(os.path.exists(f'/dev/fd/{n}') for n in range(64))"
    seen = f"store=os.environ.get('GEO_REGISTRY_STORE'), files={held}"
    body = f"raise FileRefused('PROBE', {seen})"
    sabotage(reader(body))
    assert refused(tmp_path, CSV, "a.csv").details == {"store": None, "files": 5}


def lacking(what: str) -> None:
    """Skip where the kernel has no such fence, on which the others then stand alone."""
    pytest.skip(f"this system has no {what}")


def said(tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox], act: str) -> object:
    """Let a reader try something and give what came of it."""
    sabotage(reader(f"raise FileRefused('PROBE', said=outcome(lambda: {act}))"))
    return refused(tmp_path, CSV, "a.csv").details["said"]


@pytest.mark.parametrize(
    "act",
    [
        "socket.socket()",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
    ],
)
def test_a_reader_can_call_nobody_and_start_nothing(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox], act: str
) -> None:
    """Under the filter a reader gets no socket, no process, no signal to others."""
    if seccomp.machine() is None:
        lacking("filter of system calls")
    assert said(tmp_path, sabotage, act) == "PermissionError"


def test_a_reader_opens_no_file_but_its_own(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]
) -> None:
    """Under Landlock a reader cannot open another file of the server, and its own folder is open to it."""
    if not landlock.version():
        lacking("Landlock")
    canary = tmp_path / "canary"
    canary.write_text("CANARY-7431", "utf-8")
    acts = f"outcome(lambda: open({str(canary)!r})), outcome(lambda: open('own', 'w')), "
    acts += f"outcome(lambda: open({str(PROJECT / 'pyproject.toml')!r})), outcome(lambda: os.listdir('/'))"
    sabotage(reader(f"raise FileRefused('PROBE', said=[{acts}])"))
    stopped = "PermissionError"
    assert refused(tmp_path, CSV, "a.csv").details["said"] == [stopped, "done", stopped, stopped]


def test_a_reader_reaches_nobody(tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]) -> None:
    """A reader that calls out reaches nobody, not even on this machine, by either fence of the network."""
    free = "from geo_registry.intake import seccomp; seccomp.apply = lambda: False\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        act = f"socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}), 5)"
        body = textwrap.dedent(reader(f"raise FileRefused('PROBE', said=outcome(lambda: {act}))"))
        sabotage(body if not may_leave_the_network() else free + body)
        assert refused(tmp_path, CSV, "a.csv").details["said"] != "done"
        with pytest.raises(BlockingIOError):
            listener.accept()


def may_leave_the_network() -> bool:
    """Tell whether this system lets a process leave its network."""
    return sys.platform == "linux" and not subprocess.run(["unshare", "-rn", "true"], check=False).returncode


def test_no_file_is_read_where_the_network_is_open(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]
) -> None:
    """Where neither fence of the network is in force though the system has one, nothing is parsed."""
    if seccomp.machine() is None:
        lacking("filter of system calls")
    sabotage("""
        from geo_registry.intake import fence, seccomp
        fence.keep_in = lambda: None
        seccomp.apply = lambda: False
        """)
    for name in ("a.csv", "a.geojson"):
        with pytest.raises(RegistryError) as caught:
            send(tmp_path, CSV, name)
        assert (caught.value.code, caught.value.details) == ("SANDBOX_UNSAFE", {"value": "network"})


def test_either_fence_of_the_network_is_enough(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]
) -> None:
    """A container without name spaces reads files behind the filter of system calls alone."""
    if seccomp.machine() is None:
        lacking("filter of system calls")
    sabotage("from geo_registry.intake import fence; fence.keep_in = fence.give_up_rights")
    assert texts(send(tmp_path, CSV, "a.csv").layers[0]) == [["a", "b"], ["1", "2"]]
    content = zipped(shapefile(tmp_path, places()))
    assert send(tmp_path, content, "a.zip").layers[0].cells.num_rows == 3


def test_a_lost_child_is_started_anew(tmp_path: Path) -> None:
    """When the preloaded process is gone, the next file starts another and is read."""
    send(tmp_path, CSV, "a.csv")
    lost = sandbox.own()._child  # noqa: SLF001 (what is killed here nobody else may touch)
    assert lost is not None
    lost.process.kill()
    lost.process.wait()
    assert texts(send(tmp_path, CSV, "a.csv").layers[0]) == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("message", [b"{", b"[]", b'{"limits": {}}', b"x" * 200_000], ids=len)
def test_an_order_that_is_none_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: bytes
) -> None:
    """A message that the child cannot understand, or is too long for it, leaves it alive for the others."""
    own = sandbox.Sandbox()
    monkeypatch.setattr(sandbox, "own", lambda: own)
    send(tmp_path, CSV, "a.csv")
    before = own._child  # noqa: SLF001 (whether it is the same is the question)
    with monkeypatch.context() as wrong:
        wrong.setattr(sandbox.Order, "message", lambda _: message)
        with pytest.raises(RegistryError) as caught:
            send(tmp_path, CSV, "a.csv")
    assert caught.value.code == "SANDBOX_FAILED"
    assert texts(send(tmp_path, CSV, "a.csv").layers[0]) == [["a", "b"], ["1", "2"]]
    assert own._child is before  # noqa: SLF001
    own.close()


def test_a_child_that_never_starts_is_told(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox]
) -> None:
    """Without a child no file is read: nothing falls back to the parent."""
    sabotage("raise SystemExit('no')")
    with pytest.raises(RegistryError) as caught:
        send(tmp_path, CSV, "a.csv")
    assert caught.value.code == "SANDBOX_FAILED"


def test_a_child_that_does_not_answer_is_given_up(
    tmp_path: Path, sabotage: Callable[[str], sandbox.Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preloaded process that hangs is killed after the file's time and its grace."""
    sabotage("import time; time.sleep(3600)")
    monkeypatch.setattr(sandbox, "GRACE_S", 0.1)
    assert refused(tmp_path, CSV, "a.csv", limits=limited(seconds=1)).code == "FILE_TOO_SLOW"


def test_threads_share_one_child(tmp_path: Path) -> None:
    """Files sent at once are read at once, each with its own answer."""
    taken: dict[int, list[list[str | None]]] = {}

    def take(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        taken[number] = texts(send(folder, f"a\n{number}\n", "a.csv").layers[0])

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == {number: [["a"], [str(number)]] for number in range(8)}


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves no process behind: all who hold its error stream are gone."""
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    code = f"""
import os, signal
from pathlib import Path
from geo_registry.intake import read
from geo_registry.settings import Limits
assert read(Path({str(tmp_path / "a.csv")!r}), limits=Limits()).layers
os.kill(os.getpid(), signal.SIGKILL)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stderr) == (-signal.SIGKILL, b"")


def test_a_parent_ends_quietly(tmp_path: Path) -> None:
    """At its own end a process closes its child without a warning."""
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    code = f"""
from pathlib import Path
from geo_registry.intake import read
from geo_registry.settings import Limits
print(read(Path({str(tmp_path / "a.csv")!r}), limits=Limits()).layers[0].cells.num_rows)
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=PROJECT, capture_output=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"2\n", b"")


@pytest.mark.parametrize(
    "bytes_sent",
    [b"", b"{}\n", b'{"layers": [], "findings": 3}\n', b'{"layers": [{}]}\nARROW', b"\x80\x04pickle\n"],
)
def test_an_answer_that_is_none_is_not_believed(bytes_sent: bytes) -> None:
    """Whatever a broken child sends, it is checked, and never unpickled."""
    with pytest.raises(FileRefused) as caught:
        answer.load(bytes_sent)
    assert caught.value.code == "FILE_UNREADABLE"


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Private folders are removed, whether the file is read, refused or its reader killed."""
    home = tmp_path / "tmp"
    home.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(home))
    send(tmp_path, zipped(shapefile(tmp_path, places())), "a.zip")
    refused(tmp_path, VRT, "a.gpkg")
    refused(tmp_path, zipped({"a.shp": b"x"}), "a.zip", limits=limited(memory_mb=1))
    assert list(home.iterdir()) == []
