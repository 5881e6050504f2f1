"""A ledger that is checked block by block comes to the same as one that is checked whole."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import geo_registry as gr
from geo_registry.errors import NotReady
from geo_registry.intake import reading
from geo_registry.registry.importing import streaming, taking
from geo_registry.registry.importing.spilling import rows
from geo_registry.registry.importing.streaming import checking
from geo_registry.settings import COMMAND_LINE_LIMITS
from geo_registry.store import connect
from geo_registry.store.sqlite import inserting
from geo_registry.store.writing import digest
from tests.bench.files import write

ROWS = 400
ORDER = gr.ImportOrder(kind="coal_sales_point", datum="wgs84", by="tester")
HEADS = "序号,编码,名称,经度,纬度,区县,状态,存煤量,建档日期,备注,牵头部门电话,统一社会信用代码"
GOOD = "甲煤点,114.0201,33.5801,源汇区,在用,12.5,2025-03-01"
AWKWARD = [
    "散煤点台账,,,,,,,,,,,",
    HEADS,
    f"1,A1,{GOOD},,,",
    f"2,A1,{GOOD},换了一句,,",
    f"3,A1,{GOOD},,,",
    "4,A2,没有位置的,,,源汇区,在用,1,2025-03-01,,,",
    "5,A3,外国的,2.35,48.85,,在用,1,2025-03-01,,,",
    "6,A4, 空白很多 ,114.5,33.9012,,停产,约20吨,2025年3月1日,“备注”,13800000000,",
    "合计,,,,,,,26,,,,",
    "7,A5,甲煤点,114.02011,33.5801,,在用,-,2025.3.2,,,91350100M000100Y43",
    "8,A6,甲煤点（二）,114.02012,33.5801,,在用,1,2025.3.2,,,91350100M000100Y43",
    "9,A7,日期不对,114.3,33.71,,在用,1,2025-02-30,,,",
    ",,,,,,,,,,,",
    "10,A8,'=公式,114.31,33.72,,不知道,1,2025-02-03,,,",
    '11,A9,"引号,里有逗号",114.32,33.73,,在用,1e3,2025-02-03,"两\n行",,',
    f"12,A1,{GOOD},,,",
    f"13,A1,{GOOD},换了一句,,",
    "14,A10,太多格,114.41,33.72,,在用,1,2025-02-03,,,,,多",
]


def clock() -> datetime:
    """Stand still."""
    return datetime(2026, 11, 25, 8, tzinfo=UTC)


def taken(folder: Path, file: Path, **asked: Any) -> tuple[list[Any], dict[str, Any]]:  # noqa: ANN401
    """Import a file into a new store, and give what it holds and what was said."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'store.db'}"
    gr.init(url, by="tester", clock=clock)
    registry = gr.open(url, clock=clock)
    usual: dict[str, Any] = {"kind": "coal_sales_point", "datum": "wgs84", "accept_partial": True}
    usual |= {"limits": COMMAND_LINE_LIMITS}
    order = gr.ImportOrder(**(usual | asked))
    said = registry.import_file(file, order).document | {"seconds": 0}
    registry.close()
    assert connect(url).verify().whole
    with closing(sqlite3.connect(folder / "store.db")) as store:
        tables = ("records", "commits", "refusals")
        return [store.execute(f"SELECT * FROM {name}").fetchall() for name in tables], said  # noqa: S608


@pytest.fixture
def by_blocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take every ledger for a long one, in blocks of a few rows; say which were."""
    seen: list[str] = []

    def check_long(*given: Any, **more: Any) -> Any:  # noqa: ANN401
        found = streaming.checking.check_long(*given, **more)
        seen.extend([found.raw.name] if found else [])
        return found

    monkeypatch.setattr(checking, "LONG_FROM", 1)
    monkeypatch.setattr(checking, "BLOCK_ROWS", 6)
    monkeypatch.setattr(digest, "BLOCK_ROWS", 5)
    monkeypatch.setattr(inserting, "LATE_FROM", 3)
    monkeypatch.setattr("geo_registry.registry.importing.taking.check_long", check_long)
    return seen


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Take no ledger for a long one."""
    monkeypatch.setattr(checking, "LONG_FROM", 10**9)
    return monkeypatch


