"""Records of every kind with the values that exports break on, the same from the same seed."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo_registry import catalog as layer_files
from geo_registry.core import frame
from geo_registry.core.kinds import Catalog, Field, Kind

PROJECT = Path(__file__).resolve().parents[2]
EMOJI = "烤房🔥"
LONG = "漯河市源汇区空冢郭镇叶岗村" * 25
TEXTS = (
    "漯河",
    "责任主体名",
    "第三方施工单位",
    'a,b"c\nd',
    "x" * 300,
    LONG,
    "=1+1",
    "-3.5",
    "㐀",
    "Łódź",
    EMOJI,
)
GBK_TEXTS = tuple(text for text in TEXTS if text not in {"㐀", "Łódź", EMOJI})
POINT = (114.0123456789, 33.5876543219)
SHAPES: dict[str, shapely.Geometry] = {
    "point": shapely.Point(POINT),
    "line": shapely.LineString([(114.0, 33.5), (114.1, 33.6)]),
    "polygon": shapely.Polygon([(114.0, 33.5), (114.0, 33.6), (114.1, 33.6), (114.0, 33.5)]),
}


@cache
def real_catalog() -> Catalog:
    """Read the layer files of the checkout."""
    return layer_files.load(PROJECT / "layers")


def records(kind: Kind, texts: tuple[str, ...] = TEXTS, rows: int = 12) -> gpd.GeoDataFrame:
    """Make a canonical frame of a kind: any field may be empty; each geometry, and none, occurs."""
    dice = random.Random(kind.name)  # noqa: S311 - the same rows every time are what is wanted
    given: dict[str, list[Any]] = {
        field.name: [_value(field, dice, texts) for _ in range(rows)] for field in kind.all_fields
    }
    given |= {
        "id": [f"{kind.name}-{row}" for row in range(rows)],
        "kind": [kind.name] * rows,
        "synthetic": [row % 2 == 0 for row in range(rows)],
        "geometry": [_shape(kind, row) for row in range(rows)],
    }
    return frame.conform(pd.DataFrame(given), kind.fields)


def _value(field: Field, dice: random.Random, texts: tuple[str, ...]) -> object:
    if dice.random() < 0.3:
        return None
    makers: dict[str, Callable[[], object]] = {
        "text": lambda: dice.choice(texts),
        "choice": lambda: dice.choice(field.choices).value,
        "check": lambda: dice.choice(("pass", "fail", "na")),
        "integer": lambda: dice.randint(-3, 10**12),
        "number": lambda: dice.choice((0.0, -1.25, 1e6, dice.random(), 123456789.123)),
        "date": lambda: pd.Timestamp("1990-01-01") + pd.Timedelta(days=dice.randint(0, 15_000)),
        "boolean": lambda: dice.random() < 0.5,
    }
    return makers[field.type]()


def _shape(kind: Kind, row: int) -> shapely.Geometry | None:
    possible = [*kind.geometry, None]
    chosen = possible[row % len(possible)]
    return None if chosen is None else SHAPES[chosen]


def members(content: bytes) -> dict[str, bytes]:
    """Unpack an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def csv_rows(content: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """Read a CSV as anyone would."""
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))
