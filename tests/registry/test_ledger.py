"""The ledger workbook as a bureau sends it: taken whole, sent again, edited, taken back, asked as of then."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import geo_registry as gr
from geo_registry.demo import write
from geo_registry.demo.city import COUNTS
from geo_registry.demo.filling import SEED
from geo_registry.demo.workbook import SHEETS
from geo_registry.registry import Registry
from geo_registry.settings import Settings
from geo_registry.store import connect
from tests.cli.shell import document, run

ON = date(2026, 3, 1)
STATION = "2399A"
SHEET, CODE, CLEARED = "散煤销售点台账", "DEMO-CP-0227", "banned"
ORDER = gr.ImportOrder(datum="gcj02", sets={"synthetic": "true"}, by="clerk")


@dataclass(frozen=True)
class Desk:
    """A store into which the ledger was taken, and the ledger before and after one cell was changed."""

    store: Path
    taken: dict[str, Any]
    book: Path
    edited: Path


def url_of(path: Path) -> str:
    """Address a store by its file."""
    return f"sqlite:///{path}"


def opened(path: Path) -> Registry:
    """Open a registry anew, with nothing remembered."""
    registry: Registry = gr.open(url_of(path))
    return registry


def headings(page: Any) -> dict[str, int]:  # noqa: ANN401 (a sheet of openpyxl)
    """Find the columns of a sheet by either of its two heading rows."""
    return {str(cell.value): cell.column for row in page["3:4"] for cell in row if cell.value}


def change_one_cell(book: Path, edited: Path) -> None:
    """Clear one coal point next to a station; formulas keep the values they showed."""
    workbook = openpyxl.load_workbook(book, data_only=True)
    page = workbook[SHEET]
    columns = headings(page)
    cells = page.iter_rows(min_col=columns["编码"], max_col=columns["编码"])
    (row,) = [cell.row for (cell,) in cells if cell.value == CODE]
    page.cell(row, columns["状态"], "已清零")
    workbook.save(edited)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Take the stations and the ledger of the demo city into an empty store."""
    folder = tmp_path_factory.mktemp("ledger")
    files = {file.path.name: file.path for file in write(folder, SEED, gr.read_catalog(Settings().layers))}
    book, edited = files["示例台账.xlsx"], folder / "改过的台账.xlsx"
    change_one_cell(book, edited)
    gr.init(url_of(folder / "store.db"), by="clerk")
    registry = opened(folder / "store.db")
    registry.import_file(files["国控站点.csv"], gr.ImportOrder(kind="国控站点", datum="wgs84"))
    taken = registry.import_file(book, ORDER).document
    registry.close()
    return Desk(folder / "store.db", taken, book, edited)