def compared(tmp_path: Path, file: Path, request: pytest.FixtureRequest, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    """Import a file whole and by blocks, and hold the one against the other."""
    one, said = taken(tmp_path / "whole", file, **asked)
    seen = request.getfixturevalue("by_blocks")
    other, again = taken(tmp_path / "blocks", file, **asked)
    assert seen == [file.name]
    assert json.dumps(again, ensure_ascii=False) == json.dumps(said, ensure_ascii=False)
    assert other == one
    return said


def test_awkward_rows_are_judged_the_same(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Titles, totals, copies, codes again, twins, refused rows and bounds, in blocks of six rows."""
    file = tmp_path / "awkward.csv"
    file.write_text("\n".join(AWKWARD) + "\n", encoding="utf-8")
    said = compared(tmp_path, file, request)
    assert set(said["codes"]) >= {"DUPLICATE", "COORD_MISSING", "OUT_OF_REGION", "DATE_INVALID", "ROW_WIDTH"}
    assert set(said["warnings"]) >= {"CODE_REPEATED", "POSSIBLE_DUPLICATE", "BOUND_NOT_NUMBER"}
    assert said["accepted"] + said["rejected"] == said["rows"]


def test_unlocated_rows_are_kept_the_same(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Rows without a place are kept where it is allowed, and counted."""
    file = tmp_path / "awkward.csv"
    file.write_text("\n".join(AWKWARD) + "\n", encoding="utf-8")
    assert compared(tmp_path, file, request, allow_unlocated=True)["unlocated"] == 1


@pytest.mark.parametrize("suffix", [".csv", ".gpkg", ".parquet"])
def test_a_made_ledger_comes_to_the_same(tmp_path: Path, request: pytest.FixtureRequest, suffix: str) -> None:
    """A plain ledger of many blocks, as text, as GeoPackage and as GeoParquet."""
    file = tmp_path / f"made{suffix}"
    write(file, ROWS)
    assert compared(tmp_path, file, request)["accepted"] == ROWS


def made(tmp_path: Path, name: str = "made.csv") -> Path:
    """Write a plain ledger."""
    write(tmp_path / name, ROWS)
    return tmp_path / name


def held(url: str) -> list[str]:
    """Give everything a store holds."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as store:
        return list(store.iterdump())


@pytest.fixture
def url(tmp_path: Path, by_blocks: list[str]) -> str:  # noqa: ARG001 (as it is while the test runs)
    """Give an empty store, and take every ledger for a long one."""
    address = f"sqlite:///{tmp_path / 'store.db'}"
    gr.init(address, by="tester")
    return address


@pytest.mark.parametrize("fault", [KeyboardInterrupt, MemoryError])
def test_what_is_broken_off_is_not_begun(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    """Ctrl-C in the middle of the writing leaves the store as it was, and a second run does it all."""
    before, insert, seen = held(url), inserting.insert, []

    def break_off(*given: Any) -> None:  # noqa: ANN401
        seen.append(given)
        if len(seen) == 3:
            raise fault
        insert(*given)

    with monkeypatch.context() as broken:
        broken.setattr(inserting, "insert", break_off)
        with pytest.raises(fault):
            gr.open(url).import_file(made(tmp_path), ORDER)
    assert held(url) == before
    assert gr.open(url).import_file(made(tmp_path), ORDER).document["accepted"] == ROWS
    assert connect(url).verify().whole


@pytest.mark.parametrize("room", [reading, rows], ids=["what the child writes", "what waits"])
def test_no_room_for_the_rows_is_one_sentence(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, room: ModuleType
) -> None:
    """Where a file of rows that wait finds no room the import says so, and the store is as it was."""
    before = held(url)
    with monkeypatch.context() as broken:
        broken.setattr(room, "TemporaryFile", lambda **_: Path("/dev/full").open("w+b"))  # noqa: SIM115
        with pytest.raises(NotReady) as told:
            gr.open(url).import_file(made(tmp_path), ORDER)
    assert told.value.code == "TEMPORARY_FULL"
    assert held(url) == before
    assert gr.open(url).import_file(made(tmp_path), ORDER).document["accepted"] == ROWS


def test_a_watcher_sees_the_work_go_on(tmp_path: Path, url: str) -> None:
    """The share that is told grows from block to block and stays below the whole."""
    shares: list[float] = []
    gr.open(url).import_file(made(tmp_path), replace(ORDER, watch=shares.append))
    assert len(shares) > ROWS / 6
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] < 1


def test_a_ledger_of_a_known_kind_is_compared(tmp_path: Path, url: str, by_blocks: list[str]) -> None:
    """The same ledger again, and one that overlaps it, are held against what is known."""
    registry = gr.open(url)
    assert registry.import_file(made(tmp_path), ORDER).document["new"] == ROWS
    again = registry.import_file(made(tmp_path), ORDER).document
    assert (again["unchanged"], again["batch"]) == (ROWS, None)
    assert by_blocks == ["made.csv"]


def test_a_ledger_that_is_overtaken_is_compared(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another import of the kind is committed meanwhile, no record is stored twice."""
    overtaking, plan = [made(tmp_path, "other.csv")], streaming.plan_long

    def plan_slowly(*given: Any, **more: Any) -> Any:  # noqa: ANN401
        found = plan(*given, **more)
        if overtaking:
            gr.open(url).import_file(overtaking.pop(), ORDER)
        return found

    monkeypatch.setattr(taking, "plan_long", plan_slowly)
    said = gr.open(url).import_file(made(tmp_path), ORDER).document
    assert (said["unchanged"], said["new"]) == (ROWS, 0)
    assert len(gr.open(url).sources("coal_sales_point")) == ROWS
