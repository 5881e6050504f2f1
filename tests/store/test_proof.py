"""The proof names the first entry that does not hold, for each thing that can be wrong."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_registry.errors import StoreError, ValueRefused
from geo_registry.registry import keeping
from geo_registry.store import connect
from geo_registry.store.chain import GENESIS, Commit, digest_of, sealed
from geo_registry.store.keeping.findings import Break, Head
from geo_registry.store.rows import Change
from tests.store.shelf import SCHEMA_1_HEAD, change, first_release, note, rows, up_to_date, url

K1, K2 = "f83155cf192e55e9", "b799ecd9d822b9fe"
"""A kiln that was changed twice and taken back once, and one that never was."""

_ANOTHER = """
INSERT INTO records SELECT 13, 'new', version, kind, code, code_no, name, status, district, township, uscc,
lon, lat, shape, datum, x_given, y_given, accuracy_m, coord_method, valid_from, valid_to, synthetic, batch,
row, attributes, 7, NULL FROM records WHERE seq = 12
"""
_NEXT = """
INSERT INTO commits SELECT 7, at, by, action, batch, details, digest, previous, hash
FROM commits WHERE revision = 6
"""
WRONGS = {
    "a name": ("UPDATE records SET name = 'x' WHERE seq = 5", Break("versions", 2)),
    "a place": ("UPDATE records SET lat = lat + 1e-9 WHERE seq = 6", Break("versions", 2)),
    "an order": ("UPDATE records SET seq = 99 WHERE seq = 6", Break("versions", 2)),
    "a place in the order": (
        "UPDATE records SET seq = 99 WHERE seq = 12",
        Break("order", 6, "66f5574f9a01bd46"),
    ),
    "a lost version": ("DELETE FROM records WHERE seq = 5", Break("order", 2, "eefa5bbfa4f8fa35")),
    "a lost last version": ("DELETE FROM records WHERE seq = 12", Break("versions", 6, K1)),
    "a number as text": ("UPDATE records SET version = 'one' WHERE seq = 5", Break("type", 2, K2)),
    "a text as bytes": ("UPDATE records SET name = CAST(name AS BLOB) WHERE seq = 5", Break("type", 2, K2)),
    "no text at all": ("UPDATE records SET name = CAST(x'ff' AS TEXT) WHERE seq = 5", Break("type", 2, K2)),
    "a truth that is two": ("UPDATE records SET synthetic = 2 WHERE seq = 5", Break("type", 2, K2)),
    "an opening in the future": (
        "UPDATE records SET known_from = 9 WHERE seq = 12",
        Break("versions", 6, K1),
    ),
    "a closing in the future": ("UPDATE records SET known_to = 9 WHERE seq = 5", Break("unclosed", 9, K2)),
    "a closing before the first": (
        "UPDATE records SET known_to = -1 WHERE seq = 5",
        Break("unclosed", -1, K2),
    ),
    "a closing undone": ("UPDATE records SET known_to = NULL WHERE seq = 4", Break("versions", 4)),
    "a version more": (_ANOTHER, Break("unopened", 7, "new")),
    "who": ("UPDATE commits SET by = 'other' WHERE revision = 3", Break("commit", 3)),
    "when": ("UPDATE commits SET at = '2025' WHERE revision = 3", Break("commit", 3)),
    "a digest": ("UPDATE commits SET digest = hash WHERE revision = 3", Break("commit", 3)),
    "a hash": ("UPDATE commits SET hash = previous WHERE revision = 3", Break("commit", 3)),
    "a commit of a wrong type": ("UPDATE commits SET by = x'00' WHERE revision = 3", Break("type", 3)),
    "a lost commit": ("DELETE FROM commits WHERE revision = 3", Break("gap", 3, None, "4")),
    "a lost first commit": ("DELETE FROM commits WHERE revision = 0", Break("gap", 0, None, "1")),
    "all commits lost": ("DELETE FROM commits", Break("unopened", 1, "ffec38f4af1788b6")),
    "a commit more": (_NEXT, Break("commit", 7)),
    "spaces in details": (
        "UPDATE commits SET details = replace(details, ': ', ':') WHERE revision = 3",
        Break("details", 3),
    ),
    "details that are none": ("UPDATE commits SET details = '[' WHERE revision = 3", Break("details", 3)),
    "details of another form": ("UPDATE commits SET details = '[]' WHERE revision = 3", Break("details", 3)),
    "the schema": ("UPDATE meta SET value = 'two'", Break("schema", None, None, "[('schema', 'two')]")),
    "an older schema": ("UPDATE meta SET value = '1'", Break("objects", None, None, "accounts")),
    "a newer schema": ("UPDATE meta SET value = '99'", Break("newer", None, None, "99")),
    "a note more": (
        "INSERT INTO meta VALUES ('x', 'y')",
        Break("schema", None, None, "[('schema', '2'), ('x', 'y')]"),
    ),
    "no notes": ("DROP TABLE meta", Break("schema", None, None, "[]")),
    "a view": ("CREATE VIEW seen AS SELECT 1", Break("objects", None, None, "seen")),
    "a trigger": (
        "CREATE TRIGGER quiet AFTER INSERT ON commits BEGIN DELETE FROM commits; END",
        Break("objects", None, None, "quiet"),
    ),
    "an index lost": ("DROP INDEX records_closed", Break("objects", None, None, "records_closed")),
    "a column more": ("ALTER TABLE records ADD COLUMN x", Break("objects", None, None, "records")),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a sound store that tests copy."""
    return up_to_date(tmp_path_factory.mktemp("sound") / "store.db")


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    """Give this test's own copy of the sound store."""
    return Path(shutil.copy(sound, tmp_path / "store.db"))


