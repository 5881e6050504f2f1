"""Lines and polygons as text in a cell, and the folders of KML: what they mean to the registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import geo_registry as gr
from geo_registry.errors import FileRefused
from geo_registry.registry import Registry

AREA = "POLYGON ((114 33.5, 114.1 33.5, 114.1 33.6, 114 33.5))"
POINT = "<Point><coordinates>114.0{},33.5801</coordinates></Point>"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Open an empty store."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    gr.init(url, by="tester")
    opened: Registry = gr.open(url)
    return opened


def take(registry: Registry, path: Path, text: str, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 (as asked)
    """Import a text and give what was said."""
    path.write_text(text, encoding="utf-8")
    return registry.import_file(path, gr.ImportOrder(**({"datum": "wgs84"} | asked))).document


def test_a_text_is_a_shape(registry: Registry, tmp_path: Path) -> None:
    """Rows with a text lie where it says, rows without one where their coordinates say."""
    lines = f'甲,,,"{AREA}"', "乙,114.0201,33.5801,", "丙,,,门口", '丁,,,"GEOMETRYCOLLECTION EMPTY"', "戊,,,"
    text = "\n".join(["名称,经度,纬度,WKT", *lines])
    said = take(registry, tmp_path / "a.csv", text, kind="建筑工地", accept_partial=True)
    assert (said["accepted"], said["rejected"]) == (2, 3)
    assert said["codes"] == {"COORD_MISSING": 1, "VALUE_INVALID": 2}
    sites = registry.sources("construction_site")
    assert dict(zip(sites["name"], sites.geom_type, strict=True)) == {"甲": "Polygon", "乙": "Point"}
    assert sites["extra"].isna().all()


def test_a_text_has_no_datum_of_its_own(registry: Registry, tmp_path: Path) -> None:
    """Shapes in a table are as much without a datum as coordinates are; one that is said moves them."""
    text = f'名称,wkt\n甲,"{AREA}"\n'
    with pytest.raises(FileRefused) as caught:
        take(registry, tmp_path / "a.csv", text, kind="建筑工地", datum=None)
    assert caught.value.code == "DATUM_MISSING"
    take(registry, tmp_path / "a.csv", text, kind="建筑工地", datum="gcj02")
    assert registry.sources("construction_site").geometry.iloc[0].bounds[0] < 113.999


def folders(first: str, second: str) -> str:
    """Make KML of two folders with two placemarks in all, and one outside."""
    marks = [
        f"<Placemark><name>{name}</name>{POINT.format(at)}</Placemark>" for at, name in enumerate("甲乙丙", 1)
    ]
    inner = f"<Folder><name>{first}</name>{marks[0]}</Folder><Folder><name>{second}</name>{marks[1]}</Folder>"
    return f"<kml><Document>{inner}{marks[2]}</Document></kml>"


def test_folders_named_as_kinds_are_their_tables(registry: Registry, tmp_path: Path) -> None:
    """A folder named as a kind holds things of that kind, like a sheet of a workbook."""
    text = folders("散煤销售点", "烤房").replace(
        f"<Placemark><name>丙</name>{POINT.format(3)}</Placemark>", ""
    )
    said = take(registry, tmp_path / "a.kml", text)
    assert (said["kinds"], said["accepted"]) == (["coal_sales_point", "curing_kiln"], 2)
    with pytest.raises(FileRefused) as caught:
        take(registry, tmp_path / "a.kml", folders("散煤销售点", "烤房"))
    assert caught.value.code == "MULTIPLE_LAYERS"


def test_other_folders_are_one_table(registry: Registry, tmp_path: Path) -> None:
    """Folders that name no kind are how somebody tidied up: one table, which remembers the folder."""
    said = take(registry, tmp_path / "散煤点.kml", folders("郾城区", "源汇区"))
    assert (said["kind"], said["rows"], said["accepted"]) == ("coal_sales_point", 3, 3)
    extra = registry.sources("coal_sales_point").set_index("name")["extra"]
    assert extra.to_dict() == {
        "甲": '{"folder": "郾城区"}',
        "乙": '{"folder": "源汇区"}',
        "丙": '{"folder": "散煤点"}',
    }
    assert (
        take(registry, tmp_path / "散煤点.kml", folders("郾城区", "源汇区"), layer="郾城区", kind="散煤点")[
            "rows"
        ]
        == 1
    )
