"""What was sent is kept, whatever came of it; what was refused can be had back, mended and sent again."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import geo_registry as gr
from geo_registry.core.access import Viewer, area
from geo_registry.errors import FileRefused, NotAllowed, NotFound
from geo_registry.publish.refused import FAULTS, RefusedSheet, refused_workbook
from geo_registry.registry import Registry
from geo_registry.store import connect

HEADINGS = ("编号", "名称", "经度", "纬度", "区县", "备注")
ROWS = (
    ("K-1", "东窑", "114.01", "33.58", "郾城区", "好"),
    ("K-2", "西窑", "33.59", "114.02", "源汇区", "=1+1"),
    ("K-3", "南窑", "-", "", "郾城区", "\tx"),
    ("K-1", "东窑", "114.01", "33.58", "郾城区", "好"),
)
ORDER = gr.ImportOrder(kind="brick_kiln", datum="wgs84")


def ledger(path: Path, rows: Any = ROWS, headings: Any = HEADINGS) -> Path:  # noqa: ANN401
    """Write a ledger of brick kilns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Open an empty store."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    gr.init(url, by="tester")
    registry: Registry = gr.open(url)
    return registry


def partial(**more: Any) -> gr.ImportOrder:  # noqa: ANN401
    """Ask for the good rows."""
    return gr.ImportOrder(kind="brick_kiln", datum="wgs84", accept_partial=True, **more)


def clerk(district: str) -> Viewer:
    """Give a clerk of one district."""
    return Viewer(f"clerk of {district}", "district", areas=frozenset({area([district])}))


def sheet(made: bytes, at: int = 0) -> Any:  # noqa: ANN401 (a sheet of openpyxl)
    """Open a sheet of a workbook."""
    return openpyxl.load_workbook(BytesIO(made)).worksheets[at]


def test_every_file_that_was_sent_is_kept(registry: Registry, tmp_path: Path) -> None:
    """Stored, partial, refused whole or no news: each arrival keeps its answer; a dry run leaves nothing."""
    path, empty = ledger(tmp_path / "kilns.csv"), tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    registry.import_file(path, gr.ImportOrder(kind="brick_kiln", datum="wgs84", dry_run=True))
    assert registry.ledgers.arrivals() == []
    held = registry.import_file(path, ORDER).document
    taken = registry.import_file(path, partial()).document
    again = registry.import_file(path, partial()).document
    with pytest.raises(FileRefused) as refused:
        registry.import_file(empty, ORDER)
    kept = registry.ledgers.arrivals()
    assert [each.id for each in kept] == ["a4", "a3", "a2", "a1"]
    assert [each.batch for each in kept] == [None, None, "b1", None]
    assert [each.document["status"] for each in kept] == ["reject", "partial", "partial", "partial"]
    assert (held["arrival"], taken["arrival"], again["arrival"]) == ("a1", "a2", "a3")
    assert (held["same_file"], taken["same_file"], again["same_file"]) == (None, None, "a2")
    assert refused.value.details["arrival"] == "a4"
    assert kept[0].document["codes"] == {"FILE_EMPTY": 1}
    rows = connect(registry.settings.store_url).arrivals.refused("a1")
    assert [row.row for row in rows] == [3, 4, 5]
    assert rows[0].cells[:3] == (("编号", "code", "K-2"), ("名称", "name", "西窑"), ("经度", "lon", "33.59"))


