"""Where records lie among the districts, and how well a datum fits what their rows say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo_registry.core.findings import Finding
from geo_registry.core.ledger.reading.cell import key_of
from geo_registry.core.space.datums import to_wgs84
from geo_registry.core.space.geodesy import distance_to_geometry

Index: TypeAlias = NDArray[np.intp]

TRIED_DATUMS = ("wgs84", "gcj02", "bd09")
"""Datums in which unlabelled degrees may be; CGCS2000 is taken as equal to WGS 84."""

_ENDINGS = ("区", "县", "市", "镇", "乡", "街道", "街道办事处")
"""What a ledger leaves off a district's name: 源汇 is 源汇区."""


def fill_districts(
    frame: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Fill empty districts from the polygons, and warn where a stated one is not where the record lies.

    Parameters
    ----------
    frame
        Canonical rows; lines and polygons count by a point on them.
    districts
        Polygons in WGS 84 with ``name`` and ``code``; where several hold a place the smallest is its
        district, and stating any of them is right.

    Returns
    -------
    tuple
        The frame with ``district`` filled, and the ``DISTRICT_MISMATCH`` findings: where the row lies and
        how many metres from the district it states. A district that is none of the polygons is not judged.

    Examples
    --------
    >>> boxes = [shapely.box(114, 33.5, 114.1, 33.6), shapely.box(114, 33.6, 114.1, 33.7)]
    >>> districts = gpd.GeoDataFrame({"name": ["源汇区", "郾城区"], "code": ["411102", "411103"]},
    ...     geometry=boxes, crs="EPSG:4326")
    >>> rows = gpd.GeoDataFrame({"district": pd.Series([None, "郾城"], dtype="str"), "row": [2, 3]},
    ...     geometry=gpd.points_from_xy([114.05, 114.05], [33.55, 33.59]), crs="EPSG:4326")
    >>> filled, findings = fill_districts(rows, districts)
    >>> filled["district"].tolist(), findings[0].details
    (['源汇区', '郾城'], {'found': '源汇区', 'distance_m': 1109.2})
    """
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    holders, held = _pairs_held(points, districts)
    names = np.full(len(frame), None, dtype=object)
    # of the polygons that hold a place the smallest comes last and stays
    names[held] = districts["name"].to_numpy(dtype=object)[holders]
    found = pd.Series(names, index=frame.index, dtype="str")
    stated = _stated(frame["district"], districts)
    inside = pd.MultiIndex.from_arrays([held, holders])
    claims = pd.MultiIndex.from_arrays([np.arange(len(frame)), stated])
    wrong = np.flatnonzero((stated >= 0) & ~shapely.is_missing(points) & ~claims.isin(inside))
    filled = frame.assign(district=frame["district"].where(frame["district"].notna(), found))
    return filled, _mismatches(
        frame.iloc[wrong], points[wrong], found.iloc[wrong], districts.geometry.to_numpy()[stated[wrong]]
    )


def find_at_sea(
    frame: gpd.GeoDataFrame, land: shapely.Geometry, points: NDArray[np.float64] | None = None
) -> list[Finding]:
    """Warn of places that lie at sea.

    Parameters
    ----------
    frame
        Rows with their numbers in ``row``; lines and polygons count by a point on them.
    land
        The land, WGS 84, widened by what is in doubt.
    points
        Longitudes and latitudes of the rows, ``(2, n)``, degrees WGS 84, NaN where there is none; default
        those of the frame's geometries.

    Returns
    -------
    list
        ``COORD_AT_SEA`` findings with ``lon`` and ``lat``.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"row": [2, 3]}, geometry=gpd.points_from_xy([114, 125.5], [33.5, 30.1]))
    >>> [(found.row, found.details) for found in find_at_sea(rows, shapely.box(100, 20, 121, 40))]
    [(3, {'lon': 125.5, 'lat': 30.1})]
    """
    if points is None:
        points = shapely.get_coordinates(shapely.point_on_surface(frame.geometry.to_numpy())).T
        rows = frame["row"].to_numpy()[frame.geometry.notna() & ~frame.geometry.is_empty]
    else:
        rows = frame["row"].to_numpy()
    lon, lat = points
    wet = np.flatnonzero(np.isfinite(lon) & ~shapely.contains_xy(land, lon, lat))
    places = [{"lon": round(float(lon[at]), 6), "lat": round(float(lat[at]), 6)} for at in wet]
    return [
        Finding("COORD_AT_SEA", int(row), "geometry", None, place)
        for row, place in zip(rows[wet], places, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class DatumFit:
    """Rows as they would lie if their numbers were in one datum.

    Attributes
    ----------
    lon, lat
        Degrees WGS 84, ``(n,)``; NaN where a row has no place.
    judged
        True where a row has a place and states a district that is known, ``(n,)``.
    inside
        True where it lies in the district it states, ``(n,)``.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    judged: NDArray[np.bool_]
    inside: NDArray[np.bool_]

    @property
    def share(self) -> float | None:
        """Share of the judged rows that lie in the district they state, 0 to 1; None where none is judged."""
        return float(self.inside.sum() / self.judged.sum()) if self.judged.any() else None