def test_a_sound_store_is_whole(path: Path) -> None:
    """A store nobody touched is whole, before and after it is brought to today's schema."""
    for one in (path, first_release(path.with_name("old.db"))):
        proof = keeping.verify(url(one), SCHEMA_1_HEAD)
        assert (proof.whole, str(proof.head), proof.versions) == (True, SCHEMA_1_HEAD, 12)


@pytest.mark.parametrize("wrong", WRONGS)
def test_the_first_broken_entry_is_named(path: Path, wrong: str) -> None:
    """Whatever was changed, the proof says what is wrong, at which revision, and the record if it is one."""
    statement, expected = WRONGS[wrong]
    change(path, statement)
    assert keeping.verify(url(path)).broken == expected


def test_of_two_broken_entries_the_first_is_named(path: Path) -> None:
    """An older fault is told before a newer one, whatever their kinds."""
    change(
        path, "UPDATE commits SET by = 'x' WHERE revision = 5", "UPDATE records SET name = 'x' WHERE seq = 7"
    )
    assert keeping.verify(url(path)).broken == Break("versions", 3, "e371477336ef4c6b")


def test_swapped_commits_are_found(path: Path) -> None:
    """Two commits that changed places are no longer what their hashes were made of."""
    moved = "UPDATE commits SET revision = {} WHERE revision = {}"
    change(path, moved.format(90, 2), moved.format(2, 3), moved.format(3, 90))
    assert keeping.verify(url(path)).broken == Break("commit", 2)


