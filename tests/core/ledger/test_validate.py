"""From raw rows to canonical ones: what is kept, what is refused, and why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_registry.core.frame import check
from geo_registry.core.ledger.headings import locate
from geo_registry.core.ledger.validate import validate
from geo_registry.core.space.datums import from_wgs84
from geo_registry.core.space.geodesy import distance_azimuth
from geo_registry.errors import CRSError, DatumError, FileRefused, RegistryError, ValueRefused
from tests.core.ledger.ledger_world import (
    RULES,
    TODAY,
    WORLD,
    Cells,
    checked,
    csv_grid,
    grid,
    kind_named,
    located,
    only,
    real_catalog,
    shapes,
    told,
)

COAL = "coal_sales_point"
PLACE = ["114.0201", "33.5801"]
SQUARE = shapely.box(114.0, 33.5, 114.01, 33.51)
BOW = shapely.from_wkt("POLYGON ((114 33, 115 34, 115 33, 114 34, 114 33))")


def coal(*rows: list[str | None], heads: str = "") -> Cells:
    """Lay out a ledger of coal points: a name, a place and whatever columns are named."""
    return [["名称", "经度", "纬度", *heads.split()], *rows]


# ------------------------------------------------------------------ the figures of the issue


def test_the_national_list_is_taken_whole(shared_data: Path) -> None:
    """All 1,498 stations of the older national list are accepted."""
    rules = replace(RULES, region=WORLD, sets={"level": "national"})
    renames = {"ID": "code", "stations_name": "name"}
    result = checked(csv_grid(shared_data / "pm25gnn_station_info.csv"), "monitoring_station", rules, renames)
    assert (result.rows, result.accepted) == (1498, 1498)
    assert set(result.frame["level"]) == {"national"}


def test_the_power_plants_are_told_apart(shared_data: Path) -> None:
    """Of 3,137 plants 3,118 are accepted, 8 are identical to another and 11 lack a position."""
    rules = replace(RULES, region=WORLD)
    renames = {"Power Plant ID": "code", "Name": "name"}
    layer = csv_grid(shared_data / "cn_power_plants_wri_raw.csv")
    result = checked(layer, "industrial_enterprise", rules, renames)
    counts = Counter(found.code for found in result.findings)
    assert (result.rows, result.accepted, result.rejected) == (3137, 3118, 19)
    assert (counts["DUPLICATE"], counts["COORD_MISSING"], counts["CODE_REPEATED"]) == (8, 11, 5)
    assert result.frame["code_no"].max() == 3


def test_the_henan_stations_keep_their_marks(shared_data: Path) -> None:
    """All 114 stations are kept; the 11 that are stopped or control points are warned, once each."""
    result = checked(csv_grid(shared_data / "henan_stations_20220213.csv"), "monitoring_station")
    marked = [found.row for found in result.findings if found.code == "STATION_CLOSED_MARK"]
    assert (result.accepted, len(marked), len(set(marked))) == (114, 11, 11)
    assert json.loads(str(result.frame.loc[0, "extra"])) == {"城市": "郑州"}


def test_the_awkward_rows_are_each_told(shared_data: Path) -> None:
    """13 of 19 are kept; places missing, marks of closing, a coarse place and a twin are told."""
    layer = csv_grid(shared_data / "awkward_rows_20220213.csv")
    result = checked(layer, "monitoring_station")
    assert (result.accepted, result.rejected) == (13, 6)
    code_of = dict(zip(result.frame["row"], result.frame["code"], strict=True))
    warned = {(found.code, code_of.get(found.row or 0)) for found in result.findings}
    assert warned == {
        ("COORD_MISSING", None),
        ("COORD_LOW_PRECISION", "2675A"),
        ("POSSIBLE_DUPLICATE", "3618A"),
        ("STATION_CLOSED_MARK", "2393A"),
        ("STATION_CLOSED_MARK", "1436A"),
        ("STATION_CLOSED_MARK", "1475A"),
        ("STATION_CLOSED_MARK", "2653A"),
    }


def test_unlocated_rows_are_kept_when_that_is_asked(shared_data: Path) -> None:
    """With leave to be unlocated the same six rows are kept without a geometry, each warned."""
    rules = replace(RULES, allow_unlocated=True)
    result = checked(csv_grid(shared_data / "awkward_rows_20220213.csv"), "monitoring_station", rules)
    assert (result.accepted, result.rejected, result.unlocated) == (19, 0, 6)
    assert Counter(found.code for found in result.findings)["POSITION_MISSING"] == 6
    assert result.frame["datum"].isna().sum() == 6


# ------------------------------------------------------------------ rows


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["甲", "乙", None, "合计"]),
            st.sampled_from(["114.0201", "33.58", "abc", "-", "0", "500"]),
            st.sampled_from(["33.5801", "114.02", "0", None, "38512345"]),
            st.sampled_from(["3", "10余吨", "许多", None]),
            st.sampled_from(["2025-3-1", "2025-02-30", "正常", None]),
        ),
    ),
    st.booleans(),
)
def test_no_row_is_ever_lost(rows: list[tuple[str | None, ...]], allow_unlocated: bool) -> None:
    """Whatever a ledger says, accepted and rejected make up its rows and every refusal has its reason."""
    heads, good = ["名称", "经度", "纬度", "存煤量", "建档日期"], ["丙", *PLACE, "1", None]
    layer = grid([heads, *rows, good])
    result = checked(layer, COAL, replace(RULES, allow_unlocated=allow_unlocated))
    assert result.accepted + result.rejected == result.rows
    reasons = {found.row for found in result.findings if found.severity == "row"}
    assert reasons == set(result.refused)
    assert set(result.frame["row"]).isdisjoint(reasons)
    assert not {found.row for found in result.findings if found.severity == "warning"} & reasons
    check(result.frame)


def test_a_canonical_row_keeps_what_was_sent() -> None:
    """A row holds values, the coordinate as written, its datum, its number and the columns nobody knows."""
    rows = coal(["甲", "１１４．０２０１", "33°34′48″", "10余吨", "是", "某局"], heads="存煤量 流动销售 牵头")
    row = checked(grid(rows), COAL).frame.iloc[0]
    assert row[["name", "kind", "status", "row", "version", "code_no"]].tolist() == [
        "甲",
        COAL,
        "registered",
        2,
        1,
        1,
    ]
    assert row[["x_given", "y_given", "datum"]].tolist() == ["１１４．０２０１", "33°34′48″", "wgs84"]
    assert row[["stock_t", "stock_t_bound", "mobile"]].tolist() == [10.0, ">=", True]
    assert json.loads(row["extra"]) == {"牵头": "某局"}
    assert row["geometry"].x == pytest.approx(114.0201)
    assert row["geometry"].y == pytest.approx(33.58)


def test_a_blank_name_is_the_code_or_a_fault() -> None:
    """A row with a code and no name is called by its code; one with neither is refused."""
    rows: Cells = [["编码", "名称", "经度", "纬度"], ["S1", "-", *PLACE], [None, None, "114.03", "33.59"]]
    result = checked(grid(rows), COAL)
    assert result.frame["name"].tolist() == ["S1"]
    assert (3, "VALUE_INVALID") in told(result)


def test_statuses_are_said_in_the_kinds_own_words_first() -> None:
    """停工整改 is suspended on a site; an unknown status is refused, a blank one is the default."""
    rows = coal(
        ["甲", "114.0201", "33.5801", "停工整改"],
        ["乙", "114.0301", "33.5801", "已取缔"],
        ["丙", "114.0401", "33.5801", None],
        ["丁", "114.0501", "33.5801", "飞走了"],
        heads="状态",
    )
    result = checked(grid(rows), "construction_site")
    assert result.frame["status"].tolist() == ["suspended", "banned", "operating"]
    assert only([found for found in result.findings if found.severity == "row"]).field == "status"


def test_check_items_know_pass_fail_and_not_applicable() -> None:
    """√, 否 and / in a checklist column mean pass, fail and not applicable."""
    rows = coal(
        ["甲", "114.0201", "33.5801", "√", "否"],
        ["乙", "114.0301", "33.5801", "/", None],
        heads="散煤清除 设备清除",
    )
    frame = checked(grid(rows), COAL).frame
    assert frame["coal_cleared"].tolist() == ["pass", "na"]
    assert frame["equipment_cleared"].fillna("").tolist() == ["fail", ""]


@pytest.mark.parametrize(
    ("heads", "cell", "code"),
    [
        ("存煤量", "许多", "VALUE_INVALID"),
        ("存煤量", "-3", "VALUE_INVALID"),
        ("建档日期", "2025-02-30", "DATE_INVALID"),
        ("建档日期", "2026-11-24", "DATE_INVALID"),
        ("煤种", "木柴", "VALUE_INVALID"),
        ("统一社会信用代码", "91350100M000100Y4Z", "VALUE_INVALID"),
        ("备注", "a\x00b", "TEXT_CONTROL_CHAR"),
        ("乡镇", "长" * 101, "FIELD_TOO_LONG"),
    ],
)
def test_a_bad_cell_refuses_its_row_alone(heads: str, cell: str, code: str) -> None:
    """One bad cell is told with its row, field and value, and the row beside it is kept."""
    rows = coal(["甲", "114.0201", "33.5801", cell], ["乙", "114.0301", "33.5801", None], heads=heads)
    result = checked(grid(rows), COAL)
    assert (result.refused, result.accepted) == ((2,), 1)
    found = only(result.findings)
    assert (found.code, found.row, found.value) == (code, 2, cell)


def test_a_record_cannot_end_before_it_begins() -> None:
    """valid_to before valid_from is DATE_INVALID."""
    rows = coal(["甲", *PLACE, "2024-10-01", "2024-03-01"], heads="生效日期 失效日期")
    assert told(checked(grid(rows), COAL)) == [(2, "DATE_INVALID")]


def test_a_row_with_a_cell_too_many_is_refused_in_delimited_text() -> None:
    """A stray comma shifts cells: the row is refused in CSV, kept with the cell in a workbook."""
    rows = coal(["甲", *PLACE, "x"], ["乙", "114.0301", "33.5801"])
    assert told(checked(grid(rows), COAL)) == [(2, "ROW_WIDTH")]
    kept = checked(grid(rows), COAL, replace(RULES, delimited=False))
    assert (kept.accepted, kept.frame.loc[0, "extra"]) == (2, '{"#4": "x"}')


def test_rows_skipped_are_told() -> None:
    """A total at the end is warned with its row, a title only listed; neither counts as a row."""
    result = checked(grid([["散煤点台账"], *coal(["甲", *PLACE]), ["合计", None, None]]), COAL)
    assert (result.rows, told(result)) == (1, [(4, "SUMMARY_ROW_SKIPPED")])
    assert [(each.row, each.reason) for each in result.skipped] == [(1, "title"), (4, "summary")]


def test_the_category_of_another_word_is_kept_with_the_row() -> None:
    """A category that names the kind says nothing new; a stranger one is kept as it was sent."""
    rows: Cells = [
        ["名称", "类别", "经度", "纬度"],
        ["甲", "散煤点", *PLACE],
        ["乙", "二级", "114.0301", "33.5801"],
    ]
    assert checked(grid(rows), COAL).frame["extra"].fillna("").tolist() == ["", '{"category": "二级"}']


def test_set_values_fill_empty_cells() -> None:
    """A value that was set stands where the row has none of its own."""
    rows = coal(["甲", *PLACE, "3"], ["乙", "114.0301", "33.5801", "-"], heads="存煤量")
    result = checked(grid(rows), COAL, replace(RULES, sets={"stock_t": "5吨", "township": "空冢郭镇"}))
    assert result.frame["stock_t"].tolist() == [3.0, 5.0]
    assert set(result.frame["township"]) == {"空冢郭镇"}


@pytest.mark.parametrize(
    ("sets", "code"), [({"nothing": "1"}, "SET_UNKNOWN"), ({"stock_t": "x"}, "VALUE_INVALID")]
)
def test_a_bad_set_is_refused_at_once(sets: dict[str, str], code: str) -> None:
    """A set of an unknown field, or of a value it cannot have, is nobody's row fault."""
    with pytest.raises(ValueRefused) as fault:
        checked(grid(coal(["甲", *PLACE])), COAL, replace(RULES, sets=sets))
    assert fault.value.code == code


