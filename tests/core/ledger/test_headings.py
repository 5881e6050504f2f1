"""Headings of ledgers as bureaus send them, and the rows round them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.ledger.headings import kind_of_sheet, kind_of_value
from geo_registry.core.raw import ROW
from geo_registry.errors import FileRefused, ValueRefused
from tests.core.ledger.ledger_world import Cells, grid, located, real_catalog, shapes

LEDGER: Cells = [
    ["漯河市施工工地台账"] * 7,
    ["填报单位：某局", None, None, None, None, "日期：2025年3月1日", None],
    ["序号", "名称", "位置", "位置", "占地面积（m²）", "建设单位", "建设单位"],
    ["序号", "名称", "经度", "纬度", "占地面积（m²）", "名称", "负责人"],
    ["1", "一号工地", "114.0201", "33.5801", "1200", "甲公司", "张某"],
    [None, None, None, None, None, None, None],
    ["2", "二号工地", "114.0302", "33.5902", "800", "乙公司", "李某"],
    ["小 计", None, None, None, "2000", None, None],
    ["序号", "名称", "位置", "位置", "占地面积（m²）", "建设单位", "建设单位"],
    ["序号", "名称", "经度", "纬度", "占地面积（m²）", "名称", "负责人"],
    ["3", "三号工地", "114.0403", "33.6003", "500", "丙公司", "王某"],
    ["合计", "3家", None, None, "2500", None, None],
    ["备注：以上数据截至三月。", None, None, None, None, None, None],
    ["制表人：张某", None, None, "审核：李某", None, None, None],
]


def test_a_ledger_with_titles_merged_headings_and_totals_is_understood() -> None:
    """Titles, notes, totals, repeated and merged headings are told from data, each with its row."""
    heading = located(grid(LEDGER), "construction_site")
    assert dict(heading.columns) == {1: "name", 2: "lon", 3: "lat", 4: "area_m2", 6: "owner"}
    assert heading.rows == (3, 4)
    assert heading.body[ROW].to_pylist() == [5, 7, 11]
    assert [(each.row, each.reason) for each in heading.skipped] == [
        (1, "title"),
        (2, "title"),
        (8, "summary"),
        (9, "heading"),
        (10, "heading"),
        (12, "summary"),
        (13, "note"),
        (14, "note"),
    ]
    assert heading.skipped[5].text == "合计"


def test_a_name_under_another_heading_is_not_the_name() -> None:
    """The 名称 of a 建设单位 stays with the extra columns, under both its headings."""
    heading = located(grid(LEDGER), "construction_site")
    assert heading.extra == {5: "建设单位/名称"}


def test_merged_headings_of_csv_reach_to_the_right() -> None:
    """Where only the first cell of a merged heading is filled, it stands over the ones to its right."""
    rows: Cells = [
        ["名称", "存煤", None, "备注"],
        [None, "数量", "煤种", None],
        ["甲", "3", "散煤", None],
    ]
    heading = located(grid(rows), "coal_sales_point")
    assert dict(heading.columns) == {0: "name", 1: "stock_t", 2: "fuel", 3: "note"}
    assert heading.rows == (1, 2)
    rows = [["名称", "位置", None], [None, "经度", "纬度"], ["甲", "114.1", "33.5"]]
    heading = located(grid(rows), "coal_sales_point")
    assert dict(heading.columns) == {0: "name", 1: "lon", 2: "lat"}


@pytest.mark.parametrize(
    "spelling",
    [
        "经度",
        "经 度",
        "＊经度",
        "经度*",
        "【经度】",
        "经度（°）",
        "经度/°",
        "lon",
        "LNG",
        "Longitude",
        "ｌｏｎ",
        "经度（E）",
    ],
)
def test_headings_match_in_any_spelling(spelling: str) -> None:
    """Names, labels and aliases match in any case and width, with stars, spaces, brackets and units."""
    heading = located(grid([["名称", spelling, "纬度"], ["甲", "114.1", "33.5"]]), "coal_sales_point")
    assert heading.column("lon") == 1


@pytest.mark.parametrize(
    "heading", ["占地面积（亩）", "占地面积(公顷)", "占地面积/亩", "占地面积（万平方米）"]
)
def test_a_heading_in_another_unit_is_not_the_field(heading: str) -> None:
    """A column of mu is kept as it was sent: filling m² with it would be wrong by a factor of 667."""
    found = located(grid([["名称", heading], ["甲", "3"]]), "construction_site")
    assert found.column("area_m2") is None
    assert found.extra == {1: heading}


def test_serial_numbers_are_no_column() -> None:
    """序号 is neither a field nor kept: ledgers number their rows anew each time."""
    heading = located(grid([["序号", "名称", "牵头"], ["1", "甲", "局"]]), "coal_sales_point")
    assert (dict(heading.columns), heading.extra) == ({1: "name"}, {2: "牵头"})


def test_the_users_word_wins() -> None:
    """A renamed column takes the field from the column that is called so."""
    layer = grid([["Power Plant ID", "Name", "名称"], ["1", "Ertan", "二滩"]])
    heading = located(layer, "coal_sales_point", {"power plant id": "code", "名称": "name"})
    assert (dict(heading.columns), heading.extra) == ({0: "code", 2: "name"}, {1: "Name"})


def test_the_users_words_may_be_the_only_headings_known() -> None:
    """A sheet whose headings all need the user's word is found by that word."""
    layer = grid([["某表", None], ["ZD_A", "ZD_B"], ["甲", "5"]])
    heading = located(layer, "coal_sales_point", {"ZD_A": "name", "ZD_B": "stock_t"})
    assert (heading.rows, dict(heading.columns)) == ((2,), {0: "name", 1: "stock_t"})


