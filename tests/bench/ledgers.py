"""Ledgers of any length, made from a seed: what a province, a country or three of them would send.

Run as ``python -m tests.bench.ledgers ROWS FILE``; the suffix chooses CSV, GeoParquet or GeoPackage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import shapely

Chance: TypeAlias = np.random.Generator

CITIES = 340
"""Cities of prefecture level and above; their sizes are log-normal."""
SPREAD_DEG = 0.12
"""Standard deviation of the distance of a source from the middle of its city."""
BLOCK_ROWS = 100_000
BYTES_A_ROW = 224
"""What a row of the CSV comes to, as in reference measurements."""

HEADINGS = "编码 名称 经度 纬度 区县 乡镇 地址 状态 煤种 存煤量 建档日期 备注".split()
STATES = ["在用", "停产", "已取缔", "整改中", "在售", "已清零"]
FUELS = ["散煤", "洁净型煤", "兰炭"]
_SURNAMES = list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗")
_GIVEN = ["建国", "红旗", "金胜", "兴隆", "宏达", "鑫源", "顺通", "永安", "福满", "长青", "东风", "聚鑫"]
_STREETS = ["人民路", "建设大道", "解放街", "黄河路", "交通路", "滨河大道", "文化街", "工业三路", "幸福里"]


def block(rows: int, start: int, chance: Chance) -> dict[str, pa.Array]:
    """Make some rows as Arrow columns by heading.

    Parameters
    ----------
    rows
        How many.
    start
        Number of the first of them in its ledger.
    chance
        Where they come from.
    """
    city = _city_of(rows, chance)
    middles = _middles()
    lon = np.round(middles[city, 0] + chance.normal(0, SPREAD_DEG, rows), 7)
    lat = np.round(middles[city, 1] + chance.normal(0, SPREAD_DEG, rows), 7)
    number = pa.array(np.arange(start, start + rows))
    columns = [
        _text("MT", pc.utf8_lpad(number.cast(pa.string()), 8, "0")),
        _name(number, rows, chance),
        pa.array(lon),
        pa.array(lat),
        _text("第", pa.array(city % 9 + 1).cast(pa.string()), "区"),
        _text("第", pa.array(chance.integers(1, 40, rows)).cast(pa.string()), "镇"),
        _address(rows, chance),
        _one_of(STATES, rows, chance),
        _one_of(FUELS, rows, chance),
        pa.array(np.round(chance.lognormal(3, 1, rows), 1)),
        _days(rows, chance),
        _note(rows, chance),
    ]
    return dict(zip(HEADINGS, columns, strict=True))


def _middles() -> np.ndarray[Any, Any]:
    chance = np.random.default_rng(340)
    return np.column_stack([chance.uniform(85, 125, CITIES), chance.uniform(23, 45, CITIES)])


def _city_of(rows: int, chance: Chance) -> np.ndarray[Any, Any]:
    weights = np.random.default_rng(341).lognormal(0, 1, CITIES)
    return chance.choice(CITIES, rows, p=weights / weights.sum())


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


def write(path: Path, rows: int, seed: int = 20261125) -> None:
    """Write a ledger.

    Parameters
    ----------
    path
        ``.csv``, ``.parquet`` or ``.gpkg``.
    rows
        How many.
    seed
        Same seed, same bytes.
    """
    chance = np.random.default_rng(seed)
    starts = range(0, rows, BLOCK_ROWS)
    blocks = (block(min(BLOCK_ROWS, rows - start), start, chance) for start in starts)
    {".csv": _write_csv, ".parquet": _write_parquet, ".gpkg": _write_geopackage}[path.suffix](path, blocks)


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
    import pyogrio  # noqa: PLC0415 (GDAL is loaded only where a GeoPackage is asked for)

    for number, columns in enumerate(blocks):
        table, points = _shaped(columns)
        table = table.append_column("geom", pa.array(shapely.to_wkb(points), pa.binary()))
        pyogrio.write_arrow(
            table, path, layer=path.stem, driver="GPKG", geometry_name="geom", geometry_type="Point",
            crs="EPSG:4326", append=number > 0,
        )  # fmt: skip


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