# ------------------------------------------------------------------ positions


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        ("", "33.58", "COORD_MISSING"),
        ("114.02", "—", "COORD_MISSING"),
        ("东边", "33.58", "COORD_NOT_NUMBER"),
        ("114.02", "NaN", "COORD_NOT_FINITE"),
        ("246.02", "33.58", "COORD_OUT_OF_RANGE"),
        ("114.02", "-91", "COORD_OUT_OF_RANGE"),
        ("0", "0.0", "COORD_NULL_ISLAND"),
        ("33.5801", "114.0201", "COORD_SWAPPED"),
        ("40.02", "80.02", "COORD_SWAPPED"),
        ("N33.58", "E114.02", "COORD_SWAPPED"),
        ("38501856.74", "3717075.81", "COORD_PROJECTED"),
        ("2.3508", "48.8567", "OUT_OF_REGION"),
    ],
)
def test_each_bad_position_has_its_code(x: str, y: str, code: str) -> None:
    """What is wrong with a position is told by one code, in the row where it is."""
    result = checked(grid(coal(["甲", x, y], ["乙", *PLACE])), COAL)
    assert (told(result), result.accepted) == ([(2, code)], 1)


def test_anywhere_is_inside_the_region_of_the_world() -> None:
    """With the world for a region Paris is kept, and a latitude of 113 is still an exchange."""
    rules = replace(RULES, region=WORLD)
    result = checked(grid(coal(["甲", "2.3508", "48.8567"], ["乙", "33.5801", "113.0201"])), COAL, rules)
    assert (told(result), result.accepted) == ([(3, "COORD_SWAPPED")], 1)


