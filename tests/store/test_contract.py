"""The contract every store keeps; a new store is added to STORES and runs all of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from geo_registry.core.frame import check, conform
from geo_registry.errors import Conflict, StoreError
from geo_registry.store import Store, connect
from geo_registry.store.arrivals import Arrival, RefusedRow
from geo_registry.store.chain import Commit
from geo_registry.store.keeping.findings import Break
from geo_registry.store.people import Account, Attempt, SessionRow, Token
from geo_registry.store.rows import NARROW, Change, contents, members
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


@pytest.fixture(scope="module")
def filling(make: MakeStore) -> Iterator[Store]:
    """Give a store of each make that more and more is written to."""
    made = make()
    made.create(note("init"))
    yield made
    made.close()


@pytest.fixture
def store(make: MakeStore) -> Iterator[Store]:
    """Give an empty store of each make."""
    made = make()
    made.create(note("init"))
    yield made
    made.close()


ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.none() | TEXTS | TEXTS | TEXTS | st.booleans() | st.integers(-9, 9) | st.lists(TEXTS, max_size=2)


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


def test_pieces_are_the_records_a_little_of_each(store: Store) -> None:
    """Read some at a time every version is there, in its order, with its numbers, days, texts and shape."""
    written = rows("a", "b", "c", "d", "e").assign(village=np.array(["三官庙", None, "1", '"', "2025-03-01"]))
    written["geometry"] = gpd.GeoSeries(
        [*written.geometry[:3], shapely.box(114, 33, 115, 34), None], crs=4326
    )
    store.commit(Change(0, written), note("import", "b1"))
    store.commit(Change(1, rows("f"), (("b", 1),)), note("import", "b2"))
    for as_of in (1, 2):
        whole = conform(store.records(as_of=as_of))
        parts = list(store.pieces(["village", "stock_t", "moved"], as_of=as_of, rows=2))
        assert [len(part) for part in parts[:-1]] == [2] * (len(parts) - 1)
        found = pd.concat(parts, ignore_index=True)
        points = gpd.GeoSeries(gpd.points_from_xy(found["lon"], found["lat"]))
        shapes = found["geometry"].where(found["lon"].isna(), points)
        read = conform(found.drop(columns=["lon", "lat"]).assign(geometry=shapes))
        names = [*(name for name in NARROW if name in whole), "village", "geometry"]
        assert_frame_equal(pd.DataFrame(read[names]), pd.DataFrame(whole[names]))
        assert found["stock_t"].tolist() == whole["stock_t"].tolist()
        assert found["moved"].isna().all()


def test_a_word_is_looked_for_as_it_is_written(store: Store) -> None:
    """What stands for any character elsewhere stands for itself; only the case of ASCII letters is let go."""
    said = ["甲厂", "50%_b", 'q"t', "back\\slash", "Ａ", "ÄÖ", "ab"]
    own: dict[str, Any] = {
        "name": said,
        "code": said[1:] + said[:1],
        "uscc": "91X",
        "township": ["镇", *[None] * 6],
    }
    own["address"] = [None, "路1号", *said[2:]]
    written = rows(*"abcdefg").assign(**own)
    store.commit(Change(0, written), note("import", "b1"))
    store.commit(Change(1, rows("h", name="甲厂"), (("a", 1),)), note("import", "b2"))
    table = store.records()
    texts = table[["code", "name", "township", "uscc", "address"]].astype(object)
    for word in [
        "甲",
        "%",
        "_",
        '"',
        "\\",
        "a",
        "AB",
        "Ä",
        "号",
        "镇",
        "91x",
        "address",
        "路%号",
        "b",
        "yard",
    ]:
        folded = word.translate(ASCII)
        told = texts.map(lambda cell, word=folded: isinstance(cell, str) and word in cell.translate(ASCII))
        expected = table["id"][told.any(axis=1)].tolist()
        found = store.mentions([word], after=-1, rows=50)
        assert [name for _, name in found] == expected, word
        if len(found) > 1:
            assert store.mentions([word], after=found[0][0], rows=1) == found[1:2]
    assert store.mentions(["镇", "甲"], after=-1, rows=50) == store.mentions(["甲"], after=-1, rows=50)


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4), min_size=1, max_size=6))
def test_members_are_those_that_json_reads(objects: list[dict[str, object]]) -> None:
    """Whatever members a row has, texts alone or any value, those asked for come out as `json` reads them."""
    told = members([json.dumps(each, ensure_ascii=False) for each in objects], ["a", "b", "e"])
    for name in "abe":
        found = [None if missing else one for one, missing in zip(told[name], _none(told[name]), strict=True)]
        assert found == [each.get(name) for each in objects]


def _none(column: pd.Series) -> list[bool]:
    return [one is None or one is pd.NA or (isinstance(one, float) and one != one) for one in column]  # noqa: PLR0124 (NaN)


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
def test_any_text_and_number_survive(filling: Store, texts: list[str], number: float) -> None:
    """Whatever characters and numbers a ledger holds come back unchanged, and the chain holds."""
    base = filling.revision()
    written = rows(*(f"{base}-{at}" for at in range(len(texts))))
    written["name"], written["note"], written["stock_t"] = texts, texts, number
    filling.commit(Change(base, written), note("import", "b1"))
    assert contents(conform(filling.records(ids=list(written["id"])))) == contents(written)
    assert filling.verify().whole


def test_a_character_that_is_none_is_kept_or_refused(store: Store) -> None:
    """NUL in a text comes back as it was, or the commit is refused and nothing of it is written."""
    written = rows("a", name="甲\x00乙")
    with suppress(StoreError):
        store.commit(Change(0, written), note("import", "b1"))
    kept = store.records()
    assert kept.empty == (store.revision() == 0)
    assert kept.empty or contents(conform(kept)) == contents(written)
    assert store.verify().whole


def test_what_is_asked_with_a_character_that_is_none_is_not_there(store: Store) -> None:
    """NUL in an id, a name, a digest or a key finds nothing, and a file that bears one is kept."""
    store.commit(Change(0, rows("a")), note("import", "b1"), arrival("b1"))
    assert store.records(ids=["a\x00"]).empty
    assert not store.titles(["a\x00"])
    assert store.history("a\x00").empty
    assert store.standing("\x00", as_of=1)[1] == 0
    assert store.versions(["a\x00"]) == {}
    assert store.arrivals.one("a1\x00") is None
    assert store.arrivals.of_batch("b1\x00") is None
    assert store.people.session("\x00") is None
    assert store.people.tokens("wang\x00") == []
    assert store.people.attempts(["wang\x00"]) == {}
    named = store.arrivals.add(replace(arrival(None), file="台账\x00.csv")).id
    kept = store.arrivals.one(named)
    assert kept is not None
    assert kept.file in {"台账\x00.csv", "台账\ufffd.csv"}
    assert store.verify().whole


def arrival(batch: str | None, *refused: RefusedRow) -> Arrival:
    """Make a file that was sent."""
    return Arrival("2026-11-23T08:00:00+08:00", "tester", "台账.csv", "ab", batch, {"行": 1.5}, refused)


def test_what_was_sent_is_kept_with_its_commit(store: Store) -> None:
    """A file is kept in the transaction of its rows, or alone; refused rows come back as they were sent."""
    bad = RefusedRow("表", 10, (("名称", "name", "甲"), ("?", None, None)))
    other = RefusedRow("表", 9, (("名称", "name", ""),))
    store.commit(Change(0, rows("a")), note("import", "b1"), arrival("b1", bad, other))
    with pytest.raises(Conflict):
        store.commit(Change(0, rows("b")), note("import", "b2"), arrival("b2"))
    for number in range(2, 12):
        assert store.arrivals.add(arrival(None)).id == f"a{number}"
    assert [one.id for one in store.arrivals.all()] == [f"a{number}" for number in range(11, 0, -1)]
    assert len(store.arrivals.of_file("ab")) == 11
    assert store.arrivals.of_batch("b1") == replace(arrival("b1"), id="a1")
    assert store.arrivals.of_batch("b2") is None
    assert store.arrivals.refused("a1") == [other, bad]
    assert store.arrivals.one("a1") == store.arrivals.of_batch("b1")
    assert store.arrivals.one("a99") is None


def test_people_are_kept(store: Store) -> None:
    """Accounts, tokens, sessions and failed attempts are written once, found, changed and swept out."""
    people, wang = store.people, Account("wang", "district", ("郾城区",), (), "hash")
    people.save(None, wang, note("user"))
    with pytest.raises(Conflict):
        people.save(None, wang, note("user"))
    token = Token("t1", "wang", "digest", "read", "2026-11-23", "2026-12-23")
    people.add_token(token, note("user"))
    people.revoke("t1", note("user"))
    assert people.tokens("wang") == [replace(token, revoked=True)]
    session = SessionRow("digest", "wang", 0, "csrf", 1.5, 1.5)
    people.begin(session, made=0.0, seen=0.0, until=9.0)
    people.seen("digest", 2.25)
    assert people.session("digest") == (replace(session, seen_at=2.25), wang)
    people.save(wang, replace(wang, epoch=1), note("user"))
    assert people.session("digest") is None
    for count in (1, 2):
        people.revise(["wang"], lambda _, count=count: {"wang": Attempt(count, 0.5)}, forgotten=0.0)  # type: ignore[misc]
    assert people.attempts(["wang", "li"]) == {"wang": Attempt(2, 0.5)}
    people.revise([], lambda _: {}, forgotten=1.0)
    assert people.attempts(["wang"]) == {}
    assert [commit.action for commit in store.commits()] == ["init", *["user"] * 4]
    assert store.verify().whole


def test_what_was_written_has_its_order(store: Store) -> None:
    """Versions stand one after the other as they were written, whatever was broken off in between."""
    store.commit(Change(0, rows("b", "a", "é", "Z")), note("import", "b1"))
    with pytest.raises(StoreError):
        store.commit(Change(1, rows("c", "c")), note("import", "b2"))
    closed = (("é", 1), ("Z", 1), ("a", 1))
    store.commit(Change(1, rows("d"), closed), note("import", "b2"))
    assert store.records()["id"].tolist() == ["b", "d"]
    assert list(store.touched(2)) == ["Z", "a", "d", "é"]
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
