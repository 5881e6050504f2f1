"""Every fault of the file is a code of ours, told by SQLite's own number and not by its words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from geo_registry.errors import StoreError
from geo_registry.store import Store, connect
from geo_registry.store.rows import Change
from geo_registry.store.sqlite import base
from geo_registry.store.sqlite.base import Base, told
from tests.store.shelf import note, rows, up_to_date, url

NUMBERS = {
    sqlite3.SQLITE_FULL: "STORE_DISK_FULL",
    sqlite3.SQLITE_IOERR_WRITE: "STORE_DISK_FULL",
    sqlite3.SQLITE_IOERR_SHMSIZE: "STORE_DISK_FULL",
    sqlite3.SQLITE_IOERR_READ: "STORE_UNREADABLE",
    sqlite3.SQLITE_BUSY: "STORE_BUSY",
    sqlite3.SQLITE_BUSY_SNAPSHOT: "STORE_BUSY",
    sqlite3.SQLITE_LOCKED: "STORE_BUSY",
    sqlite3.SQLITE_READONLY: "STORE_UNWRITABLE",
    sqlite3.SQLITE_READONLY_DIRECTORY: "STORE_UNWRITABLE",
    sqlite3.SQLITE_CANTOPEN: "STORE_UNWRITABLE",
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "STORE_UNFIT",
    sqlite3.SQLITE_CORRUPT: "STORE_UNREADABLE",
    sqlite3.SQLITE_NOTADB: "STORE_UNREADABLE",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a sound store."""
    return up_to_date(tmp_path / "store.db")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_fault_is_told_by_its_number(number: int) -> None:
    """Whatever the words are, SQLite's number decides which code a person reads."""
    fault = sqlite3.OperationalError("words, full and locked, say nothing")
    fault.sqlite_errorcode = number
    with pytest.raises(StoreError) as said, told(Path("data/store.db")):
        raise fault
    assert (said.value.code, said.value.details["path"]) == (NUMBERS[number], "store.db")


def test_a_fault_without_a_number_is_told_too() -> None:
    """What Python's own module raises, such as a text that is no UTF-8, is a store that cannot be read."""
    with pytest.raises(StoreError) as said, told(Path("store.db")):
        raise sqlite3.OperationalError
    assert said.value.code == "STORE_UNREADABLE"


def test_a_store_that_is_held_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds the store a write is refused as busy, and reads go on."""
    monkeypatch.setattr(base, "BUSY_MS", 1)
    store = connect(url(path))
    assert store.revision() == 6
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as said, Base(url(path)).writing(patience_ms=1):
            pytest.fail("two may not write at once")
        assert said.value.code == "STORE_BUSY"
        assert len(store.records()) == 8
    store.commit(Change(6, rows("z")), note("import", "b7"))
    store.close()


def test_a_version_that_is_there_already_is_unfit(path: Path) -> None:
    """A write that breaks a rule of the tables is the program's fault, no reason to restore a backup."""
    store = connect(url(path))
    with pytest.raises(StoreError) as said:
        store.commit(Change(6, rows("b", "b")), note("import", "b7"))
    assert said.value.code == "STORE_UNFIT"
    assert store.revision() == 6
    store.close()


def _a_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)


def _the_beginning(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"words")


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("spoil", [_a_page, _the_beginning, _half])
def test_a_damaged_file_is_told(path: Path, spoil: Callable[[Path], None]) -> None:
    """A damaged file gives a code and a name instead of a trace, whatever is asked of it."""
    spoil(path)
    asked: list[Callable[[Store], object]] = [
        lambda store: store.revision(),
        lambda store: store.records(),
        lambda store: store.commits(),
    ]
    for ask in asked:
        store = connect(url(path))
        with pytest.raises(StoreError) as said:
            ask(store)
        store.close()
        assert (said.value.code, said.value.details["path"]) == ("STORE_UNREADABLE", "store.db")


def test_connections_are_set_to_be_safe(path: Path) -> None:
    """Every connection syncs fully, distrusts the file's own schema, and looks at the cells it reads."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "trusted_schema": 0, "cell_size_check": 1}
    one = Base(url(path))
    with one.reading() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    one.close()
    assert found == wanted


def test_a_function_in_the_schema_is_not_run(path: Path) -> None:
    """A view that was slipped into the file cannot call a function that reaches out."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE VIEW trap AS SELECT load_extension('evil')")
    one = Base(url(path))
    with pytest.raises(StoreError), one.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM trap")
    one.close()
