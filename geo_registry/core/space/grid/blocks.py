"""Candidates near centres, a cache's worth at a time, as vectors from their centres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo_registry.core.space.geodesy import Floats, local_frame
from geo_registry.core.space.geodesy.ellipsoid import arc_axes, arc_of, geodesic
from geo_registry.core.space.grid.points import Places, PointGrid
from geo_registry.core.space.grid.windows import Windows, windows
from geo_registry.core.space.ragged import Index, runs, spread

BLOCK = 1 << 15
"""Candidates measured at once: their vectors stay in the processor's second cache."""
DENSE = 64
"""Candidates a centre from which on copying runs beats picking points one by one."""


class Centres(NamedTuple):
    """Centres as a search needs them, each array with one row a centre.

    Attributes
    ----------
    lon, lat
        WGS 84 degrees.
    origin
        Where they are in space, metres, shape (m, 3).
    axes, bend_m2
        What `arc_axes` gives, shapes (m, 3, 3) and (m,).
    """

    lon: Floats
    lat: Floats
    origin: Floats
    axes: Floats
    bend_m2: Floats

    def at(self, index: Index) -> Centres:
        """Take some of the centres, by number, in the order asked."""
        return Centres(*(part[index] for part in self))

    def arcs(self, stop: Index, chords: Floats, chord2: Floats) -> tuple[Floats, Floats]:
        """Turn chords from the centres into distance and azimuth; the arrays are used up.

        Parameters
        ----------
        stop
            Where the chords of each centre end, shape (m,).
        chords
            Metres in space, shape (3, k).
        chord2
            Their squares, shape (k,).

        Returns
        -------
        distance_m, azimuth_deg : numpy.ndarray
            Metres by the series and degrees, shape (k,).
        """
        if is_sparse(stop):
            counts = np.diff(stop, prepend=0)
            local = np.asarray(np.einsum("kij,jk->ik", np.repeat(self.axes, counts, axis=0), chords))
            return arc_of(local, chord2, chord2 * np.repeat(self.bend_m2, counts))
        local, bend = np.empty_like(chords), np.empty_like(chord2)
        for place, own in shares(stop):
            np.matmul(self.axes[place], chords[:, own], out=local[:, own])
            np.multiply(chord2[own], self.bend_m2[place], out=bend[own])
        return arc_of(local, chord2, bend)


def shares(stop: Index) -> Iterator[tuple[int, slice]]:
    """Go through what stands one centre after the other.

    Parameters
    ----------
    stop
        Where the share of each centre ends, shape (m,).

    Yields
    ------
    tuple of int and slice
        The centre's place, and where its share stands.

    Examples
    --------
    >>> list(shares(np.array([2, 2, 5])))
    [(0, slice(0, 2, None)), (1, slice(2, 2, None)), (2, slice(2, 5, None))]
    """
    start = 0
    for place, end in enumerate(stop.tolist()):
        yield place, slice(start, end)
        start = end


def is_sparse(stop: Index) -> bool:
    """Tell whether centres have too few points each (`DENSE`) for a step of Python a centre.

    Parameters
    ----------
    stop
        Where the points of each centre end, shape (m,), m > 0.

    Examples
    --------
    >>> is_sparse(np.array([2, 2, 5])), is_sparse(np.array([2000]))
    (True, False)
    """
    return len(stop) * DENSE > int(stop[-1])


def centres_at(lon: Floats, lat: Floats) -> Centres:
    """Make centres ready for a search.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, shape (m,).

    Examples
    --------
    >>> centres_at(np.array([0.0]), np.array([0.0])).axes[0, 0] + 0.0
    array([0., 1., 0.])
    """
    frame = local_frame(lon, lat)
    return Centres(lon, lat, frame.origin, *arc_axes(frame))


class Block(NamedTuple):
    """Candidates near some centres, one centre after the other.

    Attributes
    ----------
    numbers
        Which centres, shape (m,).
    centres
        Those centres.
    stop
        Where the candidates of each end, shape (m,); each has some.
    runs
        Runs of the grid that hold the candidates, in order.
    """

    numbers: Places
    centres: Centres
    stop: Index
    runs: list[slice]

    @property
    def counts(self) -> Index:
        """Candidates of each centre, shape (m,)."""
        return np.diff(self.stop, prepend=0)

    def places(self, column: NDArray[Any]) -> NDArray[Any]:
        """Give each candidate's value of a column in the grid's order."""
        return np.concatenate([column[run] for run in self.runs])

    def chords(self, grid: PointGrid) -> Floats:
        """Give the vectors in space from the centres to the candidates, metres, shape (3, k)."""
        found = np.empty((3, int(self.stop[-1])))
        for axis, into in zip(grid.xyz, found, strict=True):
            np.concatenate([axis[run] for run in self.runs], out=into)
        if is_sparse(self.stop):
            found -= np.repeat(self.centres.origin.T, self.counts, axis=1)
            return found
        for place, own in shares(self.stop):
            found[:, own] -= self.centres.origin[place][:, None]
        return found

    def ways(self, grid: PointGrid, rows: Index) -> tuple[Floats, Floats]:
        """Let GeographicLib measure the ways to some of the candidates: metres and degrees."""
        own = np.searchsorted(self.stop, rows, side="right")
        ends = [degrees[own] for degrees in (self.centres.lon, self.centres.lat)]
        return geodesic(*ends, *(self.places(degrees)[rows] for degrees in (grid.lon, grid.lat)))


def blocks(grid: PointGrid, lon: Floats, lat: Floats, radius_m: float) -> Iterator[Block]:
    """Go through the candidates within a radius of centres.

    Parameters
    ----------
    grid
        Points.
    lon, lat
        Centres, WGS 84 degrees, shape (m,).
    radius_m
        Metres; every point within it of a centre is a candidate.

    Yields
    ------
    Block
        Neighbours in space follow one another, so that the memory that is read lies together.

    Examples
    --------
    >>> from geo_registry.core.space.grid.points import point_grid
    >>> grid = point_grid([114.02, 114.03, 115.0], [33.58, 33.58, 33.58])
    >>> [block.counts.tolist() for block in blocks(grid, *np.array([[114.0], [33.58]]), 5e3)]
    [[2]]
    """
    centres = centres_at(lon, lat)
    for found in windows(grid, lon, lat, radius_m):
        for part in _pieces(found):
            yield from _blocks(part, centres)


def _pieces(found: Windows) -> Iterator[Windows]:
    """Cut runs that are longer than a block, so that no array grows with the data."""
    length = found.stop - found.start
    if not len(length) or length.max() <= BLOCK:
        yield found
        return
    window, step = spread(-(-length // BLOCK))
    start = found.start[window] + step * BLOCK
    yield Windows(found.centre[window], start, np.minimum(start + BLOCK, found.stop[window]))


def _blocks(found: Windows, centres: Centres) -> Iterator[Block]:
    length = found.stop - found.start
    for part in runs(length, BLOCK):
        own = found.centre[part]
        last = np.flatnonzero(np.append(own[1:] != own[:-1], [True]))
        ends = zip(found.start[part].tolist(), found.stop[part].tolist(), strict=True)
        slices = [slice(start, stop) for start, stop in ends]
        numbers = own[last]
        yield Block(numbers.astype(np.int32), centres.at(numbers), np.cumsum(length[part])[last], slices)