def test_refused_rows_come_back_as_they_were_sent(registry: Registry, tmp_path: Path) -> None:
    """The workbook has the sender's headings and cells, marks the bad ones, says why, and runs nothing."""
    registry.import_file(ledger(tmp_path / "kilns.csv"), partial())
    made = registry.ledgers.refused("a1", "en")
    assert made.name == "refused_a1.xlsx"
    page = sheet(made.content)
    cells = [[cell.value for cell in row] for row in page.iter_rows()]
    assert cells[0] == [*HEADINGS, FAULTS]
    assert [row[:2] for row in cells[1:]] == [["K-2", "西窑"], ["K-3", "南窑"], ["K-1", "东窑"]]
    assert "exchanged" in cells[1][-1]
    assert "identical to row 2" in cells[3][-1]
    marked = [cell.coordinate for row in page.iter_rows() for cell in row if cell.comment]
    assert marked == ["C2", "D2", "C3", "D3"]
    assert page["C2"].fill.bgColor.rgb == page["D3"].fill.bgColor.rgb != page["C4"].fill.bgColor.rgb
    assert page["F2"].value == "=1+1"
    assert page["F2"].data_type == "s"
    assert "经度" not in registry.ledgers.refused("a1", "zh").name


@pytest.mark.parametrize(
    "name", ["a" * 30 + "'b", "'", "\ud800", "😀" * 31, "a\ufffeb\x01", "说明", "[" * 40, "a" * 29 + "''"]
)
def test_sheets_have_names_that_excel_takes(name: str) -> None:
    """Whatever the sender's sheets are called, and however often, each name is one of Excel's and its own."""
    sheets = [RefusedSheet(name, [["a"]], [["b"]], ["c"], {})] * 12
    made = openpyxl.load_workbook(BytesIO(refused_workbook(sheets, ["d"], "e"))).sheetnames
    assert len({one.casefold() for one in made}) == len(made) == 13
    assert all(0 < len(one.encode("utf-16-le")) <= 62 for one in made)
    assert [one for one in made if one != one.strip("'")] == []


def test_a_mended_sheet_is_taken(registry: Registry, tmp_path: Path) -> None:
    """Mended and sent again, the rows are stored; our own column and notes leave no trace."""
    registry.import_file(ledger(tmp_path / "kilns.csv"), partial())
    path = tmp_path / "mended.xlsx"
    path.write_bytes(registry.ledgers.refused("a1", "zh").content)
    book = openpyxl.load_workbook(path)
    page: Any = book.worksheets[0]
    for place, value in {"C2": 114.02, "D2": 33.59, "C3": "114.03", "D3": "33.57"}.items():
        page[place] = value
    book.save(path)
    said = registry.import_file(path, ORDER).document
    assert (said["status"], said["rows"], said["new"], said["unchanged"]) == ("accept", 3, 2, 1)
    stored = registry.sources("brick_kiln").set_index("code")
    assert stored["name"].to_dict() == {"K-1": "东窑", "K-2": "西窑", "K-3": "南窑"}
    assert stored.loc["K-2", "note"] == "=1+1"
    assert stored["extra"].isna().all()
    assert stored.geometry.x["K-3"] == 114.03


