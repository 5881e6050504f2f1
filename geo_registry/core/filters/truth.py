"""Where a filter is true: its evaluation on frames."""

from __future__ import annotations

import operator
import re
from datetime import date
from functools import reduce, singledispatch
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas.arrays import BooleanArray
from shapely import GeometryType

from geo_registry.core.filters.tree import (
    And,
    BBox,
    Compare,
    Contains,
    Filter,
    In,
    IsNull,
    KindIs,
    Like,
    Near,
    Not,
    Or,
    ValidOn,
    Value,
    Within,
)
from geo_registry.core.space.nearby import pairs_nearby

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_HALF_TURN = 180.0
_FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)


def evaluate(tree: Filter, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell for which rows a filter is true.

    Parameters
    ----------
    tree
        A filter that `check` has passed.
    frame
        Canonical rows in WGS 84; a column the frame does not have counts as empty.

    Returns
    -------
    numpy.ndarray
        Boolean mask, ``(n,)``.

    Examples
    --------
    >>> places = gpd.points_from_xy([114] * 3, [33] * 3)
    >>> rows = gpd.GeoDataFrame({"stock_t": [4.0, 12.0, None]}, geometry=places)
    >>> evaluate(Not(Compare("stock_t", ">", 10)), rows).tolist()
    [True, False, False]
    """
    return _truth(tree, frame).to_numpy(dtype=bool, na_value=False)


def valid_on(frame: pd.DataFrame, on: date) -> NDArray[np.bool_]:
    """Tell which rows are valid on a date.

    Parameters
    ----------
    frame
        Rows with ``valid_from`` and ``valid_to`` (datetime64); a missing bound is open.
    on
        The date; the first and the last day of validity both count.

    Returns
    -------
    numpy.ndarray
        Boolean mask, ``(n,)``.

    Examples
    --------
    >>> dates = pd.to_datetime(["2020-01-01", "2024-01-01", None])
    >>> valid_on(pd.DataFrame({"valid_from": dates, "valid_to": pd.NaT}), date(2024, 1, 1)).tolist()
    [True, True, True]
    """
    day = np.datetime64(on, "s")
    begun = ~(frame["valid_from"] > day)
    return (begun & ~(frame["valid_to"] < day)).to_numpy(dtype=bool)


def _known(values: NDArray[np.bool_], missing: NDArray[np.bool_]) -> BooleanArray:
    return BooleanArray(np.asarray(values, dtype=bool), np.asarray(missing, dtype=bool))


def _throughout(frame: gpd.GeoDataFrame, *, value: bool) -> BooleanArray:
    return _known(np.full(len(frame), value), np.zeros(len(frame), dtype=bool))


@singledispatch
def _truth(node: Filter, frame: gpd.GeoDataFrame) -> BooleanArray:
    raise TypeError(type(node).__name__, len(frame))


@_truth.register
def _(node: And, frame: gpd.GeoDataFrame) -> BooleanArray:
    return reduce(operator.and_, (_truth(part, frame) for part in node.parts), _throughout(frame, value=True))


@_truth.register
def _(node: Or, frame: gpd.GeoDataFrame) -> BooleanArray:
    return reduce(operator.or_, (_truth(part, frame) for part in node.parts), _throughout(frame, value=False))


@_truth.register
def _(node: Not, frame: gpd.GeoDataFrame) -> BooleanArray:
    return ~_truth(node.part, frame)


@_truth.register
def _(node: Compare, frame: gpd.GeoDataFrame) -> BooleanArray:
    return _where(node.field, frame, lambda column: _OPERATORS[node.op](column, _plain(node.value)))


@_truth.register
def _(node: In, frame: gpd.GeoDataFrame) -> BooleanArray:
    return _where(node.field, frame, lambda column: column.isin([_plain(one) for one in node.among]))


@_truth.register
def _(node: Like, frame: gpd.GeoDataFrame) -> BooleanArray:
    pattern = re.compile(_regex(node.pattern), re.DOTALL)
    return _where(node.field, frame, lambda column: column.map(lambda text: bool(pattern.fullmatch(text))))


@_truth.register
def _(node: Contains, frame: gpd.GeoDataFrame) -> BooleanArray:
    text = node.text.translate(_FOLD)
    return _where(node.field, frame, lambda column: column.map(lambda cell: text in cell.translate(_FOLD)))


@_truth.register
def _(node: IsNull, frame: gpd.GeoDataFrame) -> BooleanArray:
    if node.field not in frame:
        return _throughout(frame, value=True)
    return _known(frame[node.field].isna().to_numpy(), np.zeros(len(frame), dtype=bool))


@_truth.register
def _(node: KindIs, frame: gpd.GeoDataFrame) -> BooleanArray:
    return _where("kind", frame, lambda column: column.isin(node.kinds))


@_truth.register
def _(node: ValidOn, frame: gpd.GeoDataFrame) -> BooleanArray:
    return _known(valid_on(frame, node.on), np.zeros(len(frame), dtype=bool))


@_truth.register
def _(node: BBox, frame: gpd.GeoDataFrame) -> BooleanArray:
    geometry = frame.geometry.to_numpy()
    nowhere = _nowhere(geometry)
    inside = np.zeros(len(frame), dtype=bool)
    is_point = shapely.get_type_id(geometry) == GeometryType.POINT
    points, shapes = np.flatnonzero(is_point & ~nowhere), np.flatnonzero(~is_point & ~nowhere)
    lon, lat = shapely.get_coordinates(geometry[points]).T
    inside[points] = (node.south <= lat) & (lat <= node.north) & _between(lon, node.west, node.east)
    for west, east in _halves(node):
        window = shapely.box(west, node.south, east, node.north)
        shapely.prepare(window)
        inside[shapes] |= shapely.intersects(window, geometry[shapes])
    return _known(inside, nowhere)


@_truth.register
def _(node: Near, frame: gpd.GeoDataFrame) -> BooleanArray:
    geometry = frame.geometry.to_numpy()
    near = pairs_nearby(geometry, np.array([node.lon]), np.array([node.lat]), rings_m=(node.radius_m,))
    inside = np.zeros(len(frame), dtype=bool)
    inside[near.i_geometry] = True
    return _known(inside, _nowhere(geometry))


@_truth.register
def _(node: Within, frame: gpd.GeoDataFrame) -> BooleanArray:
    geometry, shape = frame.geometry.to_numpy(), node.shape
    shapely.prepare(shape)
    return _known(shapely.intersects(shape, geometry), _nowhere(geometry))


def _between(lon: NDArray[np.float64], west: float, east: float) -> NDArray[np.bool_]:
    after, before = lon >= west, lon <= east
    return (after | before) if west > east else (after & before)


def _halves(node: BBox) -> tuple[tuple[float, float], ...]:
    """Split a box at the meridian of 180° where it crosses it."""
    if node.west <= node.east:
        return ((node.west, node.east),)
    return ((node.west, _HALF_TURN), (-_HALF_TURN, node.east))


def _nowhere(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    return shapely.is_missing(geometry) | shapely.is_empty(geometry)


def _where(name: str, frame: gpd.GeoDataFrame, test: Callable[[pd.Series], pd.Series]) -> BooleanArray:
    """Test the cells that hold something; the others are unknown."""
    if name not in frame:
        return _known(np.zeros(len(frame), dtype=bool), np.ones(len(frame), dtype=bool))
    missing = frame[name].isna().to_numpy()
    values = np.zeros(len(frame), dtype=bool)
    values[~missing] = test(frame[name][~missing]).to_numpy(dtype=bool)
    return _known(values, missing)


def _plain(value: Value) -> Value | pd.Timestamp:
    return pd.Timestamp(value) if isinstance(value, date) else value


def _regex(pattern: str) -> str:
    wild = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\.|\\$|[^\\]", pattern, re.DOTALL)
    return "".join(wild.get(piece) or re.escape(piece[-1]) for piece in pieces)