def test_a_region_may_span_the_meridian_of_180_degrees() -> None:
    """A region from 170° E to 170° W holds 179° E and 179° W and not 0°."""
    rules = replace(RULES, region=(170.0, -30.0, -170.0, 0.0))
    rows = coal(["甲", "179.1234", "-17.1234"], ["乙", "-179.1234", "-17.1234"], ["丙", "1.1234", "-17.1234"])
    assert told(checked(grid(rows), COAL, rules)) == [(4, "OUT_OF_REGION")]


@pytest.mark.parametrize(
    "datum", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4547", "EPSG:4526", "EPSG:3857"]
)
def test_every_datum_lands_where_it_should(datum: str) -> None:
    """Points written in any datum come back within a millimetre; the numbers sent stay as they were."""
    lon, lat = np.array([114.0201, 113.5]), np.array([33.5801, 33.9])
    x, y = from_wgs84(lon, lat, datum)
    texts = [[repr(float(a)), repr(float(b))] for a, b in zip(x, y, strict=True)]
    result = checked(grid(coal(["甲", *texts[0]], ["乙", *texts[1]])), COAL, replace(RULES, datum=datum))
    points = result.frame.geometry
    off_m, _ = distance_azimuth(points.x.to_numpy(), points.y.to_numpy(), lon, lat)
    assert off_m.max() < 0.001
    assert result.datum == datum
    assert result.frame["x_given"].tolist() == [text[0] for text in texts]


