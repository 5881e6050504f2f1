"""Counts and scores of the rings round stations, from numbers alone: no pair is made."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_registry.core.audit.counts import tidy
from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.audit.rows import located, station_rows, zone_rows
from geo_registry.core.audit.score import CONDITIONS, Case, ScoreRules, conditions, score_of
from geo_registry.core.census.columns import Census
from geo_registry.core.kinds import Catalog
from geo_registry.core.space.grid import Classed, nearest_rings, ring_counts
from geo_registry.core.space.nearby import pairs_nearby

STATION = ("station_id", "station_code", "station_name")


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """How many sources of each class lie in each ring of each station.

    Attributes
    ----------
    stations
        ``station_id``, ``station_code``, ``station_name``, by code, shape (s,).
    kinds
        Names of the kinds that are counted, shape (k,).
    classes
        What sources of a class have in common: ``kind`` (place in `kinds`), ``active``, ``listed`` and for
        each scoring ring the ``points`` of a pair there.
    counts
        Sources of a class in a ring and in no smaller one, shape (s, classes, radii).
    radii_m
        The rings asked for and the scoring rings in one ascending row.
    request
        What was asked.
    """

    stations: pd.DataFrame
    kinds: tuple[str, ...]
    classes: pd.DataFrame
    counts: NDArray[np.int64]
    radii_m: tuple[float, ...]
    request: AuditRequest

    def summary(self) -> pd.DataFrame:
        """Give the counts by station, kind and ring: the table that `Audit.summary` is."""
        ring = np.searchsorted(self.request.rings_m, self.radii_m)
        shape = (len(self.stations), len(self.kinds), len(self.request.rings_m) + 1)
        exclusive = np.zeros((2, *shape), dtype=np.int64)
        kinds, active = self.classes["kind"].to_numpy(int), self.classes["active"].to_numpy(bool)
        for place, kind in enumerate(kinds):
            for at, which in enumerate(ring):
                exclusive[int(not active[place]) :, :, kind, which] += self.counts[:, place, at]
        exclusive = exclusive[..., :-1]
        whole = np.concatenate([exclusive, exclusive.sum(axis=2, keepdims=True)], axis=2)
        rows = (len(self.kinds) + 1) * len(self.request.rings_m)
        sited = self.stations.iloc[np.arange(len(self.stations)).repeat(rows)].reset_index(drop=True)
        return pd.concat([sited, tidy(whole, self.kinds, self.request.rings_m)], axis="columns")

    def scores(self) -> pd.DataFrame:
        """Add up the scores of listed sources within the widest ring asked for, by station.

        Returns
        -------
        pandas.DataFrame
            The station columns, ``pairs``, ``score_sum``, ``score_max``, ``high``, ``medium``, ``low``.
        """
        rules, rings_m = self.request.rules, np.asarray(self.radii_m)
        asked = np.flatnonzero(rings_m <= self.request.rings_m[-1])
        listed = np.flatnonzero(self.classes["listed"])
        each = [*self.classes["points"].iloc[listed]]
        points = np.array(each, dtype=np.float64).reshape(len(each), len(rules.ring_points))
        points = points[:, np.searchsorted(rules.rings_m, rings_m[asked])]
        counts = self.counts[:, listed][:, :, asked]
        graded = {
            "high": points >= rules.high,
            "medium": (points >= rules.medium) & (points < rules.high),
            "low": points < rules.medium,
        }
        there = np.where(counts > 0, points, 0.0)
        return self.stations.assign(
            pairs=counts.sum(axis=(1, 2)),
            score_sum=(counts * points).sum(axis=(1, 2)),
            score_max=there.max(axis=(1, 2), initial=0.0),
            **{name: (counts * mask).sum(axis=(1, 2)) for name, mask in graded.items()},
        )


def tally(
    census: Census,
    stations: gpd.GeoDataFrame,
    *,
    catalog: Catalog,
    request: AuditRequest,
    zones: gpd.GeoDataFrame | None = None,
) -> Tally:
    """Count and score what lies in rings round stations.

    Parameters
    ----------
    census
        Sources; kinds of other roles are not counted.
    stations
        Points in WGS 84.
    catalog
        Kinds, statuses and what counts as active.
    request
        Rings, date, kinds, statuses and scoring rules.
    zones
        Zones in WGS 84 with ``kind``; those of a condition kind add to the score of what lies inside.

    Raises
    ------
    CRSError, ValueRefused
        As `core.audit.audit`.

    Examples
    --------
    >>> from datetime import date
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> from geo_registry.core.kinds import Choice, Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> status = Choice("registered", Label("在册", "Registered"))
    >>> catalog = Catalog({"kiln": kiln}, (status,), ("registered",), (), (), {}, "")
    >>> kilns = pd.DataFrame({"id": ["0" * 16], "kind": "kiln", "status": "registered"})
    >>> kilns["geometry"] = [shapely.Point(114.03, 33.58)]
    >>> here = gpd.GeoDataFrame({"code": ["S"]}, geometry=gpd.points_from_xy([114.02], [33.58]), crs=4326)
    >>> census = census_of(conform(kilns), catalog)
    >>> found = tally(census, here, catalog=catalog, request=AuditRequest(on=date(2026, 1, 1)))
    >>> found.scores()[["pairs", "score_sum"]].to_dict("records")
    [{'pairs': 1, 'score_sum': 70.0}]
    """
    sited = located(station_rows(stations, request.on))
    kinds = tuple(name for name in catalog.of_role("source") if _asked(name, census, request))
    codes, lookup, classes = _classes(census, (kinds, catalog), request, zone_rows(zones, request.on))
    radii_m = tuple(sorted({*request.rings_m, *request.rules.rings_m}))
    lon, lat = shapely.get_coordinates(sited.geometry.to_numpy()).T
    counts = np.zeros((len(sited), len(classes) + 1, len(radii_m)), dtype=np.int64)
    classed = Classed(codes[: len(census.grid.key)], lookup)
    found = ring_counts(census.grid, classed, lon, lat, rings_m=radii_m)
    counts[:, : found.shape[1]] += found
    near = pairs_nearby(census.shapes, lon, lat, rings_m=radii_m)
    rings = np.searchsorted(radii_m, near.distance_m)
    np.add.at(counts, (near.i_point, lookup[codes[census.shaped[near.i_geometry]]], rings), 1)
    named = pd.DataFrame(sited[["id", "code", "name"]]).set_axis(list(STATION), axis="columns")
    return Tally(named, kinds, classes, counts[:, 1:], radii_m, request)


def source_points(
    census: Census,
    stations: gpd.GeoDataFrame,
    *,
    catalog: Catalog,
    request: AuditRequest,
    zones: gpd.GeoDataFrame | None = None,
) -> NDArray[np.float64]:
    """Give each row its own score: the highest of its pairs with the stations.

    A pair's points only fall with the ring, so that the nearest ring decides; whatever its status.

    Parameters
    ----------
    census, stations, catalog, request, zones
        As for `tally`.

    Returns
    -------
    numpy.ndarray
        Points from 0 to 100, shape (n,); NaN for what is in no ring, not counted or not true on the day.

    Examples
    --------
    >>> from datetime import date
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> from geo_registry.core.kinds import Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> catalog = Catalog({"kiln": kiln}, (), (), (), (), {}, "")
    >>> kilns = pd.DataFrame({"id": ["0" * 16], "kind": "kiln", "geometry": [shapely.Point(114.03, 33.58)]})
    >>> here = gpd.GeoDataFrame({"code": ["S"]}, geometry=gpd.points_from_xy([114.02], [33.58]), crs=4326)
    >>> asked = AuditRequest(on=date(2026, 1, 1))
    >>> source_points(census_of(conform(kilns), catalog), here, catalog=catalog, request=asked)
    array([70.])
    """
    sited = located(station_rows(stations, request.on))
    lon, lat = shapely.get_coordinates(sited.geometry.to_numpy()).T
    rules, reach_m = request.rules, request.rings_m[-1]
    radii_m = sorted({reach_m, *(radius_m for radius_m in rules.rings_m if radius_m < reach_m)})
    ring = np.full(len(census), len(radii_m), dtype=np.uint8)
    ring[: len(census.grid.key)] = nearest_rings(census.grid, lon, lat, rings_m=radii_m)
    near = pairs_nearby(census.shapes, lon, lat, rings_m=radii_m)
    places = np.searchsorted(radii_m, near.distance_m).astype(np.uint8)
    np.minimum.at(ring, census.shaped[near.i_geometry], places)
    kinds = tuple(name for name in catalog.of_role("source") if _asked(name, census, request))
    codes, lookup, classes = _classes(census, (kinds, catalog), request, zone_rows(zones, request.on))
    points = np.full((len(classes) + 1, len(radii_m) + 1), np.nan)
    scoring = np.searchsorted(rules.rings_m, radii_m)
    for place, each in enumerate(classes["points"], 1):
        points[place, :-1] = np.array(each)[scoring]
    return points[lookup[codes], ring]


def _asked(name: str, census: Census, request: AuditRequest) -> bool:
    return name in request.kinds if request.kinds is not None else bool((census.states["kind"] == name).any())


def _classes(
    census: Census,
    known: tuple[tuple[str, ...], Catalog],
    request: AuditRequest,
    zones: gpd.GeoDataFrame | None,
) -> tuple[NDArray[np.int32], NDArray[np.intp], pd.DataFrame]:
    """Give each row a code, each code its class, 0 for what is not counted, and say what the others are."""
    kinds, catalog = known
    states = gpd.GeoDataFrame(census.states)
    said = conditions(states, catalog=catalog, on=request.on)
    said["active"] = states["status"].isin(catalog.active)
    said["listed"] = states["status"].isin(request.listed(catalog))
    names = ["", *(name for name in catalog.of_role("zone") if catalog.kinds[name].condition_zone)]
    each = said.loc[said.index.repeat(len(names))].assign(zone=names * len(said))
    counted = each["kind"].isin(kinds).to_numpy()
    each = each[counted]
    number = each.groupby([*CONDITIONS, "active", "listed"], sort=False, dropna=False).ngroup().to_numpy()
    lookup = np.zeros(len(counted) + 1, dtype=np.intp)
    lookup[np.flatnonzero(counted)] = number + 1
    classes = each.iloc[pd.Series(number).drop_duplicates().index]
    return _codes(census, request.on, zones, names), lookup, _class_table(classes, kinds, request.rules)


def _codes(
    census: Census, on: date, zones: gpd.GeoDataFrame | None, names: Sequence[str]
) -> NDArray[np.int32]:
    """Give each row the number of its state and zone; the last number where it is not true on the day."""
    codes = census.rows.state * np.int32(len(names))
    if zones is not None and not zones.empty:
        codes = codes + _zone_numbers(census, zones, names)
    valid = census.valid(on)
    if valid is not None:
        codes[~valid] = len(census.states) * len(names)
    return codes


def _class_table(classes: pd.DataFrame, kinds: Sequence[str], rules: ScoreRules) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": [kinds.index(name) for name in classes["kind"]],
            "active": classes["active"].to_numpy(),
            "listed": classes["listed"].to_numpy(),
            "points": [
                [score_of(Case(ring=ring, **case), rules).points for ring in range(len(rules.ring_points))]
                for case in map(_case, classes[list(CONDITIONS)].to_dict("records"))
            ],
        }
    )


def _case(said: dict[Hashable, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in said.items()}


def _zone_numbers(census: Census, zones: gpd.GeoDataFrame, names: Sequence[str]) -> NDArray[np.int32]:
    """Tell in which condition zone each row lies: the first kind that holds it, 0 for none."""
    number, grid = np.zeros(len(census), dtype=np.int32), census.grid
    for at in range(len(names) - 1, 0, -1):
        for shape in zones[zones["kind"] == names[at]].geometry:
            west, south, east, north = shape.bounds
            near = (grid.lat >= south) & (grid.lat <= north) & (grid.lon >= west) & (grid.lon <= east)
            inside = np.flatnonzero(near)
            shapely.prepare(shape)
            hit = shapely.intersects_xy(shape, grid.lon[inside], grid.lat[inside])
            number[inside[hit]] = at
            number[census.shaped[shapely.intersects(shape, census.shapes)]] = at
    return number
