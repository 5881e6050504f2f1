"""Whoever changes the store behind the program's back is found, whatever is changed."""

from __future__ import annotations

import math
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from geo_registry.registry import keeping
from tests.store.shelf import TABLES, up_to_date, url, values

EVERYDAY, TORTURE = 60, 1_000

Chance = random.Random
Tampering = Callable[[sqlite3.Connection, Chance], None]


def cell(connection: sqlite3.Connection, chance: Chance) -> tuple[str, str, int, Any]:
    """Draw a cell of the records or the commits: table, column, row, value."""
    table = chance.choice(["records", "records", "commits"])
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    column = chance.choice(columns)
    drawn = connection.execute(f'SELECT rowid, "{column}" FROM {table}').fetchall()  # noqa: S608
    return table, column, *chance.choice(drawn)


def put(connection: sqlite3.Connection, where: tuple[str, str, int, Any], value: object) -> None:
    """Write a value in a cell."""
    table, column, row, _ = where
    connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?', (value, row))  # noqa: S608


def change_a_byte(connection: sqlite3.Connection, chance: Chance) -> None:
    """Change one character of a text, one byte of a shape, or the last digit of a number."""
    where = cell(connection, chance)
    value = where[3]
    if isinstance(value, str | bytes) and value:
        at = chance.randrange(len(value))
        other = (
            bytes([chance.randrange(256)]) if isinstance(value, bytes) else chr(chance.randrange(32, 0x3000))
        )
        put(connection, where, value[:at] + other + value[at + 1 :])  # type: ignore[operator]
    elif isinstance(value, float):
        put(connection, where, math.nextafter(value, chance.choice([-math.inf, math.inf])))
    elif isinstance(value, int):
        put(connection, where, value + chance.choice([-1, 1]))


def empty_a_cell(connection: sqlite3.Connection, chance: Chance) -> None:
    """Write nothing, or an empty text, where something stood."""
    put(connection, cell(connection, chance), chance.choice([None, "", 0]))


def fill_a_cell(connection: sqlite3.Connection, chance: Chance) -> None:
    """Write something where there was something else, or nothing."""
    put(connection, cell(connection, chance), chance.choice(["x", 7, 0.5, b"\x00", "1e400", "9" * 30]))


def change_a_type(connection: sqlite3.Connection, chance: Chance) -> None:
    """Keep what a value looks like, but not its type."""
    where = cell(connection, chance)
    table, column, row, _ = where
    kind = chance.choice(["BLOB", "TEXT", "INTEGER", "REAL"])
    connection.execute(f'UPDATE {table} SET "{column}" = CAST("{column}" AS {kind}) WHERE rowid = {row}')  # noqa: S608


def delete_a_row(connection: sqlite3.Connection, chance: Chance) -> None:
    """Take a version away, or a commit that is not the last."""
    table = chance.choice(["records", "commits"])
    rows = [row for (row,) in connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]  # noqa: S608
    gone = chance.choice(rows if table == "records" else rows[:-1])
    connection.execute(f"DELETE FROM {table} WHERE rowid = {gone}")  # noqa: S608


def repeat_a_row(connection: sqlite3.Connection, chance: Chance) -> None:
    """Add a version or a commit that looks like another one."""
    table, key = chance.choice([("records", "seq"), ("commits", "revision")])
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    changed = {key: f"(SELECT max(rowid) + 1 FROM {table})", "version": "version + 20"}  # noqa: S608
    told = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    connection.execute(f"INSERT INTO {table} SELECT {told} FROM {table} ORDER BY random() LIMIT 1")  # noqa: S608


def swap_two_rows(connection: sqlite3.Connection, chance: Chance) -> None:
    """Let two versions or two commits change places."""
    table, key = chance.choice([("records", "seq"), ("commits", "revision")])
    rows = [row for (row,) in connection.execute(f"SELECT {key} FROM {table}")]  # noqa: S608
    one, other = chance.sample(rows, 2)
    for before, after in ((one, -9), (other, one), (-9, other)):
        connection.execute(f"UPDATE {table} SET {key} = {after} WHERE {key} = {before}")  # noqa: S608


def change_an_end(connection: sqlite3.Connection, chance: Chance) -> None:
    """Close a version at another revision, or open it again."""
    (newest,) = connection.execute("SELECT max(revision) FROM commits").fetchone()
    end = chance.choice([None, *range(-1, newest + 3)])
    rows = [row for (row,) in connection.execute("SELECT seq FROM records")]
    connection.execute("UPDATE records SET known_to = ? WHERE seq = ?", (end, chance.choice(rows)))


