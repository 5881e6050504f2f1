"""The rows an audit is about: stations and sources valid at its date, and where they are."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from geo_registry.core.audit.narrow import narrow
from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.filters import valid_on
from geo_registry.core.kinds import Catalog, Field
from geo_registry.errors import ValueRefused

ACCURACY_M = {"gps": 10.0, "digitised": 50.0, "geocoded_village": 1000.0}
"""Accuracy in metres where a row states only how its position was found (users' documentation)."""

_VALIDITY = ("valid_from", "valid_to")
_STATION = ("id", "code", "name", *_VALIDITY)
_SOURCE = ("id", "code", "name", "kind", "status", "accuracy_m", "coord_method", *_VALIDITY)
_ZONE = ("id", "kind", *_VALIDITY)


def station_rows(frame: gpd.GeoDataFrame, on: date) -> gpd.GeoDataFrame:
    """Take the stations valid on a date, by code and id.

    Parameters
    ----------
    frame
        Stations, points in WGS 84.
    on
        The date.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, ``code``, ``name`` and ``geometry``, which may be missing.

    Raises
    ------
    CRSError, ValueRefused
        As `narrow`; ``STATION_NOT_POINT``.

    Examples
    --------
    >>> places = gpd.points_from_xy([114, 113], [33, 34])
    >>> frame = gpd.GeoDataFrame({"code": ["2B", "1A"]}, geometry=places, crs=4326)
    >>> station_rows(frame, date(2026, 1, 1))["code"].tolist()
    ['1A', '2B']
    """
    rows = narrow(frame, _STATION)
    rows = rows[valid_on(rows, on)].sort_values(["code", "id"], ignore_index=True)
    shapes = located(rows)
    odd = shapes["id"][shapely.get_type_id(shapes.geometry.to_numpy()) != GeometryType.POINT]
    if len(odd):
        raise ValueRefused("STATION_NOT_POINT", value=odd.iloc[0])
    return rows


def source_rows(frame: gpd.GeoDataFrame, catalog: Catalog, request: AuditRequest) -> gpd.GeoDataFrame:
    """Take the sources of the kinds asked that are valid at the date.

    Parameters
    ----------
    frame
        Records of any kinds, in WGS 84.
    catalog
        Kinds and statuses.
    request
        Kinds and date.

    Returns
    -------
    geopandas.GeoDataFrame
        The base columns an audit needs and what conditions are judged by, ``geometry`` (may be missing);
        a missing status is the kind's default, a missing accuracy that of the method, where known.

    Raises
    ------
    CRSError, ValueRefused
        As `narrow`; ``KIND_UNKNOWN`` or ``STATUS_UNKNOWN``.

    Examples
    --------
    >>> from geo_registry.core.kinds import Choice, Kind, Label, Symbol
    >>> symbol = Symbol("circle", "#000000")
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), symbol, ("point",), "required", ())
    >>> status = Choice("registered", Label("在册", "Registered"))
    >>> catalog = Catalog({"kiln": kiln}, (status,), ("registered",), (), (), {}, "")
    >>> frame = gpd.GeoDataFrame({"kind": ["kiln"]}, geometry=gpd.points_from_xy([114], [33]), crs=4326)
    >>> source_rows(frame, catalog, AuditRequest(on=date(2026, 1, 1)))["status"].tolist()
    ['registered']
    """
    judged = [field for field in judging_fields(catalog) if field.name in frame]
    rows = narrow(frame, (*_SOURCE, *(field.name for field in judged)), judged)
    _refuse_unknown("KIND_UNKNOWN", rows["kind"], tuple(catalog.kinds))
    wanted = rows["kind"].isin(counted_kinds(rows, catalog, request)).to_numpy()
    rows = rows[wanted & valid_on(rows, request.on)].reset_index(drop=True)
    default = {name: kind.default_status for name, kind in catalog.kinds.items()}
    rows["status"] = rows["status"].fillna(rows["kind"].map(default)).astype("str")
    _refuse_unknown("STATUS_UNKNOWN", rows["status"], tuple(choice.value for choice in catalog.statuses))
    rows["accuracy_m"] = accuracy_of(rows)
    return rows


def zone_rows(frame: gpd.GeoDataFrame | None, on: date) -> gpd.GeoDataFrame | None:
    """Take the zones valid on a date.

    Parameters
    ----------
    frame
        Zones in WGS 84, or None.
    on
        The date.

    Examples
    --------
    >>> zone_rows(None, date(2026, 1, 1)) is None
    True
    """
    if frame is None:
        return None
    rows = narrow(frame, _ZONE)
    return rows[valid_on(rows, on)]


def counted_kinds(frame: pd.DataFrame, catalog: Catalog, request: AuditRequest) -> tuple[str, ...]:
    """Name the kinds of sources an audit counts, in the catalog's order.

    Parameters
    ----------
    frame
        Rows with ``kind``.
    catalog
        Roles of the kinds.
    request
        Kinds asked; where it names none, those of the rows.

    Raises
    ------
    ValueRefused
        ``KIND_UNKNOWN`` or, for a kind of another role, ``KIND_NOT_SOURCE``.

    Examples
    --------
    >>> catalog = Catalog({}, (), (), (), (), {}, "")
    >>> counted_kinds(pd.DataFrame({"kind": []}), catalog, AuditRequest(on=date.min))
    ()
    """
    sources = catalog.of_role("source")
    if request.kinds is None:
        return tuple(name for name in sources if (frame["kind"] == name).any())
    for name in request.kinds:
        if name not in sources:
            code = "KIND_NOT_SOURCE" if name in catalog.kinds else "KIND_UNKNOWN"
            raise ValueRefused(code, value=name, known=", ".join(sources))
    return tuple(name for name in sources if name in request.kinds)


def has_place(rows: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which rows have a position.

    Parameters
    ----------
    rows
        Rows with a ``geometry``; an empty one is none.

    Examples
    --------
    >>> has_place(gpd.GeoDataFrame(geometry=[shapely.Point(114, 33), None, shapely.Point()])).tolist()
    [True, False, False]
    """
    geometry = rows.geometry.to_numpy()
    return np.asarray(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))


def located(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the rows that have a position.

    Parameters
    ----------
    rows
        Rows with a ``geometry``.

    Examples
    --------
    >>> len(located(gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[shapely.Point(114, 33), None])))
    1
    """
    return rows[has_place(rows)].reset_index(drop=True)


def judging_fields(catalog: Catalog) -> list[Field]:
    """List the fields whose values add to a score: deadlines and checklist items, each name once.

    Parameters
    ----------
    catalog
        Kinds with their fields.

    Examples
    --------
    >>> judging_fields(Catalog({}, (), (), (), (), {}, ""))
    []
    """
    judging = {
        field.name: field
        for kind in catalog.kinds.values()
        for field in kind.all_fields
        if field.deadline or field.name in kind.check_items
    }
    return list(judging.values())


def _refuse_unknown(code: str, column: pd.Series[str], known: tuple[str, ...]) -> None:
    strange = column[~column.isin(known)]
    if len(strange):
        raise ValueRefused(code, value=next(iter(strange.dropna()), None), known=", ".join(known))


def accuracy_m(stated: float | None, method: str | None) -> float:
    """Give the accuracy of one row in metres, as `accuracy_of` does.

    Parameters
    ----------
    stated
        Metres; None where it is unknown.
    method
        How the position was found, None where that is unknown.

    Examples
    --------
    >>> accuracy_m(5.0, None), accuracy_m(None, "gps"), accuracy_m(-1.0, None)
    (5.0, 10.0, nan)
    """
    if stated is not None and np.isfinite(stated) and stated >= 0:
        return stated
    return ACCURACY_M.get(method or "", np.nan)


def accuracy_of(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Give each row's accuracy in metres, NaN where neither it nor the method tells.

    Parameters
    ----------
    rows
        Rows with ``accuracy_m`` and ``coord_method``.

    Examples
    --------
    >>> accuracy_of(pd.DataFrame({"accuracy_m": [5.0, None], "coord_method": [None, "gps"]})).tolist()
    [5.0, 10.0]
    """
    stated = rows["accuracy_m"].to_numpy(dtype="float64")
    by_method = rows["coord_method"].map(ACCURACY_M).to_numpy(dtype="float64")
    return np.where(np.isfinite(stated) & (stated >= 0), stated, by_method)
