"""Everything that can be set, as one frozen value; the environment is read here alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = Path(__file__).resolve().parent
HOME = PACKAGE if (PACKAGE / "layers").is_dir() else PACKAGE.parent
"""Where layers/ and static/ lie: beside the package in a checkout, inside it where it was installed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost before it is refused.

    Attributes
    ----------
    file_mb, unpacked_mb
        Size of the file and of what it unpacks to, in megabytes (10^6 bytes).
    entries, ratio
        Entries of an archive, and how many times it may grow (contract, part Import).
    columns, rows, cells
        Columns of a table, rows of a table, cells of a sheet.
    seconds, cpu_seconds, memory_mb
        Wall time, processor time and address space of the child that parses it.
    """

    file_mb: int = 100
    unpacked_mb: int = 200
    entries: int = 200
    ratio: int = 100
    columns: int = 500
    rows: int = 200_000
    cells: int = 5_000_000
    seconds: int = 30
    cpu_seconds: int = 20
    memory_mb: int = 1_500


WORDS = {
    "GEO_REGISTRY_LOG": ("auto", "json", "text"),
    "GEO_REGISTRY_LOG_LEVEL": ("debug", "info", "warning", "error"),
}
"""Settings that take one of a few words."""
MAY_BE_NONE = {
    f"GEO_REGISTRY_{name}"
    for name in ("WAITING", "HEAVY_WAITING", "SIGN_INS", "IMPORTS", "HEAVY_READS", "DISK_FLOOR_MB")
}
"""Settings whose number may be 0."""

COMMAND_LINE_LIMITS = Limits(
    file_mb=4_000,
    unpacked_mb=8_000,
    rows=10_000_000,
    cells=200_000_000,
    seconds=1_800,
    cpu_seconds=1_200,
    memory_mb=8_000,
)
"""Wider limits for files that the store's owner imports in the shell."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How much one server process takes on, whom it believes, and what it notes.

    Attributes
    ----------
    slots, waiting
        Requests that are worked on at a time, and that may wait for their turn; more are turned away.
    heavy_slots, heavy_waiting
        The same for audits, reports, exports and other heavy reads, so that they never starve the map.
    bodies, bodies_each
        Requests whose body may be arriving at a time: in all, and from one address.
    patience_s, heavy_patience_s
        Seconds a request waits for its turn before it is turned away.
    header_s, body_s
        Seconds a client may take over a request's header, and over its body before that must flow.
    header_kb
        Longest header, in kilobytes (10^3 bytes).
    connections
        Connections a process holds open; further ones wait in the system's queue.
    sign_ins, imports, heavy_reads
        How many of these one account, or one address without account, may ask a minute; 0 for no limit.
    hosts
        Host names the server answers to, beside this machine's own; empty for any, unless it listens
        to this machine alone.
    proxies
        Addresses or networks of proxies whose word on a client's address and scheme is believed.
    https
        Whether the registry is reached by HTTPS: browsers are then told never to use anything else.
    log
        ``json``, ``text`` or ``auto``: text where somebody watches a terminal, else JSON.
    log_level
        Least level that is written: ``debug``, ``info``, ``warning`` or ``error``.
    tiles_mb, answers_mb
        Memory for packed tiles, and for what else only a new commit makes stale; a process, 10^6 bytes.
    disk_floor_mb
        Free space below which the server says that it is not ready.
    metrics
        Folder in which all processes of one server count; None for one a process.
    """

    slots: int = 4
    waiting: int = 64
    heavy_slots: int = 1
    heavy_waiting: int = 8
    bodies: int = 16
    bodies_each: int = 4
    patience_s: float = 3.0
    heavy_patience_s: float = 20.0
    header_s: float = 10.0
    body_s: float = 10.0
    header_kb: int = 64
    connections: int = 4_096
    sign_ins: int = 20
    imports: int = 30
    heavy_reads: int = 240
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    https: bool = False
    log: str = "auto"
    log_level: str = "info"
    tiles_mb: int = 64
    answers_mb: int = 384
    disk_floor_mb: int = 200
    metrics: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The registry's settings.

    Attributes
    ----------
    store_url
        ``sqlite:///path``.
    layers, static
        Folders of the layer files and of the browser's files.
    host, port, workers
        Where and with how many processes the map is served.
    uploads
        Limits of files sent through the browser.
    serving
        How much one server process takes on.
    """

    store_url: str = "sqlite:///data/registry.db"
    layers: Path = HOME / "layers"
    static: Path = HOME / "static"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    uploads: Limits = Limits()
    serving: Serving = Serving()


def from_env(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Parameters
    ----------
    environment
        Variables to read instead of the process's own: ``GEO_REGISTRY_STORE``,
        ``GEO_REGISTRY_LAYERS``, ``HOST``, ``PORT``, ``WORKERS``, and those of `serving_from`.

    Raises
    ------
    ValueRefused
        If a number is none.

    Examples
    --------
    >>> from_env({"PORT": "8080"}).port
    8080
    """
    given = os.environ if environment is None else environment
    base = Settings()
    return replace(
        base,
        store_url=given.get("GEO_REGISTRY_STORE", base.store_url),
        layers=Path(given.get("GEO_REGISTRY_LAYERS", base.layers)),
        host=given.get("HOST", base.host),
        port=_count(given, "PORT", base.port),
        workers=_count(given, "WORKERS", base.workers),
        serving=serving_from(given),
    )


def serving_from(given: Mapping[str, str]) -> Serving:
    """Read how the server is set: each field of `Serving` as ``GEO_REGISTRY_`` and its name in capitals.

    Parameters
    ----------
    given
        Variables; lists are separated by commas, truth is ``1`` or ``0``.

    Raises
    ------
    ValueRefused
        If a number is none, or a word none of those allowed.

    Examples
    --------
    >>> serving_from({"GEO_REGISTRY_HOSTS": "map.example, map", "GEO_REGISTRY_SLOTS": "8"}).hosts
    ('map.example', 'map')
    """
    base = Serving()
    found: dict[str, object] = {}
    for field in fields(Serving):
        name = f"GEO_REGISTRY_{field.name.upper()}"
        if name in given:
            found[field.name] = _meant(name, given[name], getattr(base, field.name))
    return replace(base, **found)  # type: ignore[arg-type]


def _meant(name: str, said: str, usual: object) -> object:
    """Read a text as a value of the type that is usual there."""
    if name in WORDS:
        return _word(name, said, WORDS[name])
    if isinstance(usual, bool):
        return _word(name, said, ("1", "0")) == "1"
    if isinstance(usual, tuple):
        return tuple(filter(None, (part.strip() for part in said.split(","))))
    if isinstance(usual, int | float):
        if not said.isdecimal() or not (int(said) or name in MAY_BE_NONE):
            raise ValueRefused("NUMBER_EXPECTED", option=name, value=said)
        return type(usual)(said)
    return Path(said)


def _word(name: str, said: str, allowed: tuple[str, ...]) -> str:
    if said not in allowed:
        raise ValueRefused("CHOICE_UNKNOWN", option=name, value=said, known=", ".join(allowed))
    return said


def _count(given: Mapping[str, str], name: str, usual: int) -> int:
    said = given.get(name, str(usual))
    if not said.isdecimal() or not int(said):
        raise ValueRefused("NUMBER_EXPECTED", option=name, value=said)
    return int(said)
