"""A disk that fills up at any point costs nothing that was acknowledged, and says what it is."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import geo_registry as gr
from geo_registry.errors import RegistryError, StoreError
from geo_registry.registry.importing.streaming import checking
from geo_registry.settings import COMMAND_LINE_LIMITS
from geo_registry.store import Store, connect
from geo_registry.store.rows import Change
from geo_registry.store.sqlite.inserting import LATE_FROM
from tests.bench.files import write
from tests.store.shelf import note, rows, sources, url, values

EVERYDAY, TORTURE = 3, 50
DISK_MB = 4
PAGE = 4_096
ROWS_A_COMMIT = 40
BULK_ROWS = LATE_FROM
LEDGER_ROWS = 8_000
"""2 MB as they are sent, 2.3 MB as they are read, 4 MB as they wait."""
MOST_COMMITS = 200
"""More than fit on the disk: a test that reaches them never saw it full."""


class SmallDisk:
    """A file system of its own, of a few megabytes, filled up to so many bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def leave(self, free: int) -> None:
        """Leave so many bytes free."""
        known = os.statvfs(self.folder)
        with (self.folder / "filling").open("wb") as filling:
            filling.write(bytes(max(0, known.f_bavail * known.f_frsize - free)))

    def empty(self) -> None:
        """Free the space again."""
        (self.folder / "filling").unlink(missing_ok=True)


class Quota(SmallDisk):
    """What stands in for a full disk where nothing may be mounted: no file may grow beyond a size."""

    def leave(self, free: int) -> None:
        """Let the largest file grow by so many bytes."""
        largest = max((each.stat().st_size for each in self.folder.iterdir()), default=0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + free, resource.RLIM_INFINITY))

    def empty(self) -> None:
        """Let files grow again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def mounted(folder: Path) -> bool:
    """Mount a small disk where this is allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(folder: Path, *, real: bool = True) -> Iterator[SmallDisk]:
    """Give a small disk, or what stands in for it."""
    folder.mkdir()
    if real and mounted(folder):
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    quota = Quota(folder)
    try:
        yield quota
    finally:
        quota.empty()


def code_of(call: Callable[[], object]) -> str:
    """Give the code of the refusal that a call meets, and keep nothing else of it."""
    try:
        call()
    except RegistryError as fault:
        return fault.code
    return "not refused"


def commit_more(store: Store, base: int) -> None:
    """Commit some rows on top of a revision."""
    added = rows(*(f"{base}-{number}" for number in range(ROWS_A_COMMIT)))
    store.commit(Change(base, added), note("import", f"b{base + 1}"))


def commit_until_full(store: Store) -> tuple[int, str]:
    """Commit until the disk is full; give the newest revision that was acknowledged, and the code."""
    newest = store.revision()
    try:
        for _ in range(MOST_COMMITS):
            commit_more(store, newest)
            newest += 1
    except StoreError as fault:
        return newest, fault.code
    return newest, "never full"


def look_at(path: Path, newest: int) -> None:
    """Open a store anew and look that it is at this revision and whole."""
    store = connect(url(path))
    assert store.revision() == newest
    assert len(store.records()) == 1 + (newest - 1) * ROWS_A_COMMIT
    assert store.verify().whole
    store.close()


def fill_up(disk: SmallDisk, name: str, free: int) -> int:
    """Fill the disk to a point under a store in use; it must read on, and write when there is space again."""
    path = disk.folder / name
    store = connect(url(path))
    store.create(note("init"))
    store.commit(Change(0, rows("first")), note("import", "b1"))
    disk.leave(free)
    newest, code = commit_until_full(store)
    assert code == "STORE_DISK_FULL"
    look_at(path, newest)
    disk.empty()
    commit_more(store, newest)
    store.close()
    look_at(path, newest + 1)
    path.unlink()
    return newest


