from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geo_registry.core.space.geodesy import (
    NEAR_RING_M,
    checked_radius,
    degree_reach,
    distance_azimuth,
    distance_to_geometry,
    ecef,
    local_frame,
    ring,
)
from geo_registry.core.space.grid import pairs_in_grid, pairs_within, point_grid
from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GEOD = pyproj.Geod(ellps="WGS84")
RINGS_M = (1000.0, 3000.0, 5000.0)
TWENTY_PLACES = [
    *((lon, lat) for lat in (-60.0, -33.3, 0.0, 33.58, 60.0) for lon in (114.02, -70.6)),
    *((lon, lat) for lat in (-60.0, -17.8, 0.0, 51.9, 60.0) for lon in (180.0, -179.97)),
]

longitudes, latitudes = st.floats(-180.0, 180.0), st.floats(-90.0, 90.0)
places = st.tuples(longitudes, latitudes)
azimuths, radii = st.floats(0.0, 360.0), st.floats(0.01, 100_000.0)


def turned(one: Floats, other: Floats) -> Floats:
    """Give the angle between two directions in degrees."""
    return np.abs((one - other + 180.0) % 360.0 - 180.0)


def true_ways(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> tuple[Floats, Floats]:
    """Measure by pyproj.Geod: distances in metres and azimuths in degrees."""
    forward_deg, _, true_m = GEOD.inv(lon1, lat1, lon2, lat2)
    return np.asarray(true_m), np.asarray(forward_deg)


def scattered(reach_m: float, count: int = 50_000) -> tuple[Floats, ...]:
    """Scatter pairs of places over the Earth, poles and 180° among them, up to a distance apart."""
    chance = np.random.default_rng(int(reach_m))
    lon, lat = chance.uniform(-180, 180, count), np.degrees(np.arcsin(chance.uniform(-1, 1, count)))
    lat[:1000] = np.sign(lat[:1000]) * (90 - 10 ** chance.uniform(-6, 0, 1000))
    lon[1000:2000] = 180.0
    lon2, lat2, _ = GEOD.fwd(lon, lat, chance.uniform(0, 360, count), reach_m * chance.uniform(0, 1, count))
    return lon, lat, np.asarray(lon2), np.asarray(lat2)


@pytest.mark.parametrize(
    ("reach_m", "error_m", "error_deg"),
    [(100, 1e-8, 1e-4), (5000, 1e-8, 1e-4), (19_999, 4e-7, 1e-4), (50_000, 4e-7, 1e-4), (2e7, 4e-7, 1e-4)],
)
def test_distance_and_azimuth_are_those_of_geographiclib(
    reach_m: float, error_m: float, error_deg: float
) -> None:
    """Distances equal Geod.inv within 10 nm to 5 km and 0.4 µm at any range, azimuths within 1e-4 degrees."""
    ends = scattered(reach_m)
    true_m, forward_deg = true_ways(*ends)
    distance_m, azimuth_deg = distance_azimuth(*ends)
    assert np.abs(distance_m - true_m).max() < error_m
    apart = true_m > 1.0
    assert turned(azimuth_deg, forward_deg)[apart].max() < error_deg
    assert ((azimuth_deg >= 0.0) & (azimuth_deg < 360.0)).all()


@pytest.mark.parametrize(("reach_m", "error_deg"), [(5000, 3e-8), (20_000, 5e-7)])
def test_azimuths_are_exact_where_their_distance_carries_them(reach_m: float, error_deg: float) -> None:
    """Azimuths of pairs over 100 m apart equal Geod.inv within 3e-8 degrees at 5 km and 5e-7 at 20 km."""
    ends = scattered(reach_m)
    true_m, forward_deg = true_ways(*ends)
    apart = true_m > 100.0
    assert turned(distance_azimuth(*ends)[1], forward_deg)[apart].max() < error_deg


@given(places)
def test_a_place_is_nowhere_from_itself(place: tuple[float, float]) -> None:
    """A place is 0 m from itself, towards 0 degrees."""
    assert [float(part) for part in distance_azimuth(*place, *place)] == [0.0, 0.0]


def test_poles_and_the_antimeridian_are_places_like_any_other() -> None:
    """Ways over a pole, along it and across 180° are as long and lead the way Geod.inv says."""
    ends = np.array(
        [
            (10.0, 90.0, 70.0, 89.99),
            (10.0, -90.0, 70.0, -89.99),
            (0.0, 89.99, 180.0, 89.99),
            (0.0, 89.99, 0.0, 90.0),
            (179.99, 10.0, -179.99, 10.0),
            (-180.0, -45.0, 179.98, -45.01),
            (540.0 - 360.0, 0.0, -180.0, 0.01),
        ]
    ).T
    true_m, forward_deg = true_ways(*ends)
    distance_m, azimuth_deg = distance_azimuth(*ends)
    assert np.allclose(distance_m, true_m, rtol=0.0, atol=1e-8)
    assert turned(azimuth_deg, forward_deg).max() < 1e-7


@given(places, places)
def test_distance_is_the_same_both_ways(one: tuple[float, float], other: tuple[float, float]) -> None:
    """From A to B is as far as from B to A, within 1 µm."""
    there, back = distance_azimuth(*one, *other)[0], distance_azimuth(*other, *one)[0]
    assert float(there) == pytest.approx(float(back), abs=1e-6)


@given(places, st.tuples(azimuths, radii), st.tuples(azimuths, radii))
def test_no_detour_is_shorter(
    start: tuple[float, float], first: tuple[float, float], second: tuple[float, float]
) -> None:
    """The way from A to C is no longer than the way over any B, within 1 µm."""
    middle = GEOD.fwd(*start, *first)[:2]
    end = GEOD.fwd(*middle, *second)[:2]
    legs = distance_azimuth(*start, *middle)[0] + distance_azimuth(*middle, *end)[0]
    assert float(distance_azimuth(*start, *end)[0]) <= float(legs) + 1e-6


def test_distances_broadcast_and_let_nan_through() -> None:
    """A column against a row gives a matrix, numbers give a number, NaN gives NaN, nothing gives nothing."""
    distance_m, azimuth_deg = distance_azimuth([[114.0], [115.0]], 33.0, [114.0, np.nan, 114.1], 33.0)
    assert distance_m.shape == azimuth_deg.shape == (2, 3)
    assert np.isnan(distance_m).tolist() == np.isnan(azimuth_deg).tolist() == [[False, True, False]] * 2
    assert distance_azimuth(114.0, 33.0, 115.0, 33.0)[0].shape == ()
    assert distance_azimuth([], [], [], [])[0].shape == (0,)


@pytest.mark.parametrize("bad", [(500_000.0, 33.0), (114.0, 3_717_075.8), (114.0, 90.001)])
def test_metres_are_not_taken_for_degrees(bad: tuple[float, float]) -> None:
    """Coordinates that cannot be degrees are refused in every place that takes some."""
    for attempt in (
        lambda: distance_azimuth(*bad, 114.0, 33.0),
        lambda: distance_azimuth(114.0, 33.0, *bad),
        lambda: ring(*bad, 1000.0),
        lambda: point_grid(*np.array([bad]).T),
        lambda: distance_to_geometry(*bad, shapely.Point(114.0, 33.0)),
        lambda: distance_to_geometry(114.0, 33.0, shapely.LineString([(114.0, 33.0), bad])),
    ):
        with pytest.raises(ValueRefused) as refused:
            attempt()
        assert refused.value.code == "COORD_OUT_OF_RANGE"


@pytest.mark.parametrize("radius_m", [0, -5, np.nan, np.inf, -np.inf])
def test_a_ring_needs_a_radius(radius_m: float) -> None:
    """A radius of 0, less than 0, NaN or infinite is refused wherever one is asked for."""
    grid = point_grid([114.0], [33.0])
    for attempt in (
        lambda: checked_radius(radius_m),
        lambda: degree_reach(33.0, radius_m),
        lambda: ring(114.0, 33.0, radius_m),
        lambda: distance_azimuth(114.0, 33.0, 114.0, 33.0, rings_m=(1000.0, radius_m)),
        lambda: pairs_in_grid(grid, [114.0], [33.0], rings_m=(radius_m, 1000.0)),
        lambda: distance_to_geometry(114.0, 33.0, shapely.Point(114.0, 33.0), rings_m=(radius_m,)),
    ):
        with pytest.raises(ValueRefused) as refused:
            attempt()
        assert refused.value.code == "RING_NOT_POSITIVE"


def near_rings(place: tuple[float, float], count: int, seed: int) -> tuple[Floats, Floats]:
    """Scatter places round one: half anywhere within 6 km, half within 1 m of a ring, some within 1 mm."""
    chance = np.random.default_rng(seed)
    away_m = 6000.0 * np.sqrt(chance.uniform(0.0, 1.0, count))
    half, close = count // 2, max(count // 200, 100)
    away_m[:half] = chance.choice(RINGS_M, half) + chance.uniform(-1.0, 1.0, half)
    away_m[:close] = chance.choice(RINGS_M, close) + chance.uniform(-1e-3, 1e-3, close)
    away_m[: close // 10] = chance.choice(RINGS_M, close // 10) + chance.uniform(-2e-8, 2e-8, close // 10)
    ends = np.full(count, place[0]), np.full(count, place[1]), chance.uniform(0.0, 360.0, count), away_m
    lon, lat, _ = GEOD.fwd(*ends)
    return np.asarray(lon), np.asarray(lat)


def wrongly_decided(place: tuple[float, float], count: int, seed: int) -> int:
    """Count the memberships in three rings that differ from those by Geod.inv."""
    lon, lat = near_rings(place, count, seed)
    true_m = np.asarray(GEOD.inv(np.full(count, place[0]), np.full(count, place[1]), lon, lat)[2])
    found = pairs_in_grid(point_grid(lon, lat), [place[0]], [place[1]], rings_m=RINGS_M)
    ours_m = np.full(count, np.inf)
    ours_m[found.i_b] = found.distance_m
    direct_m = distance_azimuth(*place, lon, lat, rings_m=RINGS_M)[0]
    return sum(
        int(np.count_nonzero((measured <= ring_m) != (true_m <= ring_m)))
        for measured in (ours_m, direct_m)
        for ring_m in RINGS_M
    )


@pytest.mark.parametrize("place", TWENTY_PLACES)
def test_membership_in_rings_is_decided_right(place: tuple[float, float]) -> None:
    """From 60° S to 60° N and over 180°, of 200,000 points, half within 1 m of a ring, 0 are wrong."""
    assert wrongly_decided(place, 200_000, seed=7) == 0


def test_a_point_on_the_ring_is_inside() -> None:
    """A point exactly at a ring's radius is inside it, one a rounding step farther is not."""
    lon, lat, _ = GEOD.fwd(114.02, 33.58, 77.0, 3000.0)
    true_m = GEOD.inv(114.02, 33.58, lon, lat)[2]
    assert abs(true_m - 3000.0) < NEAR_RING_M
    for radius_m in (true_m, np.nextafter(true_m, 0.0), np.nextafter(true_m, 1e9)):
        distance_m = distance_azimuth(114.02, 33.58, lon, lat, rings_m=(radius_m,))[0]
        assert bool(distance_m <= radius_m) == (true_m <= radius_m)
        pairs = pairs_within([114.02], [33.58], [lon], [lat], radius_m=radius_m)
        assert len(pairs.i_b) == (true_m <= radius_m)


def test_space_coordinates_are_those_of_proj() -> None:
    """Places in space are PROJ's within 10 nm, and the frame's vectors are a right-handed three."""
    lon, lat, *_ = scattered(1.0, count=5000)
    expected = pyproj.Transformer.from_crs(4979, 4978, always_xy=True).transform(lon, lat, np.zeros_like(lon))
    assert np.allclose(ecef(lon, lat), np.column_stack(expected), rtol=0.0, atol=1e-8)
    frame = local_frame(lon, lat)
    up = np.cross(frame.east, frame.north)
    outward = np.column_stack(
        [
            np.cos(np.radians(lat)) * np.cos(np.radians(lon)),
            np.cos(np.radians(lat)) * np.sin(np.radians(lon)),
            np.sin(np.radians(lat)),
        ]
    )
    assert np.allclose(up, outward, rtol=0.0, atol=1e-15)


@given(places, azimuths, st.floats(0.001, 2e6))
def test_nothing_within_a_radius_lies_beyond_its_reach(
    place: tuple[float, float], azimuth_deg: float, radius_m: float
) -> None:
    """Wherever one goes within a radius, longitude and latitude change by no more than the reach."""
    lon, lat, _ = GEOD.fwd(*place, azimuth_deg, radius_m)
    lon_reach_deg, lat_reach_deg = degree_reach(place[1], radius_m)
    assert abs(lat - place[1]) <= float(lat_reach_deg) + 1e-12
    assert float(turned(np.asarray(lon), np.asarray(place[0]))) <= float(lon_reach_deg) + 1e-12


def crossings_m(shape: shapely.Polygon | shapely.MultiPolygon, place: tuple[float, float]) -> Floats:
    """Measure from a place to the vertices of a ring, those of a cut at 180° or at a pole left out."""
    lon, lat = shapely.get_coordinates(shape).T
    whole = (np.abs(lon) < 180.0) & (np.abs(lat) < 90.0)
    return np.asarray(distance_azimuth(*place, lon[whole], lat[whole])[0])


@pytest.mark.parametrize("radius_m", [50.0, 1000.0, 5000.0, 20_000.0])
@pytest.mark.parametrize("place", [(114.02, 33.58), (0.0, 0.0), (-70.6, -60.0), (20.0, 80.0)])
def test_a_ring_is_drawn_true(place: tuple[float, float], radius_m: float) -> None:
    """Every vertex of a ring is within 1 µm of its radius, its edges within 4e-5 of it: 19 cm at 5 km."""
    drawn = ring(*place, radius_m)
    assert isinstance(drawn, shapely.Polygon)
    assert drawn.is_valid
    assert drawn.exterior.is_ccw
    assert len(drawn.exterior.coords) == 361
    assert np.abs(crossings_m(drawn, place) - radius_m).max() < 1e-6
    corners = np.array(drawn.exterior.coords)
    halfway = (corners[1:] + corners[:-1]) / 2.0
    short_m = radius_m - distance_azimuth(*place, *halfway.T)[0]
    assert np.abs(short_m).max() < radius_m * 4e-5


@pytest.mark.parametrize("lat", [-75.0, 0.0, 60.0])
@pytest.mark.parametrize("lon", [180.0, -180.0, 179.99, -179.99])
def test_a_ring_over_the_antimeridian_is_cut_there(lon: float, lat: float) -> None:
    """A ring over 180° is two valid halves that meet there, each of them winding the GeoJSON way."""
    drawn = ring(lon, lat, 5000.0)
    assert isinstance(drawn, shapely.MultiPolygon)
    assert drawn.is_valid
    assert [part.exterior.is_ccw for part in drawn.geoms] == [True, True]
    west, _, east, _ = drawn.bounds
    assert (west, east) == (-180.0, 180.0)
    assert np.abs(crossings_m(drawn, (lon, lat)) - 5000.0).max() < 1e-6
    whole = ring(100.0, lat, 5000.0)
    assert drawn.area == pytest.approx(whole.area, rel=1e-6)


@pytest.mark.parametrize("lat", [90.0, 89.99, -89.96, -90.0])
def test_a_ring_round_a_pole_holds_the_pole(lat: float) -> None:
    """A ring round a pole runs along 180° to the pole and back, and holds every longitude."""
    drawn = ring(30.0, lat, 5000.0)
    assert drawn.is_valid
    assert drawn.bounds[0] == -180.0
    assert drawn.bounds[2] == 180.0
    vertices_m = crossings_m(drawn, (30.0, lat))
    assert len(vertices_m) >= 358
    assert np.abs(vertices_m - 5000.0).max() < 1.0
    assert all(drawn.intersects(shapely.Point(lon, np.sign(lat) * 89.9999)) for lon in range(-180, 181, 20))
    assert not drawn.intersects(shapely.Point(0.0, np.sign(lat) * 89.8))


@given(places, st.floats(1.0, 1e6), azimuths)
def test_every_ring_is_a_valid_shape(place: tuple[float, float], radius_m: float, azimuth_deg: float) -> None:
    """Anywhere on Earth a ring is valid and lies within ±180; what is well inside it, it covers."""
    drawn = ring(*place, radius_m)
    assert drawn.is_valid
    assert drawn.bounds[0] >= -180.0
    assert drawn.bounds[2] <= 180.0
    lon, lat, _ = GEOD.fwd(*place, azimuth_deg, 0.9 * radius_m)
    assume(GEOD.inv(*place, 0.0, np.copysign(90.0, place[1]))[2] > 3.0 * radius_m)
    assert drawn.covers(shapely.Point(lon, lat))
    lon, lat, _ = GEOD.fwd(*place, azimuth_deg, 1.1 * radius_m)
    assert not drawn.intersects(shapely.Point(lon, lat))


def test_a_ring_too_wide_to_have_an_inside_is_refused() -> None:
    """A ring wider than half a hemisphere, or round no place, is refused."""
    assert ring(114.0, 33.0, 4_000_000.0).is_valid
    with pytest.raises(ValueRefused):
        ring(114.0, 33.0, 5_000_001.0)
    with pytest.raises(ValueRefused) as refused:
        ring(np.nan, 33.0, 1000.0)
    assert refused.value.code == "COORD_NOT_FINITE"


def sampled_m(place: tuple[float, float], edge: Floats) -> float:
    """Find the distance to an edge straight in longitude and latitude by ever denser sampling."""
    low, high = 0.0, 1.0
    nearest_m = np.inf
    for _ in range(6):
        share = np.linspace(low, high, 101)
        along = edge[0] + share[:, None] * (edge[1] - edge[0])
        away_m = np.asarray(GEOD.inv(np.full(101, place[0]), np.full(101, place[1]), *along.T)[2])
        best = int(away_m.argmin())
        low, high = share[max(best - 1, 0)], share[min(best + 1, 100)]
        nearest_m = min(nearest_m, float(away_m[best]))
    return nearest_m


@given(
    places.filter(lambda place: abs(place[1]) < 88.0),
    st.tuples(azimuths, st.floats(0.0, 20_000.0)),
    st.tuples(azimuths, st.floats(0.0, 40_000.0), st.floats(0.0, 40_000.0)),
)
def test_the_way_to_an_edge_is_the_shortest(
    place: tuple[float, float], foot: tuple[float, float], edge: tuple[float, float, float]
) -> None:
    """To edges up to 80 km long and 20 km away, at any latitude to 88°, distances err by less than 1 mm."""
    lon, lat, _ = GEOD.fwd(*place, *foot)
    ends = np.array(
        [GEOD.fwd(lon, lat, edge[0], edge[1])[:2], GEOD.fwd(lon, lat, edge[0] + 180.0, edge[2])[:2]]
    )
    assume(abs(ends[0, 0] - ends[1, 0]) < 180.0)
    near = distance_to_geometry(*place, shapely.LineString(ends))
    assert float(near.distance_m) == pytest.approx(sampled_m(place, ends), abs=1e-3)
    reached = distance_azimuth(*place, near.lon, near.lat)
    assert (float(near.distance_m), float(near.azimuth_deg)) == tuple(map(float, reached))


@pytest.mark.parametrize("lat", [60.0, 80.0, 88.0, -88.5])
def test_the_way_to_a_bowed_edge_is_the_shortest(lat: float) -> None:
    """Where parallels curve most, 150 ways to edges of 60 km up to 20 km away err by less than 1 mm."""
    chance = np.random.default_rng(9)
    lon, feet_m = chance.uniform(-80.0, 80.0, 150), chance.uniform(0.0, 20_000.0, 150)
    foot = np.column_stack(GEOD.fwd(lon, np.full(150, lat), chance.uniform(0.0, 360.0, 150), feet_m)[:2])
    turn = chance.uniform(0.0, 360.0, 150)
    lengths_m = chance.uniform(0.0, 60_000.0, 150)
    ends = [
        np.column_stack(GEOD.fwd(foot[:, 0], foot[:, 1], turn + half_turn, along_m)[:2])
        for half_turn, along_m in ((0.0, lengths_m), (180.0, 60_000.0 - lengths_m))
    ]
    edges = np.stack(ends, axis=1)
    near = distance_to_geometry(lon, lat, shapely.linestrings(edges))
    expected = [sampled_m((x, lat), edge) for x, edge in zip(lon.tolist(), edges, strict=True)]
    assert np.abs(near.distance_m - expected).max() < 1e-3


def test_a_chord_does_not_choose_the_edge() -> None:
    """Of two edges the nearer is chosen though a chord of the other, which bows, comes nearer still."""
    for side in (1.0, -1.0):
        start = 20.0, 80.0 * side
        south_m = GEOD.inv(*start, 20.0, 79.95 * side)[2]
        parallel = [(15.0, 79.95 * side), (25.01, 79.95 * side)]
        for nearer_m in (0.05, 0.2, 0.4):
            east = GEOD.fwd(*start, 90.0, south_m - nearer_m)[:2]
            both = shapely.MultiLineString([parallel, [east, (east[0] + 0.1, east[1])]])
            assert float(distance_to_geometry(*start, both).distance_m) == pytest.approx(
                south_m - nearer_m, abs=1e-3
            )


def star(chance: np.random.Generator, lon: float, lat: float) -> shapely.Polygon:
    """Draw a polygon of 5 to 40 corners round a place, with a hole."""
    corners = np.sort(chance.uniform(0.0, 2.0 * np.pi, chance.integers(5, 40)))
    reach = chance.uniform(0.01, 0.1, len(corners))
    shell = np.column_stack([lon + reach * np.cos(corners), lat + reach * np.sin(corners)])
    hole = np.column_stack([lon + 0.2 * reach * np.cos(corners), lat + 0.2 * reach * np.sin(corners)])
    return shapely.Polygon(shell, [hole])


def test_the_way_to_lines_and_polygons_is_that_of_their_nearest_edge() -> None:
    """To lines, polygons with holes and their multiples, the distance is the least over all their edges."""
    chance = np.random.default_rng(5)
    for _ in range(20):
        lon, lat = chance.uniform(-179.0, 179.0), chance.uniform(-70.0, 70.0)
        first, second = star(chance, lon, lat), star(chance, lon + 0.5, lat)
        place = lon + chance.uniform(-0.2, 0.2), lat + chance.uniform(-0.2, 0.2)
        for shape in (
            first,
            shapely.MultiPolygon([first, second]),
            shapely.union_all([first.boundary, second.boundary]),
        ):
            paths = [
                np.array(path.coords) for path in shapely.get_parts(shape.boundary if shape.area else shape)
            ]
            edges = [path[k : k + 2] for path in paths for k in range(len(path) - 1)]
            covered = shape.area > 0 and shape.covers(shapely.Point(place))
            expected = 0.0 if covered else min(sampled_m(place, edge) for edge in nearest_edges(edges, place))
            assert float(distance_to_geometry(*place, shape).distance_m) == pytest.approx(expected, abs=1e-3)


def nearest_edges(edges: list[Floats], place: tuple[float, float]) -> list[Floats]:
    """Keep the ten edges whose midpoints or ends are nearest, so that sampling stays quick."""
    away = [float(np.hypot(*(np.linspace(edge[0], edge[1], 9) - place).T).min()) for edge in edges]
    return [edges[k] for k in np.argsort(away)[:10]]


def test_inside_a_polygon_the_distance_is_0_and_the_bearing_that_of_the_centroid() -> None:
    """Inside or on the rim the distance is 0, the azimuth leads to the centroid; a hole is outside."""
    square = shapely.box(114.0, 33.0, 114.2, 33.2)
    near = distance_to_geometry([114.1, 114.0], [33.05, 33.1], square)
    assert near.distance_m.tolist() == [0.0, 0.0]
    assert turned(near.azimuth_deg, np.array([0.0, 89.973])).max() < 0.001
    assert (near.lon.tolist(), near.lat.tolist()) == ([114.1, 114.0], [33.05, 33.1])
    holed = square.difference(shapely.box(114.05, 33.05, 114.15, 33.15))
    assert float(distance_to_geometry(114.1, 33.1, holed).distance_m) > 4000.0


def test_points_are_geometries_too() -> None:
    """To a point the distance is that between two points, to several that of the nearest."""
    point, cluster = (
        shapely.Point(114.05, 33.6),
        shapely.MultiPoint([(115.0, 33.0), (114.05, 33.6), (113.0, 33.0)]),
    )
    near = distance_to_geometry(114.02, 33.58, [point, cluster])
    expected = distance_azimuth(114.02, 33.58, 114.05, 33.6)
    assert near.distance_m.tolist() == [float(expected[0])] * 2
    assert near.azimuth_deg.tolist() == [float(expected[1])] * 2


def test_a_line_beyond_the_antimeridian_is_near() -> None:
    """A station west of 180° is as near to a line east of it as the Earth is round."""
    near = distance_to_geometry(179.99, 10.0, shapely.LineString([(-179.99, 9.9), (-179.99, 10.1)]))
    assert float(near.distance_m) == pytest.approx(GEOD.inv(179.99, 10.0, -179.99, 10.0)[2], abs=0.01)


def test_ways_to_geometries_broadcast() -> None:
    """One place to many geometries, many places to one, a matrix, and nothing keep their shapes."""
    line, point = shapely.LineString([(114.0, 33.0), (114.0, 34.0)]), shapely.Point(114.0, 33.0)
    assert distance_to_geometry(114.1, 33.5, line).distance_m.shape == ()
    assert distance_to_geometry([[114.1], [114.2]], 33.5, [line, point, line]).distance_m.shape == (2, 3)
    assert distance_to_geometry([], [], []).distance_m.shape == (0,)


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "GEOM_MISSING"),
        (shapely.Point(), "GEOM_MISSING"),
        (shapely.Polygon(), "GEOM_MISSING"),
        (shapely.GeometryCollection([shapely.Point(114.0, 33.0)]), "GEOM_TYPE"),
        (shapely.LineString([(114.0, 33.0), (114.0, np.inf)]), "COORD_NOT_FINITE"),
        (shapely.Polygon([(114.0, 33.0), (114.0, 34.0), (np.inf, 34.0)]), "COORD_NOT_FINITE"),
    ],
)
def test_what_has_no_nearest_point_is_refused(shape: shapely.Geometry | None, code: str) -> None:
    """A missing, empty, collected or unfinished geometry is refused."""
    with pytest.raises(ValueRefused) as refused:
        distance_to_geometry([114.0, 114.0], [33.0, 33.0], [shapely.Point(114.0, 33.0), shape])
    assert refused.value.code == code
