from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.space.grid import (
    Classed,
    Pairs,
    nearest_rings,
    pairs_in_grid,
    pairs_within,
    point_grid,
    ring_counts,
)
from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = list[tuple[float, float]]

GEOD = pyproj.Geod(ellps="WGS84")

edges_of_the_earth = st.sampled_from([-180.0, -179.999, -1e-13, 0.0, 179.999, 180.0])
longitudes = st.one_of(edges_of_the_earth, st.floats(-180.0, 180.0), st.floats(113.9, 114.1))
latitudes = st.one_of(
    st.sampled_from([-90.0, -89.999, 0.0, 89.999, 90.0]), st.floats(-90.0, 90.0), st.floats(33.4, 33.6)
)
many_places = st.lists(st.tuples(longitudes, latitudes), max_size=12)
radii = st.one_of(st.sampled_from([1.0, 1000.0, 5000.0, 1e5, 1e6, 2e7, 3e7]), st.floats(0.01, 2.1e7))


def columns(places: Places) -> tuple[Floats, Floats]:
    """Lay places out as longitudes and latitudes."""
    rows = np.array(places, dtype=np.float64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def by_brute_force(
    centres: tuple[Floats, Floats], points: tuple[Floats, Floats], radius_m: float
) -> set[tuple[int, int]]:
    """Measure every pair with GeographicLib."""
    i_a, i_b = (part.ravel() for part in np.indices((len(centres[0]), len(points[0]))))
    _, _, true_m = GEOD.inv(centres[0][i_a], centres[1][i_a], points[0][i_b], points[1][i_b])
    inside = np.asarray(true_m) <= radius_m
    return set(zip(i_a[inside].tolist(), i_b[inside].tolist(), strict=True))


def found(pairs: Pairs) -> list[tuple[int, int]]:
    """List the pairs by number."""
    return list(zip(pairs.i_a.tolist(), pairs.i_b.tolist(), strict=True))


@given(many_places, many_places, radii)
def test_the_pairs_are_those_of_brute_force(centres: Places, points: Places, radius_m: float) -> None:
    """With any radius, at poles and at 180°, the pairs are those of measuring all, each of them once."""
    a, b = columns(centres), columns(points)
    pairs = pairs_within(*a, *b, radius_m=radius_m)
    assert len(found(pairs)) == len(set(found(pairs)))
    assert set(found(pairs)) == by_brute_force(a, b, radius_m)


@pytest.mark.parametrize(
    "middle", [(114.0, 33.5), (180.0, 0.0), (-180.0, -60.0), (0.0, 90.0), (77.0, -89.97)]
)
@pytest.mark.parametrize("radius_m", [50.0, 5000.0, 100_000.0])
def test_clusters_are_searched_right_everywhere(middle: tuple[float, float], radius_m: float) -> None:
    """2,000 points round 30 centres, in a city, on 180°, on a pole: pairs and ways are those of Geod."""
    chance = np.random.default_rng(11)
    away_m = np.concatenate([np.zeros(1), 2.0 * radius_m * chance.uniform(0.0, 1.0, 2029)])
    start = np.full(2030, middle[0]), np.full(2030, middle[1])
    lon, lat, _ = (np.asarray(part) for part in GEOD.fwd(*start, chance.uniform(0.0, 360.0, 2030), away_m))
    a, b = (lon[:30], lat[:30]), (lon[30:], lat[30:])
    pairs = pairs_within(*a, *b, radius_m=radius_m)
    assert set(found(pairs)) == by_brute_force(a, b, radius_m)
    ends = a[0][pairs.i_a], a[1][pairs.i_a], b[0][pairs.i_b], b[1][pairs.i_b]
    forward_deg, _, true_m = GEOD.inv(*ends)
    assert np.abs(pairs.distance_m - true_m).max() < 1e-6
    off = np.radians((pairs.azimuth_deg - forward_deg + 180.0) % 360.0 - 180.0) * np.asarray(true_m)
    assert np.abs(off).max() < 1e-3


@pytest.mark.parametrize("radius_m", [0.01, 1.0, 10.0, 1000.0])
@pytest.mark.parametrize("lat", [0.0, 33.58, -60.0])
def test_no_point_of_the_rim_is_lost(lat: float, radius_m: float) -> None:
    """Due east, west, north or south, nanometres from the radius, each point is in or out as Geod says."""
    chance = np.random.default_rng(13)
    lon_a, lat_a = chance.uniform(-180.0, 180.0, 200), np.full(200, lat)
    azimuth_deg, away_m = 90.0 * (np.arange(200) % 4), radius_m + chance.uniform(-5e-9, 5e-9, 200)
    lon_b, lat_b, _ = (np.asarray(part) for part in GEOD.fwd(lon_a, lat_a, azimuth_deg, away_m))
    pairs = pairs_within(lon_a, lat_a, lon_b, lat_b, radius_m=radius_m)
    own = pairs.i_a[pairs.i_a == pairs.i_b]
    true_m = np.asarray(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2])
    assert sorted(own.tolist()) == np.flatnonzero(true_m <= radius_m).tolist()


def test_many_candidates_are_taken_in_blocks() -> None:
    """A search over more candidates than fit in one block finds every pair once."""
    chance = np.random.default_rng(12)
    lon, lat = chance.uniform(113.9, 114.1, 20_000), chance.uniform(33.4, 33.6, 20_000)
    pairs = pairs_in_grid(point_grid(lon, lat), lon[:20], lat[:20], rings_m=(30_000.0,))
    assert len(pairs.i_a) == len(np.unique(pairs.i_a * 20_000 + pairs.i_b)) == 20 * 20_000


