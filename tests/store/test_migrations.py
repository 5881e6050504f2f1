"""Stores of older programs: brought up by steps, whole or not at all, by one process or two."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

import geo_registry as gr
from geo_registry.errors import StoreError
from geo_registry.store import Store, connect, migrations, schema
from geo_registry.store.rows import Change
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

NOBODY = 65_534
KEPT = ("commits", "records")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Give a store that the first released program wrote."""
    return first_release(tmp_path / "store.db")


def schema_of(path: Path) -> str:
    """Read by which schema a store says it is written."""
    with closing(sqlite3.connect(path)) as connection:
        (said,) = connection.execute("SELECT value FROM meta").fetchone()
    return str(said)


def test_there_is_a_step_for_every_schema() -> None:
    """The number of the schema is the number of steps that lead to it from an empty file."""
    assert len(migrations.STEPS) == schema.VERSION


def test_an_old_store_keeps_everything_and_goes_on(old: Path) -> None:
    """Every value of a store of the first release is there after the upgrade; its chain holds and goes on."""
    before = values(old, KEPT)
    registry = gr.open(url(old))
    assert registry.counts() == {"monitoring_station": 3, "curing_kiln": 4, "coal_ban_zone": 1}
    assert registry.sources("curing_kiln")["name"].tolist()[-2:] == ["示例烤房一（改）", "示例烤房四"]
    assert registry.sources("curing_kiln", as_of=2)["name"].tolist()[0] == "示例烤房一"
    registry.close()
    assert values(old, KEPT) == before
    assert schema_of(old) == str(schema.VERSION)
    store = connect(url(old))
    written = store.commit(Change(6, rows("z")), note("import", "b7"))
    assert f"6:{written.previous}" == SCHEMA_1_HEAD
    assert store.verify().whole
    store.close()


def test_an_upgraded_store_is_made_like_a_new_one(old: Path, tmp_path: Path) -> None:
    """A store that was brought up consists of the very tables and indexes of one that was made today."""
    new = connect(url(tmp_path / "new.db"))
    new.create(note("init"))
    new.close()
    connect(url(old)).revision()
    parts = TABLES[-1:]
    assert values(old, parts) == values(tmp_path / "new.db", parts)


@pytest.mark.parametrize("first", ["read", "write"])
def test_the_first_act_may_be_of_any_sort(old: Path, first: str) -> None:
    """The upgrade does not stand in its own way, whether the first thing asked is to read or to write."""
    store = connect(url(old))
    if first == "read":
        assert store.revision() == 6
    store.commit(Change(6, rows("z")), note("import", "b7"))
    assert store.verify().whole
    store.close()


def test_opening_again_changes_nothing(old: Path) -> None:
    """A store that is up to date is not written to when it is opened."""
    contents = []
    for _ in range(2):
        store = connect(url(old))
        assert store.revision() == 6
        store.close()
        contents.append(old.read_bytes())
    assert contents[0] == contents[1]


def test_steps_may_be_taken_twice(old: Path) -> None:
    """A store whose note of the schema was set back is brought up again without harm."""
    connect(url(old)).revision()
    upgraded = values(old)
    change(old, "UPDATE meta SET value = '1'")
    store = connect(url(old))
    assert store.revision() == 6
    store.close()
    assert values(old) == upgraded


