"""A crash in the middle of an import leaves the store as before; an import in between is no loss."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pytest

import geo_registry as gr
from geo_registry.registry.importing import taking
from geo_registry.registry.importing.plans import plan
from geo_registry.store import connect
from geo_registry.store.sqlite.base import Base

ROWS = 40
ORDER = gr.ImportOrder(kind="curing_kiln", datum="wgs84")
KILLED = """
import os, signal, sys
from collections.abc import Iterator
from pathlib import Path
import geo_registry as gr
from geo_registry.store import commits
commits.commit_row = lambda commit: os.kill(os.getpid(), signal.SIGKILL)
gr.open(sys.argv[1]).import_file(Path(sys.argv[2]), gr.ImportOrder(kind="curing_kiln", datum="wgs84"))
"""


def ledger(path: Path, name: str) -> Path:
    """Write a ledger whose kilns all have a name."""
    rows = [f"K{row},{name}{row},{114 + row / 1000:.5f},33.58123" for row in range(ROWS)]
    path.write_text("\n".join(["编码,名称,经度,纬度", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Give a store with one ledger in it."""
    made = f"sqlite:///{tmp_path / 'store.db'}"
    gr.init(made, by="tester")
    registry = gr.open(made)
    registry.import_file(ledger(tmp_path / "first.csv", "烤房"), ORDER)
    registry.close()
    return made


def contents(url: str) -> list[str]:
    """Give everything a store holds."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        return list(connection.iterdump())


def assert_whole(url: str, before: list[str], edited: Path) -> None:
    """Look that nothing has changed, the chain holds, and the same ledger can be sent again."""
    assert contents(url) == before
    assert connect(url).verify().whole
    said = gr.open(url).import_file(edited, ORDER).document
    assert (said["updated"], said["revision"]) == (ROWS, 2)
    assert connect(url).verify().whole


def test_a_fault_half_way_takes_nothing_in(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails after half of the rows, not one of them is kept and none is closed."""
    before, edited = contents(url), ledger(tmp_path / "second.csv", "新烤房")
    write = Base.open_versions

    def break_off(base: Base, connection: Any, blocks: Iterator[pa.Table], count: int) -> NoReturn:  # noqa: ANN401
        write(base, connection, (rows.slice(0, ROWS // 2) for rows in blocks), count)
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(Base, "open_versions", break_off)
        with pytest.raises(MemoryError):
            gr.open(url).import_file(edited, ORDER)
    assert_whole(url, before, edited)


def test_a_killed_process_takes_nothing_in(url: str, tmp_path: Path) -> None:
    """When the process is killed between its rows and its commit, the store is as it was before."""
    before, edited = contents(url), ledger(tmp_path / "second.csv", "新烤房")
    died = subprocess.run([sys.executable, "-c", KILLED, url, str(edited)], timeout=120, check=False)
    assert died.returncode == -signal.SIGKILL
    assert_whole(url, before, edited)


def test_an_import_that_is_overtaken_is_worked_out_anew(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another import is committed in between, neither is lost and no record is stored twice."""
    other, mine = ledger(tmp_path / "other.csv", "别人改的烤房"), ledger(tmp_path / "mine.csv", "我改的烤房")
    overtaking = [other]

    def plan_slowly(house: Any, *rest: Any, base: int) -> Any:  # noqa: ANN401
        made = plan(house, *rest, base=base)
        if overtaking:
            gr.open(url).import_file(overtaking.pop(), ORDER)
        return made

    monkeypatch.setattr(taking, "plan", plan_slowly)
    said = gr.open(url).import_file(mine, ORDER).document
    assert (said["updated"], said["new"], said["revision"]) == (ROWS, 0, 3)
    assert gr.open(url).counts() == {"curing_kiln": ROWS}
    assert set(gr.open(url).sources()["version"]) == {3}
    assert connect(url).verify().whole
