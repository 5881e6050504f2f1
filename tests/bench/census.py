"""A country's census, made up: clustered like cities, seeded, of any size."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CITIES = 340
"""Clusters, about as many as China has prefecture-level cities."""
STATIONS = 1_734
"""Stations, about as many as the national network has."""
CENSUS = 3_580_000
"""Sources of the second national census of pollution sources (Ministry of Ecology and Environment, 2020)."""
LUOHE = ((114.016, 33.581), (114.024, 33.573), (114.043, 33.559), (113.989, 33.602))
"""Four stations of one city, at made-up places; they always come first."""
SPREADS_M = (5_000.0, 16_000.0, 40_000.0)
SHARES = (0.35, 0.45, 0.20)
METRES_A_DEGREE = 111_195.0
KINDS = 6
"""Kinds of sources of the layer files that come with the program."""
WEST, EAST, SOUTH, NORTH = 75.0, 134.0, 19.0, 52.0


class Census(NamedTuple):
    """Stations and sources as plain arrays.

    Attributes
    ----------
    lon, lat
        Sources, degrees WGS 84, shape ``(n,)``.
    kind
        Number of each source's kind, ``uint8``, shape ``(n,)``.
    active
        Whether it is active, shape ``(n,)``.
    city
        Number of the city it lies round, shape ``(n,)``.
    station_lon, station_lat
        Stations, degrees WGS 84, shape ``(s,)``.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    kind: NDArray[np.uint8]
    active: NDArray[np.bool_]
    city: NDArray[np.int64]
    station_lon: NDArray[np.float64]
    station_lat: NDArray[np.float64]


def census(
    sources: int = CENSUS, stations: int = STATIONS, *, kinds: int = 20, seed: int = 20240607
) -> Census:
    """Make a census: sources in three rings of growing width round each city, one to eight stations a city.

    Parameters
    ----------
    sources, stations
        How many.
    kinds
        Kinds of sources, the first ones commoner.
    seed
        The same seed and numbers give the same census.
    """
    chance = np.random.default_rng(seed)
    middle = np.column_stack([chance.uniform(100, 129, CITIES), chance.uniform(22, 46, CITIES)])
    middle[0] = LUOHE[0]
    weight = chance.lognormal(0.0, 0.9, CITIES)
    city = chance.choice(CITIES, sources, p=weight / weight.sum())
    lon, lat = _round(chance, middle[city], chance.choice(SPREADS_M, sources, p=SHARES))
    near = np.sort(np.concatenate([np.zeros(4, int), _cities_of_stations(chance, stations - 4)]))
    station_lon, station_lat = _round(chance, middle[near], np.full(stations, SPREADS_M[0]))
    station_lon[:4], station_lat[:4] = np.array(LUOHE).T
    share = 1.0 / np.arange(1, kinds + 1)
    kind = chance.choice(kinds, sources, p=share / share.sum()).astype(np.uint8)
    return Census(lon, lat, kind, chance.random(sources) < 0.7, city, station_lon, station_lat)


def _cities_of_stations(chance: np.random.Generator, stations: int) -> NDArray[np.int64]:
    """Give each station a city: one to eight each, as long as they last."""
    each = chance.integers(1, 9, CITIES - 1)
    cities = np.repeat(np.arange(1, CITIES), each)
    if len(cities) >= stations:
        return cities[chance.permutation(len(cities))[:stations]]
    more = chance.integers(1, CITIES, stations - len(cities))
    return np.concatenate([cities, more])


def _round(
    chance: np.random.Generator, middle: NDArray[np.float64], spread_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    north_m, east_m = chance.normal(0.0, spread_m), chance.normal(0.0, spread_m)
    lat = np.clip(middle[:, 1] + north_m / METRES_A_DEGREE, SOUTH, NORTH)
    lon = middle[:, 0] + east_m / (METRES_A_DEGREE * np.cos(np.radians(middle[:, 1])))
    return np.clip(lon, WEST, EAST), lat


def write(folder: Path) -> None:
    """Write the whole census into a folder, one file an array; one that is there is left as it is."""
    if not (folder / "station_lat.npy").exists():
        for name, array in census(kinds=KINDS)._asdict().items():
            np.save(folder / f"{name}.npy", array)


def read(folder: Path, sources: int) -> Census:
    """Map the first sources of a census that was written, and all its stations: sizes differ in nothing else.

    Parameters
    ----------
    folder
        As given to `write`.
    sources
        How many.
    """
    whole = Census._make(np.load(folder / f"{name}.npy", mmap_mode="r") for name in Census._fields)
    mapped = {name: np.asarray(array) for name, array in whole._asdict().items()}
    return Census(
        **{name: array if name.startswith("station") else array[:sources] for name, array in mapped.items()}
    )
