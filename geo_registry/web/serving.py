"""Serving the map: worker processes, a port that is free, one line that says where it is, a clean end."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import socket
import sys
import threading
import time
from dataclasses import replace
from errno import EADDRINUSE
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from geo_registry.core import access
from geo_registry.errors import RegistryError, ValueRefused
from geo_registry.registry import open_registry
from geo_registry.settings import from_env
from geo_registry.web import basemaps, create_app
from geo_registry.web.guard import logs
from geo_registry.web.guard.entry.gates import REMOTE_SLOTS, REMOTE_WAITING
from geo_registry.web.views import files
from geo_registry.wording import say

if TYPE_CHECKING:
    from flask import Flask
    from granian.server.common import AbstractServer

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Language
    from geo_registry.settings import Settings

SPARE_THREADS = 8
"""Threads of a worker beyond those that work, wait or take in a body: they turn away what is too much."""
M_ARENA_MAX, ARENAS = -8, 2
"""Which number of places glibc is told (malloc.h), and how many: at one alone threads would queue."""
GRACE_S = 10
"""Seconds a worker has to finish what it does before it is ended."""
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (named, not bound)
"""Addresses that mean every interface, and where this machine reaches them."""
_PAUSE_S = 0.1
_PATIENCE_S = 60.0


def run(url: str, *, host: str, port: int, workers: int, lang: Language) -> None:
    """Serve a store until the process is told to end.

    Parameters
    ----------
    url
        The store.
    host, port
        Where to listen.
    workers
        Number of processes; one that dies is replaced.
    lang
        Language of what is said in the shell.

    Raises
    ------
    ValueRefused
        ``PORT_TAKEN`` if something listens there already, ``ADDRESS_UNUSABLE`` if nothing can, or if a
        basemap is not as it should be.
    """
    check_address(host, port)
    basemaps.opened(from_env().basemaps)
    with TemporaryDirectory(prefix="geo-registry-metrics-") as counted:
        settings = replace(from_env(), store_url=url, host=host, port=port, workers=workers)
        settings = replace(settings, serving=replace(settings.serving, metrics=Path(counted)))
        logs.configure(settings.serving, sys.stderr)
        _allow_connections()
        server = _server(settings)
        said = threading.Thread(target=_announce, args=(server, host, port, lang), daemon=True)
        server.on_startup(said.start)
        server.serve(target_loader=partial(application, settings), wrap_loader=False)


def application(settings: Settings | None = None) -> Flask:
    """Make the application of a process that does nothing but serve: its logs and threads are set for that.

    Parameters
    ----------
    settings
        What is set; default from the environment.

    Raises
    ------
    StoreError
        If there is no store, or it cannot be read.
    CatalogError
        If a layer file is wrong.
    """
    chosen = settings or from_env()
    logs.configure(chosen.serving, sys.stderr)
    _share_memory()
    opened = open_registry(chosen=chosen)
    with contextlib.suppress(RegistryError):
        opened.seen_by(_first_viewer(chosen)).layers.warm()
    return create_app(chosen, opened)


def _share_memory() -> None:
    """Let all threads take memory from few places: with one for each, what they free would stay there."""
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        # musl's library has no such function, and no such places
        getattr(ctypes.CDLL(None), "mallopt", lambda *_: 0)(M_ARENA_MAX, ARENAS)


def _first_viewer(settings: Settings) -> Viewer:
    """Guess who will look at the map: a stranger where it is open, else somebody who sees everything."""
    return access.public() if settings.public == "read" else access.owner("server")


def _server(settings: Settings) -> AbstractServer[Any]:
    serving = settings.serving
    # ten megabytes each: granian reads them from the disk as they are sent; slow readers hold no copies
    fonts = [folder for folder in files.FONT_FOLDERS if (settings.static / folder).is_dir()]
    at_work = serving.slots + serving.waiting + serving.heavy_slots + serving.heavy_waiting
    at_work += REMOTE_SLOTS + REMOTE_WAITING
    return Granian(
        "geo_registry.web.serving:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        # a connection that has yet to say which HTTP it speaks may stay silent for ever
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(serving.header_s * 1_000), max_buffer_size=serving.header_kb * 1_000
        ),
        workers=settings.workers,
        blocking_threads=at_work + serving.bodies + SPARE_THREADS,
        backlog=serving.connections,
        backpressure=serving.connections,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_S,
        static_path_route=[f"/static/{folder}" for folder in fonts],
        static_path_mount=[settings.static / folder for folder in fonts],
        log_level=LogLevels.error,
        log_dictconfig=logs.GRANIAN,
        websockets=False,
    )


def _allow_connections() -> None:
    """Let this process and its workers open as many files as the system lets them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def check_address(host: str, port: int) -> None:
    """Refuse an address nobody can listen at, or somebody does already.

    Parameters
    ----------
    host, port
        Where to listen.

    Raises
    ------
    ValueRefused
        ``PORT_TAKEN`` or ``ADDRESS_UNUSABLE``.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as fault:
        taken = fault.errno == EADDRINUSE
        raise ValueRefused(
            "PORT_TAKEN" if taken else "ADDRESS_UNUSABLE", value=port if taken else host
        ) from fault


def _announce(server: AbstractServer[Any], host: str, port: int, lang: Language) -> None:
    """Say where the map is, once it is there; before the workers are made this thread only sleeps."""
    reached = ANYWHERE.get(host, host)
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
        if len(server.wrks) == server.workers and _answers(reached, port):
            shown = f"[{reached}]" if ":" in reached else reached
            print(say("cli.serving", lang, address=f"http://{shown}:{port}/"), flush=True)  # noqa: T201
            return


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
