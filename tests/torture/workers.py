"""A process that works on a store until it is killed, and says each thing it was told is done."""

from __future__ import annotations

import os
import random
import select
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd

import geo_registry as gr
from geo_registry.core.frame import conform
from geo_registry.core.raw import RawFile
from geo_registry.registry import Registry
from geo_registry.registry.importing import taking
from geo_registry.store import Store
from geo_registry.store.arrivals import Arrival
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change

KIND = "curing_kiln"
ORDER = gr.ImportOrder(kind=KIND, datum="wgs84", by="worker")
LONGEST_S = {"migration": 0.03, "import": 0.4, "edit": 0.05, "undo": 0.1, "export": 0.05, "backup": 0.06}
"""Within which time after its beginning an act is killed: about as long as it takes."""
COMMITTING = {"import", "edit", "undo"}
COMMIT_S = 0.02
"""Within which time after the beginning of its commit such an act is killed, every other time."""
PATIENCE_S = 120.0

Say = Callable[[str], None]


@dataclass
class Told:
    """What a worker said before it died.

    Attributes
    ----------
    commits
        Hash by revision of what was acknowledged.
    backups
        Head by name of what was acknowledged.
    doing
        What it was doing last.
    committing
        Whether a commit had begun and was not yet acknowledged.
    """

    commits: dict[int, str] = field(default_factory=dict)
    backups: dict[str, str] = field(default_factory=dict)
    doing: str = ""
    committing: bool = False

    def hear(self, line: str) -> None:
        """Take one line in."""
        word, *rest = line.split()
        self.committing = word == "committing"
        if word == "begin":
            self.doing = rest[0]
        elif word == "committed":
            self.commits[int(rest[0])] = rest[1]
        elif word == "backup":
            self.backups[rest[0]] = rest[1]
        else:
            assert self.committing, line


def run_and_kill(path: Path, ledgers: Sequence[RawFile], acts: Sequence[str], chance: random.Random) -> Told:
    """Have a worker do some acts, and kill it at a random moment of the last one or soon after."""
    reading, writing = os.pipe()
    worker = os.fork()
    if not worker:
        os.close(reading)
        _work(path, ledgers, acts, lambda line: _write(writing, line))
    os.close(writing)
    in_commit = acts[-1] in COMMITTING and chance.random() < 0.5
    mark, longest_s = (b"committing", COMMIT_S) if in_commit else (b"\n", LONGEST_S[acts[-1]])
    try:
        heard = _hear_until(reading, len(acts), mark)
        select.select([], [], [], chance.uniform(0, longest_s))
    finally:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    with os.fdopen(reading, "rb") as rest:
        heard += rest.read()
    told = Told()
    for line in heard.decode().splitlines():
        told.hear(line)
    return told


def _write(writing: int, line: str) -> None:
    os.write(writing, f"{line}\n".encode())


def _hear_until(reading: int, act: int, mark: bytes) -> bytes:
    """Listen until the n-th act has begun and a mark was made since."""
    heard = b""
    while select.select([reading], [], [], PATIENCE_S)[0] and (part := os.read(reading, 65_536)):
        heard += part
        begun = heard.split(b"begin ")
        if len(begun) > act and mark in begun[act]:
            return heard
    message = f"the worker came no further than {heard.decode()}"
    raise AssertionError(message)


def _work(path: Path, ledgers: Sequence[RawFile], acts: Sequence[str], say: Say) -> None:
    """Do the acts, then edit until the end."""
    try:
        if "migration" in acts:
            say("begin migration")
        registry = gr.open(f"sqlite:///{path}")
        hands = Hands(registry, path.parent, ledgers, say)
        for act in acts:
            if act != "migration":
                say(f"begin {act}")
                hands.do(act)
        while True:
            hands.edit()
    except BaseException as fault:  # noqa: BLE001 (the parent is told, and nothing of pytest runs here)
        say(f"fault {fault!r}")
    finally:
        os._exit(1)


class Hands:
    """The acts of a worker, through the use cases of the registry.

    Parameters
    ----------
    registry
        An open one.
    folder
        Where backups go.
    ledgers
        Ledgers whose rows differ, parsed already: parsing has a process of its own and touches no store.
    say
        Told of each commit and each backup that was acknowledged.
    """

    def __init__(self, registry: Registry, folder: Path, ledgers: Sequence[RawFile], say: Say) -> None:
        self._registry, self._folder, self._ledgers, self._say = registry, folder, ledgers, say
        self._store = registry._house.store  # noqa: SLF001 (the worker stands at the store's own door)
        _announce_commits(self._store, say)

    def do(self, act: str) -> None:
        """Do one act by its name."""
        acts = {"import": self.take_in, "edit": self.edit, "undo": self.undo}
        (acts | {"export": self.export, "backup": self.back_up})[act]()

    def take_in(self) -> None:
        """Import the next ledger."""
        raw = self._ledgers[self._registry.revision % len(self._ledgers)]
        taking.intake.read = lambda *_, **__: raw  # type: ignore[attr-defined]
        self._registry.import_file(Path(raw.name), ORDER)

    def edit(self) -> None:
        """Change one record, as a commit of its own."""
        base = self._registry.revision
        known = self._store.records([KIND], as_of=base)
        chosen = known.iloc[[base % len(known)]].drop(columns=["known_from", "known_to"])
        row = conform(chosen.dropna(axis="columns", how="all"), self._registry.catalog.kinds[KIND].fields)
        closed = ((str(row["id"].iloc[0]), int(row["version"].iloc[0])),)
        after = gpd.GeoDataFrame(row.assign(version=row["version"] + 1, name=f"改于 {base}"))
        note = Commit(0, "2026-11-25T08:00:00+08:00", "worker", "edit")
        self._store.commit(Change(base, after, closed), note)

    def undo(self) -> None:
        """Take the newest import back where it is the newest commit, else import."""
        newest = self._store.head()
        if newest.action == "import":
            self._registry.undo(str(newest.batch))
        else:
            self.take_in()

    def export(self) -> None:
        """Write all kilns as a file."""
        self._registry.export(gr.ExportOrder(kind=KIND, form="geojson"))

    def back_up(self) -> None:
        """Back the store up under the next free name."""
        name = f"backup-{len(list(self._folder.glob('backup-*.db')))}.db"
        head = self._registry.keeping.back_up(self._folder / name)
        self._say(f"backup {name} {head}")


def _announce_commits(store: Store, say: Say) -> None:
    """Say when a commit begins, and what was acknowledged."""
    write = store.commit

    def announced(change: Change, commit: Commit, arrival: Arrival | None = None) -> Commit:
        say("committing")
        written = write(change, commit, arrival)
        say(f"committed {written.revision} {written.hash}")
        return written

    store.commit = announced  # type: ignore[method-assign]
