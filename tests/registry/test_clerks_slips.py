"""What a clerk may get wrong without noticing is said, never smoothed over."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import geo_registry as gr
from geo_registry.registry import Registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Give an empty registry."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    gr.init(url)
    opened: Registry = gr.open(url)
    return opened


def ledger(folder: Path, *lines: str) -> Path:
    """Write a CSV ledger."""
    path = folder / "ledger.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_row_of_another_kind_is_refused(registry: Registry, tmp_path: Path) -> None:
    """A row that calls itself a batching plant is not stored as the construction site the order names."""
    path = ledger(
        tmp_path, "编号,名称,类别,经度,纬度", "A,甲,施工工地,114.0212,33.5812", "B,乙,商砼站,114.0312,33.5812"
    )
    order = gr.ImportOrder(kind="施工工地", datum="wgs84", accept_partial=True)
    said = registry.import_file(path, order).document
    assert (said["accepted"], said["rejected"], said["codes"]) == (1, 1, {"CATEGORY_UNKNOWN": 1})


def test_a_sheet_of_another_kind_is_not_left_out_silently(registry: Registry, tmp_path: Path) -> None:
    """A workbook with sheets of two kinds, ordered as one of them, is refused until a sheet is named."""
    book = openpyxl.Workbook()
    for name in ("施工工地", "商砼站"):
        sheet = book.create_sheet(name)
        sheet.append(["编号", "名称", "经度", "纬度"])
        sheet.append([name, name, 114.0212, 33.5812])
    book.remove(book["Sheet"])
    path = tmp_path / "ledger.xlsx"
    book.save(path)
    with pytest.raises(gr.RegistryError) as told:
        registry.import_file(path, gr.ImportOrder(kind="施工工地", datum="wgs84"))
    assert told.value.code == "MULTIPLE_LAYERS"
    assert registry.import_file(path, gr.ImportOrder(datum="wgs84")).document["accepted"] == 2


def test_a_ledger_without_positions_keeps_the_known_ones(registry: Registry, tmp_path: Path) -> None:
    """Only rows of which no position is known count as unlocated."""
    order = gr.ImportOrder(kind="施工工地", datum="wgs84", allow_unlocated=True)
    registry.import_file(ledger(tmp_path, "编号,名称,经度,纬度", "A,甲,114.0212,33.5812"), order)
    path = ledger(tmp_path, "编号,名称,经度,纬度", "A,甲,,", "B,乙,,")
    said = registry.import_file(path, order).document
    assert (said["unlocated"], said["warnings"].get("POSITION_MISSING")) == (1, 1)
    assert registry.sources("construction_site").geometry.notna().sum() == 1


def test_a_batch_is_taken_back_once(registry: Registry, tmp_path: Path) -> None:
    """A second undo of a batch says by which batch it was taken back; undoing that brings it back."""
    order = gr.ImportOrder(kind="施工工地", datum="wgs84")
    registry.import_file(ledger(tmp_path, "编号,名称,经度,纬度", "A,甲,114.0212,33.5812"), order)
    assert registry.undo("b1").batch == "b2"
    with pytest.raises(gr.RegistryError) as told:
        registry.undo("b1")
    assert (told.value.code, told.value.details["batch"]) == ("UNDO_ALREADY", "b2")
    registry.undo("b2")
    assert len(registry.sources("construction_site")) == 1