@pytest.mark.parametrize("renames", [{"不存在": "name"}, {"名称": "no_such_field"}])
def test_a_word_for_nothing_is_refused(renames: Mapping[str, str]) -> None:
    """Renaming a heading that is not there, or to a field that is none, is MAP_UNKNOWN."""
    with pytest.raises(ValueRefused) as fault:
        located(grid([["名称", "经度"], ["甲", "114.1"]]), "coal_sales_point", renames)
    assert fault.value.code == "MAP_UNKNOWN"


def test_two_columns_for_one_field_are_refused() -> None:
    """经度 and lon in one file: which of them holds is not guessed."""
    with pytest.raises(FileRefused) as fault:
        located(grid([["名称", "经度", "lon", "纬度"], ["甲", "114", "115", "33"]]), "coal_sales_point")
    assert (fault.value.code, fault.value.details["seen"]) == ("HEADER_DUPLICATE", "经度, lon")


def test_rows_without_headings_are_refused() -> None:
    """A sheet of nothing but data is refused, and what stands in its first row is shown."""
    with pytest.raises(FileRefused) as fault:
        located(grid([["甲", "114.1", "33.5"], ["乙", "114.2", "33.6"]]), "coal_sales_point")
    assert (fault.value.code, fault.value.details["seen"]) == ("HEADER_MISSING", "甲, 114.1, 33.5")


def test_headings_are_looked_for_in_thirty_rows() -> None:
    """A heading row after 29 rows of preamble is found, one after 30 is not."""
    rows: Cells = [["说明"]] * 29 + [["名称", "经度", "纬度"], ["甲", "114.1", "33.5"]]
    assert located(grid(rows), "coal_sales_point").rows == (30,)
    with pytest.raises(FileRefused):
        located(grid([["说明"], *rows]), "coal_sales_point")


def test_attribute_names_are_the_headings_of_features() -> None:
    """A shapefile's columns match by name, and every feature is a row, one called 合计 too."""
    layer = shapes(["NAME", "备注", "x_1"], [["合计", None, "1"], ["甲", "无", "2"]], [None, None])
    heading = located(layer, "district")
    assert (dict(heading.columns), heading.extra) == ({0: "name", 1: "note"}, {2: "x_1"})
    assert (heading.body.num_rows, heading.skipped) == (2, ())


@pytest.mark.parametrize(
    "row", [["合计化工厂", "114.1", "33.5"], ["Total", "114.1", "33.5"], ["3", "114.1", "33.5"]]
)
def test_data_rows_are_not_taken_for_totals(row: list[str]) -> None:
    """An enterprise with a place is data, whatever it is called."""
    heading = located(grid([["名称", "经度", "纬度"], row]), "coal_sales_point")
    assert heading.body.num_rows == 1


