"""The preloaded process: it forks once for every file and ends with whoever started it.

Run with ``-m``; the only argument is the number of an open socket. One message is one file: a line
of JSON (`sandbox.Order`) with three open files, which are what was sent, where the answer goes, and
the socket for the verdict. The process that forks never reads what was sent; it loads the reader,
keeps the time and says how the fork ended.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from geo_registry.errors import FileRefused, RegistryError
from geo_registry.intake import answer, fence, formats
from geo_registry.intake.room import NO_SPACE
from geo_registry.intake.upload import Spool, Upload
from geo_registry.settings import Limits

if TYPE_CHECKING:
    from types import ModuleType

FILES = 3
"""Open files that come with a message."""
STANDARD_STREAMS = 3
MEGABYTE = 1_000_000
RSS_UNIT = 1 if sys.platform == "darwin" else 1_024
"""Bytes in which a system counts the memory a process had (getrusage(2))."""


@dataclass(slots=True)
class _Fork:
    """A fork at work: where its verdict goes, and when its time is up on the monotonic clock."""

    verdict: socket.socket
    deadline: float
    late: bool = False


class _NoFrames(MetaPathFinder):
    """Hides the libraries of frames, which PyArrow and pyogrio load where they find them: they cost 0.4 s."""

    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse the libraries of frames and leave the rest to others."""
        if fullname in {"geopandas", "pandas"}:
            raise ModuleNotFoundError(name=fullname)


def main() -> None:
    """Serve the socket named on the command line until its other end closes."""
    sys.meta_path.insert(0, _NoFrames())
    fence.keep_in()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        _serve(control)


def _serve(control: socket.socket) -> None:
    forks: dict[int, _Fork] = {}
    bell = _ring_on_child_death()
    while True:
        watched = [control, bell, *(fork.verdict for fork in forks.values())]
        ready, _, _ = select.select(watched, [], [], _patience(forks))
        if bell in ready:
            bell.recv(fence.MESSAGE_BYTES)
        _kill_late(forks, ready)
        _bury(forks)
        if control in ready and not _accept(control, forks):
            break
    for pid in forks:
        os.kill(pid, signal.SIGKILL)


def _ring_on_child_death() -> socket.socket:
    bell, hand = socket.socketpair()
    hand.settimeout(0)
    signal.set_wakeup_fd(hand.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return bell


def _patience(forks: dict[int, _Fork]) -> float | None:
    if not forks:
        return None
    return max(0.0, min(fork.deadline for fork in forks.values()) - time.monotonic())


def _kill_late(forks: dict[int, _Fork], ready: list[socket.socket]) -> None:
    """Kill what ran out of time, and what nobody waits for: its socket then has an end to read."""
    for pid, fork in forks.items():
        fork.late = fork.late or fork.deadline <= time.monotonic()
        if fork.late or fork.verdict in ready:
            os.kill(pid, signal.SIGKILL)


def _bury(forks: dict[int, _Fork]) -> None:
    while forks:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if not pid:
            break
        fork = forks.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        peak_mb, cpu_s = used.ru_maxrss * RSS_UNIT / MEGABYTE, used.ru_utime + used.ru_stime
        _judge(fork.verdict, exit=code, late=fork.late, peak_mb=peak_mb, cpu_s=cpu_s)


def _judge(verdict: socket.socket, **words: object) -> None:
    with verdict:
        try:
            verdict.sendall(json.dumps(words).encode())
        except (BrokenPipeError, ConnectionResetError):
            return  # nobody waits any more


def _accept(control: socket.socket, forks: dict[int, _Fork]) -> bool:
    message, files, _, _ = socket.recv_fds(control, fence.MESSAGE_BYTES, FILES)
    if not message:
        return False
    if len(files) == FILES:
        source, sink, verdict = files
        _begin(message, (source, sink), socket.socket(fileno=verdict), forks)
        files = [source, sink]
    for file in files:
        os.close(file)
    return True


def _begin(message: bytes, files: tuple[int, int], verdict: socket.socket, forks: dict[int, _Fork]) -> None:
    """Fork for a file; a message that cannot be understood fails alone."""
    try:
        order = json.loads(message)
        seconds = float(order["limits"]["seconds"])
        reader = _prepare(order["name"])
    except RegistryError as unsafe:
        _judge(verdict, code=unsafe.code, details=unsafe.details)
    except (LookupError, TypeError, ValueError):
        traceback.print_exc()
        _judge(verdict, code="SANDBOX_FAILED", details={})
    else:
        pid = os.fork()
        if pid == 0:
            _work(reader, order, *files)
        forks[pid] = _Fork(verdict, time.monotonic() + seconds)


def _prepare(name: str) -> ModuleType:
    """Load the reader of a format; one that brings GDAL must first prove that the fence holds."""
    form = formats.of(name)
    if not form.gdal or form.module in sys.modules:
        return import_module(form.module)
    fence.allow_drivers(formats.GDAL_DRIVERS, lambda: import_module(formats.GDAL_MODULE).drivers())
    with tempfile.TemporaryDirectory(prefix="geo-registry-") as folder:
        import_module(formats.GDAL_MODULE).ready(Path(folder))
    return import_module(form.module)


def _work(reader: ModuleType, order: dict[str, Any], source: int, sink: int) -> NoReturn:
    """Read one file in a process of its own, which never returns."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        fence.die_with_parent()
        _close_all_but(source, sink)
        limits = Limits(**order["limits"])
        fence.limit(limits)
        os.chdir(order["folder"])
        fence.shut_in(Path(order["folder"]))
        with os.fdopen(source, "rb") as given, os.fdopen(sink, "wb") as written:
            spool = Spool(written)
            _answer(reader, _upload(order, limits, given, spool), written)
        status = 0
    except MemoryError:
        status = fence.OUT_OF_MEMORY
    except RegistryError:
        status = fence.UNSAFE
    except OSError as fault:
        status = fence.DISK_FULL if fault.errno in NO_SPACE else status
        traceback.print_exc()
    except BaseException:  # noqa: BLE001 (whatever it is, this process must end here)
        traceback.print_exc()
    finally:
        os._exit(status)


def _close_all_but(source: int, sink: int) -> None:
    """Close the sockets of the process that forked and of other files' verdicts."""
    low, high = sorted((source, sink))
    os.closerange(STANDARD_STREAMS, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, os.sysconf("SC_OPEN_MAX"))


def _upload(order: dict[str, Any], limits: Limits, given: BinaryIO, spool: Spool) -> Upload:
    name = PurePath(order["name"])
    return Upload(
        stem=name.stem,
        suffix=name.suffix.lower(),
        source=given,
        folder=Path(order["folder"]),
        limits=limits,
        spool=spool,
        encoding=order["encoding"],
        layer=order["layer"],
    )


def _answer(reader: ModuleType, upload: Upload, written: BinaryIO) -> None:
    try:
        content = reader.read(upload)
    except FileRefused as fault:
        answer.refuse(written, fault)
    else:
        answer.accept(written, content)


if __name__ == "__main__":
    main()
