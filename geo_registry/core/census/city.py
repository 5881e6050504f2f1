"""How many sources lie in the rings of all stations together, from numbers alone: no pair is made."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_registry.core.audit.counts import tidy
from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.audit.rows import counted_kinds, located, station_rows
from geo_registry.core.census.columns import Census
from geo_registry.core.kinds import Catalog
from geo_registry.core.space.grid import nearest_rings
from geo_registry.core.space.nearby import pairs_nearby


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """What lies in any ring of any station, each source once.

    Attributes
    ----------
    totals
        Counts by kind and ring: the table that `Audit.totals` is.
    synthetic
        Made-up sources of a listed status among them.
    """

    totals: pd.DataFrame
    synthetic: int


def city_of(census: Census, stations: gpd.GeoDataFrame, *, catalog: Catalog, request: AuditRequest) -> City:
    """Count the sources in any station's rings once each, by the smallest ring that holds them.

    Parameters
    ----------
    census
        Sources; kinds of other roles are not counted.
    stations
        Points in WGS 84.
    catalog
        Kinds, statuses and what counts as active.
    request
        Rings, date, kinds and statuses.

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
    >>> two = gpd.GeoDataFrame(geometry=gpd.points_from_xy([114.02, 114.04], [33.58, 33.58]), crs=4326)
    >>> asked = AuditRequest(on=date(2026, 1, 1))
    >>> city = city_of(census_of(conform(kilns), catalog), two, catalog=catalog, request=asked)
    >>> city.totals.query("kind == 'all'")["cumulative_all"].tolist()
    [1, 1, 1]
    """
    kinds = counted_kinds(census.states, catalog, request)
    number = census.states["kind"].map({name: at for at, name in enumerate(kinds)}).fillna(-1).to_numpy(int)
    active = census.states["status"].isin(catalog.active).to_numpy(dtype=bool)
    listed = census.states["status"].isin(request.listed(catalog)).to_numpy(dtype=bool)
    ring, state = _nearest(census, stations, request), census.rows.state
    valid = census.valid(request.on)
    inside = (ring < len(request.rings_m)) & (number >= 0)[state]
    rows = np.flatnonzero(inside if valid is None else inside & valid)
    ring, state = ring[rows], state[rows]
    shape = 2, len(kinds), len(request.rings_m)
    place = np.ravel_multi_index(((~active[state]).astype(int), number[state], ring), shape)
    by_status = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape)
    exclusive = np.stack([by_status[0], by_status.sum(axis=0)])
    whole = np.concatenate([exclusive, exclusive.sum(axis=1, keepdims=True)], axis=1)[:, None]
    made_up = census.rows.synthetic[rows] & listed[state]
    return City(tidy(whole, kinds, request.rings_m), int(np.count_nonzero(made_up)))


def _nearest(census: Census, stations: gpd.GeoDataFrame, request: AuditRequest) -> NDArray[np.uint8]:
    """Give each row the smallest ring round any station that holds it; their number for none."""
    sited = located(station_rows(stations, request.on))
    lon, lat = shapely.get_coordinates(sited.geometry.to_numpy()).T
    ring = np.full(len(census), len(request.rings_m), dtype=np.uint8)
    ring[: len(census.grid.key)] = nearest_rings(census.grid, lon, lat, rings_m=request.rings_m)
    near = pairs_nearby(census.shapes, lon, lat, rings_m=request.rings_m)
    places = np.searchsorted(request.rings_m, near.distance_m).astype(np.uint8)
    np.minimum.at(ring, census.shaped[near.i_geometry], places)
    return ring
