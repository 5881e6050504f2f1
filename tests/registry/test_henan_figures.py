"""The Henan list and the awkward rows of the national list: counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import geo_registry as gr
from geo_registry.registry import Registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Give an empty registry of the mainland."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    gr.init(url)
    opened: Registry = gr.open(url)
    return opened


def order(*, accept_partial: bool = False, allow_unlocated: bool = False) -> gr.ImportOrder:
    """Ask for an import of national stations."""
    return gr.ImportOrder(
        "国控站点",
        "wgs84",
        sets={"level": "national"},
        accept_partial=accept_partial,
        allow_unlocated=allow_unlocated,
    )


def test_henan_stations(registry: Registry, shared_data: Path) -> None:
    """114 stations are accepted and 11 of them are told to carry a mark of closure."""
    said = registry.import_file(shared_data / "henan_stations_20220213.csv", order()).document
    assert (said["status"], said["accepted"], said["rejected"]) == ("accept", 114, 0)
    assert said["warnings"]["STATION_CLOSED_MARK"] == 11


def test_awkward_rows(registry: Registry, shared_data: Path) -> None:
    """Of 19 rows 6 lack a position; closed marks, a coarse longitude and a twin are told."""
    said = registry.import_file(
        shared_data / "awkward_rows_20220213.csv", order(accept_partial=True)
    ).document
    assert (said["rows"], said["accepted"], said["rejected"]) == (19, 13, 6)
    assert said["codes"] == {"COORD_MISSING": 6}
    rows = {(found["code"], found["row"]) for found in said["findings"]}
    assert {row for code, row in rows if code == "COORD_LOW_PRECISION"} == {17}
    assert {row for code, row in rows if code == "POSSIBLE_DUPLICATE"} == {12}
    assert {row for code, row in rows if code == "STATION_CLOSED_MARK"} >= {13, 14, 15}


def test_unlocated_rows_are_kept_when_asked(registry: Registry, shared_data: Path) -> None:
    """With --allow-unlocated the 6 rows are kept, listed and exported, and are in no ring."""
    path = shared_data / "awkward_rows_20220213.csv"
    said = registry.import_file(path, order(allow_unlocated=True)).document
    assert (said["accepted"], said["unlocated"], said["status"]) == (19, 6, "accept")
    made = registry.export(gr.ExportOrder(kind="unlocated", form="csv"))
    assert len(made.content.decode("utf-8-sig").strip().splitlines()) == 7
