"""How many points of each class lie in which ring, without making a single pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_registry.core.space.geodesy.ellipsoid import NEAR_RING_M, checked_degrees
from geo_registry.core.space.grid.blocks import Block, blocks, shares
from geo_registry.core.space.grid.pairs import checked_radii
from geo_registry.core.space.grid.points import PointGrid
from geo_registry.core.space.grid.windows import SHARPEST_M

Rings: TypeAlias = NDArray[np.uint8]


class Ringed(NamedTuple):
    """Candidates near some centres, each with the smallest ring that holds it.

    Attributes
    ----------
    block
        The candidates.
    ring
        Place of the ring among the radii, ascending; their number for what lies beyond all, shape (k,).
    """

    block: Block
    ring: Rings


def ringed(grid: PointGrid, lon: ArrayLike, lat: ArrayLike, *, rings_m: Sequence[float]) -> Iterator[Ringed]:
    """Go through the points near centres and say in which ring each lies, as GeographicLib would.

    The chord alone decides all but a few: what is longer than a radius lies outside, and what is shorter
    than the chord of the sharpest arc of that length lies inside.

    Parameters
    ----------
    grid
        Points, from `point_grid`.
    lon, lat
        Centres, WGS 84 degrees, shape (m,) or single; one that is NaN is near nothing.
    rings_m
        Radii in metres, ascending.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> from geo_registry.core.space.grid import point_grid
    >>> grid = point_grid([114.03, 114.05], [33.58, 33.58])
    >>> [near.ring.tolist() for near in ringed(grid, 114.02, 33.58, rings_m=(1000.0, 5000.0))]
    [[0, 1]]
    """
    radii = checked_radii(rings_m)
    x, y = (np.atleast_1d(degrees) for degrees in checked_degrees(lon, lat))
    for block in blocks(grid, x, y, max(radii)):
        yield Ringed(block, _ring_of(grid, block, radii))


def _ring_of(grid: PointGrid, block: Block, radii: Sequence[float]) -> Rings:
    chords = block.chords(grid)
    chord2 = np.einsum("ij,ij->j", chords, chords)
    ring = np.zeros(len(chord2), dtype=np.uint8)
    doubtful = np.zeros(len(chord2), dtype=bool)
    for radius_m in radii:
        surely_in, outside = chord2 <= _surely_m(radius_m) ** 2, chord2 > min(radius_m, _BEYOND_M) ** 2
        ring += outside
        if np.count_nonzero(surely_in) + np.count_nonzero(outside) < len(chord2):
            doubtful |= ~(surely_in | outside)
    if doubtful.any():
        rows = np.flatnonzero(doubtful)
        ring[rows] = np.searchsorted(np.asarray(radii), block.ways(grid, rows)[0])
    return ring


_BEYOND_M = 1e8
"""More than any chord, and its square is finite."""


def _surely_m(radius_m: float) -> float:
    """Give the chord up to which a point surely lies within a radius (Schur's theorem)."""
    bend = min(radius_m / (2.0 * SHARPEST_M), np.pi / 2.0)
    return max(2.0 * SHARPEST_M * float(np.sin(bend)) - NEAR_RING_M, 0.0)


class Classed(NamedTuple):
    """What points are counted by.

    Attributes
    ----------
    codes
        A number of each point, in the grid's order, shape (n,).
    classes
        Class of each number, 0, 1, 2 ...; shape (codes,).
    """

    codes: NDArray[np.integer[Any]]
    classes: NDArray[np.intp]


def ring_counts(
    grid: PointGrid, classed: Classed, lon: ArrayLike, lat: ArrayLike, *, rings_m: Sequence[float]
) -> NDArray[np.int64]:
    """Count the points of each class in each ring round each centre.

    Parameters
    ----------
    grid
        Points, from `point_grid`.
    classed
        What each point is counted by.
    lon, lat
        Centres, WGS 84 degrees, shape (m,) or single.
    rings_m
        Radii in metres, ascending.

    Returns
    -------
    numpy.ndarray
        How many points of a class lie in a ring and in no smaller one, shape (m, classes, rings).

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> from geo_registry.core.space.grid import point_grid
    >>> grid = point_grid([114.03, 114.05], [33.58, 33.58])
    >>> classed = Classed(np.array([5, 5])[grid.order], np.array([0, 0, 0, 0, 0, 1]))
    >>> ring_counts(grid, classed, 114.02, 33.58, rings_m=(1000.0, 3000.0, 5000.0)).tolist()
    [[[0, 0, 0], [1, 1, 0]]]
    """
    centres = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    most, places = int(classed.classes.max(initial=0)) + 1, len(rings_m) + 1
    first = (classed.classes * places).astype(np.min_scalar_type(most * places))
    counts = np.zeros((len(centres), most * places), dtype=np.int64)
    for block, ring in ringed(grid, lon, lat, rings_m=rings_m):
        place = first.take(block.places(classed.codes), mode="clip")  # does not check, which takes long
        place += ring
        for centre, (_, own) in zip(block.numbers.tolist(), shares(block.stop), strict=True):
            counts[centre] += np.bincount(place[own], minlength=most * places)
    return counts.reshape(len(centres), most, places)[:, :, :-1]


def nearest_rings(grid: PointGrid, lon: ArrayLike, lat: ArrayLike, *, rings_m: Sequence[float]) -> Rings:
    """Give each point the smallest ring round any centre that holds it.

    Parameters
    ----------
    grid
        Points, from `point_grid`.
    lon, lat
        Centres, WGS 84 degrees, shape (m,) or single.
    rings_m
        Radii in metres, ascending.

    Returns
    -------
    numpy.ndarray
        Place of the ring, in the grid's order, shape (n,); the number of rings for what is in none.

    Raises
    ------
    ValueRefused
        ``COORD_OUT_OF_RANGE`` or ``RING_NOT_POSITIVE``.

    Examples
    --------
    >>> from geo_registry.core.space.grid import point_grid
    >>> grid = point_grid([114.05, 114.03, 115.0], [33.58, 33.58, 33.58])
    >>> nearest_rings(grid, [114.02, 114.07], [33.58, 33.58], rings_m=(1000.0, 5000.0)).tolist()
    [0, 1, 2]
    """
    nearest = np.full(len(grid.key), len(rings_m), dtype=np.uint8)
    for block, ring in ringed(grid, lon, lat, rings_m=rings_m):
        start = 0
        for run in block.runs:
            own = nearest[run]
            np.minimum(own, ring[start : start + len(own)], out=own)
            start += len(own)
    return nearest
