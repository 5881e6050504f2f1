"""What is sent with a request is taken in before anything works on it: who sends slowly holds nothing up.

Granian hands a body over as it arrives and lets the reader wait without end. Here it is read into a file of
this process, so many at a time, and a client that does not keep it flowing is let go.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, TYPE_CHECKING, Protocol, cast

from geo_registry.errors import Overloaded, TooLarge, TooSlow
from geo_registry.web.guard.entry.gates import RETRY_S, UPLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIEnvironment

    from geo_registry.settings import Settings

MEGABYTE = 1_000_000
WITHOUT_A_FILE = MEGABYTE
"""What a document, or a form beside the file it carries, may weigh, bytes."""
IN_MEMORY = 500_000
"""Bytes kept in memory; what is longer goes to a temporary file."""
MOST_AT_ONCE = 65_536
QUICK_S, SLOW_S = 0.05, 0.5
FLOW = 1_000
"""Bytes a second that a body must average once its time of grace is over: less than the slowest modem."""
_LENGTH = re.compile(r"\d{1,15}", re.ASCII)


class Readable(Protocol):
    """Where a body comes from."""

    def read(self, size: int = -1, /) -> bytes:
        """Give so many bytes, waiting for them; fewer only at the end."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one body may cost.

    Attributes
    ----------
    most
        Bytes.
    grace_s
        Seconds it may take, however little flows.
    """

    most: int
    grace_s: float


class Bodies:
    """The bodies that are arriving at one process.

    Parameters
    ----------
    settings
        How many, how long and how large.
    """

    def __init__(self, settings: Settings) -> None:
        serving = settings.serving
        self._plain = Allowance(WITHOUT_A_FILE, serving.body_s)
        self._upload = Allowance(settings.uploads.file_mb * MEGABYTE + WITHOUT_A_FILE, serving.body_s)
        self._at_most, self._each = serving.bodies, serving.bodies_each
        self._arriving: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def taken(self, environ: WSGIEnvironment) -> Iterator[None]:
        """Give a block in which the whole body is there, to be read as often as is wished.

        Parameters
        ----------
        environ
            The request; its ``wsgi.input`` is replaced for the block, and closed after it.

        Raises
        ------
        TooLarge, TooSlow
            If it costs more than is allowed.
        Overloaded
            If too many bodies are arriving, in all or from this address.
        """
        if not expects_body(environ):
            yield
            return
        allowance = self._upload if UPLOADS.fullmatch(environ["PATH_INFO"]) else self._plain
        if declared(environ) > allowance.most:
            raise TooLarge
        with SpooledTemporaryFile(IN_MEMORY) as kept:
            with self._place(str(environ.get("REMOTE_ADDR", ""))):
                pour(environ["wsgi.input"], cast("IO[bytes]", kept), declared(environ), allowance)
            environ["CONTENT_LENGTH"] = str(kept.tell())
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            kept.seek(0)
            environ["wsgi.input"] = kept
            yield

    @contextmanager
    def _place(self, address: str) -> Iterator[None]:
        with self._lock:
            if self._arriving.total() >= self._at_most or self._arriving[address] >= self._each:
                raise Overloaded(seconds=RETRY_S)
            self._arriving[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._arriving[address] -= 1
                self._arriving += Counter()


def expects_body(environ: WSGIEnvironment) -> bool:
    """Tell whether something comes with a request that is not just a reading one."""
    reads = environ["REQUEST_METHOD"] in {"GET", "HEAD", "OPTIONS", "TRACE"}
    return not reads and (declared(environ) > 0 or "HTTP_TRANSFER_ENCODING" in environ)


def declared(environ: WSGIEnvironment) -> int:
    """Give the length a request says its body has, 0 where it says none."""
    said = str(environ.get("CONTENT_LENGTH", ""))
    return int(said) if _LENGTH.fullmatch(said) else 0


def pour(source: Readable, sink: IO[bytes], length: int, allowance: Allowance) -> None:
    """Read a body to its end.

    Granian's read returns when all that was asked for has come, so little is asked for until it is seen
    how it flows: a client that dribbles is found out by its first bytes.

    Parameters
    ----------
    source, sink
        From where and whither.
    length
        Bytes it said it would have; 0 where it did not say.
    allowance
        What it may cost.

    Raises
    ------
    TooLarge, TooSlow
        If it costs more.
    """
    begun, size, held = time.monotonic(), 1, 0
    while not length or held < length:
        asked = time.monotonic()
        part = source.read(min(size, length - held) if length else size)
        if not part:
            return
        held += len(part)
        if held > allowance.most:
            raise TooLarge
        sink.write(part)
        now = time.monotonic()
        if now - begun > allowance.grace_s + held / FLOW:
            raise TooSlow
        size = _next(size, now - asked)


def _next(size: int, took_s: float) -> int:
    if took_s < QUICK_S:
        return min(size * 2, MOST_AT_ONCE)
    return max(1, size // 4) if took_s > SLOW_S else size
