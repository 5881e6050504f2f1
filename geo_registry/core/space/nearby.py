"""Geometries of any type near points: the exact pairs within a radius."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType, STRtree

from geo_registry.core.space.geodesy import Floats, degree_reach, distance_to_geometry
from geo_registry.core.space.grid import pairs_in_grid, point_grid
from geo_registry.core.space.ragged import Index

_FULL_TURN = 360.0


class Nearby(NamedTuple):
    """Pairs of a point and a geometry within a radius, in no particular order.

    Attributes
    ----------
    i_geometry, i_point
        Places of the geometry and of the point in the arrays given.
    distance_m
        Metres to the nearest point of the geometry, 0 inside a polygon.
    azimuth_deg
        Direction from the point to that nearest point, or to the centroid from inside a polygon;
        degrees from north through east.
    """

    i_geometry: Index
    i_point: Index
    distance_m: Floats
    azimuth_deg: Floats


def pairs_nearby(
    geometries: NDArray[np.object_], lon: Floats, lat: Floats, *, rings_m: Sequence[float]
) -> Nearby:
    """Find every pair of a point and a geometry within the widest of some rings, exactly.

    Parameters
    ----------
    geometries
        Shapely geometries in WGS 84 degrees, ``(n,)``; missing and empty ones are near nothing.
    lon, lat
        Points, WGS 84 degrees, ``(m,)``.
    rings_m
        Radii in metres; ``distance_m <= ring_m`` decides for each of them as GeographicLib would.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> kilns = np.array([shapely.Point(114.05, 33.6), None, shapely.box(114, 33.5, 114.1, 33.7)])
    >>> near = pairs_nearby(kilns, np.array([114.02]), np.array([33.58]), rings_m=(5000,))
    >>> near.i_geometry, near.distance_m.round(3)
    (array([0, 2]), array([3560.323,    0.   ]))
    """
    placed = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    is_point = shapely.get_type_id(geometries) == GeometryType.POINT
    points, shapes = np.flatnonzero(placed & is_point), np.flatnonzero(placed & ~is_point)
    grid = point_grid(shapely.get_x(geometries[points]), shapely.get_y(geometries[points]))
    found = pairs_in_grid(grid, lon, lat, rings_m=rings_m)
    at_points = Nearby(points[found.i_b], found.i_a.astype(np.intp), found.distance_m, found.azimuth_deg)
    at_shapes = _pairs_of_shapes(geometries, shapes, (lon, lat), rings_m)
    return Nearby(*(np.concatenate(parts) for parts in zip(at_points, at_shapes, strict=True)))


def _pairs_of_shapes(
    geometries: NDArray[np.object_], shapes: Index, centres: tuple[Floats, Floats], rings_m: Sequence[float]
) -> Nearby:
    """Find candidates by boxes in degrees, then measure."""
    if not len(shapes):
        return Nearby(shapes, shapes, np.empty(0), np.empty(0))
    lon, lat = centres
    i_point, position = box_hits(geometries[shapes], lon, lat, max(rings_m))
    i_geometry = shapes[position]
    way = distance_to_geometry(lon[i_point], lat[i_point], geometries[i_geometry], rings_m=rings_m)
    inside = way.distance_m <= max(rings_m)
    return Nearby(i_geometry[inside], i_point[inside], way.distance_m[inside], way.azimuth_deg[inside])


def box_hits(shapes: NDArray[np.object_], lon: Floats, lat: Floats, radius_m: float) -> tuple[Index, Index]:
    """Pair points with the shapes whose boxes may be within a radius, also across the meridian of 180°.

    Parameters
    ----------
    shapes
        Shapely geometries in WGS 84 degrees, ``(n,)``.
    lon, lat
        Points, WGS 84 degrees, ``(m,)``.
    radius_m
        Metres; every pair within it is among those found.

    Returns
    -------
    i_point, i_shape : numpy.ndarray
        Places in the arrays given, each pair once.

    Raises
    ------
    ValueRefused
        ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> west, east = shapely.box(179, 60, 180, 61), shapely.box(0, 0, 1, 1)
    >>> place = np.array([-179.99]), np.array([60.5])
    >>> [found.tolist() for found in box_hits(np.array([west, east]), *place, 5e3)]
    [[0], [0]]
    """
    lon_reach_deg, lat_reach_deg = degree_reach(lat, radius_m)
    tree = STRtree(shapes)
    south, north = lat - lat_reach_deg, lat + lat_reach_deg
    turned = [lon + turn for turn in (-_FULL_TURN, 0.0, _FULL_TURN)]
    hits = [tree.query(shapely.box(x - lon_reach_deg, south, x + lon_reach_deg, north)) for x in turned]
    i_point, position = np.unique(np.concatenate(hits, axis=1), axis=1)
    return i_point, position
