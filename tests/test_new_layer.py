"""A kind is one file: an unknown layer file is dropped in and works at every door, with no line of Python."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pypdf
import pytest

import geo_registry as gr
from geo_registry.registry import Registry
from geo_registry.settings import Settings
from tests.cli.shell import csv_rows, document, run

KIND, LABEL = "incense_burner", "焚香炉"
LAYER = """
role = "source"
label = { zh = "焚香炉", en = "Incense burner" }
aliases = ["香炉"]
geometry = ["point"]
position = "required"
symbol = { shape = "star", colour = "#7B1FA2", size_px = 13 }
group = "scattered"
weight = 22

[statuses]
"香火旺" = "operating"
"停香" = "suspended"

[[fields]]
name = "incense"
type = "choice"
label = { zh = "香型", en = "Incense" }
shp = "incense"
choices = [
  { value = "sandal", label = { zh = "檀香", en = "Sandalwood" }, aliases = ["老山檀"] },
  { value = "agar", label = { zh = "沉香", en = "Agarwood" } },
]

[[fields]]
name = "burnt_kg"
type = "number"
label = { zh = "日焚香量", en = "Incense burnt a day" }
shp = "burnt_kg"
aliases = ["每日用香"]
unit = "kg"
minimum = 0
maximum = 5000

[[fields]]
name = "filter_due"
type = "date"
label = { zh = "滤网更换期限", en = "Filter due" }
shp = "filter_due"
deadline = true

[[checklists]]
name = "two_covers"
label = { zh = "两个加盖", en = "Two covers" }
items = [
  { name = "lid_shut", label = { zh = "炉盖加盖", en = "Lid shut" }, shp = "lid_shut" },
  { name = "ash_covered", label = { zh = "炉灰加盖", en = "Ash covered" }, shp = "ash_cov" },
]
"""
STATIONS = "编码,名称,级别,经度,纬度\nS1,一号站,国控,114.0510,33.5699\n"
LEDGER = """编号,名称,状态,香型,每日用香,滤网更换期限,炉盖加盖,炉灰加盖,经度,纬度
B1,近炉,香火旺,老山檀,12.5,2020-01-31,√,×,114.0530,33.5701
B2,中炉,停香,沉香,3,,√,√,114.0700,33.5703
B3,关掉的炉,已关闭,沉香,0,,/,/,114.0701,33.5704
B4,远炉,在用,檀香,7,,,,114.3001,33.5701
B5,没有位置的炉,在用,檀香,7,,,,,
B6,烧得太多的炉,在用,檀香,90000,,,,114.0530,33.5702
"""
PLACED = ["B1", "B2", "B3", "B4"]
IN_5_KM = ["B1", "B2", "B3"]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, Any]]]:
    """Drop the layer file in, make a store, and take a station and a ledger of the new kind in."""
    folder = tmp_path_factory.mktemp("new-layer")
    shutil.copytree(Settings().layers, folder / "layers")
    (folder / "layers" / f"{KIND}.toml").write_text(LAYER, encoding="utf-8")
    (folder / "stations.csv").write_text(STATIONS, encoding="utf-8")
    (folder / "burners.csv").write_text(LEDGER, encoding="utf-8")
    url = f"sqlite:///{folder / 'store.db'}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GEO_REGISTRY_LAYERS", str(folder / "layers"))
        assert run(url, "init").exit_code == 0
        document(url, "import", str(folder / "stations.csv"), "--kind", "监测站", "--datum", "wgs84")
        words = ("--kind", LABEL, "--datum", "wgs84", "--accept-partial")
        yield url, document(url, "import", str(folder / "burners.csv"), *words, code=3)


@pytest.fixture
def url(ledger: tuple[str, dict[str, Any]]) -> str:
    """Give the store's address."""
    return ledger[0]


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    """Open the store."""
    opened: Registry = gr.open(url)
    yield opened
    opened.close()


def test_the_catalog_shows_it(url: str) -> None:
    """The command kinds shows the new kind with its role, words, fields and checklist."""
    (kind,) = [one for one in document(url, "kinds")["kinds"] if one["kind"] == KIND]
    assert (kind["role"], kind["label"]["zh"], kind["weight"]) == ("source", LABEL, 22)
    assert kind["statuses"] == {"香火旺": "operating", "停香": "suspended"}
    assert kind["checklists"] == {"two_covers": ["lid_shut", "ash_covered"]}
    own = [field["name"] for field in kind["fields"]][-5:]
    assert own == ["incense", "burnt_kg", "filter_due", "lid_shut", "ash_covered"]


