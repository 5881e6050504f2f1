"""Which sources are in reach of which stations, in which ring, and how sure that is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.space.nearby import Nearby, pairs_nearby


def search(placed: gpd.GeoDataFrame, sited: gpd.GeoDataFrame, request: AuditRequest) -> pd.DataFrame:
    """Find the pairs in the widest ring and those that the accuracy of the source may put there.

    Parameters
    ----------
    placed
        Sources with a position and ``accuracy_m``; index 0..n-1.
    sited
        Stations with a position, points; index 0..m-1.
    request
        Rings to count in and to score by; the siting distance is always reached.

    Returns
    -------
    pandas.DataFrame
        ``source`` and ``station`` (places in the two frames), ``distance_m``, ``bearing_deg`` from the
        station to the source, ``ring`` (place of the smallest ring that holds the pair, ``len(rings_m)``
        outside all), ``flips`` (whether the accuracy could change that) and ``uncertain`` (the same, but
        NA where the accuracy is unknown).

    Examples
    --------
    >>> from datetime import date
    >>> here, there = gpd.points_from_xy([114.02], [33.58]), gpd.points_from_xy([114.03], [33.58])
    >>> kiln = gpd.GeoDataFrame({"accuracy_m": [100.0]}, geometry=there, crs=4326)
    >>> near = search(kiln, gpd.GeoDataFrame(geometry=here, crs=4326), AuditRequest(on=date(2026, 1, 1)))
    >>> near[["distance_m", "bearing_deg", "ring", "uncertain"]].round(3).to_dict("records")
    [{'distance_m': 928.36, 'bearing_deg': 89.997, 'ring': 0, 'uncertain': True}]
    """
    near = _reachable(placed, sited, request)
    accuracy_m = placed["accuracy_m"].to_numpy()[near["source"]]
    distance_m, rings_m = near["distance_m"].to_numpy(), np.array(request.rings_m)
    flips = np.searchsorted(rings_m, distance_m - accuracy_m) != np.searchsorted(
        rings_m, distance_m + accuracy_m
    )
    near["ring"] = np.searchsorted(rings_m, distance_m)
    near["flips"] = flips
    near["uncertain"] = pd.arrays.BooleanArray(flips, np.isnan(accuracy_m))
    wanted = (near["ring"] < len(rings_m)) | flips | (distance_m <= request.rules.siting_m)
    return pd.DataFrame(near[wanted]).reset_index(drop=True)


def _reachable(placed: gpd.GeoDataFrame, sited: gpd.GeoDataFrame, request: AuditRequest) -> pd.DataFrame:
    """Search as far as accuracy asks, a decade of it at a time: few rough sources cost little."""
    accuracy_m = placed["accuracy_m"].fillna(0.0).to_numpy()
    geometry = placed.geometry.to_numpy()
    lon, lat = shapely.get_coordinates(sited.geometry.to_numpy()).T
    decade = np.ceil(np.log10(np.maximum(accuracy_m, 1.0)))
    pieces = []
    for one in np.unique(decade):
        rows = np.flatnonzero(decade == one)
        rings_m = _rings_within(request, float(accuracy_m[rows].max()))
        near = pairs_nearby(geometry[rows], lon, lat, rings_m=rings_m)
        pieces.append(_table(near._replace(i_geometry=rows[near.i_geometry])))
    return pd.concat([_table(_NONE), *pieces], ignore_index=True)


_NONE = Nearby(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0), np.empty(0))


def _rings_within(request: AuditRequest, accuracy_m: float) -> tuple[float, ...]:
    """List the radii that must be decided exactly, up to the one that must be searched."""
    siting_m = request.rules.siting_m
    reach_m = max(request.rings_m[-1] + accuracy_m, siting_m)
    inner = {*request.rings_m, *request.rules.rings_m}
    return (*sorted(radius_m for radius_m in inner if radius_m < reach_m), reach_m)


def _table(near: Nearby) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": near.i_geometry,
            "station": near.i_point,
            "distance_m": near.distance_m,
            "bearing_deg": near.azimuth_deg,
        }
    )
