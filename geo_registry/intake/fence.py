"""What the child may not do: the environment it starts in, its network, its drivers and its limits."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.errors import RegistryError
from geo_registry.intake import landlock, seccomp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geo_registry.settings import Limits

NOWHERE = "127.0.0.1:9"
"""The discard port of this machine, where nobody listens: a proxy that leads nowhere."""

CLONE_NEWUSER, CLONE_NEWNET = 0x1000_0000, 0x4000_0000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
"""Constants of Linux (sched.h, prctl.h)."""

MEGABYTE = 1_000_000
OPEN_FILES = 64
OUT_OF_MEMORY, UNSAFE, DISK_FULL = 3, 4, 5
"""Exit status of a process that ran out of memory, whose fences do not hold, or that found the disk full; 0
stands for an answer, 1 for a fault of ours."""
MESSAGE_BYTES = 8_192
"""Longest message to the child: as much as every system hands over a socket in one piece."""
ANSWER_GROWTH = 4
"""A table of text is at most about so many times the size of its file: offsets of empty cells."""


def environment() -> dict[str, str]:
    """Give the whole environment of the child: nothing of the parent's own gets in.

    Returns
    -------
    dict
        Where the package lies, one thread each, proxies that lead nowhere, no GDAL plug-ins.
    """
    proxies = {f"{name}_proxy": f"http://{NOWHERE}" for name in ("http", "https", "ftp", "all")}
    return {
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "LC_ALL": "C.UTF-8",
        # threads would not survive the fork, and a process with threads may not leave its namespaces
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        # an allocator that reserves a gigabyte ahead would hit the limit of address space at once
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "GDAL_HTTP_PROXY": NOWHERE,
        "GDAL_HTTPS_PROXY": NOWHERE,
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_VRT_ENABLE_PYTHON": "NO",
        "PROJ_NETWORK": "OFF",
        **proxies,
    }


def keep_in() -> None:
    """Give up the network and further rights for this process and its children, where the system allows."""
    give_up_rights()
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)


def give_up_rights() -> None:
    """Never gain a right by running a program, without which no filter may be set."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def shut_in(folder: Path) -> None:
    """Give up, for good, every file but this folder's, the network and other processes.

    Parameters
    ----------
    folder
        The private folder of this process.

    Raises
    ------
    RegistryError
        ``SANDBOX_UNSAFE`` if the network is still there on a system where it could have been given up.
    """
    landlock.confine(folder)
    seccomp.apply()
    if seccomp.machine() and reaches_out():
        raise RegistryError("SANDBOX_UNSAFE", value="network")


def reaches_out() -> bool:
    """Tell whether this process could send something; nothing is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("127.0.0.1", int(NOWHERE.rpartition(":")[2])))
    except OSError:
        return False
    return True


def die_with_parent() -> None:
    """Be killed as soon as the parent is gone, where the system allows."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit(limits: Limits) -> None:
    """Set what this process may use, for good.

    Parameters
    ----------
    limits
        Memory and sizes in megabytes (10^6 bytes), processor time in seconds.
    """
    written = ANSWER_GROWTH * max(limits.unpacked_mb, limits.file_mb) * MEGABYTE
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: written,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.memory_mb * MEGABYTE,
    }
    for what, most in wanted.items():
        _, hard = resource.getrlimit(what)
        ceiling = most + 1 if hard == resource.RLIM_INFINITY else min(most + 1, hard)
        # the last second of processor time is for the signal that tells what ran out; some systems
        # know a limit of memory and refuse to set it
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (min(most, ceiling), ceiling))


def allow_drivers(allowed: Iterable[str], list_drivers: Callable[[], Iterable[str]]) -> None:
    """Forbid every GDAL driver but these; it must happen before GDAL is loaded in this process.

    Parameters
    ----------
    allowed
        Names of drivers.
    list_drivers
        Loads GDAL and names every driver; run in a process that ends with it.

    Raises
    ------
    RegistryError
        ``SANDBOX_UNSAFE`` if the drivers cannot be listed.
    """
    reading, writing = os.pipe()
    probe = os.fork()
    if probe == 0:
        _tell(writing, list_drivers)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        names = pipe.read().split("\n")
    _, status = os.waitpid(probe, 0)
    if status:
        raise RegistryError("SANDBOX_UNSAFE", value="drivers")
    os.environ["OGR_SKIP"] = ",".join(sorted(set(names) - set(allowed)))


def _tell(pipe: int, list_drivers: Callable[[], Iterable[str]]) -> None:
    status = 1
    try:
        os.write(pipe, "\n".join(list_drivers()).encode())
        status = 0
    finally:
        os._exit(status)
