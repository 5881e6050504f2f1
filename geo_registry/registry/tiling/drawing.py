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
    """Rows of one layer, ready to be cut into tiles."""

    points: gpd.GeoDataFrame
    shapes: gpd.GeoDataFrame
    x: NDArray[np.float64]
    y: NDArray[np.float64]
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
    kept = rows[[name for name in LAYERS[layer] if name in rows] + ["geometry"]]
    is_point = kept.geometry.geom_type == "Point"
    shapes = kept[~is_point].reset_index(drop=True)
    marks = shapes.set_geometry(shapes.geometry.representative_point()) if layer in MARKED else shapes[:0]
    points = gpd.GeoDataFrame(pd.concat([kept[is_point], marks], ignore_index=True), crs=kept.crs)
    x, y = tiles.world(points.geometry.x, points.geometry.y)
    boxes = ShapeIndex(np.asarray(shapes.geometry.array, dtype=object))
    return Drawn(points, shapes, x, y, index_points(x, y), boxes)


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
    near = drawn.by_box.meeting(_box(address))
    shapes = np.asarray(drawn.shapes.geometry.array, dtype=object)[near]
    outlines, kept = tiles.shape_commands(shapes, address)
    inside = np.sort(drawn.by_place.in_tile(*address))
    if len(inside) > CROWDED:
        marks, rows = _groups(drawn, inside, address)
    else:
        marks = tiles.point_commands(drawn.x[inside], drawn.y[inside], address)
        rows = drawn.points.iloc[inside].drop(columns="geometry")
    said = pd.concat([pd.DataFrame(drawn.shapes.iloc[near[kept]]).drop(columns="geometry"), rows])
    said = said.reset_index(drop=True)
    return tiles.layer(layer, {name: said[name] for name in said.columns}, tiles.join(outlines, marks))


def _groups(
    drawn: Drawn, inside: NDArray[np.int64], address: tuple[int, int, int]
) -> tuple[tiles.Commands, pd.DataFrame]:
    z, column, row = address
    fine = 2.0**z * GROUPS
    cell_x = np.floor(drawn.x[inside] * fine).astype(np.int64) - column * GROUPS
    cell_y = np.floor(drawn.y[inside] * fine).astype(np.int64) - row * GROUPS
    by_cell = pd.Series(cell_y * GROUPS + cell_x)
    places = pd.DataFrame({"x": drawn.x[inside], "y": drawn.y[inside]}).groupby(by_cell).mean()
    counts = _counted(pd.DataFrame(drawn.points.iloc[inside]).reset_index(drop=True)).groupby(by_cell).sum()
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
