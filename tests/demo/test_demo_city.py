"""The demo city's files: the same for the same seed, whole, and marked for what they are."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo_registry.catalog import load
from geo_registry.core.kinds import Catalog
from geo_registry.core.space.datums import to_wgs84
from geo_registry.demo import DemoFile, borders, write
from geo_registry.demo.city import COUNTS, OUTLINED
from geo_registry.demo.patrol import EACH
from geo_registry.demo.stations import NATIONAL
from geo_registry.demo.workbook import SHEETS
from geo_registry.demo.zones import made_up_districts
from geo_registry.settings import Settings

MAINLAND = (73.0, 3.0, 136.0, 54.0)
CITY = (113.4, 33.2, 114.4, 34.0)
SEED = 20221009
Sheets = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Load the project's layer files."""
    return load(Settings().layers)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> dict[str, DemoFile]:
    """Write the city once, with borders of its own, whatever is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(borders, "installed", lambda: False)
        return {file.path.name: file for file in write(tmp_path_factory.mktemp("city"), SEED, catalog)}


def apart_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Measure with an independent library."""
    return float(Geod(ellps="WGS84").inv(lon, lat, other_lon, other_lat)[2])


def table(file: DemoFile, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """Read a CSV file."""
    with file.path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def ledger(written: dict[str, DemoFile]) -> Sheets:
    """Read the ledger's cached values once, sheet by sheet."""
    book = openpyxl.load_workbook(written["示例台账.xlsx"].path, data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def features(file: DemoFile) -> list[dict[str, object]]:
    """Read a GeoJSON file's properties."""
    return [one["properties"] for one in json.loads(file.path.read_text("utf-8"))["features"]]


def shapes(file: DemoFile) -> list[shapely.Geometry]:
    """Read a GeoJSON file's geometries."""
    collection = json.loads(file.path.read_text("utf-8"))
    return [shapely.from_geojson(json.dumps(one["geometry"])) for one in collection["features"]]


def positions(rows: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    """Collect the positions of rows that have one."""
    return [(row["经度"], row["纬度"]) for row in rows if row["经度"].replace(".", "").isdigit()]


def test_same_seed_same_bytes(tmp_path: Path, catalog: Catalog) -> None:
    """The same seed writes the same bytes; another seed does not."""
    folders = [tmp_path / name for name in ("first", "second", "third")]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        folder.mkdir()
        write(folder, seed, catalog)
    first, second, third = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == second
    made_up = {name for name in first if first[name] != third[name]}
    assert made_up >= {"示例台账.xlsx", "烟叶烤房清单.csv", "示例工地范围.geojson", "主城区.geojson"}
    assert "国控站点.csv" not in made_up


def test_national_stations_are_facts(written: dict[str, DemoFile], shared_data: Path) -> None:
    """The six national stations stand where the national list has them, and are not called synthetic."""
    file = written["国控站点.csv"]
    given = {row["编码"]: (row["名称"], float(row["经度"]), float(row["纬度"])) for row in table(file)}
    with (shared_data / "henan_stations_20220213.csv").open(encoding="utf-8-sig", newline="") as stream:
        listed = [row for row in csv.DictReader(stream) if row["城市"] == "漯河"]
    assert given == {
        row["监测点编码"]: (row["监测点名称"], float(row["经度"]), float(row["纬度"])) for row in listed
    }
    assert len(given) == 6
    assert not file.synthetic


def test_each_national_station_has_a_warden(written: dict[str, DemoFile]) -> None:
    """Each national station has a warden of its own, who is a role and nobody's name."""
    assert [row["责任网格员"] for row in table(written["国控站点.csv"])] == [
        f"网格员 {number:02d}" for number in range(1, 7)
    ]


def test_only_facts_go_unmarked(written: dict[str, DemoFile]) -> None:
    """Every file but the national stations is marked synthetic."""
    assert [name for name, file in written.items() if not file.synthetic] == ["国控站点.csv"]


def test_about_two_thousand_sources(written: dict[str, DemoFile], ledger: Sheets) -> None:
    """The files hold as many rows of each kind as they promise, about 2,000 in all."""
    counts = Counter({kind: len(rows) - 5 for kind, rows in zip(SHEETS, ledger.values(), strict=True)})
    counts["curing_kiln"] += len(table(written["烟叶烤房清单.csv"]))
    counts["industrial_enterprise"] += len(table(written["涉气工业企业清单.csv"]))
    counts["brick_kiln"] += len(table(written["砖瓦窑清单.csv"], "gb18030"))
    assert counts == COUNTS
    assert len(features(written["示例工地范围.geojson"])) == OUTLINED
    assert 1_900 <= counts.total() + OUTLINED + EACH * len(COUNTS) <= 2_100


def test_every_kind_is_there(written: dict[str, DemoFile], catalog: Catalog) -> None:
    """The city has something of every kind the project comes with."""
    assert {file.kind for file in written.values() if file.kind} | SHEETS.keys() == catalog.kinds.keys()
    patrol = {row["类别"] for row in table(written["示例巡查记录.csv"])}
    assert {catalog.kinds[kind].label.zh for kind in catalog.of_role("source")} <= patrol


def test_names_say_that_they_are_made_up(written: dict[str, DemoFile], ledger: Sheets) -> None:
    """Every made-up thing is called an example, on the map as in the ledger; codes begin with DEMO."""
    for name, file in written.items():
        if not file.synthetic or name == "行政区.geojson":
            continue
        if name.endswith(".xlsx"):
            named = [(row[1], row[2]) for rows in ledger.values() for row in rows[4:-1]]
        else:
            encoding = "gb18030" if name == "砖瓦窑清单.csv" else "utf-8-sig"
            rows = features(file) if name.endswith(".geojson") else table(file, encoding)
            named = [(row["编码"], row["名称"]) for row in rows]
        assert all(str(code).startswith("DEMO-") and str(title).startswith("示例") for code, title in named)


def test_nothing_lies_abroad(written: dict[str, DemoFile]) -> None:
    """No position lies outside the city, and so none outside the mainland."""
    assert shapely.box(*MAINLAND).contains(shapely.box(*CITY))
    for name in (
        "国控站点.csv",
        "示例微站.csv",
        "烟叶烤房清单.csv",
        "涉气工业企业清单.csv",
        "摄像头清单.csv",
    ):
        lon, lat = np.array(positions(table(written[name])), dtype=float).T
        assert lon.size
        assert shapely.contains_xy(shapely.box(*CITY), lon, lat).all()
    for name in ("行政区.geojson", "禁煤区.geojson", "主城区.geojson", "示例工地范围.geojson"):
        assert shapely.covers(shapely.box(*CITY), shapes(written[name])).all()


def test_senders_datums(written: dict[str, DemoFile], ledger: Sheets) -> None:
    """A list in BD-09 and a ledger in GCJ-02 lie inside the districts once brought back to WGS 84."""
    city = shapely.union_all(shapes(written["行政区.geojson"]))
    kilns = np.array(positions(table(written["砖瓦窑清单.csv"], "gb18030")), dtype=float).T
    rows = ledger["施工工地台账"][4:-1]
    sites = np.array([row[6:8] for row in rows if isinstance(row[6], float)], dtype=float).T
    for (x, y), name in ((kilns, "砖瓦窑清单.csv"), (sites, "示例台账.xlsx")):
        lon, lat = to_wgs84(x, y, written[name].datum)
        assert shapely.contains_xy(city, lon, lat).all()
        assert apart_m(lon[0], lat[0], x[0], y[0]) > 500


@given(seed=st.integers(0, 2**32 - 1))
def test_borders_of_any_seed_tile(seed: int) -> None:
    """Whatever the seed, the made-up districts are five, sound, and leave no gap."""
    districts = made_up_districts(np.random.default_rng(seed))
    drawn = [district.shape for district in districts]
    assert shapely.is_valid(drawn).all()
    assert len({district.code for district in districts}) == 5
    assert shapely.area(drawn).sum() == pytest.approx(shapely.area(shapely.union_all(drawn)), rel=1e-9)
    held = [
        next(one.name for one in districts if shapely.contains_xy(one.shape, *at[2:4])) for at in NATIONAL
    ]
    assert held == [at[4] for at in NATIONAL]


def test_districts_tile(written: dict[str, DemoFile]) -> None:
    """The made-up districts are sound, touch without overlap or gap, and hold the national stations."""
    file = written["行政区.geojson"]
    drawn = shapes(file)
    assert [row["编码"] for row in features(file)] == "411102 411103 411104 411121 411122".split()
    assert shapely.is_valid(drawn).all()
    whole = shapely.union_all(drawn)
    assert whole.geom_type == "Polygon"
    assert not shapely.get_num_interior_rings(whole)
    assert shapely.area(drawn).sum() == pytest.approx(shapely.area(whole), rel=1e-9)
    by_name = dict(zip((row["名称"] for row in features(file)), drawn, strict=True))
    for _, _, lon, lat, district in NATIONAL:
        assert shapely.contains_xy(by_name[district], lon, lat)


def test_districts_of_rows_are_where_they_lie(written: dict[str, DemoFile]) -> None:
    """A sound row names the district that holds it."""
    file = written["行政区.geojson"]
    by_name = dict(zip((str(row["名称"]) for row in features(file)), shapes(file), strict=True))
    for row in table(written["涉气工业企业清单.csv"]):
        assert shapely.contains_xy(by_name[row["区县"]], float(row["经度"]), float(row["纬度"]))


def test_ledger_looks_like_a_bureaus(written: dict[str, DemoFile], ledger: Sheets) -> None:
    """The ledger has a title and a note, merged headings in two rows, Chinese dates, bounds and sums."""
    path = written["示例台账.xlsx"].path
    sheet = openpyxl.load_workbook(path)["施工工地台账"]
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A1:X1", "A2:X2", "A3:A4", "G3:H3", "S3:X3"} <= merged
    assert [sheet[cell].value for cell in ("A3", "G3", "G4", "H4", "S3")] == [
        "序号",
        "位置",
        "经度",
        "纬度",
        "六个百分之百",
    ]
    assert all(last[0] == "合计" for last in (each[-1] for each in ledger.values()))
    assert all(str(row[11]).endswith("日") for row in ledger["施工工地台账"][4:-1])
    assert any(str(cell).endswith("余吨") for row in ledger["散煤销售点台账"] for cell in row)
    assert any("°" in str(row[6]) for row in ledger["施工工地台账"])


def test_formulas_carry_their_values(written: dict[str, DemoFile], ledger: Sheets) -> None:
    """Every formula of the ledger has a cached value, and the sums are right."""
    book = openpyxl.load_workbook(written["示例台账.xlsx"].path)
    formulas = 0
    for sheet in book:
        for typed, cached in zip(sheet.iter_rows(values_only=True), ledger[sheet.title], strict=True):
            values = [value for text, value in zip(typed, cached, strict=True) if str(text).startswith("=")]
            assert all(isinstance(value, (int, float)) for value in values)
            formulas += len(values)
    assert formulas > 300
    areas = [float(str(row[15])) for row in ledger["施工工地台账"][4:]]
    assert areas[-1] == pytest.approx(sum(areas[:-1]))


def test_faults_lie_in_the_patrols_list_alone(written: dict[str, DemoFile]) -> None:
    """The patrol's list has gaps, a twin, a swap and more; only there are rows to be refused."""
    assert [name for name, file in written.items() if file.accept_partial] == ["示例巡查记录.csv"]
    rows = table(written["示例巡查记录.csv"])
    assert sum(row["经度"] in {"", "-"} for row in rows) == 4
    assert len(rows) - len({tuple(row.values()) for row in rows}) == 2
    assert sum(row["经度"].startswith("33.") for row in rows) == 1
    assert sum(len(row["经度"]) == len("114.02") for row in rows) == 1
    assert "2025年2月30日" in {row["建档日期"] for row in rows}


def test_a_station_bears_a_closed_mark(written: dict[str, DemoFile]) -> None:
    """One micro station's name says that it no longer runs."""
    assert [row["名称"] for row in table(written["示例微站.csv"]) if "停运" in row["名称"]] == [
        "示例微站 08（已停运）"
    ]


def test_siting_check_has_something_to_find(ledger: Sheets) -> None:
    """One made-up site stands nearer than 50 m to a national station."""
    x, y = ledger["施工工地台账"][4][6:8]
    lon, lat = to_wgs84(float(str(x)), float(str(y)), "gcj02")
    assert apart_m(float(lon), float(lat), *NATIONAL[3][2:4]) == pytest.approx(38, abs=1)
