from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geocoordinates_ffi as independent
import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.space import datums
from geo_registry.errors import CRSError, DatumError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pair = tuple[Floats, Floats]

GEOD = pyproj.Geod(ellps="WGS84")
WEST, SOUTH, EAST, NORTH = datums.GCJ02_BOX_DEG

in_box = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
in_china = st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5))
anywhere = st.tuples(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0))
offset_datums = st.sampled_from(["wgs84", "cgcs2000", "gcj02", "bd09"])


def apart_m(one: Pair, other: Pair) -> float:
    """Give the greatest geodesic distance between two rows of positions."""
    lon1, lat1, lon2, lat2 = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (*one, *other))
    return float(np.max(GEOD.inv(lon1, lat1, lon2, lat2)[2]))


def unpacked(points: Iterable[object]) -> Pair:
    """Take longitudes and latitudes out of the independent library's records."""
    rows = np.array([(point.lon, point.lat) for point in points])  # type: ignore[attr-defined]
    return rows[:, 0], rows[:, 1]


def scattered(count: int, seed: int) -> Pair:
    """Scatter places over the rectangle where GCJ-02 applies, some on the kinks of its formula."""
    chance = np.random.default_rng(seed)
    lon, lat = chance.uniform(WEST, EAST, count), chance.uniform(SOUTH, NORTH, count)
    lon[:200] = 105.0 + chance.normal(0.0, 1e-4, 200)
    lat[100:300] = 35.0 + chance.normal(0.0, 1e-4, 200)
    return lon, lat


