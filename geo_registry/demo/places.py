"""Where things stand in the demo city: districts, towns, and spots scattered round them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

CENTRE = (114.02, 33.58)
"""WGS 84 longitude and latitude of Luohe's centre."""

SEATS = (("舞阳县", 113.60, 33.44), ("临颍县", 113.94, 33.81))
"""Counties outside the city and roughly where their seats lie, WGS 84 degrees."""

TOWNSHIPS_A_DISTRICT = 4
METRES_A_DEGREE = 111_320.0
"""Metres in a degree of latitude, near enough to scatter made-up places."""


@dataclass(frozen=True, slots=True)
class District:
    """A county or district: code, name and polygon in WGS 84."""

    code: str
    name: str
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Town:
    """A centre round which things stand.

    Attributes
    ----------
    sort
        ``core``, ``seat`` or ``rural``.
    spread_m
        Median distance of things from the centre, metres.
    district
        District its things must lie in; None for the core, which several districts share.
    """

    name: str
    sort: str
    lon: float
    lat: float
    spread_m: float
    district: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A made-up place, WGS 84 degrees."""

    lon: float
    lat: float
    district: str
    township: str


@dataclass(frozen=True, slots=True)
class City:
    """The demo city's districts and towns."""

    districts: tuple[District, ...]
    towns: tuple[Town, ...]

    def spot(self, rng: np.random.Generator, sort: str) -> Spot:
        """Scatter one place round a town of a sort, log-normally in distance, inside the districts.

        Parameters
        ----------
        rng
            Source of chance.
        sort
            ``core``, ``seat`` or ``rural``.
        """
        towns = [town for town in self.towns if town.sort == sort]
        town = towns[int(rng.integers(len(towns)))]
        while True:
            lon, lat = moved(
                town.lon, town.lat, rng.uniform(0, 360), rng.lognormal(np.log(town.spread_m), 0.6)
            )
            lon, lat = round(lon, 6), round(lat, 6)
            district = self.district_of(lon, lat)
            if district is not None and town.district in {None, district}:
                return Spot(lon, lat, district, town.name)

    def district_of(self, lon: float, lat: float) -> str | None:
        """Name the district that holds a place."""
        holding = (
            district.name for district in self.districts if shapely.contains_xy(district.shape, lon, lat)
        )
        return next(holding, None)


def moved(lon: float, lat: float, bearing_deg: float, distance_m: float) -> tuple[float, float]:
    """Go a way from a place, on a sphere and for short ways: good enough for places that are made up.

    Parameters
    ----------
    lon, lat
        Start, degrees.
    bearing_deg
        Clockwise from north.
    distance_m
        Metres.
    """
    angle = np.radians(bearing_deg)
    east, north = distance_m * np.sin(angle), distance_m * np.cos(angle)
    return (
        float(lon + east / (METRES_A_DEGREE * np.cos(np.radians(lat)))),
        float(lat + north / METRES_A_DEGREE),
    )


def found(districts: Sequence[District], rng: np.random.Generator) -> City:
    """Found the city: its centre, two county seats and some made-up townships in every district.

    Parameters
    ----------
    districts
        Real or made-up borders.
    rng
        Source of chance.
    """
    shapely.prepare([one.shape for one in districts])
    core = Town("示例街道", "core", *CENTRE, spread_m=3500.0, district=None)
    seats = [Town(f"{name}示例城关镇", "seat", lon, lat, 1800.0, name) for name, lon, lat in SEATS]
    rural = [
        _township(one, number, rng) for one in districts for number in range(1, TOWNSHIPS_A_DISTRICT + 1)
    ]
    return City(tuple(districts), (core, *seats, *rural))


def _township(district: District, number: int, rng: np.random.Generator) -> Town:
    west, south, east, north = shapely.bounds(district.shape)
    while True:
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(district.shape, lon, lat):
            return Town(f"{district.name}示例{number}镇", "rural", lon, lat, 1500.0, district.name)
