"""What is counted, over all processes of one server, in the form Prometheus reads.

Every process writes its counts into files of its own in one folder, in the format of `prometheus_client`'s
multi-process mode; whichever process is asked adds them up. The client's own counters would do the same only
if the folder were known before the library is first imported.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.utils import floatToGoString

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Form: TypeAlias = Literal["counter", "gauge_livesum", "gauge_max", "histogram"]
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, float("inf"))
"""Upper edges of the classes of durations, seconds; 0.25 is what the map promises."""
SANDBOX = b"geo_registry.intake.child"
"""By what the process that parses files is known in the system's list."""
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is counted.

    Attributes
    ----------
    form
        How it adds up: counters and histograms over all processes that ever were, ``livesum`` over those
        alive, ``max`` the greatest.
    name, says
        Its name without ``geo_registry_``, and the sentence beside it.
    labels
        Names of its labels.
    """

    form: Form
    name: str
    says: str
    labels: tuple[str, ...] = ()

    def key(self, values: tuple[str, ...], *, suffix: str = "", edge: float | None = None) -> str:
        """Give the key under which one number of it is kept.

        Parameters
        ----------
        values
            Values of its labels.
        suffix
            Which number of a histogram.
        edge
            Upper edge of a histogram's class.
        """
        own = f"geo_registry_{self.name}"
        called = f"{own}_total" if self.form == "counter" else own + suffix
        above = ((), ()) if edge is None else (("le",), (floatToGoString(edge),))
        return mmap_key(own, called, [*self.labels, *above[0]], [*values, *above[1]], self.says)


REQUESTS = Metric("counter", "requests", "Requests that were answered.", ("route", "method", "status"))
DURATION = Metric("histogram", "request_seconds", "Seconds from a request to its answer.", ("route",))
IN_FLIGHT = Metric("gauge_livesum", "requests_in_flight", "Requests that are being answered now.")
SHED = Metric("counter", "requests_shed", "Requests turned away, as too much was asked at once.", ("gate",))
LIMITED = Metric("counter", "requests_limited", "Requests of who asked too often.", ("limit",))
IMPORTS = Metric("counter", "imports", "Files that were sent, by what came of them.", ("outcome",))
HITS = Metric("counter", "cache_hits", "Questions answered from memory.", ("cache",))
MISSES = Metric("counter", "cache_misses", "Questions that had to be worked out.", ("cache",))
HELD = Metric("gauge_livesum", "cache_bytes", "Bytes held in memory, as weighed.", ("cache",))
REVISION = Metric("gauge_max", "store_revision", "Number of the newest commit: so many were made in all.")
CHILDREN = Metric("gauge_max", "sandbox_children", "Processes that stand ready to parse files.")


class Book:
    """What one process has counted; it may be read together with the books of others in the same folder.

    Parameters
    ----------
    folder
        Where they lie; None for a private one that goes with the book.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="geo-registry-metrics-"))
        self._pages: dict[Form, MmapedDict] = {}
        self._keys: dict[tuple[object, ...], str] = {}
        self._notes: deque[Callable[[], None]] = deque()
        self._lock = Lock()
        self._pid = os.getpid()
        weakref.finalize(self, _shut, self._pages, None if folder else self.folder)

    def add(self, metric: Metric, *values: str, amount: float = 1.0) -> None:
        """Count something.

        Parameters
        ----------
        metric
            What.
        *values
            Values of its labels.
        amount
            How much; a gauge may go down.
        """
        self._note(partial(self._add, metric, values, amount))

    def put(self, metric: Metric, *values: str, amount: float) -> None:
        """Write down a number that is counted elsewhere in this process.

        Parameters
        ----------
        metric
            What.
        *values
            Values of its labels.
        amount
            What it is now.
        """
        self._note(partial(self._put, metric, values, amount))

    def observe(self, metric: Metric, *values: str, amount: float) -> None:
        """Put a duration into its class.

        Parameters
        ----------
        metric
            A histogram.
        *values
            Values of its labels.
        amount
            Seconds.
        """
        self._note(partial(self._observe, metric, values, amount))

    def _note(self, note: Callable[[], None]) -> None:
        """Have a note written, by this thread or by the one that is writing: none waits for another."""
        self._notes.append(note)
        while self._notes and self._lock.acquire(blocking=False):
            try:
                while self._notes:
                    self._notes.popleft()()
            finally:
                self._lock.release()

    def _observe(self, metric: Metric, values: tuple[str, ...], amount: float) -> None:
        edge = next(edge for edge in SECONDS if amount <= edge)
        if (metric.name, values, "_sum", None) not in self._keys:
            self._open_classes(metric, values)
        self._raise(metric, self._key(metric, values, "_bucket", edge), 1.0)
        self._raise(metric, self._key(metric, values, "_sum"), amount)

    def _open_classes(self, metric: Metric, values: tuple[str, ...]) -> None:
        """Begin every class of a histogram at 0: a class that is missing cannot be told from an empty one."""
        for edge in SECONDS:
            self._raise(metric, self._key(metric, values, "_bucket", edge), 0.0)

    def _add(self, metric: Metric, values: tuple[str, ...], amount: float) -> None:
        self._raise(metric, self._key(metric, values), amount)

    def _put(self, metric: Metric, values: tuple[str, ...], amount: float) -> None:
        self._page(metric.form).write_value(self._key(metric, values), amount, 0.0)

    def _raise(self, metric: Metric, key: str, amount: float) -> None:
        page = self._page(metric.form)
        page.write_value(key, page.read_value(key)[0] + amount, 0.0)

    def _key(
        self, metric: Metric, values: tuple[str, ...], suffix: str = "", edge: float | None = None
    ) -> str:
        asked = (metric.name, values, suffix, edge)
        if asked not in self._keys:
            self._keys[asked] = metric.key(values, suffix=suffix, edge=edge)
        return self._keys[asked]

    def _page(self, form: Form) -> MmapedDict:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._pages.clear()
        if form not in self._pages:
            self._pages[form] = MmapedDict(str(self.folder / f"{form}_{self._pid}.db"))
        return self._pages[form]

    def read(self) -> bytes:
        """Add up what every process of the folder has counted."""
        for page in self.folder.glob("gauge_livesum_*.db"):
            if not _alive(_owner(page)):
                page.unlink(missing_ok=True)
        together = CollectorRegistry()
        MultiProcessCollector(together, path=str(self.folder))
        return generate_latest(together)

    def sandboxes(self) -> int:
        """Count the processes that parse files for those of this folder; 0 where it cannot be told."""
        owners = {_owner(page) for page in self.folder.glob("*.db")}
        return sum(SANDBOX in _command(child) for owner in owners for child in _children(owner))


def _shut(pages: dict[Form, MmapedDict], folder: Path | None) -> None:
    for page in pages.values():
        page.close()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(page: Path) -> int:
    return int(page.stem.rpartition("_")[2])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _children(pid: int) -> Iterable[int]:
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, listed.read_text("ascii").split())
        except OSError:
            continue


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