@pytest.mark.parametrize("real", [True, False])
def test_a_bulk_load_on_a_full_disk_leaves_the_store_as_it_was(tmp_path: Path, real: bool) -> None:
    """Rows for which there is no room are refused with a clear code; the indexes they were to have stand."""
    with small_disk(tmp_path / "disk", real=real) as disk:
        path = disk.folder / "bulk.db"
        store = connect(url(path))
        store.create(note("init"))
        store.commit(Change(0, rows("first")), note("import", "b1"))
        before = values(path)
        disk.leave(50 * PAGE)
        with pytest.raises(StoreError) as told:
            store.commit(Change(1, sources(BULK_ROWS)), note("import", "b2"))
        assert told.value.code == "STORE_DISK_FULL"
        store.close()
        disk.empty()
        assert values(path) == before
        look_at(path, 1)


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("free", [1, 100, 700])
def test_a_long_import_without_room_for_its_rows_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, real: bool, free: int
) -> None:
    """No room for what the child reads, or for what waits, is one sentence, and nothing is stored."""
    monkeypatch.setattr(checking, "LONG_FROM", 1)
    monkeypatch.setattr(checking, "BLOCK_ROWS", 1_000)
    path, ledger = tmp_path / "store.db", tmp_path / "ledger.csv"
    write(ledger, LEDGER_ROWS)
    gr.init(url(path), by="tester")
    before, registry = values(path), gr.open(url(path))
    order = gr.ImportOrder(kind="coal_sales_point", datum="wgs84", limits=COMMAND_LINE_LIMITS)
    with small_disk(tmp_path / "disk", real=real) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
        disk.leave(free * PAGE)
        assert code_of(lambda: registry.import_file(ledger, order)) == "TEMPORARY_FULL"
        monkeypatch.setattr(tempfile, "tempdir", None)
    assert values(path) == before
    assert registry.import_file(ledger, order).document["accepted"] == LEDGER_ROWS
    registry.close()


@pytest.mark.parametrize("real", [True, False])
def test_a_full_disk_loses_nothing(tmp_path: Path, real: bool) -> None:
    """At 3 fill points a commit is refused with a clear code, reads go on, and it works with space again."""
    with small_disk(tmp_path / "disk", real=real) as disk:
        written = [fill_up(disk, f"{pages}.db", pages * PAGE) for pages in (0, 5, 40)][:EVERYDAY]
    assert written[0] == 1
    assert written[-1] > 1


@pytest.mark.torture
def test_a_disk_full_at_fifty_points_loses_nothing(tmp_path: Path) -> None:
    """The same holds at 50 fill points, page by page and in between."""
    with small_disk(tmp_path / "disk") as disk:
        kind = type(disk).__name__
        written = [fill_up(disk, f"{point}.db", point * PAGE + point % 7 * 512) for point in range(TORTURE)]
    print(f"{TORTURE} fill points ({kind}), {sum(written)} acknowledged commits, 0 lost")  # noqa: T201 (the figure)
    assert max(written) > 1


@pytest.mark.parametrize("real", [True, False])
def test_a_full_disk_leaves_no_half_store(tmp_path: Path, real: bool) -> None:
    """A store that could not be made for want of space is none, and can be made once there is some."""
    with small_disk(tmp_path / "disk", real=real) as disk:
        disk.leave(2 * PAGE)
        store = connect(url(disk.folder / "store.db"))
        with pytest.raises(StoreError) as told:
            store.create(note("init"))
        assert told.value.code == "STORE_DISK_FULL"
        disk.empty()
        assert not store.exists()
        store.create(note("init"))
        assert store.verify().whole
        store.close()


@pytest.mark.parametrize("real", [True, False])
def test_a_full_disk_leaves_no_half_backup(tmp_path: Path, real: bool) -> None:
    """A backup that does not fit is refused with a clear code and leaves no file behind."""
    with small_disk(tmp_path / "disk", real=real) as disk:
        store = connect(url(tmp_path / "store.db"))
        store.create(note("init"))
        commit_more(store, 0)
        store.close()
        disk.leave(3 * PAGE)
        with pytest.raises(StoreError) as told:
            store.back_up(disk.folder / "backup.db")
        disk.empty()
        assert told.value.code == "STORE_DISK_FULL"
        assert list(disk.folder.iterdir()) == []
        store.back_up(disk.folder / "backup.db")
        store.close()