def test_a_place_without_position_is_in_no_pair() -> None:
    """NaN among the centres or the points is passed over and shifts no number."""
    lon_b, lat_b = [np.nan, 114.0, 114.0], [33.5, np.nan, 33.5]
    pairs = pairs_within([np.nan, 114.0], [33.5, 33.5], lon_b, lat_b, radius_m=1000.0)
    assert found(pairs) == [(1, 2)]
    assert pairs.distance_m.tolist() == [0.0]


def test_nothing_is_near_nothing() -> None:
    """No centres, no points or neither give no pairs, and their arrays have the right types."""
    for a, b in (([], []), ([114.0], []), ([], [114.0])):
        pairs = pairs_within(a, [33.5] * len(a), b, [33.5] * len(b), radius_m=1000.0)
        assert [part.shape for part in pairs] == [(0,)] * 4
        assert [part.dtype.kind for part in pairs] == ["i", "i", "f", "f"]


def test_a_single_centre_need_not_be_an_array() -> None:
    """One centre may be given as two numbers."""
    grid = point_grid([114.0, 115.0], [33.5, 33.5])
    assert found(pairs_in_grid(grid, 114.0, 33.5, rings_m=(1000.0, 500.0))) == [(0, 0)]


@pytest.mark.parametrize("radius_m", [3e7, 1e308])
def test_a_ring_wider_than_the_earth_holds_every_point(radius_m: float) -> None:
    """A radius beyond the farthest place, however large, finds the antipode and never overflows."""
    grid = point_grid([114.0, -66.0, 0.0], [33.5, -33.5, 90.0])
    assert len(pairs_in_grid(grid, 114.0, 33.5, rings_m=(radius_m,)).i_a) == 3


def test_a_search_needs_a_ring() -> None:
    """A search without any ring is refused."""
    with pytest.raises(ValueRefused):
        pairs_in_grid(point_grid([114.0], [33.5]), [114.0], [33.5], rings_m=())


@given(many_places)
def test_a_grid_holds_every_point_once(points: Places) -> None:
    """A grid's rows are in ascending order of key and name every point of its input once."""
    lon, lat = columns(points)
    grid = point_grid(lon, lat)
    assert sorted(grid.order.tolist()) == list(range(len(lon)))
    assert (np.diff(grid.key) >= 0.0).all()
    assert np.array_equal(grid.lon, lon[grid.order])
    assert np.array_equal(grid.lat, lat[grid.order])


@given(many_places, many_places, st.lists(radii, min_size=1, max_size=4).map(sorted))
def test_counts_without_pairs_are_those_of_brute_force(
    centres: Places, points: Places, rings_m: list[float]
) -> None:
    """Each class is counted in the smallest ring that holds it, as measuring every pair does."""
    a, b = columns(centres), columns(points)
    grid = point_grid(*b)
    codes, classes = np.arange(len(points)), np.arange(len(points)) % 3
    expected = np.zeros((len(centres), int(classes.max(initial=0)) + 1, len(rings_m)), dtype=int)
    for i_a, i_b in by_brute_force(a, b, rings_m[-1]):
        way_m = GEOD.inv(a[0][i_a], a[1][i_a], b[0][i_b], b[1][i_b])[2]
        expected[i_a, classes[i_b], np.searchsorted(rings_m, way_m)] += 1
    counted = ring_counts(grid, Classed(codes[grid.order], classes), *a, rings_m=rings_m)
    assert counted.tolist() == expected.tolist()


@given(many_places, many_places, st.lists(radii, min_size=1, max_size=4).map(sorted))
def test_nearest_rings_are_those_of_brute_force(
    centres: Places, points: Places, rings_m: list[float]
) -> None:
    """The smallest ring that holds a point is that of its nearest centre."""
    a, b = columns(centres), columns(points)
    grid = point_grid(*b)
    i_a, i_b = np.indices((len(centres), len(points)))
    ways_m = np.asarray(GEOD.inv(a[0][i_a], a[1][i_a], b[0][i_b], b[1][i_b])[2]).reshape(i_a.shape)
    expected = np.searchsorted(rings_m, ways_m.min(axis=0, initial=np.inf))
    assert nearest_rings(grid, *a, rings_m=rings_m).tolist() == expected[grid.order].tolist()


def test_the_dense_and_the_sparse_way_count_alike() -> None:
    """Whether runs are copied or points picked one by one, pairs agree with counts."""
    chance = np.random.default_rng(17)
    lon, lat = chance.normal(114.0, 0.1, 60_000), chance.normal(33.5, 0.1, 60_000)
    grid, rings_m = point_grid(lon, lat), (500.0, 2_000.0, 9_000.0)
    centres = chance.normal(114.0, 0.4, 300), chance.normal(33.5, 0.4, 300)
    pairs = pairs_in_grid(grid, *centres, rings_m=rings_m)
    counted = ring_counts(grid, Classed(np.zeros(60_000, int), np.zeros(1, int)), *centres, rings_m=rings_m)
    place = np.searchsorted(rings_m, pairs.distance_m)
    assert np.bincount(pairs.i_a * 3 + place, minlength=900).tolist() == counted.ravel().tolist()
    one_by_one = pairs_in_grid(point_grid(*centres), lon, lat, rings_m=rings_m)
    assert len(one_by_one.i_a) == len(pairs.i_a) > 100_000
