"""What was exported comes back as what it was: an analyst's file is no new ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

import geo_registry as gr
from geo_registry.registry import Registry

ENDINGS = {"shp": "zip", "gpkg": "gpkg", "geojson": "geojson", "csv": "csv", "xlsx": "xlsx"}

KINDS = ("construction_site", "coal_sales_point", "monitoring_station", "district")
SENT_BACK = [(kind, form) for kind in KINDS for form in sorted(ENDINGS)]


def exported(registry: Registry, kind: str, form: str, folder: Path) -> Path:
    """Export a kind to a file."""
    path = folder / f"{kind}.{ENDINGS[form]}"
    path.write_bytes(registry.export(gr.ExportOrder(kind=kind, form=form)).content)
    return path


def order(form: str, kind: str) -> gr.ImportOrder:
    """Ask for an import that keeps everything; tables have no reference system of their own."""
    return gr.ImportOrder(kind=kind, datum="wgs84" if form in {"csv", "xlsx"} else None, allow_unlocated=True)


@pytest.mark.parametrize(("kind", "form"), SENT_BACK)
def test_an_unedited_export_changes_nothing(demo_copy: str, tmp_path: Path, kind: str, form: str) -> None:
    """Every format of a mixed, a point, a station and a polygon kind, sent back, is all unchanged."""
    registry: Registry = gr.open(demo_copy)
    path = exported(registry, kind, form, tmp_path)
    said = registry.import_file(path, order(form, kind)).document
    assert (said["unchanged"], said["updated"], said["new"], said["batch"]) == (said["rows"], 0, 0, None)


def test_made_up_rows_stay_made_up(demo_store: str, tmp_path: Path) -> None:
    """The synthetic mark of an export is read back where the rows are new."""
    path = exported(gr.open(demo_store), "brick_kiln", "csv", tmp_path)
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    gr.init(url)
    fresh: Registry = gr.open(url)
    fresh.import_file(path, order("csv", "brick_kiln"))
    kilns = fresh.sources("brick_kiln")
    assert len(kilns)
    assert kilns["synthetic"].all()


def test_an_edited_position_is_news(demo_copy: str, tmp_path: Path) -> None:
    """A moved point is one update, with the datum it was now sent in; its neighbours stay."""
    registry: Registry = gr.open(demo_copy)
    path = exported(registry, "brick_kiln", "csv", tmp_path)
    lines = path.read_text("utf-8-sig").splitlines()
    head, first = lines[0].split(","), lines[1].split(",")
    first[head.index("lon")] = "113.990001"
    path.write_text("\n".join([lines[0], ",".join(first), *lines[2:]]), "utf-8")
    said = registry.import_file(path, order("csv", "brick_kiln")).document
    assert (said["updated"], said["new"], said["unchanged"]) == (1, 0, said["rows"] - 1)
    moved = registry.record(first[head.index("id")])
    assert (moved["datum"], moved["version"]) == ("wgs84", 2)
