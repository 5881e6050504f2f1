"""How much is taken on at a time, and how often one asker may ask; more is turned away at once."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import parse_qs

from geo_registry.errors import Overloaded, TooMany

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.settings import Serving

Sort: TypeAlias = Literal["free", "work", "remote", "heavy"]
Limited: TypeAlias = Literal["sign_ins", "imports", "heavy_reads"]

FREE = re.compile(r"/(healthz|readyz|metrics|static/.*)")
"""Addresses that are answered however much is asked: they cost next to nothing, or tell how things are."""
HEAVY = re.compile(
    r"/api/(audit|export|twins|map\..*|(city|sources)/report\..*|stations/[^/]+/(audit|report\..*))"
    r"|/twins|/imports/[^/]+/look"
)
"""Addresses whose answer may take seconds."""
REMOTE = "/basemap/"
"""Where addresses begin whose answer may hang on another server; those wait apart from the map's own."""
REMOTE_SLOTS, REMOTE_WAITING = 8, 64
"""How many of these are worked on at a time: the connections to one server; and how many may wait."""
STATION = re.compile(r"/stations/[^/]+")
ASKED = frozenset({"rings", "on", "as_of"})
"""A station's page is light as it stands, kept for whoever looks; asked for any of these it is an audit."""
NEAR = "/api/near"
FAR_M = 20_000.0
"""Radius in metres beyond which a look round a point counts as heavy: it may hold most of a city."""
SIGN_INS = re.compile(r"/login(/.*)?")
IMPORTS = re.compile(r"/api/imports(/.*)?|/imports(/.*)?")
UPLOADS = re.compile(r"/(api/)?imports")
"""Addresses that a file may be sent to."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_S = 2
"""Seconds after which who was turned away may try again: a burst is over by then."""
MINUTE_S = 60.0
ASKERS = 10_000
"""Askers that are remembered; the one who was quiet longest is forgotten, and starts anew."""


def sort_of(path: str, query: str) -> Sort:
    """Tell which gate a request goes through.

    Parameters
    ----------
    path, query
        Its address.

    Examples
    --------
    >>> sort_of("/healthz", ""), sort_of("/sources", ""), sort_of("/api/export", "kind=all")
    ('free', 'work', 'heavy')
    >>> sort_of("/basemap/osm/0/3/6/3", "")
    'remote'
    >>> sort_of("/stations/S1", "lang=en"), sort_of("/stations/S1", "rings=500")
    ('work', 'heavy')
    >>> sort_of("/api/near", "radius_m=500"), sort_of("/api/near", "radius_m=90000")
    ('work', 'heavy')
    """
    if FREE.fullmatch(path):
        return "free"
    if path.startswith(REMOTE):
        return "remote"
    far = path == NEAR and _radius_m(query) > FAR_M
    asked = STATION.fullmatch(path) and not ASKED.isdisjoint(parse_qs(query, keep_blank_values=True))
    return "heavy" if far or asked or HEAVY.fullmatch(path) else "work"


def _radius_m(query: str) -> float:
    try:
        return float(parse_qs(query).get("radius_m", ["0"])[0])
    except ValueError:
        return 0.0


def limit_of(path: str, method: str, sort: Sort) -> Limited | None:
    """Tell which limit a request counts against.

    Parameters
    ----------
    path, method
        What is asked.
    sort
        Which gate it goes through.

    Examples
    --------
    >>> limit_of("/login", "POST", "work"), limit_of("/login", "GET", "work")
    ('sign_ins', None)
    """
    if method not in SAFE and SIGN_INS.fullmatch(path):
        return "sign_ins"
    if method not in SAFE and IMPORTS.fullmatch(path):
        return "imports"
    return "heavy_reads" if sort == "heavy" else None


class Gate:
    """So many at work, and so many more in a waiting room.

    Parameters
    ----------
    slots, waiting
        How many of each.
    patience_s
        Seconds until who waits is turned away.
    """

    def __init__(self, slots: int, waiting: int, patience_s: float) -> None:
        self._slots, self._chairs = _tokens(slots), _tokens(waiting)
        self._waiting, self._patience_s = waiting, patience_s

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Give a block that works in one of the slots.

        Raises
        ------
        Overloaded
            If all slots are taken and the waiting room is full, or no slot came free in time.
        """
        try:
            self._take()
        except Empty:
            raise Overloaded(seconds=RETRY_S) from None
        try:
            yield
        finally:
            self._slots.put(None)

    def is_pressed(self) -> bool:
        """Tell whether a quarter of the waiting room is taken."""
        return self._waiting - self._chairs.qsize() > self._waiting // 4

    def _take(self) -> None:
        with suppress(Empty):
            return self._slots.get_nowait()
        self._chairs.get_nowait()
        try:
            return self._slots.get(timeout=self._patience_s)
        finally:
            self._chairs.put(None)


