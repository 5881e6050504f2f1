"""The hold a process has on its preloaded child: starts it, hands it files, waits, and starts it anew."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geo_registry.errors import FileRefused, RegistryError
from geo_registry.intake import fence, room

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.settings import Limits

CHILD = "geo_registry.intake.child"
GRACE_S = 30.0
"""Time beyond a file's own for the child to start, load a reader and say how it ended."""
VERDICT_BYTES = 65_536
ATTEMPTS = 2
STOPPING_S = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is to read.

    Attributes
    ----------
    name
        File name: its suffix chooses the reader.
    folder
        Empty private folder.
    encoding, layer
        As in `upload.Upload`.
    """

    name: str
    folder: Path
    encoding: str | None
    layer: str | None
    limits: Limits

    def message(self) -> bytes:
        """Write it as JSON."""
        return json.dumps(asdict(self), default=str).encode()


@dataclass(frozen=True, slots=True)
class _Child:
    """A preloaded process and the socket on whose closing it ends."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    @classmethod
    def start(cls) -> _Child:
        """Start a process that holds nothing of this one but a socket and the error stream."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 (our own module, by this interpreter)
                [sys.executable, "-P", "-s", "-m", CHILD, str(theirs.fileno())],
                env=fence.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return cls(process, ours)

    def stop(self) -> None:
        """Close the socket, and kill what does not end by itself."""
        self.control.close()
        try:
            self.process.wait(STOPPING_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Sandbox:
    """One preloaded child of this process; threads may share it.

    Attributes
    ----------
    peak_mb
        The most memory that any file has taken so far, megabytes (10^6 bytes) in use at once.
    worst_s
        The most processor time that any file has taken so far, seconds.
    """

    def __init__(self) -> None:
        self.peak_mb = self.worst_s = 0.0
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def read(self, order: Order, source: int, sink: int) -> None:
        """Have one file read in a fork of the child.

        Parameters
        ----------
        order
            What is to be read.
        source, sink
            File descriptors of what was sent and of where the answer goes.

        Raises
        ------
        FileRefused
            ``FILE_TOO_SLOW``, ``FILE_TOO_COSTLY`` where memory ran out, ``FILE_UNREADABLE`` where the
            reader died.
        RegistryError
            ``SANDBOX_UNSAFE`` if the fence does not hold, ``SANDBOX_FAILED`` if no child stays alive or the
            order is too long for it.
        NotReady
            ``TEMPORARY_FULL`` where there is no room for the answer.
        """
        if len(order.message()) > fence.MESSAGE_BYTES:
            raise RegistryError("SANDBOX_FAILED")
        for _ in range(ATTEMPTS):
            verdict = self._ask(order, source, sink)
            if verdict is not None:
                return _judge(verdict, order.limits)
        raise RegistryError("SANDBOX_FAILED")

    def _ask(self, order: Order, source: int, sink: int) -> dict[str, Any] | None:
        """Give the child's verdict, or None when the child is gone."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, self._lock:
                child = self._running()
                with contextlib.suppress(BrokenPipeError):
                    socket.send_fds(child.control, [order.message()], [source, sink, theirs.fileno()])
            ours.settimeout(order.limits.seconds + GRACE_S)
            try:
                words = ours.recv(VERDICT_BYTES)
            except TimeoutError:
                words = b'{"late": true}'
                self._drop(child)
            except ConnectionResetError:
                words = b""
        if not words:
            self._drop(child)
            return None
        verdict: dict[str, Any] = json.loads(words)
        self.peak_mb = max(self.peak_mb, verdict.get("peak_mb", 0.0))
        self.worst_s = max(self.worst_s, verdict.get("cpu_s", 0.0))
        return verdict

    def _running(self) -> _Child:
        if self._child is not None and self._child.process.poll() is not None:
            self._child.stop()
            self._child = None
        if self._child is None:
            self._child = _Child.start()
        return self._child

    def _drop(self, child: _Child) -> None:
        """Give up a child; another thread may have replaced it already."""
        with self._lock:
            if self._child is child:
                self._child = None
        child.stop()

    def close(self) -> None:
        """End the child and whatever it is reading; the next file starts another."""
        if self._child is not None:
            self._drop(self._child)


def _judge(verdict: dict[str, Any], limits: Limits) -> None:
    if "code" in verdict:
        raise RegistryError(verdict["code"], **verdict["details"])
    status = verdict.get("exit")
    if verdict.get("late") or status == -signal.SIGXCPU:
        raise FileRefused("FILE_TOO_SLOW", limit=f"{limits.seconds} s")
    if status == fence.OUT_OF_MEMORY:
        raise FileRefused("FILE_TOO_COSTLY", limit=f"{limits.memory_mb} MB")
    if status == fence.DISK_FULL:
        raise room.full()
    if status == fence.UNSAFE:
        raise RegistryError("SANDBOX_UNSAFE", value="network")
    if status != 0:
        raise FileRefused("FILE_UNREADABLE", reason=f"exit {status}")


def own() -> Sandbox:
    """Give this process's sandbox; a fork of it gets one of its own."""
    return _of(os.getpid())


@cache
def _of(_pid: int) -> Sandbox:
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox
