"""Several processes give what one gives, also when one of them is killed; what is refused leaves nothing."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from distributed import LocalCluster
from pandas.testing import assert_frame_equal
from pyarrow import dataset, parquet

import geo_registry as gr
from geo_registry.core.audit.result import PAIR_COLUMNS
from geo_registry.errors import StoreError
from geo_registry.registry import Registry
from geo_registry.registry.auditing import scaling
from geo_registry.registry.auditing.scaling import Engine
from geo_registry.registry.editing.orders import Edit
from geo_registry.scale import parts, work
from tests.cli.shell import document, run
from tests.scale import dying

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
QUESTION = gr.Question(rings_m=(700.0, 6_000.0, 20_000.0), status="all")
ORDER = [
    ("station_code", "ascending"),
    ("score", "descending"),
    ("distance_m", "ascending"),
    ("source_code", "ascending"),
]


def opened(url: str) -> Registry:
    """Open a store on the day of the tests."""
    registry: Registry = gr.open(url, clock=lambda: NOW)
    return registry


def test_a_worker_killed_in_mid_run_loses_nothing(
    demo_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two processes one is killed by its pid while it works: pairs, counts and siting are those of one."""
    calls, folder = tmp_path / "calls", tmp_path / "pairs"
    calls.mkdir()
    folder.mkdir()
    monkeypatch.setenv(dying.CALLS, str(calls))
    monkeypatch.setattr(work, "audit_part", dying.audit_part)
    monkeypatch.setattr(parts, "ROWS", 100)
    registry = opened(demo_copy)
    moved = registry.audit(question=QUESTION).pairs["source_id"].iloc[0]
    edit = Edit({"name": "改名"}, reason="test")
    registry.editing.edit(moved, edit, version=int(registry.record(moved)["version"]), by="tester")
    made = registry.auditing.spread(QUESTION, folder, "en", Engine(workers=2))
    expected = registry.audit(question=QUESTION)
    assert (calls / dying.KILLED).exists()
    files = list(folder.iterdir())
    assert len({path.name.rpartition("-")[2] for path in calls.iterdir()} - {dying.KILLED}) >= 2
    assert len(list(calls.iterdir())) - 1 > len(files) > 2
    for name in ("summary", "totals", "siting", "near_misses"):
        assert_frame_equal(getattr(made, name), getattr(expected, name))
    assert made.provenance == expected.provenance
    one = parquet.read_table(io.BytesIO(registry.export_audit(QUESTION, "parquet", "en").content))
    found = dataset.dataset(folder, format="parquet").to_table()
    assert tuple(found.column_names) == PAIR_COLUMNS
    assert found.sort_by(ORDER).equals(one.sort_by(ORDER))
    assert found.num_rows > 1_000
    registry.close()


def test_counts_of_an_engine_are_those_of_one_process(demo_copy: str, tmp_path: Path) -> None:
    """`audit --engine dask --summary` writes the bytes that `audit --summary` writes, and makes no pairs."""
    for name, words in (("one.csv", ()), ("many.csv", ("--engine", "dask", "--workers", "1"))):
        document(demo_copy, "audit", "--summary", "-o", str(tmp_path / name), *words)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()


def elsewhere(workers: int) -> LocalCluster:
    """Start a scheduler with its own workers, as an office may have one."""
    return LocalCluster(
        n_workers=workers,
        processes=False,
        host="127.0.0.1",
        protocol="tcp",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
    )


def test_a_scheduler_that_is_there_already(demo_copy: str, tmp_path: Path) -> None:
    """The workers of a scheduler give the same counts; one without workers is told so."""
    document(demo_copy, "audit", "--summary", "-o", str(tmp_path / "one.csv"))
    words = ("audit", "--summary", "--engine", "dask", "--parts", str(tmp_path / "parts"), "--scheduler")
    with elsewhere(1) as office:
        address = str(office.scheduler_address)
        document(demo_copy, *words, address, "-o", str(tmp_path / "many.csv"))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()


@pytest.mark.usefixtures("short")
def test_a_scheduler_without_workers(demo_copy: str) -> None:
    """Work is not left waiting for workers that do not come."""
    with elsewhere(0) as office:
        words = ("audit", "--summary", "--engine", "dask", "--scheduler", str(office.scheduler_address))
        assert document(demo_copy, *words, code=2)["code"] == "WORKERS_MISSING"


def test_a_file_that_kills_every_worker(demo_copy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where workers are lost again and again, the work is given up and said to be."""
    monkeypatch.setattr(work, "audit_part", dying.never)
    words = ("audit", "--summary", "--engine", "dask", "--workers", "1")
    assert document(demo_copy, *words, code=2)["code"] == "WORKERS_LOST"


def state(url: str) -> str:
    """Sum up a store's bytes."""
    return hashlib.sha256(Path(url.removeprefix("sqlite:///")).read_bytes()).hexdigest()


REFUSALS = [
    (("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"), "SCHEDULER_UNREACHABLE"),
    (("--engine", "dask", "--scheduler", "nonsense"), "SCHEDULER_UNREACHABLE"),
    (("--engine", "dask", "--as-of", "0"), "ENGINE_TODAY"),
    (("--engine", "dask", "--format", "csv"), "ENGINE_FOLDER"),
    (("--engine", "spark"), "CHOICE_UNKNOWN"),
    (("--workers", "2"), "ENGINE_ALONE"),
    (("--engine", "dask", "--workers", "0"), "USAGE_WRONG"),
]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let who does not answer be given up soon."""
    monkeypatch.setattr("geo_registry.scale.cluster.ANSWER_S", 0.3)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(("words", "code"), REFUSALS, ids=[" ".join(words) for words, _ in REFUSALS])
def test_what_cannot_be_done_is_refused(
    demo_copy: str, words: tuple[str, ...], code: str, tmp_path: Path
) -> None:
    """A scheduler that is not there, or what an engine does not do: no file, and the store as before."""
    before = state(demo_copy)
    said = document(demo_copy, "audit", *words, "-o", str(tmp_path / "out" / "pairs"), code=2)
    assert said["code"] == code
    assert not list((tmp_path / "out").glob("*"))
    assert state(demo_copy) == before


def damaged(folder: Path, how: str) -> None:
    """Damage what was written beside a store."""
    (listed,) = folder.glob("**/parts.json")
    file = next(iter(listed.parent.glob("*.parquet")))
    if how == "altered":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif how == "missing":
        file.unlink()
    else:
        listed.write_text("[{", encoding="utf-8")


@pytest.mark.parametrize("how", ["altered", "missing", "list"])
def test_a_damaged_file_is_told_and_made_anew(demo_copy: str, tmp_path: Path, how: str) -> None:
    """A partition that is not what was written is named; without it all is well again."""
    shelf, out = tmp_path / "shelf", tmp_path / "pairs"
    words = ("audit", "--engine", "dask", "--workers", "1", "--parts", str(shelf), "-o", str(out))
    registry = opened(demo_copy)
    scaling._files(registry._house, registry.viewer.bounds, shelf, registry.revision)  # noqa: SLF001 (no cluster for it)
    registry.close()
    damaged(shelf, how)
    said = document(demo_copy, *words, code=2)
    assert said["code"] == "PART_CORRUPT"
    assert not out.exists()
    assert Path(said["details"]["folder"]).parent == shelf.resolve()


def test_without_the_extra_it_is_named(demo_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Dask is not installed, what to install is said."""

    def missing(name: str) -> NoReturn:
        raise ModuleNotFoundError(name, name="distributed.comm")

    monkeypatch.setattr(scaling, "import_module", missing)
    with pytest.raises(StoreError) as refused:
        opened(demo_store).auditing.counts(gr.Question(), Engine())
    assert (refused.value.code, refused.value.details) == ("EXTRA_MISSING", {"value": "scale"})


def test_a_store_newer_than_the_program(demo_copy: str, tmp_path: Path) -> None:
    """A store of a later program is refused before anything is written."""
    with sqlite3.connect(demo_copy.removeprefix("sqlite:///")) as file:
        file.execute("UPDATE meta SET value = '999'")
    said = document(demo_copy, "audit", "--engine", "dask", "-o", str(tmp_path / "pairs"), code=2)
    assert said["code"] == "STORE_NEWER"
    assert not (tmp_path / "pairs").exists()


def test_a_folder_nobody_can_write_to(demo_copy: str, tmp_path: Path) -> None:
    """Where the files of the sources cannot be written, the folder is named."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = run(
        demo_copy,
        "--json",
        "audit",
        "--engine",
        "dask",
        "--parts",
        str(tmp_path / "file"),
        "-o",
        str(tmp_path / "x"),
    )
    assert json.loads(result.stdout)["code"] == "PARTS_UNWRITABLE"
    assert not (tmp_path / "x").exists()
