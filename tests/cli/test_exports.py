"""Exports of every kind through the command line, reopened by other programs: the same rows everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyogrio
import pytest

import geo_registry as gr
from geo_registry.registry import Registry
from tests.cli.shell import document, run

NAMES = {"zh": "标识", "ascii": "id"}
SHAPEFILES = [("utf-8", "ascii"), ("gbk", "zh")]
DICTIONARY = "字段对照表"
PARTS = {"_pt", "_ln", "_pg"}
Ids = dict[str, set[str]]


@pytest.fixture(scope="module")
def located(demo_store: str) -> Ids:
    """Give the ids of the demo city's located records by kind."""
    registry: Registry = gr.open(demo_store)
    rows = {kind: registry.sources(kind, on=registry.today) for kind in registry.catalog.kinds}
    registry.close()
    found = {kind: set(each.loc[each.geometry.notna(), "id"]) for kind, each in rows.items() if len(each)}
    assert len(found) == len(rows)
    return found


def sent(url: str, path: Path, *words: str) -> Path:
    """Export to a file."""
    result = run(url, "export", *words, "-o", str(path))
    assert result.exit_code == 0, result.output
    return path


def opened(program: str, path: Path) -> dict[str, int]:
    """Count the features of a file's layers with ogrinfo, as another program would."""
    words = [program, "-ro", "-so", "-al", str(path)]
    told = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    assert told.stderr == ""
    found = re.findall(r"^Layer name: (\S+)$.*?^Feature Count: (\d+)$", told.stdout, re.DOTALL | re.MULTILINE)
    return {name: int(count) for name, count in found}


def ids_of(path: Path, layers: Mapping[str, int], names: str) -> Ids:
    """Read the ids of each kind with pyogrio; a kind's parts by shape are joined."""
    found: Ids = {}
    for layer in layers:
        rows = pyogrio.read_dataframe(path, layer=layer, read_geometry=False, columns=[NAMES[names]])
        assert len(rows) == layers[layer]
        kind = layer[:-3] if layer[-3:] in PARTS else layer
        ids = set(rows[NAMES[names]])
        assert len(ids) == len(rows)
        assert not ids & found.setdefault(kind, set())
        found[kind] |= ids
    return found


@pytest.mark.parametrize(("encoding", "names"), SHAPEFILES)
def test_shapefiles_reopen(
    demo_store: str, located: Ids, encoding: str, names: str, *, program: Callable[[str], str], tmp_path: Path
) -> None:
    """Shapefiles of every kind, UTF-8 or GBK, ASCII or Chinese names, hold each located record once."""
    words = ("--format", "shp", "--encoding", encoding, "--names", names)
    path = sent(demo_store, tmp_path / "all.zip", *words)
    folder = tmp_path / "files"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    layers = opened(program("ogrinfo"), folder)
    assert ids_of(folder, layers, names) == located
    for layer in layers:
        assert (folder / f"{layer}.cpg").read_text() == {"utf-8": "UTF-8", "gbk": "GBK"}[encoding]
        fields = pyogrio.read_info(folder / f"{layer}.shp")["fields"].tolist()
        assert fields == dictionary(folder)[layer]
        assert all(field.isascii() and len(field) <= 10 for field in fields) == (names == "ascii")


def dictionary(folder: Path) -> dict[str, list[str]]:
    """Read the dictionary that lies beside the shapefiles: names in each file, in order."""
    text = (folder / f"{DICTIONARY}.csv").read_text(encoding="utf-8-sig")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["Layer or file"].removesuffix(".shp"), []).append(row["Name in the file"])
    return found