def test_its_ledger_is_taken(ledger: tuple[str, dict[str, Any]], registry: Registry) -> None:
    """Its headings, choices, limits, checks and status words are understood as its file says."""
    said = ledger[1]
    refused = [one for one in said["findings"] if one["severity"] == "row"]
    assert [(one["row"], one["code"], one["field"]) for one in refused] == [
        (6, "COORD_MISSING", "lon"),
        (7, "VALUE_INVALID", "burnt_kg"),
    ]
    rows = registry.sources(LABEL).set_index("code")
    assert rows.index.tolist() == PLACED
    assert rows["status"].tolist() == ["operating", "suspended", "closed", "operating"]
    first = rows.loc["B1"]
    assert (first["incense"], first["burnt_kg"]) == ("sandal", 12.5)
    assert str(first["filter_due"])[:10] == "2020-01-31"
    assert (first["lid_shut"], first["ash_covered"]) == ("pass", "fail")


def test_it_is_counted_and_scored(url: str) -> None:
    """The audit counts it by ring, active and all, and scores it with its weight, checklist and deadline."""
    said = document(url, "audit", "--kind", "香炉")
    counts = [
        (row["ring_m"], row["cumulative_active"], row["cumulative_all"])
        for row in said["summary"]
        if row["kind"] == KIND
    ]
    assert counts == [(1000, 1, 1), (3000, 2, 3), (5000, 2, 3)]
    assert [pair["source_code"] for pair in said["pairs"]] == ["B1", "B2"]
    reasons = said["pairs"][0]["reasons"].split(";")
    assert {"ring:1000=50", f"kind:{KIND}=22", "checklist:1=5", "overdue:filter_due=10"} <= set(reasons)


def test_it_is_near_the_station(url: str) -> None:
    """What is near a point lists it beside the station."""
    said = document(url, "near", "114.0510", "33.5699", "5000")
    assert {(one["kind"], one["code"]) for one in said["found"] if one["role"] == "source"} == {
        (KIND, code) for code in IN_5_KM
    }


def test_it_is_on_the_map(registry: Registry) -> None:
    """Its points are in the map's tiles with kind, status and priority."""
    layers = mapbox_vector_tile.decode(registry.tile("sources", 8, 209, 102)[0])
    drawn = {one["properties"]["code"]: one["properties"] for one in layers["sources"]["features"]}
    assert sorted(drawn) == PLACED
    assert {one["kind"] for one in drawn.values()} == {KIND}
    assert (drawn["B1"]["priority"], drawn["B1"]["status"]) == ("high", "operating")
    assert drawn["B3"]["status"] == "closed"


@pytest.mark.parametrize(("lang", "label"), [("zh", LABEL), ("en", "Incense burner")])
def test_it_is_in_the_report(registry: Registry, lang: Any, label: str) -> None:  # noqa: ANN401
    """The report names it in the reader's language, draws its symbol and counts it."""
    html = registry.report("S1", "html", lang).content.decode()
    (row,) = set(re.findall(rf'<tr data-key="{KIND}">(.*?)</tr>', html.split('id="table-between"')[0]))
    assert re.findall(r">([^<>]+)</t", row) == [label, "1", "1", "2", "3", "2", "3"]
    assert "近炉" in html
    assert "#7b1fa2" in html.lower()


def test_it_is_in_the_pdf(registry: Registry) -> None:
    """The printed report says its label, its name and its code."""
    reader = pypdf.PdfReader(io.BytesIO(registry.report("S1", "pdf", "zh").content))
    text = "".join(page.extract_text() for page in reader.pages)
    assert all(word in text for word in (LABEL, "近炉", "B1"))


def test_it_is_exported(url: str, tmp_path: Path) -> None:
    """CSV and GeoPackage hold its rows under the names its file gives, and read back the same."""
    rows = csv_rows(url, "export", "--kind", KIND, "--format", "csv", "-o", "-")
    assert [(row["code"], row["incense"], row["burnt_kg"]) for row in rows][:2] == [
        ("B1", "sandal", "12.5"),
        ("B2", "agar", "3"),
    ]
    path = tmp_path / "burners.gpkg"
    assert run(url, "export", "--kind", LABEL, "-o", str(path)).exit_code == 0
    reread = gpd.read_file(path, layer=KIND).set_index("code")
    assert reread.index.tolist() == PLACED
    assert [reread[name]["B1"] for name in ("incense", "burnt_kg", "lid_shut")] == ["sandal", 12.5, "pass"]
    held = gr.open(url).sources(KIND).geometry
    assert list(reread.geometry) == list(held)