def test_degrees_under_a_projection_are_refused() -> None:
    """Degrees in a file said to be in metres are out of range, not a place near the origin."""
    result = checked(grid(coal(["甲", *PLACE])), COAL, replace(RULES, datum="EPSG:4547"))
    assert told(result) == [(2, "COORD_OUT_OF_RANGE")]


@pytest.mark.parametrize(
    ("x", "y", "coarse"),
    [
        ("97", "33.0014", True),
        ("111.1", "34.7167", True),
        ("114.17", "35.9019", False),
        ("114.17", "35.90", True),
        ("114.171", "35.902", False),
        ("113°45′", "33°34′", True),
        ("113°45′30″", "33°34′48″", False),
    ],
)
def test_coarse_coordinates_are_warned(x: str, y: str, coarse: bool) -> None:
    """Less than two decimals in either number, or less than three in both, is a low precision."""
    codes = told(checked(grid(coal(["甲", x, y])), COAL))
    assert codes == ([(2, "COORD_LOW_PRECISION")] if coarse else [])


def test_features_bring_their_own_geometry_and_datum() -> None:
    """A shapefile's points and polygons are taken in its own reference system, heights dropped."""
    point = shapely.from_wkt("POINT Z (114.0201 33.5801 60)")
    layer = shapes(["名称"], [["甲"], ["乙"]], [point.wkb, SQUARE.wkb])
    result = checked(layer, "construction_site", replace(RULES, datum=None))
    assert result.frame.geometry.geom_type.tolist() == ["Point", "Polygon"]
    assert not result.frame.geometry.has_z.any()
    assert (result.datum, result.frame["x_given"].tolist()[0]) == ("wgs84", "114.0201")
    assert result.frame["x_given"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("wkb", "code"),
    [
        (None, "GEOM_MISSING"),
        (shapely.Point().wkb, "GEOM_MISSING"),
        (shapely.LineString([(114, 33), (115, 34)]).wkb, "GEOM_TYPE"),
        (BOW.wkb, "VALUE_INVALID"),
        (b"\x01\x03", "VALUE_INVALID"),
        (shapely.Point(33.58, 114.02).wkb, "COORD_SWAPPED"),
        (shapely.Point(0, 0).wkb, "COORD_NULL_ISLAND"),
        (shapely.box(140, 33, 141, 34).wkb, "OUT_OF_REGION"),
        (shapely.box(38500000, 3700000, 38500010, 3700010).wkb, "COORD_PROJECTED"),
    ],
)
def test_each_bad_geometry_has_its_code(wkb: bytes | None, code: str) -> None:
    """What is wrong with a geometry is told by one code; a polygon that crosses itself is not mended."""
    layer = shapes(["名称"], [["甲"], ["乙"]], [wkb, SQUARE.wkb])
    result = checked(layer, "construction_site", replace(RULES, datum=None))
    assert (told(result), result.accepted) == ([(1, code)], 1)


