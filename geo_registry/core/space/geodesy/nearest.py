"""The nearest points of lines and polygon outlines.

Edges are straight in longitude and latitude, as files mean them: neither geodesics nor straight in any plane.
An edge is cut into pieces of at most `PIECE_M`; the chord of each piece bounds its distance from both sides,
and the few pieces that can hold the nearest point are searched on the edge itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_registry.core.space.geodesy.ellipsoid import (
    ELLIPSOID,
    Floats,
    LocalFrame,
    arc,
    checked_degrees,
    ecef,
    local_frame,
)
from geo_registry.core.space.ragged import Index, runs, spread
from geo_registry.errors import ValueRefused

PIECE_M = 2_000.0
"""Longest piece of an edge: it bows from its chord by 8 cm of height, and 45 cm sideways at 70° latitude."""

_PIECE_DEG = 1.0  # nor does a piece turn farther than this round a pole
_STEPS = 4  # each leaves distance / curve radius of the error: 3 per cent at 20 km and 80°, 18 at 89°
_DEGREE_M = 111_700.0  # a degree is nowhere longer: pi / 180 times the polar radius of curvature
_BLOCK = 1 << 16  # vertices looked at at once
_AREA = 2


class _Pieces(NamedTuple):
    """Pieces of edges: whose they are, where they begin, and how far they go, in degrees."""

    owner: Index
    lon: Floats
    lat: Floats
    d_lon: Floats
    d_lat: Floats

    def at(self, share: Floats | float) -> tuple[Floats, Floats]:
        """Give the points at a share of each piece, 0 where it begins and 1 where it ends."""
        return self.lon + share * self.d_lon, self.lat + share * self.d_lat

    def take(self, index: Index) -> _Pieces:
        """Take some of the pieces, by number, in the order asked."""
        return _Pieces(
            self.owner[index], self.lon[index], self.lat[index], self.d_lon[index], self.d_lat[index]
        )


def nearest_points(lon: Floats, lat: Floats, geometries: NDArray[Any]) -> tuple[Floats, Floats]:
    """Find the point of each geometry's outline that is nearest to a place.

    Parameters
    ----------
    lon, lat
        Places, WGS 84 degrees, shape (n,).
    geometries
        Shapely points, lines or polygons in WGS 84 degrees, none of them empty, shape (n,).

    Returns
    -------
    lon, lat : numpy.ndarray
        Of the nearest points, WGS 84 degrees, shape (n,).

    Raises
    ------
    ValueRefused
        ``COORD_NOT_FINITE`` or ``COORD_OUT_OF_RANGE`` for a vertex.

    Examples
    --------
    >>> road = shapely.LineString([(114.0, 33.5), (114.0, 33.7)])
    >>> lon, lat = nearest_points(np.array([114.02]), np.array([33.58]), np.array([road]))
    >>> lon, lat.round(6)
    (array([114.]), array([33.580002]))
    """
    counts = np.asarray(shapely.get_num_coordinates(geometries), dtype=np.intp)
    found = [_nearest(lon[part], lat[part], geometries[part]) for part in runs(counts, _BLOCK)]
    near = np.concatenate([np.empty((2, 0)), *found], axis=1)
    return near[0], near[1]


def _nearest(x: Floats, y: Floats, shapes: NDArray[Any]) -> Floats:
    pieces = _pieces(shapes)
    frame = local_frame(x, y)
    share, promising = _ranked(pieces, frame)
    pieces = pieces.take(promising)
    share = _searched(pieces, share[promising], frame)
    lon, lat = pieces.at(share)
    distance_m, _ = arc(ecef(lon, lat) - frame.origin[pieces.owner], frame.at(pieces.owner))
    rank = np.lexsort((distance_m, pieces.owner))
    best = rank[np.searchsorted(pieces.owner, np.arange(len(x)))]
    return np.stack([lon[best], lat[best]])


def _pieces(shapes: NDArray[Any]) -> _Pieces:
    """Take geometries apart into pieces of edges; a point is a piece without length."""
    areal = shapely.get_dimensions(shapes) == _AREA
    outlines = np.where(areal, shapely.boundary(shapes), shapes)
    parts, owner = shapely.get_parts(outlines, return_index=True)
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    if not np.isfinite(vertices).all():
        raise ValueRefused("COORD_NOT_FINITE", field="geometry")
    lon, lat = checked_degrees(vertices[:, 0], vertices[:, 1])
    joins = np.append(part[1:] == part[:-1], np.zeros(1, dtype=np.bool_))
    ends = ~joins & (np.roll(joins, 1))
    start = np.flatnonzero(~ends)
    stop = start + joins[start]
    step = lon[stop] - lon[start], lat[stop] - lat[start]
    return _cut(_Pieces(owner[part[start]], lon[start], lat[start], *step))


def _cut(edges: _Pieces) -> _Pieces:
    """Cut edges into equal pieces, none longer than `PIECE_M`."""
    flattest = np.minimum(np.abs(edges.lat), np.abs(edges.lat + edges.d_lat))
    flattest = np.where(edges.lat * (edges.lat + edges.d_lat) < 0, 0.0, flattest)
    along_m = np.hypot(edges.d_lat, edges.d_lon * np.cos(np.radians(flattest))) * _DEGREE_M
    counts = np.ceil(np.maximum(along_m / PIECE_M, np.abs(edges.d_lon) / _PIECE_DEG))
    edge, place = spread(np.maximum(counts, 1.0).astype(np.intp))
    count = np.maximum(counts, 1.0)[edge]
    long = edges.take(edge)
    lon, lat = long.at(place / count)
    return _Pieces(long.owner, lon, lat, long.d_lon / count, long.d_lat / count)


def _ranked(pieces: _Pieces, frame: LocalFrame) -> tuple[Floats, Index]:
    """Find where each piece's chord comes nearest, and which pieces may hold the nearest point of all."""
    start = ecef(pieces.lon, pieces.lat) - frame.origin[pieces.owner]
    along = ecef(*pieces.at(1.0)) - frame.origin[pieces.owner] - start
    length2 = np.einsum("ij,ij->i", along, along)
    share = -np.einsum("ij,ij->i", start, along) / np.maximum(length2, np.finfo(np.float64).tiny)
    share = np.clip(share, 0.0, 1.0)
    distance_m = np.linalg.norm(start + share[:, None] * along, axis=1)
    bow_m = length2 / 8.0 * _bend(pieces)
    first = np.searchsorted(pieces.owner, np.arange(len(frame.origin)))
    limit_m = np.minimum.reduceat(distance_m + bow_m, first)
    return share, np.flatnonzero(distance_m - bow_m <= limit_m[pieces.owner])