def test_headings_over_two_rows_come_back_over_two_rows(registry: Registry, tmp_path: Path) -> None:
    """A ledger whose headings stand above each other can be mended and sent again like any other."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "砖瓦窑台账"
    for row in (
        ("二〇二六年台账", None, None, None, None),
        ("编号", "名称", "坐标", None, "备注"),
        (None, None, "经度", "纬度", None),
        ("K-1", "东窑", 114.01, 33.58, "好"),
        ("K-2", "西窑", 0, 0, "坏"),
    ):
        page.append(row)
    page.merge_cells("C2:D2")
    book.save(tmp_path / "two.xlsx")
    said = registry.import_file(tmp_path / "two.xlsx", partial()).document
    assert (said["accepted"], said["rejected"]) == (1, 1)
    path = tmp_path / "mended.xlsx"
    path.write_bytes(registry.ledgers.refused("a1", "en").content)
    mended = openpyxl.load_workbook(path)
    assert mended.sheetnames[0] == "砖瓦窑台账"
    mended.worksheets[0]["C3"], mended.worksheets[0]["D3"] = 114.02, 33.59
    mended.save(path)
    said = registry.import_file(path, ORDER).document
    assert (said["status"], said["new"]) == ("accept", 1)
    assert registry.sources("brick_kiln").set_index("code").loc["K-2", "note"] == "坏"


def test_refused_features_come_back_with_their_places(registry: Registry, tmp_path: Path) -> None:
    """Of a file of shapes the points come back as columns, so that they can be mended in a workbook."""
    features = [
        {"type": "Feature", "properties": {"code": code, "name": code, "经度": "9"}, "geometry": shape}
        for code, shape in (
            ("K-1", {"type": "Point", "coordinates": [114.01, 33.58]}),
            ("K-2", {"type": "Point", "coordinates": [33.59, 114.02]}),
            ("K-3", {"type": "LineString", "coordinates": [[114.0, 33.5], [114.1, 33.5]]}),
        )
    ]
    path = tmp_path / "kilns.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    said = registry.import_file(path, partial()).document
    assert (said["accepted"], said["rejected"]) == (1, 2)
    made = registry.ledgers.refused("a1", "en").content
    page = sheet(made)
    assert [cell.value for cell in page[2]][:3] == ["K-2", "K-2", "9"]
    mended = openpyxl.load_workbook(BytesIO(made))
    columns = {cell.value: int(cell.column or 0) for cell in mended.worksheets[0][1]}
    for row, (lon, lat) in enumerate(((114.02, 33.59), (114.03, 33.57)), 2):
        mended.worksheets[0].cell(row, columns["经度"], lon)
        mended.worksheets[0].cell(row, columns["纬度"], lat)
    mended.save(tmp_path / "mended.xlsx")
    said = registry.import_file(tmp_path / "mended.xlsx", ORDER).document
    assert (said["status"], said["new"]) == ("accept", 2)


def test_nothing_refused_is_nothing_to_mend(registry: Registry, tmp_path: Path) -> None:
    """An arrival without refused rows has no sheet, and one that never came is not found."""
    registry.import_file(ledger(tmp_path / "kilns.csv", ROWS[:1]), ORDER)
    for name, code in (("a1", "NOTHING_REFUSED"), ("a9", "ARRIVAL_UNKNOWN")):
        with pytest.raises(NotFound) as missing:
            registry.ledgers.refused(name, "en")
        assert missing.value.code == code


def test_rows_of_another_district_are_refused(registry: Registry, tmp_path: Path) -> None:
    """A clerk's ledger stores what lies in the clerk's district; other rows are refused and kept."""
    desk = registry.seen_by(clerk("郾城区"))
    rows = [
        ROWS[0],
        ("K-5", "北窑", "114.02", "33.59", "源汇区", ""),
        ("K-6", "无区窑", "114.03", "33.59", "", ""),
    ]
    said = desk.import_file(ledger(tmp_path / "kilns.csv", rows), partial(by="somebody")).document
    assert (said["accepted"], said["rejected"], said["codes"]) == (1, 2, {"OUT_OF_AREA": 2})
    assert set(registry.sources("brick_kiln")["code"]) == {"K-1"}
    assert registry.commits()[-1].by == "clerk of 郾城区"
    assert [each.row for each in connect(registry.settings.store_url).arrivals.refused("a1")] == [3, 4]


def test_a_clerk_takes_no_record_of_another_district(registry: Registry, tmp_path: Path) -> None:
    """A row that claims another district's record neither changes it nor tells that it exists."""
    registry.import_file(
        ledger(tmp_path / "all.csv", [("K-5", "北窑", "114.02", "33.59", "源汇区", "")]), ORDER
    )
    claimed = ledger(tmp_path / "mine.csv", [("K-5", "北窑", "114.02", "33.59", "郾城区", "我的")])
    said = registry.seen_by(clerk("郾城区")).import_file(claimed, ORDER).document
    assert (said["new"], said["updated"]) == (1, 0)
    assert "POSSIBLE_DUPLICATE" not in said["warnings"]
    rows = registry.sources("brick_kiln").set_index("district")
    assert rows["version"].to_dict() == {"源汇区": 1, "郾城区": 1}


