"""What is written by columns is byte for byte what is written row by row."""

from __future__ import annotations

import json
import math
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from geo_registry.core.frame import conform
from geo_registry.store import schema
from geo_registry.store.chain import canonical, digest_of
from geo_registry.store.rows import stored_values
from geo_registry.store.writing.columns import SCHEMA, stored_columns
from geo_registry.store.writing.digest import Digest
from geo_registry.store.writing.texts import TEXT, canonical_rows, encoded

TEXTS = some.text(some.characters(exclude_categories=["Cs"]), max_size=12)
"""Every character that UTF-8 can hold: control characters, quotes and those beyond the first plane."""
NUMBERS = some.floats(allow_nan=False) | some.sampled_from(
    [-0.0, 1e-7, 1e22, 1e15, 1e16, 1e-4, 5e-324, 0.1, 1e10, 123456789012.5]
)
KINDS = {
    TEXT: TEXTS,
    pa.float64(): NUMBERS,
    pa.int64(): some.integers(-(2**63), 2**63 - 1),
    pa.bool_(): some.booleans(),
    pa.binary(): some.binary(max_size=8),
}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_column_is_written_as_json_writes_its_values(kind: pa.DataType) -> None:
    """Every value of every type reads as the plain definition writes it, null in between."""

    @settings(max_examples=200)
    @given(some.lists(some.none() | KINDS[kind], min_size=1, max_size=8), some.integers(0, 3))
    def holds(values: list[Any], start: int) -> None:
        told = encoded(pa.array(values, kind).slice(start)).to_pylist()
        wanted = [None if one is None else canonical(one).decode() for one in values[start:]]
        assert told == wanted

    holds()


@given(some.data())
def test_rows_are_written_as_the_chain_writes_them(data: some.DataObject) -> None:
    """Rows of any columns, constant ones too, are the lines that a digest was always made of."""
    kinds = data.draw(some.lists(some.sampled_from(list(KINDS)), min_size=1, max_size=5))
    count = data.draw(some.integers(1, 4))
    columns = [
        data.draw(some.lists(some.none() | KINDS[kind], min_size=count, max_size=count)) for kind in kinds
    ]
    told = canonical_rows([pa.array(each, kind) for each, kind in zip(columns, kinds, strict=True)], "+")
    rows = zip(*columns, strict=True)
    assert told.to_pylist() == [f"+{canonical(list(row)).decode()}\n" for row in rows]


def frames() -> some.SearchStrategy[gpd.GeoDataFrame]:
    """Make canonical frames with every dtype, some shapes and a column no kind knows."""
    shapes = some.sampled_from(
        [shapely.Point(114, 33.5), shapely.Point(-0.0, 0), shapely.LineString([(1, 2), (3, 4)]), None]
    )
    row = some.fixed_dictionaries(
        {
            "id": TEXTS,
            "version": some.integers(1, 2**40),
            "kind": some.just("yard"),
            "name": some.none() | TEXTS,
            "accuracy_m": some.none() | NUMBERS.filter(math.isfinite),
            "valid_from": some.none() | some.dates().map(str).filter(lambda day: day > "1900"),
            "synthetic": some.booleans(),
            "row": some.none() | some.integers(0, 2**31),
            "owner": some.none() | TEXTS,
            "stock_t": some.none() | NUMBERS,
            "strange": some.none() | some.lists(some.integers(), max_size=2),
            "geometry": shapes,
        }
    )
    return some.lists(row, min_size=1, max_size=4).map(_framed)


def _framed(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows)
    frame["stock_t"] = frame["stock_t"].astype("float64")
    frame["kilns"] = pd.Series([len(rows)] * len(rows), dtype="Int64")
    frame["moved"] = pd.Series([True] + [None] * (len(rows) - 1), dtype="boolean")
    return conform(frame)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frames())
def test_a_frame_comes_to_the_same_columns_values_and_digest(frame: gpd.GeoDataFrame) -> None:
    """The columns hold what the rows hold, and the digest by columns is the digest by rows."""
    table, rows = stored_columns(frame, 7), stored_values(frame, 7)
    assert table.schema == SCHEMA
    assert [tuple(row.values()) for row in table.to_pylist()] == rows
    digest = Digest()
    digest.open(table)
    assert digest.close([("a", 1)]) == digest_of(rows, [("a", 1)])


def test_the_columns_are_those_of_the_table() -> None:
    """What is written in one stroke is what the schema says is stored."""
    assert tuple(SCHEMA.names) == schema.STORED
    assert (
        json.loads(encoded(pa.array(["\x00\x1f\x7f\U0001f600"], TEXT))[0].as_py()) == "\x00\x1f\x7f\U0001f600"
    )