def change_the_schema(connection: sqlite3.Connection, chance: Chance) -> None:
    """Add, change or take away what the file consists of, or what it says of itself."""
    connection.execute(
        chance.choice(
            [
                "CREATE VIEW seen AS SELECT * FROM records",
                "CREATE TRIGGER quiet AFTER INSERT ON records BEGIN UPDATE records SET name = 'x'; END",
                "CREATE TABLE more (x)",
                "CREATE INDEX more ON records (name)",
                "DROP INDEX records_closed",
                "DROP INDEX records_version",
                "DROP TABLE refusals",
                "DROP TABLE meta",
                "ALTER TABLE accounts ADD COLUMN x",
                "ALTER TABLE commits RENAME COLUMN batch TO bundle",
                "ALTER TABLE records RENAME TO other",
                "UPDATE meta SET value = '1'",
                "UPDATE meta SET value = '99'",
                "UPDATE meta SET value = ''",
                "UPDATE meta SET key = 'x'",
                "INSERT INTO meta VALUES ('x', 'y')",
                "DELETE FROM meta",
            ]
        )
    )


def cut_the_tail(connection: sqlite3.Connection, chance: Chance) -> None:
    """Undo the newest commits so well that nothing shows."""
    (newest,) = connection.execute("SELECT max(revision) FROM commits").fetchone()
    last = chance.randrange(newest)
    connection.execute(f"DELETE FROM commits WHERE revision > {last}")  # noqa: S608
    connection.execute(f"DELETE FROM records WHERE known_from > {last}")  # noqa: S608
    connection.execute(f"UPDATE records SET known_to = NULL WHERE known_to > {last}")  # noqa: S608


def damage_a_page(path: Path, chance: Chance) -> None:
    """Change bytes of the file itself."""
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 8, 64])):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path.write_bytes(content)


BY_STATEMENT: dict[str, Tampering] = {
    "change a byte": change_a_byte,
    "empty a cell": empty_a_cell,
    "fill a cell": fill_a_cell,
    "change a type": change_a_type,
    "delete a row": delete_a_row,
    "repeat a row": repeat_a_row,
    "swap two rows": swap_two_rows,
    "change an end": change_an_end,
    "change the schema": change_the_schema,
    "cut the tail": cut_the_tail,
}
KINDS = [*BY_STATEMENT, "change a byte", "damage a page"]


def seen(path: Path) -> object:
    """Give all that the store holds, or that it cannot be read."""
    try:
        return values(path, TABLES)
    except (sqlite3.Error, UnicodeError) as fault:
        return f"{type(fault).__name__}: {fault}"


def tampered(sound: Path, path: Path, chance: Chance) -> str:
    """Make a copy that was tampered with; what leaves every value as it was is drawn again."""
    before = seen(sound)
    while True:
        shutil.copy(sound, path)
        kind = chance.choice(KINDS)
        try:
            if kind == "damage a page":
                damage_a_page(path, chance)
            else:
                with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                    BY_STATEMENT[kind](connection, chance)
        except (sqlite3.IntegrityError, OverflowError):
            continue  # the file itself refused it
        if seen(path) != before:
            return kind


def overlooked(folder: Path, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Tamper so often, and give how often by kind, and what was not found."""
    sound, path, chance = up_to_date(folder / "sound.db"), folder / "tampered.db", Chance(seed)
    head, tried, missed = str(keeping.verify(url(sound)).head), Counter[str](), []
    for number in range(count):
        kind = tampered(sound, path, chance)
        tried[kind] += 1
        if keeping.verify(url(path), head if kind == "cut the tail" else None).whole:
            kept = shutil.copy(path, folder / f"missed-{number}.db")
            missed.append(f"{kind}: {kept}")
    return tried, missed


def test_tamperings_are_found(tmp_path: Path) -> None:
    """60 tamperings drawn at random are found, all of them."""
    tried, missed = overlooked(tmp_path, EVERYDAY, seed=1)
    assert missed == []
    assert tried.total() == EVERYDAY


@pytest.mark.torture
def test_a_thousand_tamperings_are_found(tmp_path: Path) -> None:
    """1,000 tamperings drawn at random, of every kind, are found, all of them."""
    tried, missed = overlooked(tmp_path, TORTURE, seed=2)
    print(f"{TORTURE} tamperings, {len(missed)} overlooked: {dict(tried)}")  # noqa: T201 (the figure)
    assert missed == []
    assert set(tried) == set(KINDS)
