"""Backup and restore: what is copied, what is checked, what is never touched."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from geo_registry.errors import StoreError, ValueRefused
from geo_registry.registry import keeping
from geo_registry.store import Store, connect
from geo_registry.store.keeping.findings import Head
from geo_registry.store.rows import Change
from geo_registry.store.sqlite import copies
from tests.store.shelf import (
    SCHEMA_1_HEAD,
    TABLES,
    change,
    first_release,
    note,
    rows,
    up_to_date,
    url,
    values,
)

ASIDE = ".replaced-20261125T080000000000Z"
KEPT_TABLES = (*TABLES, "arrivals", "refusals", "accounts", "tokens")
"""What a copy holds as the store does; sessions and attempts are left out of it."""


def clock() -> datetime:
    """Tell a fixed time."""
    return datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a store with people, one of them signed in."""
    made = up_to_date(tmp_path / "store.db")
    change(
        made,
        "INSERT INTO accounts SELECT 'wang', 'admin', '[]', '[]', 'hash', 1, 0",
        "INSERT INTO sessions VALUES ('digest', 'wang', 1, 'csrf', 1.0, 1.0)",
        "INSERT INTO attempts VALUES ('wang', 3, 9.0)",
    )
    return made


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Open that store."""
    opened = connect(url(path))
    yield opened
    opened.close()


def backup_of(path: Path) -> Path:
    """Back a store up beside itself."""
    store = connect(url(path))
    store.back_up(path.with_name("backup.db"))
    store.close()
    return path.with_name("backup.db")


def code_of(call: Callable[..., object], *arguments: Any, **options: Any) -> str:  # noqa: ANN401 (any call)
    """Give the code of the refusal that a call meets."""
    with pytest.raises((StoreError, ValueRefused)) as told:
        call(*arguments, **options)
    return told.value.code


def files(folder: Path) -> list[str]:
    """Name the files of a folder, those of an open store left out."""
    return sorted(each.name for each in folder.iterdir() if not each.name.endswith(("-wal", "-shm")))


def test_a_backup_is_equal_and_signs_everybody_out(store: Store, path: Path) -> None:
    """A backup holds every value of the store but who is signed in, in one file that only its owner reads."""
    backup = path.with_name("backup.db")
    assert str(store.back_up(backup)) == SCHEMA_1_HEAD
    assert values(backup, KEPT_TABLES) == values(path, KEPT_TABLES)
    assert values(backup, ("sessions", "attempts")) == [["sessions"], ["attempts"]]
    assert files(path.parent) == ["backup.db", "store.db"]
    assert backup.stat().st_mode & 0o777 == 0o600
    assert keeping.verify(url(backup), SCHEMA_1_HEAD).whole


def test_a_backup_never_overwrites(store: Store, path: Path) -> None:
    """A name that is taken is refused, be it by a file, by the store itself, or by a link to nothing."""
    taken, link = path.with_name("taken"), path.with_name("link")
    taken.write_text("mine")
    link.symlink_to("nowhere")
    assert [code_of(store.back_up, one) for one in (taken, path, link)] == ["FILE_EXISTS"] * 3
    assert taken.read_text() == "mine"
    assert files(path.parent) == ["link", "store.db", "taken"]


def test_a_name_taken_meanwhile_is_left_alone(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that appears while the copy is made keeps its name and content; the copy is thrown away."""
    backup, finish = path.with_name("backup.db"), copies._finished  # noqa: SLF001 (the moment in between)

    def finish_late(part: Path, file: Path) -> Head:
        backup.write_text("mine")
        return finish(part, file)

    monkeypatch.setattr(copies, "_finished", finish_late)
    assert code_of(store.back_up, backup) == "FILE_EXISTS"
    assert backup.read_text() == "mine"
    assert files(path.parent) == ["backup.db", "store.db"]


def test_a_folder_that_cannot_be_made_is_refused(store: Store, path: Path) -> None:
    """A backup into a place that is no folder is refused by name."""
    assert code_of(store.back_up, path / "backup.db") == "OUTPUT_UNWRITABLE"


def test_a_broken_store_is_not_backed_up(store: Store, path: Path) -> None:
    """A copy that does not hold gets no name: a backup that is there can be trusted."""
    change(path, "UPDATE records SET name = 'x' WHERE seq = 5")
    with pytest.raises(StoreError) as told:
        store.back_up(path.with_name("backup.db"))
    assert (told.value.code, told.value.details["wrong"], told.value.details["revision"]) == (
        "STORE_BROKEN",
        "versions",
        2,
    )
    assert files(path.parent) == ["store.db"]