def _tokens(many: int) -> SimpleQueue[None]:
    """Give so many tokens; a queue, as in a flood threads would queue for a semaphore's own lock."""
    tokens: SimpleQueue[None] = SimpleQueue()
    for _ in range(many):
        tokens.put(None)
    return tokens


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass
class Buckets:
    """How often each asker may ask: a bucket of tokens that fills evenly.

    Attributes
    ----------
    a_minute
        Tokens a bucket holds, and that flow into it in a minute; 0 for no limit.

    Examples
    --------
    >>> twice = Buckets(2)
    >>> twice.take("me", 0.0), twice.take("me", 0.0), twice.take("me", 0.0), twice.take("you", 0.0)
    (0.0, 0.0, 30.0, 0.0)
    """

    a_minute: int
    _held: OrderedDict[str, _Bucket] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, asker: str, now: float) -> float:
        """Take a token.

        Parameters
        ----------
        asker
            Account, or address.
        now
            Seconds of a clock that never goes back.

        Returns
        -------
        float
            0 where there was one, else the seconds until there is.
        """
        if not self.a_minute:
            return 0.0
        with self._lock:
            bucket = self._held.pop(asker, None) or _Bucket(self.a_minute, now)
            self._held[asker] = bucket
            if len(self._held) > ASKERS:
                self._held.popitem(last=False)
            flow = self.a_minute / MINUTE_S
            bucket.left = min(self.a_minute, bucket.left + (now - bucket.at) * flow)
            bucket.at = now
            if bucket.left < 1.0:
                return (1.0 - bucket.left) / flow
            bucket.left -= 1.0
            return 0.0


class Gates:
    """Every gate and limit of one process.

    Parameters
    ----------
    serving
        Their sizes.
    """

    def __init__(self, serving: Serving) -> None:
        self._gates: dict[Sort, Gate] = {
            "work": Gate(serving.slots, serving.waiting, serving.patience_s),
            "remote": Gate(REMOTE_SLOTS, REMOTE_WAITING, serving.patience_s),
            "heavy": Gate(serving.heavy_slots, serving.heavy_waiting, serving.heavy_patience_s),
        }
        self._limits: dict[Limited, Buckets] = {
            "sign_ins": Buckets(serving.sign_ins),
            "imports": Buckets(serving.imports),
            "heavy_reads": Buckets(serving.heavy_reads),
        }

    @contextmanager
    def through(self, sort: Sort) -> Iterator[None]:
        """Give a block behind the gate of its sort.

        Parameters
        ----------
        sort
            Which gate; what is free has none.

        Raises
        ------
        Overloaded
            If the gate is shut.
        """
        if sort == "free":
            yield
            return
        with self._gates[sort].entered():
            yield

    def is_pressed(self) -> bool:
        """Tell whether so much waits that quick answers matter more than the newest."""
        return self._gates["work"].is_pressed()

    def count(self, limit: Limited, asker: str) -> None:
        """Count a request against a limit.

        Parameters
        ----------
        limit
            Which.
        asker
            Account, or address.

        Raises
        ------
        TooMany
            If the asker has asked too often.
        """
        wait_s = self._limits[limit].take(asker, time.monotonic())
        if wait_s:
            raise TooMany(seconds=int(wait_s) + 1)