def datum_fit(
    x: ArrayLike, y: ArrayLike, stated: pd.Series, districts: gpd.GeoDataFrame | None
) -> Mapping[str, DatumFit]:
    """Tell how well each datum fits the districts that the rows state.

    Parameters
    ----------
    x, y
        Longitude and latitude as they were sent, degrees, ``(n,)``; NaN where there is none.
    stated
        District each row states, by name or code, ``(n,)``.
    districts
        Polygons in WGS 84 with ``name`` and ``code``; None where there are none.

    Returns
    -------
    Mapping
        Datum to where the rows would lie. An offset of half a kilometre shows only along the borders:
        compare the shares, do not trust a single one.

    Examples
    --------
    >>> districts = gpd.GeoDataFrame({"name": ["源汇区"], "code": ["411102"]},
    ...     geometry=[shapely.box(114, 33.5, 114.1, 33.6)], crs="EPSG:4326")
    >>> fits = datum_fit([114.003, 114.05], [33.55, 33.55], pd.Series(["源汇", "411102"]), districts)
    >>> {datum: fit.share for datum, fit in fits.items()}
    {'wgs84': 1.0, 'gcj02': 0.5, 'bd09': 0.5}
    """
    given_x, given_y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    index, shapes = np.full(len(given_x), -1, dtype=np.intp), np.array([], dtype=object)
    if districts is not None and len(districts):
        index, shapes = _stated(stated, districts), districts.geometry.to_numpy()
    judged = (index >= 0) & np.isfinite(given_x) & np.isfinite(given_y)
    polygons = shapes[index[judged]]
    fits = {}
    for datum in TRIED_DATUMS:
        lon, lat = to_wgs84(given_x, given_y, datum)
        inside = np.zeros(len(given_x), dtype=bool)
        inside[judged] = shapely.intersects_xy(polygons, lon[judged], lat[judged])
        fits[datum] = DatumFit(lon, lat, judged, inside)
    return fits


def _pairs_held(points: NDArray[Any], districts: gpd.GeoDataFrame) -> tuple[Index, Index]:
    """Pair polygons with the points they hold, a point's smallest polygon last."""
    shapes = districts.geometry.to_numpy()
    holders, held = shapely.STRtree(points).query(shapes, predicate="intersects")
    order = np.argsort(-shapely.area(shapes)[holders], kind="stable")
    return holders[order], held[order]


def _stated(stated: pd.Series, districts: gpd.GeoDataFrame) -> Index:
    """Give the place of the district each row states, -1 where it is none of ours."""
    known: dict[str, int] = {}
    for place, (name, code) in enumerate(zip(districts["name"], districts["code"], strict=True)):
        for word in (name, code):
            if isinstance(word, str):
                known.setdefault(key_of(word), place)
    codes, texts = pd.factorize(stated)
    # a missing district has the code -1 and so the last place
    return np.array([*(_find_district(key_of(text), known) for text in texts), -1], dtype=np.intp)[codes]


def _find_district(said: str, known: Mapping[str, int]) -> int:
    """Match a stated district: as it is, without its ending, or behind the name of what it lies in."""
    for word in (said, *(said + ending for ending in _ENDINGS)):
        if word in known:
            return known[word]
    behind = {place for name, place in known.items() if said.endswith(name) and not name.isascii()}
    return behind.pop() if len(behind) == 1 else -1


def _mismatches(
    rows: gpd.GeoDataFrame, points: NDArray[Any], found: pd.Series, polygons: NDArray[Any]
) -> list[Finding]:
    if not len(rows):
        return []
    near = distance_to_geometry(shapely.get_x(points), shapely.get_y(points), polygons)
    return [
        Finding(
            "DISTRICT_MISMATCH",
            int(row),
            "district",
            stated,
            {"found": None if pd.isna(there) else there, "distance_m": round(float(distance_m), 1)},
        )
        for row, stated, there, distance_m in zip(
            rows["row"], rows["district"], found, near.distance_m, strict=True
        )
    ]
