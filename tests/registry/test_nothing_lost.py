"""No row is lost without a word: every row of any table is stored, refused and kept, or told as skipped."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geo_registry as gr
from geo_registry.core.ledger.reading.cell import is_blank
from geo_registry.core.ledger.tidy import clean
from geo_registry.errors import FileRefused
from geo_registry.registry import Registry
from geo_registry.registry.house import House
from geo_registry.store import connect

HEADINGS = ("编号", "名称", "经度", "纬度", "区县", "状态", "建档日期", "备注")
PLACES = {"csv": 2, "xlsx": 2, "geojson": 1}
"""Number of the first row of data as its sender sees it."""
ORDER = gr.ImportOrder(kind="brick_kiln", datum="wgs84", accept_partial=True)
EVERY_DAY, TORTURE = 25, 10_000

Row = tuple[str, ...]
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp"), exclude_characters="_")
WORDS = st.text(LETTERS, max_size=6)


def cells(*known: str) -> st.SearchStrategy[str]:
    """Draw one of some texts, now and then any text."""
    return st.sampled_from(known) | st.sampled_from(known) | WORDS


ROWS: st.SearchStrategy[Row] = st.tuples(
    cells("", "K-1", "K-2", "K-3", "K" * 65),
    cells("东窑", "西窑", "南窑", "北窑", "", "合计", "备注：甲", "=1+1", "'@x", "窑" * 201, "窑\u202e名"),
    cells("114.01", "114.0201", "33.5901", "0", "", "1e400", "nan", "114°1′12″", "38459000", "-"),
    cells("33.58", "33.5901", "114.0201", "0", "", "-inf", "33°35′", "91"),
    cells("", "郾城区", "源汇区"),
    cells("", "在用", "停产", "飞了"),
    cells("", "2025-03-01", "2031-01-01", "2025-02-30", "昨天"),
    cells("", "=cmd|' /C calc'!A0", "\u3000", "N/A"),
)
TABLES = st.lists(ROWS, min_size=1, max_size=8)


class Desk:
    """An empty store to begin from, rooms that have their catalog, and where copies go."""

    def __init__(self, empty: bytes, house: House, folder: Path) -> None:
        self.empty, self.house, self.folder = empty, house, folder

    def fresh(self) -> Registry:
        """Open a copy of the empty store, with the catalog that is loaded already."""
        for old in self.folder.glob("store.db*"):
            old.unlink()
        (self.folder / "store.db").write_bytes(self.empty)
        store = connect(f"sqlite:///{self.folder / 'store.db'}")
        house = self.house
        return Registry(House(store, house.catalog, house.settings, house.clock, house.genesis))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Make the empty store once."""
    folder = tmp_path_factory.mktemp("nothing-lost")
    gr.init(f"sqlite:///{folder / 'first.db'}", by="tester")
    with closing(sqlite3.connect(folder / "first.db")) as first:
        first.execute("VACUUM INTO ?", (str(folder / "empty.db"),))
    registry = gr.open(f"sqlite:///{folder / 'first.db'}")
    yield Desk((folder / "empty.db").read_bytes(), registry.editing.house, folder)
    registry.close()


def written(rows: list[Row], form: str) -> bytes:
    """Write a table in one of the formats."""
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([HEADINGS, *rows])
        return text.getvalue().encode()
    if form == "xlsx":
        book = openpyxl.Workbook()
        page: Any = book.active
        for at, row in enumerate([HEADINGS, *rows], 1):
            for column, cell in enumerate(row, 1):
                page.cell(at, column).value = cell or None
                page.cell(at, column).data_type = "s" if cell else "n"
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()
    return json.dumps({"type": "FeatureCollection", "features": [feature(row) for row in rows]}).encode()


