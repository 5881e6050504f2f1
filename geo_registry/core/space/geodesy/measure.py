"""Distances, directions and rings on the WGS 84 ellipsoid, exact; degrees in, metres out.

Distances are those of GeographicLib to less than a micrometre, and where a ring's radius is within a
micrometre they are its very own. Edges of lines and polygons are straight in longitude and latitude.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon

from geo_registry.core.space.geodesy.ellipsoid import (
    ELLIPSOID,
    arc,
    checked_degrees,
    checked_radius,
    ecef,
    geodesic,
    in_doubt,
    local_frame,
)
from geo_registry.core.space.geodesy.nearest import nearest_points
from geo_registry.errors import ValueRefused

Floats: TypeAlias = NDArray[np.float64]
Geometries: TypeAlias = shapely.Geometry | Sequence[shapely.Geometry | None] | NDArray[Any]

RING_LIMIT_M = 5_000_000.0
"""Widest ring that is drawn: beyond a quarter of the meridian a ring has no inside to speak of."""

_FULL_TURN = 360.0
_HALF_TURN = 180.0
_QUARTER_TURN = 90.0
_COLLECTION = 7  # GEOS type id of a GeometryCollection; only curves come after it
_AREA = 2


class Nearest(NamedTuple):
    """The nearest points of geometries.

    Attributes
    ----------
    distance_m
        Metres; 0 inside a polygon.
    azimuth_deg
        Direction to the nearest point, or inside a polygon to its centroid; degrees in [0, 360).
    lon, lat
        The nearest point, WGS 84 degrees; inside a polygon the place itself.
    """

    distance_m: Floats
    azimuth_deg: Floats
    lon: Floats
    lat: Floats


def distance_azimuth(
    lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike, *, rings_m: Sequence[float] = ()
) -> tuple[Floats, Floats]:
    """Measure from first points to second points along the shortest way on the ellipsoid.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        WGS 84 degrees, shapes that broadcast.
    rings_m
        Radii in metres against which the distances will be held. With them, ``distance_m <= ring_m`` is
        true exactly where it is for the distance of GeographicLib.

    Returns
    -------
    distance_m, azimuth_deg : numpy.ndarray
        Metres, and degrees from north through east in [0, 360), of the broadcast shape; the azimuth is
        0 where the points are one. NaN where a coordinate is NaN.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> distance_m, azimuth_deg = distance_azimuth(114.02, 33.58, [114.02, 114.05], [33.58, 33.6])
    >>> distance_m.round(3), azimuth_deg.round(3)
    (array([   0.   , 3560.323]), array([ 0.   , 51.452]))
    """
    places = np.broadcast_arrays(*checked_degrees(lon1, lat1), *checked_degrees(lon2, lat2))
    start = local_frame(places[0], places[1])
    distance_m, azimuth_deg = arc(ecef(places[2], places[3]) - start.origin, start)
    doubtful = in_doubt(distance_m, rings_m)
    if not doubtful.any():
        return distance_m, azimuth_deg
    distance_m, azimuth_deg = np.array(distance_m), np.array(azimuth_deg)
    distance_m[doubtful], azimuth_deg[doubtful] = geodesic(*(place[doubtful] for place in places))
    return distance_m, azimuth_deg


def degree_reach(lat: ArrayLike, radius_m: float) -> tuple[Floats, Floats]:
    """Bound how far in longitude and latitude anything within a radius can be.

    A way of length s changes the latitude by at most s / M with M smallest at the equator, and while it
    stays in that band it changes the longitude by at most s / p with p the shortest parallel radius there.

    Parameters
    ----------
    lat
        WGS 84 latitudes of the centres, degrees.
    radius_m
        Radius in metres.

    Returns
    -------
    lon_reach_deg, lat_reach_deg : numpy.ndarray
        Half-widths in degrees; 180 in longitude where a pole is within reach.

    Raises
    ------
    ValueRefused
        ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> lon_reach_deg, lat_reach_deg = degree_reach([0.0, 60.0, 89.99], 5000.0)
    >>> lon_reach_deg.round(4), lat_reach_deg.round(4)
    (array([4.49e-02, 8.97e-02, 1.80e+02]), array([0.0452, 0.0452, 0.0452]))
    """
    rounding = 1.0 + 1e-12
    flattest_m = ELLIPSOID.a * (1.0 - ELLIPSOID.es)
    reach_m = min(checked_radius(radius_m), np.pi * ELLIPSOID.a)  # no way is longer
    lat_reach_deg = np.degrees(reach_m / flattest_m) * rounding
    top = np.abs(np.asarray(lat, dtype=np.float64)) + lat_reach_deg
    phi = np.radians(np.minimum(top, _QUARTER_TURN))
    parallel_m = ELLIPSOID.a * np.cos(phi) / np.sqrt(1.0 - ELLIPSOID.es * np.sin(phi) ** 2)
    reach = np.degrees(reach_m / np.maximum(parallel_m, 1.0)) * rounding
    lon_reach_deg = np.where(top >= _QUARTER_TURN, _HALF_TURN, np.minimum(reach, _HALF_TURN))
    return lon_reach_deg, np.broadcast_to(lat_reach_deg, lon_reach_deg.shape)


def distance_to_geometry(
    lon: ArrayLike, lat: ArrayLike, geometries: Geometries, *, rings_m: Sequence[float] = ()
) -> Nearest:
    """Measure from places to the nearest points of points, lines or polygons.

    Against dense sampling the distance errs by less than 1 mm up to 20 km, for edges of any length between
    89° S and 89° N.

    Parameters
    ----------
    lon, lat
        Places, WGS 84 degrees within ±180, shape (n,) or single.
    geometries
        Shapely geometries in WGS 84 degrees, shape (n,) or single; paired with the places.
    rings_m
        Radii in metres against which the distances will be held, see `distance_azimuth`.

    Returns
    -------
    Nearest
        Arrays of the broadcast shape.

    Raises
    ------
    ValueRefused
        ``GEOM_MISSING`` for None or an empty geometry, ``GEOM_TYPE`` for a collection or a curve,
        ``COORD_NOT_FINITE`` or ``COORD_OUT_OF_RANGE`` for a place or vertex, ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> road = shapely.LineString([(114.0, 33.5), (114.0, 33.7)])
    >>> near = distance_to_geometry([114.02], [33.58], [road])
    >>> near.distance_m.round(3), near.azimuth_deg.round(3), near.lon
    (array([1856.74]), array([270.011]), array([114.]))
    """
    x, y, shapes = np.broadcast_arrays(*checked_degrees(lon, lat), np.asarray(geometries, dtype=object))
    _check(x, y, shapes)
    near_lon, near_lat = (
        found.reshape(x.shape) for found in nearest_points(x.ravel(), y.ravel(), shapes.ravel())
    )
    inside = (shapely.get_dimensions(shapes) == _AREA) & shapely.intersects_xy(shapes, x, y)
    middle = shapely.centroid(shapes[inside])
    target_lon, target_lat = near_lon.copy(), near_lat.copy()
    target_lon[inside], target_lat[inside] = shapely.get_x(middle), shapely.get_y(middle)
    distance_m, azimuth_deg = distance_azimuth(x, y, target_lon, target_lat, rings_m=rings_m)
    return Nearest(
        np.where(inside, 0.0, distance_m),
        azimuth_deg,
        np.where(inside, x, near_lon),
        np.where(inside, y, near_lat),
    )


def ring(lon: float, lat: float, radius_m: float, *, vertices: int = 360) -> Polygon | MultiPolygon:
    """Draw the ring of places at one distance from a centre.

    Every vertex lies on the true ring; between two of them the polygon runs straight and so falls short by
    about ``radius_m * (1 - cos(180° / vertices))`` at most: with 360 vertices 4 cm at 1 km and 19 cm at 5 km.

    Parameters
    ----------
    lon, lat
        Centre, WGS 84 degrees.
    radius_m
        Metres.
    vertices
        Number of corners, evenly spread in azimuth.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        WGS 84 degrees, counter-clockwise, longitudes within ±180. A ring over the meridian of 180° is cut
        there into a MultiPolygon, as GeoJSON (RFC 7946, 3.1.9) asks; one round a pole runs along that
        meridian to the pole and back.

    Raises
    ------
    ValueRefused
        ``RING_NOT_POSITIVE``, ``COORD_OUT_OF_RANGE``, ``COORD_NOT_FINITE``; ``VALUE_INVALID`` for a radius
        over `RING_LIMIT_M`.

    Examples
    --------
    >>> ring(114.02, 33.58, 3000).geom_type, ring(179.99, 0.0, 3000).geom_type
    ('Polygon', 'MultiPolygon')
    """
    checked_degrees(lon, lat)
    if not (np.isfinite(lon) and np.isfinite(lat)):
        raise ValueRefused("COORD_NOT_FINITE", value=(lon, lat))
    if checked_radius(radius_m) > RING_LIMIT_M:
        expected = f"<= {RING_LIMIT_M:.0f}"
        raise ValueRefused("VALUE_INVALID", field="radius_m", value=radius_m, expected=expected)
    azimuth_deg = np.linspace(360.0, 0.0, vertices, endpoint=False)
    x, y, _ = ELLIPSOID.fwd(
        np.full(vertices, lon), np.full(vertices, lat), azimuth_deg, np.full(vertices, radius_m)
    )
    return _cut(_closed(np.asarray(x), np.asarray(y)))


def _check(x: Floats, y: Floats, shapes: NDArray[Any]) -> None:
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueRefused("COORD_NOT_FINITE", field="lon, lat")
    if (shapely.is_missing(shapes) | shapely.is_empty(shapes)).any():
        raise ValueRefused("GEOM_MISSING")
    kinds = shapely.get_type_id(shapes)
    if (kinds >= _COLLECTION).any():
        raise ValueRefused("GEOM_TYPE", value=shapes[kinds >= _COLLECTION][0].geom_type)


def _closed(x: Floats, y: Floats) -> Polygon:
    """Join vertices into a polygon whose longitudes run on beyond ±180; round a pole, lead it there."""
    run = np.unwrap(np.append(x, x[0]), period=_FULL_TURN)
    if abs(run[-1] - run[0]) < _HALF_TURN:
        return Polygon(np.column_stack([run[:-1], y]))
    pole = np.copysign(_QUARTER_TURN, y.sum())
    run[-1] = run[0] + np.copysign(_FULL_TURN, run[-1] - run[0])
    round_pole = np.append(run, [run[-1], run[0]]), np.append(y, [y[0], pole, pole])
    return Polygon(np.column_stack(round_pole))


def _cut(shape: Polygon) -> Polygon | MultiPolygon:
    """Fold a polygon into longitudes within ±180, cutting it at that meridian."""
    west, _, east, _ = shape.bounds
    if max(-west, east) <= _HALF_TURN:
        return shape
    folds = []
    for turn_deg in (-_FULL_TURN, 0.0, _FULL_TURN):
        window = shapely.box(turn_deg - _HALF_TURN, -_QUARTER_TURN, turn_deg + _HALF_TURN, _QUARTER_TURN)
        folds.append(translate(shapely.intersection(shape, window), -turn_deg))
    return cast("Polygon | MultiPolygon", shapely.orient_polygons(shapely.union_all(folds)))
