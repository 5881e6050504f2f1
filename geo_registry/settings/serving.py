"""How much one server process takes on, whom it believes, and what it notes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused
from geo_registry.settings.given import word

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    waiting: int = 192
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
    answers_mb: int = 600
    disk_floor_mb: int = 200
    metrics: Path | None = None


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
        return word(name, said, WORDS[name])
    if isinstance(usual, bool):
        return word(name, said, ("1", "0")) == "1"
    if isinstance(usual, tuple):
        return tuple(filter(None, (part.strip() for part in said.split(","))))
    if isinstance(usual, int | float):
        if not said.isdecimal() or not (int(said) or name in MAY_BE_NONE):
            raise ValueRefused("NUMBER_EXPECTED", option=name, value=said)
        return type(usual)(said)
    return Path(said)
