"""Stations as centres of rings, and what of a census lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_registry.core.audit.rows import located, station_rows
from geo_registry.core.census.columns import Census
from geo_registry.core.space.grid import (
    Classed,
    PointGrid,
    nearest_rings,
    pairs_in_grid,
    point_grid,
    ring_counts,
)
from geo_registry.core.space.nearby import pairs_nearby

STATION = ("station_id", "station_code", "station_name")


@dataclass(frozen=True, slots=True, eq=False)
class Sited:
    """The stations of an audit that have a position, by code.

    Attributes
    ----------
    named
        Columns `STATION`, shape (s,).
    lon, lat
        Degrees WGS 84, shape (s,).
    grid
        The same places, sorted for searching.
    """

    named: pd.DataFrame
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    grid: PointGrid

    @classmethod
    def of(cls, stations: gpd.GeoDataFrame, on: date) -> Sited:
        """Take the stations valid on a date; errors as `station_rows`."""
        rows = located(station_rows(stations, on))
        lon, lat = shapely.get_coordinates(rows.geometry.to_numpy()).T
        named = pd.DataFrame(rows[["id", "code", "name"]]).set_axis(list(STATION), axis="columns")
        return cls(named, lon, lat, point_grid(lon, lat))

    def nearest(self, census: Census, radii_m: Sequence[float]) -> NDArray[np.uint8]:
        """Give each row the smallest ring round any station that holds it.

        Parameters
        ----------
        census
            Records.
        radii_m
            Metres, ascending.

        Returns
        -------
        numpy.ndarray
            Places of rings, shape (n,); their number for what is in none.
        """
        ring = np.full(len(census), len(radii_m), dtype=np.uint8)
        if self._are_more_than(census):
            rows, _, places = self._pairs(census, radii_m)
            np.minimum.at(ring, rows, places.astype(np.uint8))
        else:
            ring[: len(census.grid.key)] = nearest_rings(census.grid, self.lon, self.lat, rings_m=radii_m)
        rows, _, places = self._outlined(census, radii_m)
        np.minimum.at(ring, rows, places.astype(np.uint8))
        return ring

    def counts(
        self, census: Census, classed: Classed, *, classes: int, radii_m: Sequence[float]
    ) -> NDArray[np.int64]:
        """Count the rows of each class in each ring and in no smaller one round each station.

        Parameters
        ----------
        census
            Records.
        classed
            A number of each row, shape (n,), and the class of each number.
        classes
            How many classes there are.
        radii_m
            Metres, ascending.

        Returns
        -------
        numpy.ndarray
            Shape (s, classes, radii).
        """
        counts = np.zeros((len(self.lon), classes, len(radii_m)), dtype=np.int64)
        found = [self._outlined(census, radii_m)]
        if self._are_more_than(census):
            found.append(self._pairs(census, radii_m))
        else:
            points = classed._replace(codes=classed.codes[: len(census.grid.key)])
            many = ring_counts(census.grid, points, self.lon, self.lat, rings_m=radii_m)
            counts[:, : many.shape[1]] += many
        for rows, stations, places in found:
            np.add.at(counts, (stations, classed.classes[classed.codes[rows]], places), 1)
        return counts

    def _are_more_than(self, census: Census) -> bool:
        """Tell whether it is quicker to look round each row than round each station."""
        return len(census.grid.key) < len(self.lon)

    def _pairs(self, census: Census, radii_m: Sequence[float]) -> _Pairs:
        """Pair points with the stations round them."""
        count = len(census.grid.key)
        near = pairs_in_grid(self.grid, census.rows.lon[:count], census.rows.lat[:count], rings_m=radii_m)
        return near.i_a, near.i_b, np.searchsorted(radii_m, near.distance_m)

    def _outlined(self, census: Census, radii_m: Sequence[float]) -> _Pairs:
        """Pair lines and polygons with the stations near them."""
        if not len(census.shaped):
            return census.shaped, census.shaped, census.shaped
        near = pairs_nearby(census.shapes, self.lon, self.lat, rings_m=radii_m)
        return census.shaped[near.i_geometry], near.i_point, np.searchsorted(radii_m, near.distance_m)


_Pairs = tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.intp]]
"""Rows, stations, and the smallest ring that holds each pair."""
