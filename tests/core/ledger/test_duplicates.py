"""The same thing twice, in one ledger and against the registry."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from geo_registry.core.frame import conform
from geo_registry.core.ledger import duplicates
from geo_registry.core.ledger.duplicates import identical_rows, likely_twins, normal_name
from geo_registry.core.space.datums import from_wgs84
from geo_registry.core.space.grid import Pairs, pairs_within
from tests.core.ledger.ledger_world import RULES, Cells, checked, grid, only, shapes, told

COAL = "coal_sales_point"
HEADS: list[str | None] = ["序号", "编码", "名称", "经度", "纬度", "牵头", "统一社会信用代码"]
USCC = "91350100M000100Y43"
METRE_DEG = 1 / 111_000


def row(code: str | None = None, name: str = "甲", north_m: float = 0.0, **more: str) -> list[str | None]:
    """Give a ledger row so many metres north of a fixed place."""
    lat = f"{33.58 + north_m * METRE_DEG:.7f}"
    return [more.get("no"), code, name, "114.0200000", lat, more.get("dept"), more.get("uscc")]


def judged(*rows: list[str | None]) -> list[tuple[int | None, str]]:
    """Tell what is found in a ledger of these rows; the first of them has row number 2."""
    return told(checked(grid([HEADS, *rows]), COAL))


def test_identical_rows_are_refused_but_the_first() -> None:
    """A row said again, cell by cell, is refused and names the first; serial numbers make no difference."""
    rows: Cells = [HEADS, row("S1", no="1"), row("S2", "乙", 500), row("S1", no="3"), row("S1", no="4")]
    result = checked(grid(rows), COAL)
    assert result.refused == (4, 5)
    assert [found.details["other_row"] for found in result.findings] == [2, 2]


def test_rows_that_differ_only_in_a_column_we_do_not_know_are_two() -> None:
    """Identical means every cell: one strange column tells two rows apart, and the code is warned."""
    assert judged(row("S1", dept="甲局"), row("S1", dept="乙局")) == [(3, "CODE_REPEATED")]


def test_equal_codes_are_numbered_in_their_order() -> None:
    """The second and third row of a code are kept, warned, and told apart by their order."""
    rows: Cells = [
        HEADS,
        row("S1"),
        row("S1", "乙", 300),
        row("S2", "丙", 600),
        row("S1", "丁", 900),
        row(None, "戊", 1200),
    ]
    result = checked(grid(rows), COAL)
    assert result.frame["code_no"].tolist() == [1, 2, 1, 3, 1]
    assert [(found.row, found.details["code_no"]) for found in result.findings] == [(3, 2), (5, 3)]


def test_a_refused_row_is_nobodys_first() -> None:
    """Of two rows without a place neither is a duplicate: both lack the same thing."""
    rows: Cells = [HEADS, [None, "S1", "甲", "-", "-", None, None], [None, "S1", "甲", "-", "-", None, None]]
    assert told(checked(grid(rows), COAL)) == [(2, "COORD_MISSING"), (3, "COORD_MISSING")]


def test_features_differ_by_their_geometry() -> None:
    """Two features with the same attributes at two places are two."""
    near, far = (shapely.Point(114.0201, lat).wkb for lat in (33.58, 33.59))
    layer = shapes(["名称"], [["甲"], ["甲"], ["甲"]], [near, far, near])
    assert told(checked(layer, COAL, replace(RULES, datum=None))) == [(3, "DUPLICATE")]


@pytest.mark.parametrize(
    ("first", "second", "twins"),
    [
        (row("S1", "金胜"), row("S2", "金 胜"), True),
        (row("S1", "甲（一）"), row("S2", "甲(一)", 99), True),
        (row("S1"), row("S2", north_m=101), False),
        (row("S1", "甲"), row("S2", "乙"), False),
        (row("S1", "甲", uscc=USCC), row("S2", "乙", 50, uscc=USCC), True),
        (row(None), row(None, north_m=50), True),
        (row("S1"), row("S1", north_m=50), False),
        (row("S1"), row(None, north_m=50), True),
    ],
)
def test_twins_share_a_name_or_credit_code_within_100_m_but_no_code(
    first: list[str | None], second: list[str | None], twins: bool
) -> None:
    """Only what is near, called alike and not told apart by the ledger's own code order is a likely twin."""
    assert ((3, "POSSIBLE_DUPLICATE") in judged(first, second)) is twins


