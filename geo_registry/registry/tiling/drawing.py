"""Drawings of a layer: which of its rows a tile holds, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.live.points import PointIndex, index_points
from geo_registry.live.shapes import ShapeIndex
from geo_registry.publish import tiles
from geo_registry.registry import audits, records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Role
    from geo_registry.registry.house import House

CROWDED = 4_000
"""Points of a tile above which they are drawn as counted groups: none is dropped."""
GROUPS = 16
"""Groups along the edge of a crowded tile: 32 px on a screen that draws a tile 512 px wide."""
COUNTED = ("kind", "active", "flagged")
"""Columns of points that a group counts by."""
MARKED = {"sources", "zones"}
"""Layers whose lines and polygons also carry a point each: the place of their symbol or name."""
ROLES: dict[str, Role] = {
    "sources": "source",
    "stations": "station",
    "rings": "station",
    "zones": "zone",
    "assets": "asset",
}
"""Role of the kinds that each layer is made of."""
LAYERS: dict[str, tuple[str, ...]] = {
    "sources": (
        "id",
        "kind",
        "status",
        "name",
        "code",
        "synthetic",
        "active",
        "priority",
        "flagged",
        "score",
    ),
    "stations": ("id", "kind", "status", "name", "code", "synthetic", "level"),
    "rings": ("id", "station_id", "station_code", "radius_m"),
    "zones": ("id", "kind", "name", "code", "synthetic"),
    "assets": ("id", "kind", "status", "name", "code", "synthetic"),
}
"""Layers by role, and the attributes their features carry."""


@dataclass(frozen=True)
class Drawn:
    """Rows of one layer, ready to be cut into tiles.

    Attributes
    ----------
    shapes
        Lines and polygons, degrees WGS 84, shape ``(m,)``.
    x, y
        Points in the unit square, shape ``(n,)``; the marks of shapes last.
    attributes
        What is said of the shapes, and after them of the points, shape ``(m + n,)``.
    counted
        Of the points what groups of them count: ``kind``, ``active``, ``flagged``.
    """

    shapes: NDArray[np.object_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    attributes: dict[str, tiles.Attribute]
    counted: pd.DataFrame
    by_place: PointIndex
    by_box: ShapeIndex


def draw(house: House, viewer: Viewer, layer: str) -> Drawn:
    """Draw a layer of today's records.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    layer
        One of `LAYERS`.
    """
    rows = _rows(house, viewer, layer)
    rows = rows[rows.geometry.notna()].reset_index(drop=True)
    is_point = rows.geometry.geom_type == "Point"
    shapes = rows[~is_point]
    marks = shapes.set_geometry(shapes.geometry.representative_point()) if layer in MARKED else shapes[:0]
    points = gpd.GeoDataFrame(pd.concat([rows[is_point], marks], ignore_index=True), crs=rows.crs)
    x, y = tiles.world(points.geometry.x, points.geometry.y)
    outlines = np.asarray(shapes.geometry.array, dtype=object)
    said = pd.concat([pd.DataFrame(shapes), pd.DataFrame(points)], ignore_index=True)
    attributes = {name: tiles.Attribute.of(said[name]) for name in LAYERS[layer] if name in rows}
    counted = pd.DataFrame(points[[name for name in COUNTED if name in points]])
    return Drawn(outlines, x, y, attributes, counted, index_points(x, y), ShapeIndex(outlines))


def _rows(house: House, viewer: Viewer, layer: str) -> gpd.GeoDataFrame:
    revision, day = house.revision(), house.today
    if layer == "rings":
        national = records.stations(house, viewer, revision, on=day, wanted=((), audits.NATIONAL))
        return audits.rings(national, audits.DEFAULT_RINGS_M)
    rows = records.valid_on(records.of_role(house, viewer, revision, ROLES[layer]), day)
    if layer != "sources":
        return rows
    rows["active"] = rows["status"].isin(house.catalog.active)
    own = audits.priorities(house, viewer, revision, day).reindex(rows["id"])
    rows["score"], rows["priority"] = own["score"].to_numpy(), own["priority"].fillna("low").to_numpy()
    rows["flagged"] = own["flagged"].eq(True).to_numpy()  # noqa: FBT003 (pandas takes it so)
    return rows


def encode(layer: str, drawn: Drawn, address: tuple[int, int, int]) -> bytes:
    """Cut one tile out of a drawing.

    Parameters
    ----------
    layer
        One of `LAYERS`.
    drawn
        Its drawing.
    address
        ``(z, x, y)``.

    Returns
    -------
    bytes
        A vector tile; empty where nothing lies in it.
    """
    near, inside = drawn.by_box.meeting(_box(address)), np.sort(drawn.by_place.in_tile(*address))
    if not (len(near) or len(inside)):
        return b""
    outlines, kept = tiles.shape_commands(drawn.shapes[near], address)
    if len(inside) > CROWDED:
        marks, groups = _groups(drawn, inside, address)
        said = _beside({name: one.take(near[kept]) for name, one in drawn.attributes.items()}, groups)
    else:
        marks = tiles.point_commands(drawn.x[inside], drawn.y[inside], address)
        rows = np.concatenate([near[kept], inside + len(drawn.shapes)])
        said = {name: one.take(rows) for name, one in drawn.attributes.items()}
    return tiles.layer(layer, said, tiles.join(outlines, marks))


def _beside(shapes: dict[str, tiles.Attribute], groups: pd.DataFrame) -> dict[str, tiles.Attribute]:
    """Put what is said of groups after what is said of shapes; neither has the other's attributes."""
    count = len(next(iter(shapes.values())).codes)
    own = {name: one.then(tiles.Attribute.none(len(groups))) for name, one in shapes.items()}
    none = tiles.Attribute.none(count)
    return own | {str(name): none.then(tiles.Attribute.of(groups[name])) for name in groups}


