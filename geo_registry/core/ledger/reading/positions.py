"""Where each row lies: longitudes, latitudes and geometries to WGS 84, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo_registry.core.kinds import Geometry
from geo_registry.core.ledger.reading.angles import Angle, Axis, read_angle
from geo_registry.core.ledger.reading.columns import plain_numbers
from geo_registry.core.ledger.reading.numbers import parse_quantity
from geo_registry.core.ledger.reading.units import unit_of
from geo_registry.core.ledger.tidy import flags
from geo_registry.core.space.crs import is_projected
from geo_registry.core.space.datums import to_wgs84, transform_geometries

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.str_]
Region: TypeAlias = tuple[float, float, float, float]

_CODES = "U32"
"""NumPy dtype that holds every code; an empty one says that nothing is wrong."""

MAX_DEGREES = 1000.0
"""A coordinate beyond is no slip in degrees but a length in metres, or a number without its point."""

NULL_ISLAND_DEG = 1e-3
"""Both coordinates nearer to zero than this (110 m) were never measured."""

COARSE_DEG = 0.01
"""A step coarser than this (1.1 km) in either coordinate is a low precision, a step as coarse in both too.

Two decimals in one coordinate alone are no fault: spreadsheets drop the zeros at the end of a number, one
in a hundred by chance. So 97, 33.0014 and 114.17, 35.90 are told, 114.17, 35.9019 is not.
"""

_TYPES: Mapping[Geometry, tuple[int, ...]] = {"point": (0,), "line": (1, 5), "polygon": (3, 6)}
"""Shapely's type ids that a kind's geometries may have; a multipoint of one point counts as the point."""

_MULTIPOINT = 4
_HALF_TURN_DEG, _QUARTER_TURN_DEG = 180.0, 90.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the rows lie.

    Attributes
    ----------
    geometry
        Shapely geometries in WGS 84; None where there is none or it is refused.
    x_given, y_given
        Coordinates as they were sent; NaN for lines and polygons.
    codes
        Code of what is wrong with each row's position, ``""`` for nothing.
    fields
        ``lon``, ``lat`` or ``geometry``: where it is wrong.
    coarse
        True where the numbers are given too coarsely (``COORD_LOW_PRECISION``).
    details
        What the sentence about a row needs, by the row's place.
    lon, lat
        The same places in WGS 84 degrees where they are points alone, NaN where there is none.
    """

    geometry: NDArray[Any]
    x_given: pd.Series
    y_given: pd.Series
    codes: Codes
    fields: Codes
    coarse: NDArray[np.bool_]
    details: dict[int, Mapping[str, object]] = field(default_factory=dict)
    lon: Floats | None = None
    lat: Floats | None = None


def place_points(
    x: pa.StringArray, y: pa.StringArray, datum: str, region: Region, *, draw: bool = True
) -> Placed:
    """Read two columns of coordinates.

    Parameters
    ----------
    x, y
        Longitude and latitude, or easting and northing, as text; null where there is none.
    datum
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``.
    region
        West, south, east, north of the service region, WGS 84 degrees; west > east spans 180°.
    draw
        False to leave the geometries out, which cost the most.

    Examples
    --------
    >>> placed = place_points(pa.array(["114.02", "0", "33.5", None]), pa.array(["33.58", "0", "114.0", "1"]),
    ...     "wgs84", (73, 3, 136, 54))
    >>> placed.codes.tolist()
    ['', 'COORD_NULL_ISLAND', 'COORD_SWAPPED', 'COORD_MISSING']
    """
    plane = is_projected(datum)
    xs, ys = _read_axis(x, "lon", plane=plane), _read_axis(y, "lat", plane=plane)
    codes = _first(xs.codes, ys.codes)
    codes[flags(pc.or_(pc.is_null(x), pc.is_null(y)))] = "COORD_MISSING"
    bounds = np.column_stack([xs.numbers, ys.numbers, xs.numbers, ys.numbers])
    codes = _first(codes, _judge_given(bounds, region, plane=plane))
    with np.errstate(invalid="ignore"):
        lon, lat = to_wgs84(np.where(codes == "", xs.numbers, np.nan), ys.numbers, datum)
    codes = _first(codes, _judge_place(np.column_stack([lon, lat, lon, lat]), bounds, datum, region))
    good = codes == ""
    geometry = np.full(len(codes), None, dtype=object)
    if draw:
        geometry[good] = shapely.points(lon[good], lat[good])
    worse, better = np.maximum(xs.steps, ys.steps), np.minimum(xs.steps, ys.steps)
    coarse = good & ~np.bool_(plane) & ((worse > COARSE_DEG) | (better >= COARSE_DEG))
    at_lat = ~np.isnan(xs.numbers) & np.isnan(ys.numbers)
    return Placed(
        geometry,
        x.to_pandas(),
        y.to_pandas(),
        codes,
        np.where(at_lat, "lat", "lon"),
        coarse,
        _region_details(codes, lon, lat, region),
        np.where(good, lon, np.nan),
        np.where(good, lat, np.nan),
    )


