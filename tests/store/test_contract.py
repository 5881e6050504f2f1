"""The contract every store keeps; a new store is added to STORES and runs all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_registry.core.frame import check, conform
from geo_registry.errors import Conflict, StoreError
from geo_registry.store import Store, connect
from geo_registry.store.chain import Commit
from geo_registry.store.keeping.findings import Break
from geo_registry.store.rows import Change, contents
from tests.store.servers import Server

MakeStore = Callable[[], Store]


def sqlite_stores(request: pytest.FixtureRequest) -> MakeStore:
    """Make a maker of fresh SQLite stores."""
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("stores")
    count = iter(range(10_000))
    return lambda: connect(f"sqlite:///{folder / f'{next(count)}.db'}")


def postgis_stores(request: pytest.FixtureRequest) -> MakeStore:
    """Make a maker of stores in fresh databases."""
    server: Server = request.getfixturevalue("postgres")
    return lambda: connect(server.database())


STORES = {"postgis": postgis_stores, "sqlite": sqlite_stores}


@pytest.fixture(scope="module", params=sorted(STORES))
def make(request: pytest.FixtureRequest) -> MakeStore:
    """Give a maker of each make of store."""
    return STORES[request.param](request)


@pytest.fixture
def store(make: MakeStore) -> Iterator[Store]:
    """Give an empty store of each make."""
    made = make()
    made.create(note("init"))
    yield made
    made.close()


def note(action: str, batch: str | None = None) -> Commit:
    """Say who, when and why."""
    return Commit(0, "2026-11-23T08:00:00+08:00", "tester", action, batch, {"tz": "Asia/Shanghai"})


def rows(*codes: str, version: int = 1, name: str = "甲") -> gpd.GeoDataFrame:
    """Make canonical rows, one a code, with the code as id."""
    frame = pd.DataFrame({"id": codes, "code": codes, "version": version, "kind": "yard", "name": name})
    frame["valid_from"] = pd.Timestamp("2025-03-01")
    frame["stock_t"] = 1.5
    return conform(gpd.GeoDataFrame(frame, geometry=shapely.points([[114.0, 33.5]] * len(codes)), crs=4326))


def test_new_store_is_at_revision_zero(store: Store) -> None:
    """A store that was just made has one commit, no records, and a chain that holds."""
    assert store.revision() == 0
    assert [commit.action for commit in store.commits()] == ["init"]
    assert store.records().empty
    assert store.verify().whole


def test_each_commit_is_the_next_revision(store: Store) -> None:
    """Every commit raises the revision by one and names the hash of the one before."""
    first = store.commit(Change(0, rows("a")), note("import", "b1"))
    second = store.commit(Change(1, rows("b")), note("import", "b2"))
    assert (first.revision, second.revision) == (1, 2)
    assert second.previous == first.hash
    assert store.verify().whole


def test_records_read_as_they_were_written(store: Store) -> None:
    """What comes back is what went in: columns, attributes, points, lines and polygons."""
    written = rows("a", "b", "c")
    line, box = shapely.LineString([(114, 33), (114.1, 33.1)]), shapely.box(114, 33, 114.1, 33.1)
    written = written.set_geometry(gpd.GeoSeries([written.geometry.iloc[0], line, box], crs=4326))
    store.commit(Change(0, written), note("import", "b1"))
    read = check(conform(store.records()))
    assert contents(read) == contents(written)


def test_as_of_gives_what_was_known(store: Store) -> None:
    """A past revision answers as it did then, whatever came later."""
    store.commit(Change(0, rows("a", "b")), note("import", "b1"))
    store.commit(Change(1, rows("a", version=2, name="乙"), (("a", 1), ("b", 1))), note("import", "b2"))
    assert store.records(as_of=1)["name"].tolist() == ["甲", "甲"]
    assert store.records(as_of=2)["name"].tolist() == ["乙"]
    assert store.records(as_of=0).empty
    assert store.history("a")["version"].tolist() == [1, 2]
    assert list(store.touched(2)) == ["a", "b"]
    assert set(store.touched(2).values()) == set(store.records(ids=["a", "b"])["kind"])
    assert store.counts() == {"yard": 1}


def test_second_writer_is_told(store: Store) -> None:
    """A change worked out against an older revision is refused and nothing of it is written."""
    store.commit(Change(0, rows("a")), note("import", "b1"))
    with pytest.raises(Conflict):
        store.commit(Change(0, rows("b")), note("import", "b2"))
    assert store.revision() == 1
    assert store.records()["id"].tolist() == ["a"]


def test_closing_what_is_closed_is_refused(store: Store) -> None:
    """A version can be closed once; a commit that closes it again leaves the store as before."""
    store.commit(Change(0, rows("a")), note("import", "b1"))
    with pytest.raises(Conflict):
        store.commit(Change(1, rows("b"), (("a", 7),)), note("undo", "b2"))
    assert store.revision() == 1
    assert store.verify().whole


def test_failure_in_the_middle_writes_nothing(store: Store) -> None:
    """A commit that breaks half way (here: the same version twice) leaves the store as before."""
    store.commit(Change(0, rows("a")), note("import", "b1"))
    with pytest.raises(StoreError):
        store.commit(Change(1, rows("b", "b")), note("import", "b2"))
    assert store.revision() == 1
    assert store.records()["id"].tolist() == ["a"]
    assert store.verify().whole


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
"""All but what no PostgreSQL stores."""


@settings(max_examples=25)
@given(
    texts=st.lists(st.text(CHARACTERS, max_size=30), min_size=1, max_size=5),
    number=st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_text_and_number_survive(make: MakeStore, texts: list[str], number: float) -> None:
    """Whatever characters and numbers a ledger holds come back unchanged, and the chain holds."""
    store = make()
    store.create(note("init"))
    written = rows(*(str(at) for at in range(len(texts))))
    written["name"], written["note"], written["stock_t"] = texts, texts, number
    store.commit(Change(0, written), note("import", "b1"))
    assert contents(conform(store.records())) == contents(written)
    assert store.verify().whole
    store.close()


def test_a_character_that_is_none_is_kept_or_refused(store: Store) -> None:
    """NUL in a text comes back as it was, or the commit is refused and nothing of it is written."""
    written = rows("a", name="甲\x00乙")
    with suppress(StoreError):
        store.commit(Change(0, written), note("import", "b1"))
    kept = store.records()
    assert kept.empty == (store.revision() == 0)
    assert kept.empty or contents(conform(kept)) == contents(written)
    assert store.verify().whole


def test_tampering_is_found(tmp_path: Path) -> None:
    """A value changed behind the program's back breaks the chain at its commit."""
    path = tmp_path / "store.db"
    store = connect(f"sqlite:///{path}")
    store.create(note("init"))
    store.commit(Change(0, rows("a")), note("import", "b1"))
    store.commit(Change(1, rows("b")), note("import", "b2"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE records SET name = 'other' WHERE id = 'a'")
    connection.close()
    assert store.verify().broken == Break("versions", 1, "a")
    store.close()


def test_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """A store whose schema is newer than the program is not touched."""
    path = tmp_path / "store.db"
    store = connect(f"sqlite:///{path}")
    store.create(note("init"))
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '999'")
    connection.close()
    with pytest.raises(StoreError) as told:
        connect(f"sqlite:///{path}").revision()
    assert told.value.code == "STORE_NEWER"


def test_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    """A file that is no SQLite store gives a clear refusal."""
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, only words" * 100)
    with pytest.raises(StoreError) as told:
        connect(f"sqlite:///{path}").revision()
    assert told.value.code == "STORE_UNREADABLE"


@pytest.mark.parametrize("url", ["", "registry.db", "mysql://127.0.0.1/x", "sqlite"])
def test_unknown_store_url_is_refused(url: str) -> None:
    """A URL no store serves is refused by name."""
    with pytest.raises(StoreError) as told:
        connect(url)
    assert told.value.code == "STORE_URL_UNKNOWN"