def _groups(
    drawn: Drawn, inside: NDArray[np.int64], address: tuple[int, int, int]
) -> tuple[tiles.Commands, pd.DataFrame]:
    z, column, row = address
    fine = 2.0**z * GROUPS
    cell_x = np.floor(drawn.x[inside] * fine).astype(np.int64) - column * GROUPS
    cell_y = np.floor(drawn.y[inside] * fine).astype(np.int64) - row * GROUPS
    by_cell = pd.Series(cell_y * GROUPS + cell_x)
    places = pd.DataFrame({"x": drawn.x[inside], "y": drawn.y[inside]}).groupby(by_cell).mean()
    counts = _counted(drawn.counted.iloc[inside].reset_index(drop=True)).groupby(by_cell).sum()
    commands = tiles.point_commands(places["x"].to_numpy(), places["y"].to_numpy(), address)
    return commands, counts.assign(cluster=True)


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Mark what a group counts: all, active, flagged, and by kind the same and both."""
    every = pd.Series(data=True, index=rows.index)
    active, flagged = rows.get("active", every), rows.get("flagged", ~every)
    marks = {"n": every, "n_active": active, "n_flagged": flagged}
    for kind in sorted(rows["kind"].unique()):
        own = rows["kind"] == kind
        marks |= {f"k_{kind}": own, f"a_{kind}": own & active, f"f_{kind}": own & flagged}
        marks[f"fa_{kind}"] = own & active & flagged
    return pd.DataFrame(marks).astype("int64")


def _box(address: tuple[int, int, int]) -> tuple[float, float, float, float]:
    z, x, y = address
    edge = tiles.BUFFER / tiles.EXTENT
    lon = [(at / 2.0**z - 0.5) * 360.0 for at in (x - edge, x + 1 + edge)]
    lat = [
        np.degrees(np.arctan(np.sinh((0.5 - at / 2.0**z) * 2.0 * np.pi))) for at in (y + 1 + edge, y - edge)
    ]
    return lon[0], float(lat[0]), lon[1], float(lat[1])


def bounds(rows: gpd.GeoDataFrame, otherwise: tuple[float, float, float, float]) -> tuple[float, ...]:
    """Give the box of rows, W, S, E, N in degrees.

    Parameters
    ----------
    rows
        Canonical frame.
    otherwise
        The box where no row has a position.
    """
    placed = rows.geometry.dropna()
    edges = shapely.total_bounds(np.asarray(placed.array, dtype=object)) if len(placed) else otherwise
    return tuple(float(edge) for edge in edges)