def test_a_multipoint_of_one_point_is_that_point() -> None:
    """Some software writes every point as a multipoint: one of a single point is taken."""
    layer = shapes(["名称"], [["甲"], ["乙"]], [shapely.MultiPoint([(114.0201, 33.5801)]).wkb, None])
    frame = checked(layer, COAL, replace(RULES, datum=None, allow_unlocated=True)).frame
    assert frame.geometry.iloc[0] == shapely.Point(114.0201, 33.5801)


def test_coordinates_for_a_kind_of_polygons_are_the_wrong_type() -> None:
    """A district cannot be a point."""
    assert told(checked(grid(coal(["源汇区", *PLACE])), "district")) == [(2, "GEOM_TYPE")]


def test_columns_of_coordinates_beside_a_geometry_are_kept_unread() -> None:
    """Where a feature has its geometry, its lon and lat columns go along as they were sent."""
    layer = shapes(["名称", "lon", "lat"], [["甲", "1", "2"]], [SQUARE.wkb])
    frame = checked(layer, "construction_site", replace(RULES, datum=None)).frame
    assert json.loads(str(frame.loc[0, "extra"])) == {"lon": "1", "lat": "2"}


@pytest.mark.parametrize(
    ("crs", "said", "datum"),
    [
        ("EPSG:4326", "gcj02", "gcj02"),
        ("EPSG:4490", None, "cgcs2000"),
        ("EPSG:4547", None, "EPSG:4547"),
        ("EPSG:4547", "cgcs2000", "EPSG:4547"),
        ("EPSG:4547", "EPSG:4548", "EPSG:4548"),
        (None, "wgs84", "wgs84"),
    ],
)
def test_what_is_said_of_the_datum_and_what_the_file_says(
    crs: str | None, said: str | None, datum: str
) -> None:
    """A datum said of degrees wins; a plane system of the file stays unless another is said."""
    point = shapely.Point(*np.array(from_wgs84(114.0201, 33.5801, datum)).tolist())
    layer = shapes(["名称"], [["甲"]], [point.wkb], crs)
    result = checked(layer, COAL, replace(RULES, datum=said))
    assert (result.accepted, result.datum) == (1, datum)


