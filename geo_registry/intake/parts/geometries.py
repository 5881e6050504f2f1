"""GeoJSON geometries and any other WKB as checked little-endian ISO WKB."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import shapely

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

DEPTHS = {
    "Point": (1, 0),
    "LineString": (2, 1),
    "Polygon": (3, 2),
    "MultiPoint": (4, 1),
    "MultiLineString": (5, 2),
    "MultiPolygon": (6, 3),
}
"""WKB type number and how deep positions lie in ``coordinates`` (RFC 7946, 3.1; OGC 06-103r4, 8.2.8)."""
COLLECTION = 7
WITH_Z = 1_000
"""What ISO WKB adds to a type number where positions have a height."""
MULTI_FROM = 4
HOLDERS = 1_000
"""Geometries that hold others in one geometry: GEOS takes a few hundred bytes of its stack for each level."""
_HOLDER = re.compile(
    rb"(?s)\x01(?:[\x04-\x0c]\x00|[\xec-\xf4]\x03|[\xd4-\xdc]\x07|[\xbc-\xc4]\x0b)\x00[\x00\x20-\xe0]"
    rb"|\x00[\x00\x20-\xe0]\x00(?:\x00[\x04-\x0c]|\x03[\xec-\xf4]|\x07[\xd4-\xdc]|\x0b[\xbc-\xc4])"
)
"""Header of such a geometry in either byte order: types 4 to 12, as they are and with 1,000, 2,000 or 3,000
added for heights and measures (ISO), or bits of the highest byte (EWKB)."""
POINT_BYTES, POINT_HEAD = 21, b"\x01\x01\x00\x00\x00"
"""Length and beginning of a little-endian point of two numbers."""
FLAT: Final = 2
HIGH: Final = 3
"""Numbers of a position without and with a height."""


def encode(geometry: object) -> bytes | None:
    """Write one GeoJSON geometry as WKB; text is no number here.

    Parameters
    ----------
    geometry
        Parsed JSON: an object or None.

    Returns
    -------
    bytes or None
        ISO WKB, little-endian; None for null. Numbers after the third of a position are dropped
        (RFC 7946, 3.1.1).

    Raises
    ------
    ValueError
        If it is no geometry.

    Examples
    --------
    >>> encode({"type": "Point", "coordinates": [113.5, 34]}).hex()
    '01010000000000000000605c400000000000004140'
    """
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise ValueError(geometry)  # noqa: TRY004 (whatever is wrong with a geometry is one kind of fault)
    kind = str(geometry.get("type"))
    if kind == "GeometryCollection":
        parts = [encode(part) for part in _items(geometry.get("geometries"))]
        return _header(COLLECTION, FLAT) + _counted([part for part in parts if part is not None])
    if kind not in DEPTHS:
        raise ValueError(kind)
    number, depth = DEPTHS[kind]
    coordinates = _items(geometry.get("coordinates"))
    size = min(_size(coordinates, depth), HIGH)
    return _header(number, size) + _body(number, coordinates, depth, size)


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(value)  # noqa: TRY004 (as in encode)
    return value


def _size(coordinates: list[object], depth: int) -> int:
    """Count the numbers of the first position."""
    for _ in range(depth):
        if not coordinates:
            return FLAT
        coordinates = _items(coordinates[0])
    return len(coordinates) or FLAT


def _header(number: int, size: int) -> bytes:
    return struct.pack("<BI", 1, number + (WITH_Z if size == HIGH else 0))


def _counted(parts: Sequence[bytes]) -> bytes:
    return struct.pack("<I", len(parts)) + b"".join(parts)


def _body(number: int, coordinates: list[object], depth: int, size: int) -> bytes:
    if depth == 0:
        return _position(coordinates or [float("nan")] * size, size)
    parts = [_body(number - MULTI_FROM + 1, _items(part), depth - 1, size) for part in coordinates]
    if number >= MULTI_FROM:
        head = _header(number - MULTI_FROM + 1, size)
        return _counted([head + part for part in parts])
    return _counted(parts)


def _position(numbers: list[object], size: int) -> bytes:
    if len(numbers) < size or any(type(number) not in {int, float} for number in numbers[:size]):
        raise ValueError(numbers)
    try:
        return struct.pack(f"<{size}d", *numbers[:size])
    except (OverflowError, struct.error) as huge:
        raise ValueError(numbers) from huge


def checked(wkb: pa.BinaryArray, rows: Rows) -> pa.BinaryArray:
    """Hold a column of geometries against GEOS, as `check` does; plain points need none of it.

    Parameters
    ----------
    wkb
        WKB of any flavour and byte order, null for none.
    rows
        Row number of each.

    Raises
    ------
    FileRefused
        As `check`.

    Examples
    --------
    >>> point = encode({"type": "Point", "coordinates": [113.5, 34]})
    >>> checked(pa.array([point, point]), np.array([1, 2])).to_pylist() == [point, point]
    True
    """
    return wkb if _are_points(wkb) else pa.array(check(wkb.to_pylist(), rows.tolist()), pa.binary())


def _are_points(wkb: pa.BinaryArray) -> bool:
    """Tell whether every geometry is a little-endian point without a height."""
    if wkb.null_count or not len(wkb):
        return False
    _, ends, data = wkb.buffers()
    offsets = np.frombuffer(ends, np.int32, len(wkb) + 1, wkb.offset * 4)
    if not (np.diff(offsets) == POINT_BYTES).all():
        return False
    letters = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]].reshape(-1, POINT_BYTES)
    return bool((letters[:, : len(POINT_HEAD)] == np.frombuffer(POINT_HEAD, np.uint8)).all())


def check(wkb: Sequence[bytes | None], rows: Sequence[int]) -> list[bytes | None]:
    """Hold geometries against GEOS, which every later step relies on.

    Parameters
    ----------
    wkb
        WKB of any flavour and byte order, null for none.
    rows
        Row number of each.

    Returns
    -------
    list of bytes or None
        The same geometries in little-endian ISO WKB; measures are dropped, heights kept.

    Raises
    ------
    FileRefused
        ``GEOM_CORRUPT`` at the first one that is no geometry: open rings, too few points, broken bytes.
    """
    for row, each in zip(rows, wkb, strict=True):
        if each is not None and _is_deep(each):
            raise FileRefused("GEOM_CORRUPT", row=row, reason="geometries within geometries")
    given = np.empty(len(wkb), dtype=object)
    given[:] = wkb
    try:
        shapes = shapely.from_wkb(given, on_invalid="ignore")
    except NotImplementedError as curved:
        raise FileRefused("GEOM_CORRUPT", reason=str(curved)) from curved
    absent = np.fromiter((each is None for each in wkb), bool, len(wkb))
    broken = np.flatnonzero(shapely.is_missing(shapes) & ~absent)
    if broken.size:
        raise FileRefused("GEOM_CORRUPT", row=rows[int(broken[0])])
    flat = shapely.has_m(shapes) & ~shapely.has_z(shapes)
    shapes[flat] = shapely.force_2d(shapes[flat])
    return list(shapely.to_wkb(shapes, output_dimension=HIGH, byte_order=1, flavor="iso"))


def _is_deep(wkb: bytes) -> bool:
    """Tell whether geometries may lie so deep in each other that GEOS, which follows them, ends its stack.

    Every level has a header of a type that holds others, so the headers are counted; points, lines and
    polygons hold none.
    """
    return bool(_HOLDER.match(wkb)) and len(_HOLDER.findall(wkb)) > HOLDERS