def _bend(pieces: _Pieces) -> Floats:
    """Bound the curvature in space, 1/m, of lines straight in longitude and latitude: 1/R with 2 tan φ/R."""
    steepest = np.maximum(np.abs(pieces.lat), np.abs(pieces.lat + pieces.d_lat))
    slope = np.tan(np.radians(np.minimum(steepest, 89.99)))
    return np.asarray((1.0 + 2.0 * slope) / (ELLIPSOID.a * (1.0 - ELLIPSOID.es)))


def _searched(pieces: _Pieces, share: Floats, frame: LocalFrame) -> Floats:
    """Walk along each piece to where it comes nearest, by Gauss-Newton steps on the chord's length."""
    d_lam, d_phi = np.radians(pieces.d_lon), np.radians(pieces.d_lat)
    for _ in range(_STEPS):
        lon, lat = pieces.at(share)
        here = local_frame(lon, lat)
        parallel_m = here.prime_vertical_m * np.cos(np.radians(lat))
        along = here.east * (parallel_m * d_lam)[:, None] + here.north * (here.meridian_m * d_phi)[:, None]
        speed2 = np.maximum(np.einsum("ij,ij->i", along, along), np.finfo(np.float64).tiny)
        off = np.einsum("ij,ij->i", here.origin - frame.origin[pieces.owner], along)
        share = np.clip(share - off / speed2, 0.0, 1.0)
    return share