def feature(row: Row) -> dict[str, Any]:
    """Write a row as a feature: its place as a point where both numbers are numbers, else without one."""
    said = dict(zip(HEADINGS, row, strict=True))
    try:
        place = [float(said.pop("经度")), float(said.pop("纬度"))]
        json.dumps(place, allow_nan=False)
    except ValueError:
        said.pop("纬度", None)
        return {"type": "Feature", "properties": said, "geometry": None}
    return {"type": "Feature", "properties": said, "geometry": {"type": "Point", "coordinates": place}}


def account_for(desk: Desk, rows: list[Row], form: str) -> None:
    """Send a table and find every row of it again."""
    registry = desk.fresh()
    path = desk.folder / f"表.{form}"
    path.write_bytes(written(rows, form))
    try:
        said = registry.import_file(path, ORDER).document
    except FileRefused as fault:
        said = dict(registry.ledgers.arrivals()[0].document)
        refused_whole = {fault.code: 1}
    else:
        refused_whole = {}
    if refused_whole:
        assert (said["codes"], said["rows"], registry.revision) == (refused_whole, 0, 0)
        registry.close()
        return
    first = PLACES[form]
    blank = {first + at for at, row in enumerate(rows) if form != "geojson" and not any(map(str.strip, row))}
    skipped = {each["row"] for each in said["skipped_rows"] if each["row"] >= first}
    kept = registry.editing.house.store.arrivals.refused(said["arrival"])
    refused = {row.row for row in kept}
    stored = registry.sources("brick_kiln")
    taken = {int(row) for row in stored["row"]}
    assert said["accepted"] + said["rejected"] == said["rows"]
    assert (len(stored), len(kept)) == (said["accepted"], said["rejected"])
    assert refused == {each["row"] for each in said["findings"] if each["severity"] == "row"}
    assert refused | taken | skipped | blank == {first + at for at in range(len(rows))}
    assert len(refused) + len(taken) + len(skipped) == len(refused | taken | skipped)
    for _, record in stored.iterrows():
        assert_reads_back(record, rows[int(record["row"]) - first])
    for row in kept:
        cells = {heading: text or "" for heading, _, text in row.cells}
        sent = dict(zip(HEADINGS, rows[row.row - first], strict=True))
        assert [cells.get(name, "").strip() for name in ("名称", "编号")] == [
            sent[name].strip() for name in ("名称", "编号")
        ]
    if kept:
        made = registry.ledgers.refused(said["arrival"], "zh").content
        assert openpyxl.load_workbook(io.BytesIO(made)).worksheets[0].max_row == 1 + len(kept)
    registry.close()


def tidy(cell: str) -> str | None:
    """Give what a cell says: tidied, and nothing for a mark that stands for nothing."""
    text = clean(pa.chunked_array([pa.array([cell], pa.string())]))[0].as_py()
    return None if text is None or is_blank(text) else str(text)


def assert_reads_back(record: pd.Series[Any], row: Row) -> None:
    """Hold a stored record against what was sent: code, name, district and place."""
    code, name, district = (tidy(row[at]) for at in (0, 1, 4))
    code = code and unicodedata.normalize("NFKC", code)
    stored = [None if pd.isna(record[column]) else record[column] for column in ("code", "name", "district")]
    assert stored == [code, name or code, district]
    assert record["geometry"] is not None
    assert 73 <= record["geometry"].x <= 136
    assert 3 <= record["geometry"].y <= 54


@settings(max_examples=EVERY_DAY)
@given(rows=TABLES, form=st.sampled_from(sorted(PLACES)))
def test_no_row_is_lost(desk: Desk, rows: list[Row], form: str) -> None:
    """Accepted and rejected add up; every refused row is kept as it was sent, every other one reads back."""
    account_for(desk, rows, form)


@pytest.mark.torture
@settings(max_examples=TORTURE)
@given(rows=TABLES, form=st.sampled_from(sorted(PLACES)))
def test_no_row_of_ten_thousand_tables_is_lost(desk: Desk, rows: list[Row], form: str) -> None:
    """The same of ten thousand random tables."""
    account_for(desk, rows, form)