def test_a_backup_is_one_state_of_a_store_that_is_written_to(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another connection commits without pause, a backup ends, and is the state of one revision."""
    monkeypatch.setattr(copies, "PAGES_AT_ONCE", 1)
    done, written = threading.Event(), []

    def write() -> None:
        other = connect(url(path))
        while not done.is_set():
            base = other.revision()
            change_ = Change(base, rows(*(f"{base}-{number}" for number in range(5))))
            written.append(other.commit(change_, note("import", f"b{base + 1}")))
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    while len(written) < 3:
        assert writer.is_alive()
    heads = [store.back_up(path.with_name(f"backup-{number}.db")) for number in range(3)]
    done.set()
    writer.join()
    by_revision = {commit.revision: commit.hash for commit in written}
    assert [by_revision[head.revision] for head in heads] == [head.hash for head in heads]
    for number, head in enumerate(heads):
        copy = path.with_name(f"backup-{number}.db")
        assert keeping.verify(url(copy), str(head)).versions == 12 + 5 * (head.revision - 6)
    assert store.verify().whole


def test_a_restored_store_is_equal_and_goes_on(path: Path, tmp_path: Path) -> None:
    """A backup restored in a clean folder is equal to the value, has the same head, and takes new commits."""
    backup, elsewhere = backup_of(path), tmp_path / "elsewhere" / "store.db"
    done = keeping.restore(url(elsewhere), backup, clock=clock)
    assert (str(done.head), done.kept) == (SCHEMA_1_HEAD, None)
    assert values(elsewhere, KEPT_TABLES) == values(path, KEPT_TABLES)
    restored = connect(url(elsewhere))
    assert restored.commit(Change(6, rows("z")), note("import", "b7")).previous == SCHEMA_1_HEAD[2:]
    assert restored.verify().whole
    restored.close()
    assert files(elsewhere.parent) == ["store.db"]


def test_a_store_that_is_there_is_replaced_only_when_asked(path: Path) -> None:
    """Without being told to, nothing is replaced; then what stood there is kept under another name."""
    backup = backup_of(path)
    store = connect(url(path))
    store.commit(Change(6, rows("z")), note("import", "b7"))
    store.close()
    before, owner = values(path), path.stat()
    assert code_of(keeping.restore, url(path), backup, clock=clock) == "STORE_EXISTS"
    assert values(path) == before
    path.chmod(0o640)
    done = keeping.restore(url(path), backup, replace=True, clock=clock)
    assert done.kept == f"{path}{ASIDE}"
    assert values(Path(done.kept)) == before
    assert values(path) == values(backup)
    assert files(path.parent) == ["backup.db", "store.db", f"store.db{ASIDE}"]
    assert (path.stat().st_mode & 0o777, path.stat().st_uid) == (0o640, owner.st_uid)


HOLDING = """
import sys
from geo_registry.store import connect
store = connect(sys.argv[1])
try:
    store.revision()
except Exception:
    pass
print("open", flush=True)
sys.stdin.readline()
"""


@contextmanager
def held_open(path: Path) -> Iterator[None]:
    """Have another process open a store and do nothing."""
    command = [sys.executable, "-c", HOLDING, url(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield
        process.send_signal(signal.SIGKILL)


def test_a_store_that_is_open_is_not_replaced(path: Path) -> None:
    """While another process has the store open, however idle, nothing is replaced; once it is gone it is."""
    backup, before = backup_of(path), values(path)
    with held_open(path):
        assert code_of(keeping.restore, url(path), backup, replace=True, clock=clock) == "STORE_IN_USE"
        assert values(path) == before
    assert keeping.restore(url(path), backup, replace=True, clock=clock).head.revision == 6


def test_a_store_open_in_this_process_is_not_replaced(store: Store, path: Path) -> None:
    """The same holds for a store that this very process has open."""
    assert store.revision() == 6
    backup = path.with_name("backup.db")
    store.back_up(backup)
    assert code_of(keeping.restore, url(path), backup, replace=True, clock=clock) == "STORE_IN_USE"
    assert store.revision() == 6


def test_a_process_that_comes_late_gets_the_new_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was opened to the store while it was replaced is opened anew, to the new one."""
    backup = backup_of(path)
    late = connect(url(path))
    opening = sqlite3.connect

    def open_slowly(*arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        made: sqlite3.Connection = opening(*arguments, **options)
        monkeypatch.setattr(sqlite3, "connect", opening)
        change(path, "DELETE FROM commits WHERE revision = 6")
        keeping.restore(url(path), backup, replace=True, clock=clock)
        return made

    monkeypatch.setattr(sqlite3, "connect", open_slowly)
    assert late.revision() == 6
    late.close()


def test_a_damaged_store_can_be_replaced(path: Path) -> None:
    """A store that is no database any more is put aside as it is, with its log, and replaced."""
    backup = backup_of(path)
    path.write_bytes(b"words, no pages" * 999)
    log = Path(f"{path}-wal")
    log.write_bytes(b"an old log")
    done = keeping.restore(url(path), backup, replace=True, clock=clock)
    assert done.kept is not None
    assert Path(done.kept).read_bytes() == b"words, no pages" * 999
    assert Path(f"{done.kept}-wal").read_bytes() == b"an old log"
    assert values(path) == values(backup)
    assert not log.exists()


def test_a_damaged_store_that_is_open_is_not_replaced(path: Path) -> None:
    """A store that was damaged under a program that has it open is left alone too."""
    backup = backup_of(path)
    with held_open(path):
        with path.open("r+b") as file:
            file.write(b"words")
        assert code_of(keeping.restore, url(path), backup, replace=True, clock=clock) == "STORE_IN_USE"


def test_a_log_left_behind_is_not_read_into_another_store(path: Path, tmp_path: Path) -> None:
    """What SQLite left beside a store that was deleted by hand does not get into the restored one."""
    backup, gone = backup_of(path), tmp_path / "gone.db"
    shutil.copy(path, gone)
    with closing(sqlite3.connect(gone, isolation_level=None)) as connection:
        connection.execute("DELETE FROM records")
        shutil.copy(f"{gone}-wal", tmp_path / "log")
    gone.unlink()
    shutil.copy(tmp_path / "log", f"{gone}-wal")
    keeping.restore(url(gone), backup, clock=clock)
    assert values(gone) == values(backup)
    assert keeping.verify(url(gone)).whole


def _tampered(backup: Path) -> str:
    change(backup, "UPDATE records SET name = 'x' WHERE seq = 5")
    return "STORE_BROKEN"


def _newer(backup: Path) -> str:
    change(backup, "UPDATE meta SET value = '99'")
    return "STORE_NEWER"


def _cut(backup: Path) -> str:
    os.truncate(backup, 30_000)
    return "STORE_UNREADABLE"


def _words(backup: Path) -> str:
    backup.write_text("words")
    return "STORE_UNREADABLE"


def _empty(backup: Path) -> str:
    backup.write_bytes(b"")
    return "STORE_BROKEN"


def _gone(backup: Path) -> str:
    backup.unlink()
    return "FILE_NOT_FOUND"


@pytest.mark.parametrize("spoil", [_tampered, _newer, _cut, _words, _empty, _gone])
def test_a_copy_that_does_not_hold_is_not_restored(path: Path, spoil: Callable[[Path], str]) -> None:
    """A copy that was changed, cut, is newer or no store at all is refused; the store is as it was."""
    backup, before = backup_of(path), values(path)
    code = spoil(backup)
    assert code_of(keeping.restore, url(path), backup, replace=True, clock=clock) == code
    assert values(path) == before
    assert code_of(keeping.restore, url(path.with_name("new.db")), backup, clock=clock) == code
    assert not path.with_name("new.db").exists()
    assert [name for name in files(path.parent) if name.endswith(copies.UNFINISHED)] == []


def test_an_old_copy_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    """A copy that the first released program wrote is restored with today's schema, itself unchanged."""
    old, elsewhere = first_release(tmp_path / "old.db"), tmp_path / "elsewhere.db"
    before = old.read_bytes()
    keeping.restore(url(elsewhere), old, clock=clock)
    assert values(elsewhere) == values(path)
    assert old.read_bytes() == before


def test_a_copy_of_another_make_is_restored(path: Path, tmp_path: Path) -> None:
    """A copy made by the `sqlite3` program, in write-ahead mode and with its log beside it, is as good."""
    live, elsewhere = tmp_path / "live.db", tmp_path / "elsewhere.db"
    shutil.copy(path, live)
    writer = connect(url(live))
    head = writer.commit(Change(6, rows("z")), note("import", "b7"))
    for ending in ("", "-wal"):
        shutil.copy(f"{live}{ending}", f"{tmp_path / 'copy.db'}{ending}")
    writer.close()
    assert Path(f"{tmp_path / 'copy.db'}-wal").stat().st_size > 0
    done = keeping.restore(url(elsewhere), tmp_path / "copy.db", clock=clock)
    assert done.head == Head(7, head.hash)