def test_a_geopackage_reopens(
    demo_store: str, located: Ids, program: Callable[[str], str], tmp_path: Path
) -> None:
    """One GeoPackage holds every kind as a layer, each located record and each unlocated one once."""
    path = sent(demo_store, tmp_path / "all.gpkg")
    layers = opened(program("ogrinfo"), path)
    assert layers.pop(DICTIONARY) > 0
    registry: Registry = gr.open(demo_store)
    everything = {kind: set(registry.sources(kind, on=registry.today)["id"]) for kind in located}
    registry.close()
    assert ids_of(path, layers, "ascii") == everything


@pytest.mark.parametrize("form", ["shp", "gpkg"])
def test_rings_reopen(demo_store: str, form: str, program: Callable[[str], str], tmp_path: Path) -> None:
    """The rings of the six national stations are 18 polygons in a layer of their own."""
    path = sent(demo_store, tmp_path / f"rings.{form}", "--kind", "rings")
    path = path if form == "gpkg" else path.with_suffix(".zip")
    assert opened(program("ogrinfo"), path if form == "gpkg" else unpacked(path))["rings"] == 18
    rows = pyogrio.read_dataframe(path, layer="rings")
    assert set(rows.geometry.geom_type) == {"Polygon"}
    assert sorted(rows["radius_m"].unique()) == [1000, 3000, 5000]


def unpacked(path: Path) -> Path:
    """Lay the files of an archive beside it."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.with_suffix(""))
    return path.with_suffix("")


def test_unlocated_rows_go_out_too(demo_store: str, located: Ids, tmp_path: Path) -> None:
    """What has no position is exported on its own, and is in no other shapefile."""
    path = sent(demo_store, tmp_path / "unlocated.csv", "--kind", "unlocated", "--format", "csv")
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert len(rows) > 0
    assert not {row["id"] for row in rows} & set().union(*located.values())


@pytest.mark.parametrize(
    ("given", "written"), [("x.shp", "x.zip"), ("x.zip", "x.zip"), ("x.geojson", "x.geojson")]
)
def test_a_file_is_written_where_it_was_asked_for(
    demo_store: str, given: str, written: str, tmp_path: Path
) -> None:
    """The ending of -o names the format; a shapefile, which is many files, becomes a zip."""
    path = tmp_path / "new" / written
    said = document(demo_store, "export", "--kind", "urban_core", "-o", str(path.with_name(given)))
    assert [one.name for one in path.parent.iterdir()] == [written]
    assert said == {"file": str(path), "bytes": path.stat().st_size}
    assert len(pyogrio.read_dataframe(path, layer=0)) == 1


def test_a_file_is_named_after_what_is_in_it(
    demo_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without -o, or with a folder, a file has a name of its own that says kind and revision."""
    monkeypatch.chdir(tmp_path)
    revision = gr.open(demo_store).revision
    assert run(demo_store, "export", "--kind", "camera", "--format", "csv").exit_code == 0
    assert run(demo_store, "export", "--kind", "camera", "--format", "csv", "--datum", "gcj02").exit_code == 0
    assert run(demo_store, "report", "2399A", "--format", "html", "-o", str(tmp_path)).exit_code == 0
    names = {f"camera_r{revision}.csv", f"camera_gcj02_r{revision}.csv", f"station_2399A_r{revision}_en.html"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_dash_writes_to_standard_output(demo_store: str) -> None:
    """With `-o -` the file's bytes, and nothing else, are on standard output."""
    result = run(demo_store, "export", "--kind", "urban_core", "--format", "geojson", "-o", "-")
    assert len(json.loads(result.stdout)["features"]) == 1


@pytest.mark.parametrize("verb", [("export", "--kind", "camera"), ("audit",)])
def test_a_place_nobody_can_write_to_is_refused(
    demo_store: str, verb: tuple[str, ...], tmp_path: Path
) -> None:
    """A file that cannot be written is a refusal that names it, not a crash."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    said = document(demo_store, *verb, "-o", str(tmp_path / "file" / "x.csv"), code=2)
    assert (said["code"], said["details"]["value"]) == ("OUTPUT_UNWRITABLE", str(tmp_path / "file" / "x.csv"))