def test_a_step_that_fails_leaves_the_old_store(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a step breaks off half way the store is as it was, and can be opened by the next program."""
    before, (first, second) = values(old), migrations.STEPS

    def break_off(connection: Connection) -> None:
        second(connection)
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(migrations, "STEPS", (first, break_off))
        with pytest.raises(MemoryError):
            connect(url(old)).revision()
    assert values(old) == before
    assert connect(url(old)).revision() == 6


def _open_at_once(path: str, ready: Callable[[], object]) -> None:
    store = connect(path)
    ready()
    assert store.revision() == 6
    store.close()


def test_two_processes_may_open_an_old_store_at_once(tmp_path: Path) -> None:
    """Processes that open an old store at the same moment all get it, upgraded once."""
    context = multiprocessing.get_context("fork")
    for number in range(5):
        path, barrier = first_release(tmp_path / f"{number}.db"), context.Barrier(4)
        started = [context.Process(target=_open_at_once, args=(url(path), barrier.wait)) for _ in range(4)]
        for process in started:
            process.start()
        for process in started:
            process.join(60)
        assert [process.exitcode for process in started] == [0] * 4
        assert schema_of(path) == str(schema.VERSION)
        assert connect(url(path)).verify().whole


def test_two_threads_may_open_an_old_store_at_once(old: Path) -> None:
    """Threads of one process that ask a store for the first time at the same moment all get an answer."""
    store, barrier, answers = connect(url(old)), threading.Barrier(4), []

    def ask() -> None:
        barrier.wait()
        answers.append(store.revision())

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    store.close()
    assert answers == [6] * 4


def in_a_child_without_rights(work: Callable[[], str]) -> str:
    """Do something as nobody, who may read but not write, and give what came of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        try:
            said = work()
        except StoreError as fault:
            said = fault.code
        except BaseException as fault:  # noqa: BLE001 (told to the parent)
            said = repr(fault)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def readable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which everybody may read and only its owner may write."""
    folder = tmp_path_factory.mktemp("readable")
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.geteuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o555)
    return folder


@pytest.mark.parametrize(("folder_mode", "code"), [(0o777, "STORE_OLDER"), (0o555, "STORE_UNWRITABLE")])
def test_who_may_not_write_is_told_so(readable: Path, folder_mode: int, code: str) -> None:
    """An old store that this process may not write, or its folder, is refused by a code of its own."""
    path = first_release(readable / "store.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    path.chmod(0o444)
    readable.chmod(folder_mode)
    before = path.read_bytes()
    try:
        said = in_a_child_without_rights(lambda: str(connect(url(path)).revision()))
    finally:
        readable.chmod(0o755)
    assert said == code
    assert path.read_bytes() == before


@pytest.mark.parametrize("found", ["99", "two", ""])
def test_a_schema_that_is_not_known_is_left_alone(old: Path, found: str) -> None:
    """A store of a newer program, or one that does not say, is refused and not touched."""
    change(old, f"UPDATE meta SET value = '{found}'", "PRAGMA journal_mode=WAL")  # noqa: S608
    before = old.read_bytes()
    asked: list[Callable[[Store], object]] = [
        lambda store: store.revision(),
        lambda store: store.commit(Change(6, rows("z")), note("x")),
    ]
    for ask in asked:
        store = connect(url(old))
        with pytest.raises(StoreError) as told:
            ask(store)
        store.close()
        assert told.value.code == ("STORE_NEWER" if found == "99" else "STORE_UNREADABLE")
        assert told.value.details["path"] == old.name
    assert old.read_bytes() == before


def test_a_store_is_made_once(tmp_path: Path) -> None:
    """Of two processes that make the same store one does, and the other is told that there is one."""
    first, second = (connect(url(tmp_path / "store.db")) for _ in range(2))
    first.create(note("init"))
    with pytest.raises(StoreError) as told:
        second.create(note("init"))
    assert told.value.code == "STORE_EXISTS"
    assert [commit.action for commit in second.commits()] == ["init"]
    first.close()
    second.close()


def test_a_store_that_was_never_finished_can_be_made(tmp_path: Path) -> None:
    """A file that a killed `init` left, with no tables in it, counts as none and is filled by the next."""
    path = tmp_path / "store.db"
    change(path, "PRAGMA journal_mode=WAL")
    store = connect(url(path))
    assert path.stat().st_size > 0
    assert not store.exists()
    store.create(note("init"))
    assert store.verify().whole
    store.close()


def test_the_released_store_is_what_the_release_wrote(tmp_path: Path) -> None:
    """The store these tests begin with holds, to the last digit, under the release's own head."""
    path = up_to_date(tmp_path / "store.db")
    store = connect(url(path))
    assert f"6:{store.head().hash}" == SCHEMA_1_HEAD
    store.close()
