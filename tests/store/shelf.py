"""Stores to try things on: one that a released program wrote, and ways to look at what a file holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core.frame import conform
from geo_registry.store import connect
from geo_registry.store.chain import Commit

SCHEMA_1 = Path(__file__).with_name("schema1.sql")
"""Written by the first released program: 3 stations, 4 kilns, a zone; an update, its undo, and again."""
SCHEMA_1_HEAD = "6:77f359c4839b92a78ebc8cc81f91043270c6696c73ebf36e6b8bafe13d146168"
TABLES = ("commits", "meta", "records", "(SELECT type, name, tbl_name, sql FROM sqlite_schema)")
"""Tables whose values the chain, or the program's own knowledge of its schema, covers."""

_EVERYTHING = "SELECT * FROM {} ORDER BY 1, 2"


def first_release(path: Path) -> Path:
    """Make the file that the first released program left."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA_1.read_text(encoding="utf-8"))
    return path


def up_to_date(path: Path) -> Path:
    """Make the same store as today's program leaves it after opening it once."""
    store = connect(url(first_release(path)))
    assert store.revision() == 6
    store.close()
    return path


def url(path: Path) -> str:
    """Give the address of a store."""
    return f"sqlite:///{path}"


def values(path: Path, tables: tuple[str, ...] = TABLES) -> list[object]:
    """Give every value of some tables, with its type; text as bytes, so that nothing is lost."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        return [[table, *map(repr, connection.execute(_EVERYTHING.format(table)))] for table in tables]


def change(path: Path, *statements: str) -> None:
    """Change a store behind the program's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def note(action: str, batch: str | None = None) -> Commit:
    """Say who, when and why."""
    return Commit(0, "2026-11-23T08:00:00+08:00", "tester", action, batch, {"tz": "Asia/Shanghai"})


def rows(*codes: str, version: int = 1, name: str = "甲") -> gpd.GeoDataFrame:
    """Make canonical rows, one a code, with the code as id."""
    frame = pd.DataFrame({"id": codes, "code": codes, "version": version, "kind": "yard", "name": name})
    frame["valid_from"] = pd.Timestamp("2025-03-01")
    frame["stock_t"] = 1.5
    return conform(gpd.GeoDataFrame(frame, geometry=shapely.points([[114.0, 33.5]] * len(codes)), crs=4326))


def sources(count: int) -> gpd.GeoDataFrame:
    """Make so many sources."""
    chance = np.random.default_rng(1)
    number = np.arange(count)
    frame = pd.DataFrame({"id": [f"{one:016x}" for one in number], "code": [f"S{one}" for one in number]})
    frame["name"] = [f"示例烤房 {one}" for one in number]
    frame = frame.assign(version=1, code_no=1, kind="curing_kiln", status="operating", stock_t=number * 0.5)
    frame = frame.assign(district="郾城区", township="某乡", address="某路")
    places = shapely.points(chance.uniform(113, 115, count), chance.uniform(33, 34, count))
    return conform(gpd.GeoDataFrame(frame, geometry=places, crs=4326))