def place_geometries(
    wkb: pa.BinaryArray, datum: str, region: Region, allowed: tuple[Geometry, ...]
) -> Placed:
    """Read a column of geometries; heights are dropped.

    Parameters
    ----------
    wkb
        Well-known binary, null where a row has no geometry.
    datum
        Datum of the vertices.
    region
        West, south, east, north of the service region, WGS 84 degrees.
    allowed
        Geometries the kind may have; lines and polygons may be multiple.

    Returns
    -------
    Placed
        A polygon that crosses itself has no inside that can be trusted: its row is ``VALUE_INVALID``,
        with GEOS's reason in the details.

    Examples
    --------
    >>> bow = shapely.from_wkt("POLYGON ((114 33, 115 34, 115 33, 114 34, 114 33))")
    >>> placed = place_geometries(pa.array([bow.wkb, None]), "wgs84", (73, 3, 136, 54), ("polygon",))
    >>> placed.codes.tolist(), placed.details[0]["reason"]
    (['VALUE_INVALID', 'GEOM_MISSING'], 'Self-intersection[114.5 33.5]')
    """
    shapes = _parse(wkb)
    codes = _judge_shapes(shapes, flags(pc.is_valid(wkb)), allowed)
    shapes = _only(shapes, codes == "")
    given = shapely.bounds(shapes)
    codes = _first(codes, _judge_given(given, region, plane=is_projected(datum)))
    moved = transform_geometries(_only(shapes, codes == ""), datum)
    bounds = shapely.bounds(moved)
    codes = _first(codes, _judge_place(bounds, given, datum, region))
    broken = (codes == "") & ~shapely.is_valid(moved) & ~shapely.is_missing(moved)
    codes[broken] = "VALUE_INVALID"
    details = _region_details(codes, bounds[:, 0], bounds[:, 1], region)
    reasons = {int(at): shapely.is_valid_reason(moved[at]) for at in np.flatnonzero(broken)}
    details |= {at: {"expected": "ST_IsValid", "reason": reason} for at, reason in reasons.items()}
    details |= {int(at): {"expected": ", ".join(allowed)} for at in np.flatnonzero(codes == "GEOM_TYPE")}
    x, y = (_numbers_as_text(each, shapes) for each in (given[:, 0], given[:, 1]))
    kept = _only(moved, codes == "")
    where, coarse = np.full(len(codes), "geometry"), np.zeros(len(codes), dtype=bool)
    return Placed(kept, x, y, codes, where, coarse, details)


@dataclass(frozen=True, slots=True)
class _Axis:
    numbers: Floats
    steps: Floats
    codes: Codes


def _read_axis(texts: pa.StringArray, axis: Axis, *, plane: bool) -> _Axis:
    """Read the plain numbers in one stroke, each other spelling once."""
    values = plain_numbers(texts)
    point = pc.find_substring(texts, ".")
    decimals = pc.if_else(pc.less(point, 0), 0, pc.subtract(pc.subtract(pc.utf8_length(texts), point), 1))
    steps = 10.0 ** -np.asarray(pc.fill_null(decimals, 0).to_numpy(zero_copy_only=False), dtype=float)
    codes = np.full(len(texts), "", dtype=_CODES)
    odd = np.flatnonzero(np.isnan(values) & flags(pc.is_valid(texts)))
    spellings = texts.take(pa.array(odd)).to_pylist()
    said = {text: _read_length(text) if plane else read_angle(text, axis) for text in set(spellings)}
    for at, text in zip(odd, spellings, strict=True):
        values[at], steps[at], codes[at] = said[text].degrees, said[text].step_deg, said[text].code or ""
    return _Axis(values, steps, codes)


def _read_length(text: str) -> Angle:
    """Read an easting or northing that is no plain number: with thousands marks, or m behind it."""
    found = parse_quantity(text)
    if found is None or found.bound or (found.unit and unit_of(found.unit) != "m"):
        return Angle(code="COORD_NOT_NUMBER")
    return Angle(found.value) if np.isfinite(found.value) else Angle(code="COORD_NOT_FINITE")


