"""What a command takes: wall and processor time, memory and disk of all its processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.2
_PROCESSES = Path("/proc")
_KILOBYTE, _SECTOR = 1_024, 512
_GONE = " (deleted)"


@dataclass(frozen=True)
class Taken:
    """What a command took.

    Attributes
    ----------
    wall_s, cpu_s
        Seconds; processor time is that of all its processes.
    peak_mb
        The most memory that all its processes held at once, megabytes of 10^6 bytes; what they share counts
        once (PSS), pages of files only where they are mapped. Looked at every 0.2 s.
    spilled_mb
        The most that stood at once in files without a name, which they held open.
    left_mb
        The most that stood at once in the folder it wrote to.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    spilled_mb: float
    left_mb: float


def watched(command: list[str], folder: Path, more: Mapping[str, str] | None = None) -> Taken:
    """Run a command to its end.

    Parameters
    ----------
    command
        Program and arguments.
    folder
        Where it writes.
    more
        Added to its environment.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **(more or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    peaks, ended = [0.0, 0.0, 0.0], threading.Event()

    def look() -> None:
        while not ended.wait(_EVERY_S):
            family = list(_family(process.pid))
            seen = (_memory(family), _spilled(family), _held(folder))
            peaks[:] = map(max, peaks, seen)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        words = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
    finally:
        ended.set()
        watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(words.decode())
    wall_s = time.perf_counter() - began
    return Taken(wall_s, used.ru_utime + used.ru_stime, *(most / 1e6 for most in peaks))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in (_PROCESSES / str(pid)).glob("task/*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _family(int(child))


def _memory(family: list[int]) -> float:
    total = 0
    for pid in family:
        with suppress(OSError):
            words = (_PROCESSES / str(pid) / "smaps_rollup").read_text(encoding="ascii")
            total += sum(int(line.split()[1]) for line in words.splitlines() if line.startswith("Pss:"))
    return float(total * _KILOBYTE)


def _spilled(family: list[int]) -> float:
    found: dict[tuple[int, int], int] = {}
    for pid in family:
        for held in (_PROCESSES / str(pid) / "fd").glob("*"):
            with suppress(OSError):
                if held.readlink().name.endswith(_GONE):
                    known = held.stat()
                    found[known.st_dev, known.st_ino] = known.st_blocks * _SECTOR
    return float(sum(found.values()))


def _held(folder: Path) -> float:
    total = 0
    for file in folder.glob("*"):
        with suppress(OSError):
            total += file.stat().st_blocks * _SECTOR
    return float(total)
