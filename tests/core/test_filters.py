"""The filter tree: its truth on frames, and what it refuses."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, Point, Polygon, box

from geo_registry.catalog import load
from geo_registry.core.filters import (
    And,
    BBox,
    Compare,
    Contains,
    Filter,
    In,
    IsNull,
    KindIs,
    Like,
    Near,
    Not,
    Or,
    ValidOn,
    Within,
    check,
    evaluate,
)
from geo_registry.core.frame import conform
from geo_registry.core.kinds import Catalog
from geo_registry.errors import ValueRefused

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


@pytest.fixture(scope="module")
def rows(catalog: Catalog) -> gpd.GeoDataFrame:
    """Return five records: points, a polygon, a line and one without a place."""
    known = {
        "kind": ["coal_sales_point", "coal_sales_point", "coal_sales_point", "brick_kiln", "brick_kiln"],
        "name": ["100%煤", "Coal_A", None, "coal b", "窑"],
        "stock_t": [4.0, 12.0, None, None, 0.5],
        "mobile": pd.array([True, None, False, None, None], dtype="boolean"),
        "valid_from": ["2020-01-01", None, "2024-06-01", None, "2027-01-01"],
        "valid_to": [None, "2024-06-01", None, "2023-12-31", None],
    }
    shapes = gpd.GeoSeries(
        [
            Point(114, 33),
            Point(179.99, 60),
            Point(),
            box(114.1, 33, 114.2, 33.1),
            LineString([(114.3, 33), (114.4, 33.1)]),
        ]
    )
    return conform(
        gpd.GeoDataFrame(known, geometry=shapes, crs=4326), catalog.kinds["coal_sales_point"].fields
    )


def true_rows(tree: Filter, rows: gpd.GeoDataFrame) -> list[int]:
    """List the rows for which a filter is true."""
    return [int(row) for row in np.flatnonzero(evaluate(tree, rows))]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (Compare("stock_t", ">=", 4), [0, 1]),
        (Compare("stock_t", "<", 4), [4]),
        (Compare("stock_t", "=", 12), [1]),
        (Compare("stock_t", "<>", 12), [0, 4]),
        (Not(Compare("stock_t", "=", 12)), [0, 4]),
        (Compare("mobile", "=", value=True), [0]),
        (Compare("mobile", "<>", value=True), [2]),
        (Compare("valid_from", "<=", date(2024, 6, 1)), [0, 2]),
        (Compare("name", ">", "coal"), [3, 4]),
        (In("stock_t", (4, 0.5)), [0, 4]),
        (Not(In("stock_t", (4, 0.5))), [1]),
        (In("valid_to", (date(2024, 6, 1),)), [1]),
        (Like("name", "Coal%"), [1]),
        (Like("name", r"100\%_"), [0]),
        (Like("name", r"Coal\_A"), [1]),
        (Like("name", "_"), [4]),
        (Contains("name", "COAL"), [1, 3]),
        (Contains("name", "煤"), [0]),
        (IsNull("name"), [2]),
        (IsNull("capacity_m3h"), [0, 1, 2, 3, 4]),
        (Compare("capacity_m3h", "=", 5), []),
        (Not(Compare("capacity_m3h", "=", 5)), []),
        (KindIs(("brick_kiln",)), [3, 4]),
        (ValidOn(date(2024, 6, 1)), [0, 1, 2]),
        (ValidOn(date(2024, 6, 2)), [0, 2]),
        (And((KindIs(("brick_kiln",)), Compare("stock_t", "<", 1))), [4]),
        (Or((Compare("stock_t", ">", 10), IsNull("name"))), [1, 2]),
        (And(()), [0, 1, 2, 3, 4]),
        (Or(()), []),
    ],
)
def test_truth(rows: gpd.GeoDataFrame, tree: Filter, expected: list[int]) -> None:
    """A row is taken where the whole tree is true; over an empty cell nothing is true or false."""
    assert true_rows(tree, rows) == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (BBox(114, 33, 114.1, 33.1), [0, 3]),
        (BBox(114, 33, 114, 33), [0]),
        (BBox(114.36, 33, 114.5, 33.05), []),
        (BBox(179, 59, -179, 61), [1]),
        (BBox(114.35, 32, -170, 61), [1, 4]),
        (Not(BBox(114, 33, 114.1, 33.1)), [1, 4]),
        (Near(114.15, 33.05, 10), [3]),
        (Near(-179.99, 60, 1200), [1]),
        (Near(-179.99, 60, 1100), []),
        (Not(Near(114.15, 33.05, 10)), [0, 1, 4]),
        (Within(((114, 33), (114.1, 33), (114.1, 33.1), (114, 33))), [0, 3]),
        (Not(Within(((114, 33), (114.1, 33), (114.1, 33.1), (114, 33)))), [1, 4]),
    ],
)
def test_places(rows: gpd.GeoDataFrame, tree: Filter, expected: list[int]) -> None:
    """Boxes hold their edges and may cross 180°; what has no place is neither in nor out."""
    assert true_rows(tree, rows) == expected


@given(st.floats(-89, 89), st.floats(0, 360), st.floats(1, 50_000))
def test_near_is_exact(lat: float, azimuth_deg: float, radius_m: float) -> None:
    """A point at exactly the radius is near; with the radius a micrometre smaller it is not."""
    lon2, lat2, _ = GEOD.fwd(114, lat, azimuth_deg, radius_m)
    lon2, lat2 = float(lon2), float(lat2)
    _, _, distance_m = GEOD.inv(114, lat, lon2, lat2)
    rows = gpd.GeoDataFrame(geometry=[Point(lon2, lat2)], crs=4326)
    assert evaluate(Near(114, lat, distance_m), rows).tolist() == [True]
    assert evaluate(Near(114, lat, distance_m - 1e-6), rows).tolist() == [False]


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        (Compare("no_such_field", "=", 1), "FIELD_UNKNOWN"),
        (Not(IsNull("geometry; drop table records")), "FIELD_UNKNOWN"),
        (KindIs(("volcano",)), "KIND_UNKNOWN"),
        (Compare("stock_t", "=", "ten"), "VALUE_INVALID"),
        (Compare("stock_t", "=", value=True), "VALUE_INVALID"),
        (Compare("stock_t", "=", float("nan")), "VALUE_INVALID"),
        (Compare("name", "=", 5), "VALUE_INVALID"),
        (Compare("valid_from", ">", "2024-01-01"), "VALUE_INVALID"),
        (Compare("stock_t", "~", 1), "VALUE_INVALID"),  # type: ignore[arg-type]
        (In("stock_t", (1, "two")), "VALUE_INVALID"),
        (Like("stock_t", "1%"), "VALUE_INVALID"),
        (And(tuple(IsNull("name") for _ in range(50))), "FILTER_TOO_LARGE"),
    ],
)
def test_refused(catalog: Catalog, tree: Filter, code: str) -> None:
    """Unknown fields and kinds, values of the wrong sort and overlarge trees are refused by code."""
    with pytest.raises(ValueRefused) as refused:
        check(tree, catalog)
    assert refused.value.code == code


def nested(depth: int) -> Filter:
    """Make a filter of so many levels."""
    tree: Filter = IsNull("name")
    for _ in range(depth - 1):
        tree = Not(tree)
    return tree


def test_depth_is_limited(catalog: Catalog) -> None:
    """Twenty levels are taken; more are refused, however many."""
    assert check(nested(20), catalog) == nested(20)
    for depth in (21, 10_000):
        with pytest.raises(ValueRefused, match="FILTER_TOO_LARGE"):
            check(nested(depth), catalog)


@pytest.mark.parametrize(
    ("edges", "code"),
    [
        ((0, 10, 1, 5), "BBOX_INVALID"),
        ((-181, 0, 1, 5), "BBOX_INVALID"),
        ((0, 0, float("nan"), 5), "BBOX_INVALID"),
        ((0, 0, 1, 91), "BBOX_INVALID"),
    ],
)
def test_box_edges(edges: tuple[float, float, float, float], code: str) -> None:
    """A box upside down, beyond the earth or with an edge that is no number is refused."""
    with pytest.raises(ValueRefused) as refused:
        BBox(*edges)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ((181, 0, 5), "COORD_OUT_OF_RANGE"),
        ((0, float("nan"), 5), "COORD_OUT_OF_RANGE"),
        ((0, 0, 0), "RING_NOT_POSITIVE"),
        ((0, 0, -5), "RING_NOT_POSITIVE"),
        ((0, 0, float("inf")), "RING_NOT_POSITIVE"),
    ],
)
def test_near_needs_a_place_and_a_radius(place: tuple[float, float, float], code: str) -> None:
    """A point beyond the earth and a radius that is not positive are refused."""
    with pytest.raises(ValueRefused) as refused:
        Near(*place)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        ((), "POLYGON_CORNERS"),
        (((0, 0), (1, 0), (0, 0)), "POLYGON_CORNERS"),
        (((0, 0), *((1, n / 2000) for n in range(1000)), (0, 0)), "POLYGON_CORNERS"),
        (((0, 0), (1, 0), (1, 1), (0, 1)), "POLYGON_OPEN"),
        (((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), "POLYGON_CROSSES"),
        (((0, 0), (1, 0), (2, 0), (0, 0)), "POLYGON_CROSSES"),
        (((0, 0), (0, 0), (0, 0), (0, 0)), "POLYGON_CROSSES"),
        (((0, 0), (181, 0), (1, 1), (0, 0)), "COORD_OUT_OF_RANGE"),
        (((0, 0), (1, float("nan")), (1, 1), (0, 0)), "COORD_OUT_OF_RANGE"),
    ],
)
def test_a_polygon_that_is_none(ring: tuple[tuple[float, float], ...], code: str) -> None:
    """A polygon of too few or too many corners, open, crossing itself, flat or off the earth is refused."""
    with pytest.raises(ValueRefused) as refused:
        Within(ring)
    assert refused.value.code == code


def test_a_polygon_of_most_corners() -> None:
    """A thousand corners are taken."""
    ring = ((0.0, 0.0), *((1.0, n / 2000) for n in range(999)), (0.0, 0.0))
    assert len(set(ring)) == 1000
    assert Within(ring).ring == ring


def covered(x: int, y: int, ring: list[tuple[int, int]]) -> bool:
    """Tell in whole numbers whether a point lies in a polygon or on its edge, by a ray to the east."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        turn = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if turn == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (turn > 0) == (y2 > y1):
            inside = not inside
    return inside


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=8, unique=True))
def test_a_polygon_holds_what_counting_crossings_says(corners: list[tuple[int, int]]) -> None:
    """A polygon that is taken is a valid one, and holds the points on and within its edges, no others."""
    ring = [*corners, corners[0]]
    lattice = [(x, y) for x in range(10) for y in range(10)]
    rows = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*lattice, strict=True)), crs=4326)
    if not Polygon(ring).is_valid:
        with pytest.raises(ValueRefused, match="POLYGON_CROSSES"):
            Within(tuple(ring))
        return
    tree = Within(tuple(ring))
    expected = [covered(x, y, ring) for x, y in lattice]
    assert evaluate(tree, rows).tolist() == expected
    assert [Polygon(ring).covers(point) for point in rows.geometry] == expected


TREES = st.recursive(
    st.one_of(
        st.builds(
            Compare,
            st.just("stock_t"),
            st.sampled_from(["=", "<>", "<", ">="]),
            st.sampled_from([0.5, 4, 12]),
        ),
        st.just(IsNull("name")),
        st.just(KindIs(("brick_kiln",))),
        st.just(BBox(114, 33, 114.1, 33.1)),
    ),
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(And, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@given(TREES, TREES)
def test_de_morgan(rows: gpd.GeoDataFrame, one: Filter, other: Filter) -> None:
    """Not-and is or-of-nots, also where cells are empty."""
    assert true_rows(Not(And((one, other))), rows) == true_rows(Or((Not(one), Not(other))), rows)


@given(TREES)
def test_a_filter_and_its_opposite_never_both_hold(rows: gpd.GeoDataFrame, tree: Filter) -> None:
    """No row is taken both by a filter and by its negation."""
    assert not set(true_rows(tree, rows)) & set(true_rows(Not(tree), rows))