def test_a_commit_that_continues_another_chain_is_found(path: Path) -> None:
    """A commit sealed anew, on a chain of its own, does not name the one before."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM commits WHERE revision = 6").fetchone())
        commit = Commit(**{**row, "details": json.loads(row["details"])})
        moved = sealed(commit, digest=commit.digest, previous=GENESIS)
        connection.execute(
            "UPDATE commits SET previous = ?, hash = ? WHERE revision = 6", (GENESIS, moved.hash)
        )
        connection.commit()
    assert keeping.verify(url(path)).broken == Break("link", 6)


CUT = (
    "DELETE FROM commits WHERE revision = 6",
    "DELETE FROM records WHERE known_from = 6",
    "UPDATE records SET known_to = NULL WHERE known_to = 6",
)


def test_a_cut_tail_is_found_by_the_head_kept_outside(path: Path) -> None:
    """A tail cut off cleanly leaves a whole chain; only the head that was kept outside misses it."""
    change(path, *CUT)
    assert keeping.verify(url(path)).whole
    assert keeping.verify(url(path), SCHEMA_1_HEAD).broken == Break("cut", 6)


def test_a_chain_written_anew_is_found_by_the_head_kept_outside(path: Path) -> None:
    """Who writes a tail of his own makes a whole chain, but not the one whose head was kept."""
    change(path, *CUT)
    store = connect(url(path))
    written = store.commit(Change(5, rows("z")), note("import", "b6"))
    store.close()
    assert keeping.verify(url(path)).whole
    found = keeping.verify(url(path), SCHEMA_1_HEAD).broken
    assert found == Break("rewritten", 6, None, str(Head(6, written.hash)))


def test_an_old_head_stays_in_the_chain(path: Path) -> None:
    """A head that was kept years ago, or only the beginning of it, is still found in a longer chain."""
    store = connect(url(path))
    store.commit(Change(6, rows("z")), note("import", "b7"))
    store.close()
    assert keeping.verify(url(path), SCHEMA_1_HEAD).whole
    assert keeping.verify(url(path), SCHEMA_1_HEAD[:18]).whole


@pytest.mark.parametrize(
    "text", ["", "6", "6:", "6:123", "x:0123456789abcdef", "-1:0123456789abcdef", "6:" + "g" * 64]
)
def test_what_is_no_head_is_refused(path: Path, text: str) -> None:
    """A head that cannot be one is refused by name instead of being called a rewritten chain."""
    with pytest.raises(ValueRefused) as told:
        keeping.verify(url(path), text)
    assert told.value.code == "HEAD_INVALID"


def test_a_damaged_page_is_found(path: Path) -> None:
    """A page that was written over is found before any value is believed."""
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 3 * 4096 + 200] = bytes(200)
    path.write_bytes(content)
    proof = keeping.verify(url(path))
    assert proof.broken is not None
    assert (proof.broken.wrong, proof.head.revision) == ("page", -1)


def test_what_is_no_store_is_found(path: Path) -> None:
    """A file of words, and one that ends too early, are damaged; one that is not there is missing."""
    whole = path.read_bytes()
    for content in (b"not a database, only words" * 100, whole[: len(whole) // 2]):
        path.write_bytes(content)
        broken = keeping.verify(url(path)).broken
        assert broken is not None
        assert broken.wrong == "page"
    path.unlink()
    with pytest.raises(StoreError) as told:
        keeping.verify(url(path))
    assert told.value.code == "STORE_MISSING"
    assert not path.exists()


def test_a_broken_store_is_told_when_it_is_opened(path: Path) -> None:
    """Details that cannot be read are a refusal with a code, not a trace."""
    change(path, "UPDATE commits SET details = '[' WHERE revision = 6")
    store = connect(url(path))
    with pytest.raises(StoreError) as told:
        store.head()
    store.close()
    assert (told.value.code, told.value.details["revision"]) == ("STORE_BROKEN", 6)


@settings(max_examples=25)
@given(
    lon=st.floats(-180, 180), lat=st.floats(-90, 90), accuracy=st.none() | st.floats(0, 1e6, allow_nan=False)
)
def test_every_number_that_is_written_is_proven(
    tmp_path_factory: pytest.TempPathFactory, lon: float, lat: float, accuracy: float | None
) -> None:
    """Whatever number a record holds, a zero below zero included, the store it stands in is whole."""
    store = connect(url(tmp_path_factory.mktemp("store") / "store.db"))
    store.create(note("init"))
    written = rows("a")
    written.geometry = written.geometry.translate(lon - 114.0, lat - 33.5)
    written["accuracy_m"] = accuracy
    store.commit(Change(0, written), note("import", "b1"))
    assert store.verify().whole
    store.close()


def test_an_empty_digest_is_that_of_nothing() -> None:
    """A commit that opens and closes nothing has a digest all the same: that of no bytes."""
    assert digest_of((), ()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