@pytest.mark.parametrize(
    "row", [["某工地", None, None], ["某工地", "-", "-"], [None, "114.1", "33.5"], ["甲", "甲", None]]
)
def test_poor_rows_are_data_all_the_same(row: list[str | None]) -> None:
    """A row with a name and nothing else is refused for it later, never left out in silence."""
    heading = located(grid([["名称", "经度", "纬度"], row]), "coal_sales_point")
    assert (heading.body.num_rows, heading.skipped) == (1, ())


@pytest.mark.parametrize("word", ["合计", "小 计", "总计：", "共计（家）", "本页合计", "TOTAL", "Sub total"])
def test_totals_are_known_in_every_spelling(word: str) -> None:
    """A row that begins with a word for a total is no data."""
    heading = located(
        grid([["名称", "经度", "纬度", "存煤量"], ["甲", "114", "33", "1"], [word, None, None, "1"]]),
        "coal_sales_point",
    )
    assert [(each.row, each.reason, each.text) for each in heading.skipped] == [(3, "summary", word)]


def test_cells_past_the_headings_are_kept_under_their_place() -> None:
    """A column without a heading is not lost: it is called by its number."""
    heading = located(grid([["名称", None, "备注"], ["甲", "x", "y"]]), "coal_sales_point")
    assert heading.extra == {1: "#2"}


def test_equal_strange_headings_are_numbered() -> None:
    """Two columns that no field takes may have one name; neither hides the other."""
    heading = located(grid([["名称", "牵头", "牵头"], ["甲", "x", "y"]]), "coal_sales_point")
    assert heading.extra == {1: "牵头", 2: "牵头 (2)"}


def test_without_a_kind_the_category_column_is_found() -> None:
    """A mixed ledger is located by what all kinds share; columns of several kinds do not clash."""
    layer = grid([["类别", "名称", "经度", "纬度", "燃料"], ["散煤点", "甲", "114", "33", "散煤"]])
    heading = located(layer, None)
    assert heading.column("category") == 0
    assert heading.column("name") == 1


@given(
    st.lists(
        st.tuples(*[st.sampled_from(["甲", "1", "合计", "备注：", "名称", "经度", "纬度", "-", None])] * 3)
    )
)
def test_no_row_is_lost(rows: list[tuple[str | None, ...]]) -> None:
    """Every row below the headings that is not blank is either data or listed as skipped, once."""
    heading = located(grid([["名称", "经度", "纬度"], *rows]), "coal_sales_point")
    kept = [*heading.body[ROW].to_pylist(), *(each.row for each in heading.skipped)]
    filled = [at for at, row in enumerate(rows, start=2) if any(row)]
    assert sorted(kept) == filled


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("建筑工地", "construction_site"),
        ("散煤点", "coal_sales_point"),
        ("烟叶 烤房", "curing_kiln"),
        ("商砼站", "batching_plant"),
        ("国控站点", "monitoring_station"),
        ("Coal_Sales_Point", "coal_sales_point"),
        ("锅炉", None),
        ("", None),
    ],
)
def test_category_cells_name_kinds(word: str, kind: str | None) -> None:
    """A category cell is a kind's name, label or alias, or it is unknown."""
    assert kind_of_value(word, real_catalog()) == kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("施工工地", "construction_site"),
        ("附件2 散煤销售点台账（2025年）", "coal_sales_point"),
        ("漯河市烤房统计表", "curing_kiln"),
        ("2025年3月商混站清单", "batching_plant"),
        ("工地台账", "construction_site"),
        ("全域施工工地", "construction_site"),
        ("monitoring_station", "monitoring_station"),
        ("Sheet1", None),
        ("散乱污企业台账", None),
        ("pm25gnn_station_info", None),
        ("henan_stations_20220213", None),
        ("说明", None),
    ],
)
def test_titles_name_kinds_without_guessing(title: str, kind: str | None) -> None:
    """A sheet's title names its kind once list words, years and places are off; 散乱污企业 is not 企业."""
    assert kind_of_sheet(title, real_catalog()) == kind