def test_a_clerk_sees_only_what_the_clerk_sent(registry: Registry, tmp_path: Path) -> None:
    """Arrivals of others, and batches with others' records, answer as if they did not exist."""
    rows = [ROWS[0], ("K-5", "北窑", "114.02", "33.59", "源汇区", "")]
    registry.import_file(ledger(tmp_path / "all.csv", rows), ORDER)
    desk = registry.seen_by(clerk("郾城区"))
    own = desk.import_file(
        ledger(tmp_path / "own.csv", [("K-7", "新窑", "114.04", "33.57", "郾城区", "")]), ORDER
    )
    assert [each.id for each in desk.ledgers.arrivals()] == ["a2"]
    for act in (lambda: desk.ledgers.arrival("a1"), lambda: desk.ledgers.refused("a1", "en")):
        with pytest.raises(NotFound) as unseen:
            act()
        assert unseen.value.code == "ARRIVAL_UNKNOWN"
    for batch in ("b1", "b99"):
        with pytest.raises(NotFound) as unseen:
            desk.undo(batch)
        assert unseen.value.code == "BATCH_UNKNOWN"
    assert desk.undo(str(own.document["batch"]), by="somebody").by == "clerk of 郾城区"
    assert desk.ledgers.is_undone(desk.ledgers.arrival("a2"))


def test_who_may_not_import_is_told_so(registry: Registry, tmp_path: Path) -> None:
    """An auditor imports nothing, undoes nothing and sees no arrivals."""
    auditor = registry.seen_by(Viewer("auditor", "auditor", areas=None))
    for act in (
        lambda: auditor.import_file(ledger(tmp_path / "kilns.csv"), ORDER),
        auditor.ledgers.arrivals,
        lambda: auditor.ledgers.refused("a1", "en"),
        lambda: auditor.undo("b1"),
        auditor.editing.twins,
    ):
        with pytest.raises(NotAllowed):
            act()
    assert registry.revision == 0


def test_a_bound_that_is_sent_anew_is_taken(registry: Registry, tmp_path: Path) -> None:
    """A ledger that says 10余吨 and later 12 leaves no bound behind, for the bound belongs to the number."""
    order, headings = (
        gr.ImportOrder(kind="coal_sales_point", datum="wgs84"),
        ("编号", "名称", "经度", "纬度", "存煤量"),
    )
    for stock, number, bound in (("10余吨", 10, ">="), ("12", 12, None), ("不足5", 5, "<")):
        rows = [("C-1", "煤点", "114.01", "33.58", stock)]
        registry.import_file(ledger(tmp_path / "coal.csv", rows, headings), order)
        row = registry.sources("coal_sales_point").iloc[0]
        assert (row["stock_t"], row["stock_t_bound"] if bound else None) == (number, bound)
        assert (bound is None) == (row.isna()["stock_t_bound"])


def test_a_district_does_not_redraw_the_network(registry: Registry, tmp_path: Path) -> None:
    """Zones, which say how areas are spelled, and stations come from everywhere alone: areas stay."""
    desk = registry.seen_by(clerk("郾城区"))
    zone = {"name": "郾城区", "code": "411102", "level": "county", "scheme": "gb2260", "district": "郾城区"}
    station = {"name": "站", "code": "S-9", "level": "national", "district": "郾城区"}
    box = [[[114.0, 33.5], [114.1, 33.5], [114.1, 33.6], [114.0, 33.6], [114.0, 33.5]]]
    for kind, known, shape in (
        ("district", zone, {"type": "Polygon", "coordinates": box}),
        ("monitoring_station", station, {"type": "Point", "coordinates": [114.05, 33.55]}),
    ):
        path = tmp_path / f"{kind}.geojson"
        feature = {"type": "Feature", "properties": known, "geometry": shape}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        order = replace(ORDER, kind=kind)
        assert desk.import_file(path, order).document["codes"] == {"OUT_OF_AREA": 1}
        assert registry.import_file(path, order).document["new"] == 1