def test_a_twin_is_told_of_its_nearest() -> None:
    """The later row is warned once, with the nearest of its twins and how far that is."""
    result = checked(grid([HEADS, row("S1"), row("S2", north_m=80), row("S3", north_m=60)]), COAL)
    found = [each for each in result.findings if each.row == 4]
    assert only(found).details == {
        "other_row": 3,
        "other_code": "S2",
        "other_name": "甲",
        "distance_m": pytest.approx(20.0, abs=0.1),
    }


def test_a_thousand_rows_of_one_name_at_one_place_stay_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows stacked on one place are compared with the first of them only, not each with each."""
    counts: list[int] = []

    def counted(*places: ArrayLike, radius_m: float) -> Pairs:
        found = pairs_within(*places, radius_m=radius_m)
        counts.append(len(found.i_a))
        return found

    monkeypatch.setattr(duplicates, "pairs_within", counted)
    found = judged(*(row(f"S{number}") for number in range(1000)))
    assert len(found) == 999
    assert max(counts) == 1000


def records(*rows: tuple[str | None, str, float]) -> gpd.GeoDataFrame:
    """Make registry records: code, name, metres north."""
    frame = gpd.GeoDataFrame(
        {
            "id": [f"id{at}" for at in range(len(rows))],
            "code": [each[0] for each in rows],
            "name": [each[1] for each in rows],
        },
        geometry=gpd.points_from_xy([114.02] * len(rows), [33.58 + each[2] * METRE_DEG for each in rows]),
        crs="EPSG:4326",
    )
    return conform(frame.assign(row=range(2, 2 + len(rows)), kind=COAL))


def test_twins_are_found_in_the_registry() -> None:
    """A new row near a record of the same name is warned with the record's id; the same code is no twin."""
    known = records(("A1", "甲", 0), ("A2", "乙", 0), ("A3", "丙", 5000))
    new = records(("B1", "甲", 30), ("A2", "乙", 30), ("B3", "丙", 0), (None, "丁", 0))
    found = only(likely_twins(new, known))
    assert (found.row, found.code, found.details["other_id"]) == (2, "POSSIBLE_DUPLICATE", "id0")


def test_nothing_is_a_twin_of_an_empty_registry() -> None:
    """Against no records, and for no rows, there is nothing to find."""
    assert likely_twins(records(("B1", "甲", 0)), records()) == []
    assert likely_twins(records(), records(("B1", "甲", 0))) == []


def test_twins_are_found_whatever_their_shape() -> None:
    """A polygon and a point of one name are compared by where their middles lie."""
    square = shapely.box(114.0195, 33.5795, 114.0205, 33.5805).wkb
    layer = shapes(["名称"], [["甲"], ["甲"]], [square, shapely.Point(114.02, 33.58).wkb])
    assert told(checked(layer, "construction_site", replace(RULES, datum=None))) == [
        (2, "POSSIBLE_DUPLICATE")
    ]


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0xFFFF)))
def test_names_are_folded_alike_one_by_one_and_in_a_column(name: str) -> None:
    """The fold of one name and Arrow's fold of a column of them agree, and folding twice changes nothing."""
    once = normal_name(name)
    folded = duplicates._normal_names(pa.array([name])).to_pylist()[0]  # noqa: SLF001
    assert folded == once
    assert normal_name(once) == once


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", None]), st.booleans()), max_size=12)
)
def test_identical_rows_are_those_a_plain_search_finds(rows: list[tuple[str, str | None, bool]]) -> None:
    """The sieve by columns finds exactly what comparing each row with all earlier ones finds."""
    table = pa.table(
        {
            "c0": pa.array([a for a, _, _ in rows], pa.string()),
            "c1": pa.array([b for _, b, _ in rows], pa.string()),
        }
    )
    among = np.array([used for *_, used in rows], dtype=bool)
    expected = []
    for at, (*cells, used) in enumerate(rows):
        earlier = [before for before in range(at) if rows[before][2] and list(rows[before][:2]) == cells]
        expected.append(earlier[0] if used and earlier else -1)
    assert identical_rows(table, ["c0", "c1"], among).tolist() == expected


def test_the_datum_is_no_matter_to_twins() -> None:
    """Twins are measured in WGS 84, whatever the ledger's datum."""
    lon, lat = from_wgs84(np.array([114.02, 114.02]), np.array([33.58, 33.58 + 50 * METRE_DEG]), "gcj02")
    rows: Cells = [
        ["名称", "经度", "纬度"],
        *(["甲", f"{x:.8f}", f"{y:.8f}"] for x, y in zip(lon, lat, strict=True)),
    ]
    found = only(checked(grid(rows), COAL, replace(RULES, datum="gcj02")).findings)
    assert found.details["distance_m"] == pytest.approx(50, abs=0.2)
