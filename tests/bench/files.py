"""The made-up census as a ledger that somebody sends: CSV, GeoParquet or GeoPackage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import pyogrio
import shapely

from tests.bench.census import Census, census

Chance: TypeAlias = np.random.Generator

BLOCK_ROWS = 100_000
DIGITS = 7
"""Decimal places of degrees: a centimetre."""
HEADINGS = "编码 名称 经度 纬度 区县 乡镇 地址 状态 煤种 存煤量 建档日期 备注".split()
STATES = ["在用", "停产", "已取缔", "整改中", "在售", "已清零"]
FUELS = ["散煤", "洁净型煤", "兰炭"]
_SURNAMES = list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗")
_GIVEN = ["建国", "红旗", "金胜", "兴隆", "宏达", "鑫源", "顺通", "永安", "福满", "长青", "东风", "聚鑫"]
_STREETS = ["人民路", "建设大道", "解放街", "黄河路", "交通路", "滨河大道", "文化街", "工业三路", "幸福里"]


def write(path: Path, rows: int, seed: int = 20261125) -> None:
    """Write a ledger of coal sales points.

    Parameters
    ----------
    path
        ``.csv``, ``.parquet`` or ``.gpkg``.
    rows
        How many.
    seed
        Same seed, same bytes.
    """
    chance, known = np.random.default_rng(seed), census(rows, seed=seed)
    starts = range(0, rows, BLOCK_ROWS)
    blocks = (_block(known, slice(start, min(rows, start + BLOCK_ROWS)), chance) for start in starts)
    {".csv": _write_csv, ".parquet": _write_parquet, ".gpkg": _write_geopackage}[path.suffix](path, blocks)


def _block(known: Census, which: slice, chance: Chance) -> dict[str, pa.Array]:
    """Make some rows as Arrow columns by heading."""
    numbers = np.arange(which.start, which.stop)
    number, rows = pa.array(numbers), len(numbers)
    columns = [
        _text("MT", pc.utf8_lpad(number.cast(pa.string()), 8, "0")),
        _name(number, rows, chance),
        pa.array(np.round(known.lon[which], DIGITS)),
        pa.array(np.round(known.lat[which], DIGITS)),
        _text("第", pa.array(known.city[which] % 9 + 1).cast(pa.string()), "区"),
        _text("第", pa.array(chance.integers(1, 40, rows)).cast(pa.string()), "镇"),
        _address(rows, chance),
        _one_of(STATES, rows, chance),
        _one_of(FUELS, rows, chance),
        pa.array(np.round(chance.lognormal(3, 1, rows), 1)),
        _days(rows, chance),
        _note(rows, chance),
    ]
    return dict(zip(HEADINGS, columns, strict=True))


def _text(*parts: str | pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _one_of(words: list[str], rows: int, chance: Chance) -> pa.Array:
    return pa.array(words).take(pa.array(chance.integers(0, len(words), rows)))


def _name(number: pa.Array, rows: int, chance: Chance) -> pa.Array:
    owner = _text(_one_of(_SURNAMES, rows, chance), _one_of(_GIVEN, rows, chance))
    return _text(owner, "煤炭销售点", number.cast(pa.string()), "号")


def _address(rows: int, chance: Chance) -> pa.Array:
    house = pa.array(chance.integers(1, 999, rows)).cast(pa.string())
    street = _one_of(_STREETS, rows, chance)
    return _text("城关镇", street, house, "号院内东侧临街门面房")


def _days(rows: int, chance: Chance) -> pa.Array:
    days = np.datetime64("2019-01-01") + chance.integers(0, 2_400, rows)
    return pa.array(days.astype("datetime64[D]")).cast(pa.string())


def _note(rows: int, chance: Chance) -> pa.Array:
    phone = pa.array(chance.integers(10_000_000, 99_999_999, rows)).cast(pa.string())
    return _text("网格员已现场核查，联系", phone, "已归档")


def _write_csv(path: Path, blocks: Iterator[dict[str, pa.Array]]) -> None:
    options = pyarrow.csv.WriteOptions(include_header=True, quoting_style="none")
    writer = None
    for columns in blocks:
        table = pa.table(columns)
        writer = writer or pyarrow.csv.CSVWriter(path, table.schema, write_options=options)
        writer.write_table(table)
    if writer:
        writer.close()


def _shaped(columns: dict[str, pa.Array]) -> tuple[pa.Table, np.ndarray[Any, Any]]:
    points = shapely.points(columns["经度"].to_numpy(), columns["纬度"].to_numpy())
    rest = {name: column for name, column in columns.items() if name not in {"经度", "纬度"}}
    return pa.table(rest), points


def _write_parquet(path: Path, blocks: Iterator[dict[str, pa.Array]]) -> None:
    column = {"encoding": "WKB", "geometry_types": ["Point"]}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    writer = None
    for columns in blocks:
        table, points = _shaped(columns)
        table = table.append_column("geometry", pa.array(shapely.to_wkb(points), pa.binary()))
        table = table.replace_schema_metadata({"geo": json.dumps(geo)})
        writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def _write_geopackage(path: Path, blocks: Iterator[dict[str, pa.Array]]) -> None:
    for number, columns in enumerate(blocks):
        table, points = _shaped(columns)
        table = table.append_column("geom", pa.array(shapely.to_wkb(points), pa.binary()))
        pyogrio.write_arrow(
            table, path, layer=path.stem, driver="GPKG", geometry_name="geom", geometry_type="Point",
            crs="EPSG:4326", append=number > 0,
        )  # fmt: skip