def test_forward_shifts_are_those_of_an_independent_library() -> None:
    """GCJ-02 and BD-09 of 20,000 places equal the independent implementation's within 1 µm."""
    lon, lat = scattered(20_000, seed=1)
    given_points = [independent.Wgs84(lat=y, lon=x) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    theirs = unpacked(map(independent.wgs84_to_gcj02, given_points))
    assert apart_m(datums.gcj02_from_wgs84(lon, lat), theirs) < 1e-6
    theirs = unpacked(map(independent.wgs84_to_bd09, given_points))
    assert apart_m(datums.bd09_from_wgs84(lon, lat), theirs) < 1e-6


def test_inverses_are_those_of_an_independent_library() -> None:
    """WGS 84 from 10,000 GCJ-02 and BD-09 places equals the independent implementation's within 1 mm."""
    lon, lat = scattered(10_000, seed=2)
    inner = (lon > WEST + 0.1) & (lon < EAST - 0.1) & (lat > SOUTH + 0.1) & (lat < NORTH - 0.1)
    lon, lat = lon[inner], lat[inner]
    places = list(zip(lon.tolist(), lat.tolist(), strict=True))
    theirs = unpacked(independent.gcj02_to_wgs84_refined(independent.Gcj02(lat=y, lon=x)) for x, y in places)
    assert apart_m(datums.wgs84_from_gcj02(lon, lat), theirs) < 1e-3
    theirs = unpacked(independent.bd09_to_wgs84_refined(independent.Bd09(lat=y, lon=x)) for x, y in places)
    assert apart_m(datums.wgs84_from_bd09(lon, lat), theirs) < 1e-3


@pytest.mark.parametrize(
    ("lon", "lat", "gcj02_m", "bd09_m"),
    [
        (114.0166, 33.5798, 574, 1257),  # Luohe
        (113.2418, 35.2159, 582, 1318),  # Jiaozuo
        (114.3076, 34.7972, 544, 1256),  # Kaifeng
        (112.6016, 35.0673, 549, 1264),  # Jiyuan
    ],
)
def test_an_unlabelled_position_is_off_by_the_published_figures(
    lon: float, lat: float, gcj02_m: float, bd09_m: float
) -> None:
    """Read as WGS 84, a GCJ-02 or BD-09 position in four cities is off by what the references measured."""
    here = np.array([lon]), np.array([lat])
    assert apart_m(here, datums.from_wgs84(lon, lat, "gcj02")) == pytest.approx(gcj02_m, abs=2)
    assert apart_m(here, datums.from_wgs84(lon, lat, "bd09")) == pytest.approx(bd09_m, abs=4)


@given(in_box)
def test_what_gcj02_shifts_comes_back(place: tuple[float, float]) -> None:
    """Every place inside the rectangle, its edges included, returns from GCJ-02 and BD-09 within 1 µm."""
    for there, back in (
        (datums.gcj02_from_wgs84, datums.wgs84_from_gcj02),
        (datums.bd09_from_wgs84, datums.wgs84_from_bd09),
    ):
        assert apart_m(place, back(*there(*place))) < 1e-6  # type: ignore[arg-type]


def rim(step_deg: float) -> Pair:
    """Walk along the edge of the rectangle, a step inside it (or outside, for a negative step)."""
    along = np.linspace(0.0, 1.0, 500)
    lon, lat = WEST + along * (EAST - WEST), SOUTH + along * (NORTH - SOUTH)
    lon, lat = (
        np.clip(lon, WEST + step_deg, EAST - step_deg),
        np.clip(lat, SOUTH + step_deg, NORTH - step_deg),
    )
    sides = [
        (np.full_like(lat, WEST + step_deg), lat),
        (np.full_like(lat, EAST - step_deg), lat),
        (lon, np.full_like(lon, SOUTH + step_deg)),
        (lon, np.full_like(lon, NORTH - step_deg)),
    ]
    return np.concatenate([side[0] for side in sides]), np.concatenate([side[1] for side in sides])


@pytest.mark.parametrize("step_deg", [0.0, 1e-12, 1e-9, 1e-6, 1e-3, 0.02])
def test_the_edge_of_gcj02_is_inside(step_deg: float) -> None:
    """On the rectangle's edge and just inside it positions are shifted and come back within 0.2 mm."""
    places = rim(step_deg)
    shifted = datums.gcj02_from_wgs84(*places)
    assert datums.gcj02_applies(*places).all()
    assert np.min(GEOD.inv(*places, *shifted)[2]) > 1.0
    back = datums.wgs84_from_gcj02(*shifted)
    assert apart_m(places, back) < 2e-4
    assert datums.gcj02_applies(*back).all()


def test_outside_its_rectangle_gcj02_does_nothing() -> None:
    """Just outside the rectangle nothing is shifted, from 0.02 degrees on nothing is shifted back."""
    places = rim(-1e-6)
    assert not datums.gcj02_applies(*places).any()
    assert np.array_equal(datums.gcj02_from_wgs84(*places), places)
    places = rim(-0.02)
    assert np.array_equal(datums.wgs84_from_gcj02(*places), places)


@pytest.mark.parametrize(
    ("place", "applies"),
    [
        ((114.02, 33.58), True),  # Luohe
        ((87.6, 43.8), True),  # Urumqi
        ((114.17, 22.30), True),  # Hong Kong
        ((121.56, 25.04), True),  # Taipei
        ((126.98, 37.57), True),  # Seoul: foreign, yet inside the rectangle of the published algorithm
        ((139.69, 35.69), False),  # Tokyo
        ((106.8, -6.2), False),  # Jakarta
        ((-0.13, 51.51), False),  # London
    ],
)
def test_the_rule_where_gcj02_applies_is_the_published_rectangle(
    place: tuple[float, float], *, applies: bool
) -> None:
    """GCJ-02 applies in the rectangle of the published algorithm and nowhere else, as it does elsewhere."""
    assert datums.gcj02_applies(*place) == applies
    assert independent.out_of_china(lat=place[1], lon=place[0]) != applies
    moved = apart_m(place, datums.gcj02_from_wgs84(*place))  # type: ignore[arg-type]
    assert (moved > 1.0) == applies


@given(anywhere)
def test_bd09_comes_back_everywhere(place: tuple[float, float]) -> None:
    """BD-09, which has no rule about where it applies, returns to GCJ-02 within 1 µm all over the Earth."""
    lon, lat = place
    back = datums.gcj02_from_bd09(*datums.bd09_from_gcj02(lon, lat))
    assert np.allclose(back, (lon, lat), rtol=0.0, atol=1e-11)


@given(in_china, st.sampled_from(["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4547", "EPSG:3857"]))
def test_every_datum_comes_back(place: tuple[float, float], datum: str) -> None:
    """Positions in China go to any datum and back to WGS 84 within 1 µm."""
    x, y = datums.from_wgs84(*place, datum)
    assert apart_m(place, datums.to_wgs84(x, y, datum)) < 1e-6  # type: ignore[arg-type]


def test_cgcs2000_is_taken_as_equal_to_wgs84() -> None:
    """CGCS2000 positions are kept to the last bit."""
    lon, lat = scattered(1000, seed=3)
    assert np.array_equal(datums.to_wgs84(lon, lat, "cgcs2000"), (lon, lat))
    assert np.array_equal(datums.to_wgs84(lon, lat, "EPSG:4490"), (lon, lat))


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4547"])
@pytest.mark.parametrize("convert", [datums.to_wgs84, datums.from_wgs84])
def test_what_is_not_a_position_stays_none(
    convert: Callable[[object, object, str], Pair], datum: str
) -> None:
    """A coordinate that is not finite makes both NaN, in silence, and leaves its neighbours alone."""
    lon, lat = np.array([np.nan, 114.0, np.inf, 114.0]), np.array([33.0, -np.inf, 33.0, 33.0])
    x, y = convert(lon, lat, datum)
    alone = convert(114.0, 33.0, datum)
    assert np.isnan(x).tolist() == np.isnan(y).tolist() == [True, True, True, False]
    assert (x[3], y[3]) == alone


@given(offset_datums)
def test_shapes_are_kept(datum: str) -> None:
    """A number, an empty array, a matrix and a row against a column come out in the shape they make."""
    assert datums.to_wgs84(114.0, 33.0, datum)[0].shape == ()
    assert datums.to_wgs84([], [], datum)[1].shape == (0,)
    assert datums.to_wgs84(np.full((2, 3), 114.0), np.full((2, 3), 33.0), datum)[0].shape == (2, 3)
    assert datums.to_wgs84(np.full((2, 1), 114.0), np.full(3, 33.0), datum)[1].shape == (2, 3)


def test_an_unknown_datum_is_refused() -> None:
    """A datum that is missing, unknown or cannot be brought to WGS 84 is refused by its code."""
    for datum, code in (
        ("", "DATUM_MISSING"),
        ("mars", "DATUM_UNKNOWN"),
        ("EPSG:1", "DATUM_UNKNOWN"),
        ("EPSG:99999", "CRS_INVALID"),
        ("EPSG:4610", "CRS_UNSUPPORTED"),
    ):
        with pytest.raises(DatumError) as refused:
            datums.to_wgs84(114.0, 33.0, datum)
        assert refused.value.code == code
    with pytest.raises(CRSError):
        datums.from_wgs84(114.0, 33.0, "EPSG:4214")


def test_geometries_move_vertex_by_vertex() -> None:
    """Points, lines, polygons with holes and None come to WGS 84 with every vertex where it belongs."""
    square = shapely.Polygon(
        shapely.box(114, 33, 115, 34).exterior, [shapely.box(114.4, 33.4, 114.6, 33.6).exterior]
    )
    shapes = [shapely.Point(114, 33), shapely.LineString([(114, 33, 5), (115, 34, 5)]), square, None]
    moved = datums.transform_geometries(shapes, "bd09")
    assert [shape and shape.geom_type for shape in moved] == ["Point", "LineString", "Polygon", None]
    assert not shapely.has_z(moved).any()
    expected = datums.wgs84_from_bd09(*shapely.get_coordinates(shapes).T)
    assert np.array_equal(shapely.get_coordinates(moved).T, expected)
    back = datums.transform_geometries(moved, "bd09", inverse=True)
    assert np.allclose(shapely.get_coordinates(back), shapely.get_coordinates(shapes), rtol=0.0, atol=1e-11)
    assert shapely.get_type_id(
        datums.transform_geometries(np.empty((2, 0), dtype=object), "gcj02")
    ).shape == (2, 0)


def test_a_vertex_out_of_reach_is_infinite() -> None:
    """A geometry with a vertex no projection can reach is kept, in silence, with that vertex infinite."""
    shapes = [shapely.Point(1e12, 1e12), shapely.Polygon([(1e12, 3e6), (5e5, 4e6), (5e5, 3e6)])]
    vertices = shapely.get_coordinates(datums.transform_geometries(shapes, "EPSG:4547"))
    assert np.isfinite(vertices).all(axis=1).tolist() == [False, False, True, True, False]


def test_the_borders_of_luohe_land_where_they_were_converted(shared_data: Path) -> None:
    """The city's borders in GCJ-02 come to their converted copy within 8 cm, which is how it was rounded."""
    given_shapes = gpd.read_file(shared_data / "luohe_admin_gcj02.geojson").geometry.to_numpy()
    expected = gpd.read_file(shared_data / "luohe_admin_wgs84.geojson").geometry.to_numpy()
    moved = datums.transform_geometries(given_shapes, "gcj02")
    assert shapely.get_num_coordinates(moved).tolist() == shapely.get_num_coordinates(expected).tolist()
    ours, theirs = shapely.get_coordinates(moved).T, shapely.get_coordinates(expected).T
    assert apart_m((ours[0], ours[1]), (theirs[0], theirs[1])) < 0.08