def _judge_given(bounds: Floats, region: Region, *, plane: bool) -> Codes:
    """Judge the numbers as they were sent: are they a place at all, in the datum that was stated."""
    with np.errstate(invalid="ignore"):
        largest = np.abs(bounds).max(axis=1)
        nowhere = largest < NULL_ISLAND_DEG
        if plane:
            return _coded((nowhere, "COORD_NULL_ISLAND"), (largest <= MAX_DEGREES, "COORD_OUT_OF_RANGE"))
        wrong = np.maximum(np.abs(bounds[:, 0]), np.abs(bounds[:, 2])) > _HALF_TURN_DEG
        wrong |= np.maximum(np.abs(bounds[:, 1]), np.abs(bounds[:, 3])) > _QUARTER_TURN_DEG
    return _coded(
        (largest > MAX_DEGREES, "COORD_PROJECTED"),
        (wrong & _inside(bounds[:, [1, 0, 3, 2]], region), "COORD_SWAPPED"),
        (wrong, "COORD_OUT_OF_RANGE"),
        (nowhere, "COORD_NULL_ISLAND"),
    )


def _judge_place(bounds: Floats, given: Floats, datum: str, region: Region) -> Codes:
    """Judge WGS 84 bounds against the region; what would lie inside with its axes exchanged is told so."""
    lost = ~np.isfinite(bounds).all(axis=1)
    outside = ~lost & ~_inside(bounds, region)
    exchanged = np.zeros(len(bounds), dtype=bool)
    if outside.any():
        corners = [to_wgs84(given[outside, j], given[outside, i], datum) for i, j in ((0, 1), (2, 3))]
        exchanged[outside] = _inside(np.column_stack([*corners[0], *corners[1]]), region)
    return _coded((lost, "COORD_OUT_OF_RANGE"), (exchanged, "COORD_SWAPPED"), (outside, "OUT_OF_REGION"))


def _inside(bounds: Floats, region: Region) -> NDArray[np.bool_]:
    west, south, east, north = region
    from_west, to_east = bounds[:, 0] >= west, bounds[:, 2] <= east
    across = from_west & to_east if west <= east else from_west | to_east
    return np.asarray(across & (bounds[:, 1] >= south) & (bounds[:, 3] <= north), dtype=bool)


def _parse(wkb: pa.BinaryArray) -> NDArray[Any]:
    shapes = shapely.force_2d(shapely.from_wkb(np.array(wkb.to_pylist(), dtype=object), on_invalid="ignore"))
    parts = shapely.get_num_geometries(shapes)
    single = (shapely.get_type_id(shapes) == _MULTIPOINT) & (parts == 1)
    return np.asarray(np.where(single, shapely.get_geometry(shapes, 0), shapes), dtype=object)


def _judge_shapes(shapes: NDArray[Any], given: NDArray[np.bool_], allowed: tuple[Geometry, ...]) -> Codes:
    types = [each for name in allowed for each in _TYPES[name]]
    missing, empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    # the bounds of a line leave out a vertex that is no number
    vertices, owners = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owners[~np.isfinite(vertices).all(axis=1)]] = False
    return _coded(
        (given & missing, "VALUE_INVALID"),
        (missing | empty, "GEOM_MISSING"),
        (~np.isin(shapely.get_type_id(shapes), types), "GEOM_TYPE"),
        (~finite, "COORD_NOT_FINITE"),
    )


def _coded(*faults: tuple[NDArray[np.bool_] | np.bool_, str]) -> Codes:
    """Give each row the first of the codes whose mask holds it."""
    masks = [np.asarray(mask, dtype=bool) for mask, _ in faults]
    codes = np.full(len(masks[0]), "", dtype=_CODES)
    for mask, (_, code) in zip(reversed(masks), reversed(faults), strict=True):
        codes[mask] = code
    return codes


def _first(codes: Codes, later: Codes) -> Codes:
    free = codes == ""
    return later if free.all() else np.where(free, later, codes)


def _only(shapes: NDArray[Any], wanted: NDArray[np.bool_]) -> NDArray[Any]:
    kept = np.full(len(shapes), None, dtype=object)
    kept[wanted] = shapes[wanted]
    return kept


def _numbers_as_text(numbers: Floats, shapes: NDArray[Any]) -> pd.Series:
    """Write a point's coordinate as the shortest text that reads back the same; nothing for other shapes."""
    point = shapely.get_type_id(shapes) == 0
    return pd.Series(
        [repr(float(number)) if each else None for number, each in zip(numbers, point, strict=True)],
        dtype="str",
    )


def _region_details(
    codes: NDArray[Any], lon: Floats, lat: Floats, region: Region
) -> dict[int, Mapping[str, object]]:
    limits = dict(zip(("west", "south", "east", "north"), region, strict=True))
    return {
        int(at): {"lon": round(float(lon[at]), 6), "lat": round(float(lat[at]), 6)} | limits
        for at in np.flatnonzero(codes == "OUT_OF_REGION")
    }