# ------------------------------------------------------------------ the file


def test_a_datum_that_nobody_says_is_refused() -> None:
    """Degrees without a datum are never guessed to be WGS 84; geometries need a reference system."""
    for layer, code in (
        (grid(coal(["甲", *PLACE])), "DATUM_MISSING"),
        (shapes(["名称"], [["甲"]], [SQUARE.wkb], None), "CRS_MISSING"),
    ):
        with pytest.raises(FileRefused) as fault:
            checked(layer, "construction_site", replace(RULES, datum=None))
        assert fault.value.code == code


def test_a_datum_that_does_not_exist_or_does_not_fit_is_refused() -> None:
    """An unknown datum is refused, and so is GCJ-02 said of a file in metres."""
    with pytest.raises(DatumError):
        checked(grid(coal(["甲", *PLACE])), COAL, replace(RULES, datum="mars"))
    with pytest.raises(CRSError):
        checked(
            shapes(["名称"], [["甲"]], [SQUARE.wkb], "EPSG:4547"),
            "construction_site",
            replace(RULES, datum="gcj02"),
        )


@pytest.mark.parametrize("heads", [["名称", "地址"], ["名称", "经度"], ["经度", "纬度"]])
def test_a_ledger_without_the_columns_it_needs_is_refused(heads: list[str]) -> None:
    """Without a name or code, or without coordinates where they are required, the headings lack."""
    with pytest.raises(FileRefused) as fault:
        checked(grid([heads, ["114.1", "33.5"]]), COAL)
    assert fault.value.code == "HEADER_MISSING"
    assert len(str(fault.value.details["seen"]).split(", ")) == len(heads)


def test_a_ledger_without_coordinates_may_be_kept_unlocated() -> None:
    """With leave to be unlocated neither columns of coordinates nor a datum are needed."""
    rules = replace(RULES, datum=None, allow_unlocated=True)
    result = checked(grid([["名称", "地址"], ["甲", "某路"]]), COAL, rules)
    assert (result.accepted, result.unlocated, told(result)) == (1, 1, [(2, "POSITION_MISSING")])


def test_a_sheet_of_headings_alone_is_refused() -> None:
    """Headings without a row below them are NO_ROWS."""
    with pytest.raises(FileRefused) as fault:
        checked(grid([*coal(), ["合计", None, None]]), COAL)
    assert fault.value.code == "NO_ROWS"


def test_a_formula_without_its_value_refuses_the_file() -> None:
    """A mapped cell whose formula was never computed is told; an unmapped one is no matter."""
    rows = coal(["甲", *PLACE, None, None], heads="存煤量 牵头")
    with pytest.raises(FileRefused) as fault:
        checked(grid(rows, formulas=((2, 3),)), COAL)
    assert (fault.value.code, fault.value.details) == ("CELL_FORMULA", {"row": 2, "field": "stock_t"})
    assert checked(grid(rows, formulas=((2, 4),)), COAL).accepted == 1


def test_a_kind_without_a_place_has_none() -> None:
    """A record kept by a kind without position has no geometry and is not warned for it."""
    kind = replace(kind_named(COAL), position="none", geometry=())
    layer = grid(coal(["甲", *PLACE]))
    result = validate(layer, locate(layer, real_catalog(), kind, {}), kind, replace(RULES, datum=None))
    assert (result.accepted, result.unlocated, told(result)) == (1, 1, [])
    assert json.loads(str(result.frame.loc[0, "extra"])) == {"lon": PLACE[0], "lat": PLACE[1]}


def test_lost_rows_are_a_bug_and_raise() -> None:
    """Counts that do not add up cannot be made into an answer."""
    result = checked(grid(coal(["甲", *PLACE])), COAL)
    with pytest.raises(RegistryError) as fault:
        replace(result, rows=2)
    assert fault.value.code == "ROWS_LOST"


def test_today_decides_what_is_future() -> None:
    """A record found today is fine, one found tomorrow is not."""
    rows = coal(["甲", *PLACE, TODAY.isoformat()], heads="建档日期")
    assert told(checked(grid(rows), COAL)) == []
    assert located(grid(rows), COAL).column("discovered_on") == 3