@pytest.fixture(scope="module")
def changed(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Send the edited ledger into a copy of the store."""
    store = Path(shutil.copy(desk.store, tmp_path_factory.mktemp("changed") / "store.db"))
    registry = opened(store)
    said = registry.import_file(desk.edited, ORDER).document
    registry.close()
    return store, said


@pytest.fixture
def store(changed: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """Give this test's own copy of the store after the edited ledger."""
    return Path(shutil.copy(changed[0], tmp_path / "store.db"))


def answers(path: Path, *, as_of: int | None = None) -> tuple[bytes, bytes]:
    """Give the audit of every station and the report of one, to the byte."""
    registry = opened(path)
    question = gr.Question(on=ON, as_of=as_of)
    document = json.dumps(registry.audit(question=question).as_document(), ensure_ascii=False)
    report = registry.report(STATION, "html", "zh", question=question).content
    registry.close()
    return document.encode(), report


def audited(path: Path) -> dict[str, object]:
    """Give the audit of every station."""
    registry = opened(path)
    found = registry.audit(question=gr.Question(on=ON)).as_document()
    registry.close()
    return found


def state(path: Path) -> tuple[str, str, int]:
    """Give id, status and version of the record that is edited."""
    registry = opened(path)
    rows = registry.sources("coal_sales_point")
    (row,) = rows.loc[rows["code"] == CODE, ["id", "status", "version"]].itertuples(index=False, name=None)
    registry.close()
    return str(row[0]), str(row[1]), int(row[2])


def test_the_ledger_is_taken_whole(desk: Desk) -> None:
    """Every data row of three sheets is accepted; title, note and total rows are skipped and listed."""
    count = sum(COUNTS[kind] for kind in SHEETS)
    said = desk.taken
    assert (said["status"], said["rows"], said["accepted"], said["new"]) == ("accept", count, count, count)
    assert (said["kinds"], said["datum"], said["unlocated"]) == (sorted(SHEETS), "gcj02", 0)
    skipped = Counter((each["sheet"], each["reason"]) for each in said["skipped_rows"])
    assert sorted(skipped.values()) == [1, 1, 1, 2, 2, 2]
    totals = [each for each in said["skipped_rows"] if each["reason"] == "summary"]
    assert [each["text"] for each in totals] == ["合计"] * 3
    assert said["skipped"] == len(said["skipped_rows"])


@pytest.mark.parametrize(
    ("sheet", "kind", "heading", "field"),
    [
        ("施工工地台账", "construction_site", "裸土面积", "bare_m2"),
        ("搅拌站台账", "batching_plant", "年产量", "annual_m3"),
    ],
)
def test_formulas_count_with_the_value_they_showed(
    desk: Desk, sheet: str, kind: str, *, heading: str, field: str
) -> None:
    """What a formula last showed is what is stored, for every row under the merged headings."""
    page = openpyxl.load_workbook(desk.book, data_only=True)[sheet]
    columns = headings(page)
    shown = {
        str(row[columns["编码"] - 1]): float(row[columns[heading] - 1])  # type: ignore[arg-type]
        for row in page.iter_rows(min_row=5, max_row=page.max_row - 1, values_only=True)
    }
    registry = opened(desk.store)
    stored = registry.sources(kind).set_index("code")[field].to_dict()
    registry.close()
    assert stored == pytest.approx(shown, rel=1e-12)


def test_the_same_ledger_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    """Sent again, every row is unchanged, no commit is made and the file of the store stays as it was."""
    store = Path(shutil.copy(desk.store, tmp_path / "store.db"))
    said = document(url_of(store), "import", str(desk.book), "--datum", "gcj02", "--set", "synthetic=true")
    assert (said["unchanged"], said["new"], said["updated"]) == (said["rows"], 0, 0)
    assert (said["batch"], said["revision"]) == (None, desk.taken["revision"])
    assert said["warnings"]["UNCHANGED"] == 1
    assert store.read_bytes() == desk.store.read_bytes()


def test_one_cell_updates_one_record(desk: Desk, changed: tuple[Path, dict[str, Any]]) -> None:
    """One cell changed makes version 2 of one record, which keeps its id; nothing else moves."""
    store, said = changed
    assert (said["updated"], said["new"], said["unchanged"]) == (1, 0, said["rows"] - 1)
    assert said["revision"] == desk.taken["revision"] + 1
    before, after = state(desk.store), state(store)
    assert (before[0], before[2]) == (after[0], 1)
    assert after[1:] == (CLEARED, 2)
    assert list(connect(url_of(store)).touched(said["revision"])) == [after[0]]


def test_as_of_the_earlier_revision_nothing_has_changed(desk: Desk, store: Path) -> None:
    """As of the earlier revision audit and reports are those given then, to the byte, also after an undo."""
    then, now = answers(desk.store), answers(store)
    revision = desk.taken["revision"]
    assert [one != other for one, other in zip(now, then, strict=True)] == [True, True]
    assert answers(store, as_of=revision) == then
    assert run(url_of(store), "undo", f"b{revision + 1}").exit_code == 0
    assert answers(store, as_of=revision) == then
    assert answers(store, as_of=revision + 1) == now


def test_undo_restores_and_can_be_undone(desk: Desk, store: Path) -> None:
    """Undo brings the old content back as version 3 of the record; undone itself, the new as version 4."""
    record_id, was, _ = state(desk.store)
    revision = desk.taken["revision"]
    first = document(url_of(store), "undo", f"b{revision + 1}", "--by", "clerk")
    assert (first["undone"], first["batch"], first["revision"]) == (
        f"b{revision + 1}",
        f"b{revision + 2}",
        revision + 2,
    )
    assert state(store) == (record_id, was, 3)
    assert audited(store) == audited(desk.store)
    second = document(url_of(store), "undo", str(first["batch"]))
    assert second["revision"] == revision + 3
    assert state(store) == (record_id, CLEARED, 4)
    assert connect(url_of(store)).verify().whole


def test_a_batch_changed_since_is_not_undone(desk: Desk, store: Path) -> None:
    """A batch whose records were changed since is a conflict, exit 4, and nothing is changed."""
    before = connect(url_of(store)).commits()
    told = run(url_of(store), "--json", "undo", str(desk.taken["batch"]))
    said = json.loads(told.stdout)
    assert (told.exit_code, said["code"], said["details"]["count"]) == (4, "UNDO_CONFLICT", 1)
    assert connect(url_of(store)).commits() == before
    assert state(store)[1:] == (CLEARED, 2)


def test_a_batch_is_undone_once(desk: Desk, store: Path) -> None:
    """What was taken back cannot be taken back again."""
    batch = f"b{desk.taken['revision'] + 1}"
    assert run(url_of(store), "undo", batch).exit_code == 0
    assert run(url_of(store), "undo", batch).exit_code == 4


def test_undoing_the_whole_ledger_empties_it(desk: Desk, tmp_path: Path) -> None:
    """Undoing the import takes every record of it back; undoing that brings each back under its own id."""
    store = Path(shutil.copy(desk.store, tmp_path / "store.db"))
    url, batch = url_of(store), str(desk.taken["batch"])
    said = document(url, "undo", batch)
    assert (said["closed"], said["reopened"]) == (desk.taken["rows"], 0)
    assert opened(store).counts() == {"monitoring_station": 6}
    again = document(url, "undo", str(said["batch"]))
    assert (again["closed"], again["reopened"]) == (0, desk.taken["rows"])
    assert audited(store) == audited(desk.store)
