"""Positions in a tile, and the commands that draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

EXTENT = 4096
"""Units along a tile's edge (the specification's usual value)."""
BUFFER = 128
"""Units by which lines and polygons reach over a tile's edge, so that no seam shows."""
SIMPLIFY = 2.0
"""Units of a tile within which a line may be drawn straighter: an eighth of a screen pixel at 256 pixels."""
LIMIT_LAT = 85.051128779806604
"""Latitude in degrees at which Web Mercator is square: atan(sinh(pi))."""

_POINT, _LINE, _POLYGON = 1, 2, 3
_MOVE, _DRAW, _CLOSE = 1, 2, 7


@dataclass(frozen=True, slots=True)
class Commands:
    """Geometry of features, flat.

    Attributes
    ----------
    values
        Command and parameter integers of all features, shape ``(m,)``.
    starts
        Where each feature's integers begin, shape ``(n,)``.
    types
        1 point, 2 line, 3 polygon, shape ``(n,)``.
    """

    values: NDArray[np.uint64]
    starts: NDArray[np.int64]
    types: NDArray[np.int64]


def join(first: Commands, second: Commands) -> Commands:
    """Put the features of one behind those of another.

    Parameters
    ----------
    first, second
        Commands of any features.
    """
    return Commands(
        np.concatenate([first.values, second.values]),
        np.concatenate([first.starts, second.starts + len(first.values)]),
        np.concatenate([first.types, second.types]),
    )


def world(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project to the unit square of Web Mercator, y southwards.

    Parameters
    ----------
    lon, lat
        Degrees WGS 84, any one shape.

    Examples
    --------
    >>> world(0.0, 0.0)
    (array(0.5), array(0.5))
    """
    turned = np.radians(np.clip(np.asarray(lat, dtype=float), -LIMIT_LAT, LIMIT_LAT))
    x = np.asarray(lon, dtype=float) / 360.0 + 0.5
    y = 0.5 - np.arcsinh(np.tan(turned)) / (2.0 * np.pi)
    return np.asarray(x), np.asarray(y)


def _zigzag(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    return ((values << 1) ^ (values >> 63)).astype(np.uint64)


def point_commands(x: NDArray[np.float64], y: NDArray[np.float64], tile: tuple[int, int, int]) -> Commands:
    """Draw points.

    Parameters
    ----------
    x, y
        Places in the unit square, shape ``(n,)``, inside the tile.
    tile
        ``(z, x, y)``.
    """
    z, column, row = tile
    units = np.stack([(x * 2.0**z - column), (y * 2.0**z - row)], axis=1) * EXTENT
    inside = np.clip(np.floor(units), 0, EXTENT - 1).astype(np.int64)
    start = np.full((len(inside), 1), (1 << 3) | _MOVE, dtype=np.uint64)
    values = np.concatenate([start, _zigzag(inside)], axis=1)
    return Commands(values.ravel(), np.arange(len(inside)) * 3, np.full(len(inside), _POINT))


def shape_commands(
    shapes: NDArray[np.object_], tile: tuple[int, int, int]
) -> tuple[Commands, NDArray[np.int64]]:
    """Draw lines and polygons, cut at the tile's edge.

    Parameters
    ----------
    shapes
        Shapely lines and polygons, degrees WGS 84, shape ``(n,)``.
    tile
        ``(z, x, y)``.

    Returns
    -------
    tuple
        The commands of what is left in the tile, and which of the shapes that is.
    """
    z, column, row = tile

    def in_tile(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = world(points[:, 0], points[:, 1])
        return np.column_stack([(x * 2.0**z - column) * EXTENT, (y * 2.0**z - row) * EXTENT])

    moved = shapely.transform(shapes, in_tile)
    cut = shapely.clip_by_rect(moved, -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    drawn = shapely.simplify(cut, SIMPLIFY)
    kept, parts = [], []
    for at, shape in enumerate(drawn):
        commands = _commands_of(shape)
        if len(commands):
            kept.append(at)
            parts.append(commands)
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    areal = shapely.get_dimensions(shapes[kept]) == 2  # noqa: PLR2004 (a surface)
    values = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)
    types = np.where(areal, _POLYGON, _LINE)
    return Commands(values, np.cumsum(lengths) - lengths, types), np.array(kept, dtype=np.int64)


def _commands_of(shape: shapely.Geometry) -> NDArray[np.uint64]:
    cursor = np.zeros(2, dtype=np.int64)
    parts: list[NDArray[np.uint64]] = []
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.Polygon):
            rings = [part.exterior, *part.interiors]
            for at, ring in enumerate(rings):
                cursor = _ring(shapely.get_coordinates(ring), cursor, parts, clockwise=at == 0)
        elif isinstance(part, shapely.LineString):
            cursor = _path(_steps(shapely.get_coordinates(part)), cursor, parts, least=2)
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)


def _steps(points: NDArray[np.float64]) -> NDArray[np.int64]:
    whole = np.round(points).astype(np.int64)
    moves = np.any(whole[1:] != whole[:-1], axis=1)
    return np.asarray(whole[np.concatenate([[True], moves])])


def _ring(
    points: NDArray[np.float64],
    cursor: NDArray[np.int64],
    parts: list[NDArray[np.uint64]],
    *,
    clockwise: bool,
) -> NDArray[np.int64]:
    whole = _steps(points)[:-1]
    following = np.roll(whole, -1, axis=0)
    doubled = int(np.sum(whole[:, 0] * following[:, 1] - following[:, 0] * whole[:, 1]))
    if doubled == 0:
        return cursor
    # y grows southwards in a tile: an exterior ring has positive area there (specification 4.3.3.3)
    if (doubled > 0) != clockwise:
        whole = whole[::-1]
    cursor = _path(whole, cursor, parts, least=3)
    parts.append(np.array([(1 << 3) | _CLOSE], dtype=np.uint64))
    return cursor


def _path(
    whole: NDArray[np.int64], cursor: NDArray[np.int64], parts: list[NDArray[np.uint64]], *, least: int
) -> NDArray[np.int64]:
    if len(whole) < least:
        return cursor
    deltas = _zigzag(whole - np.vstack([cursor, whole[:-1]])).ravel()
    draw = ((len(whole) - 1) << 3) | _DRAW
    head, lines = np.array([(1 << 3) | _MOVE], dtype=np.uint64), np.array([draw], dtype=np.uint64)
    parts.append(np.concatenate([head, deltas[:2], lines, deltas[2:]]))
    return np.asarray(whole[-1])
