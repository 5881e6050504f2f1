"""Vector tiles of today's records: which rows a tile holds, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.errors import NotFound
from geo_registry.live.points import PointIndex, index_points
from geo_registry.live.shapes import ShapeIndex
from geo_registry.publish import tiles
from geo_registry.registry import audits, records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

DEEPEST = 18
"""Deepest zoom that is served."""
CROWDED = 4_000
"""Points of a tile above which they are drawn as counted groups: none is dropped."""
GROUPS = 64
"""Groups along the edge of a crowded tile."""
MARKED = {"sources", "zones"}
"""Layers whose lines and polygons also carry a point each: the place of their symbol or name."""
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


def tile(house: House, viewer: Viewer, layer: str, address: tuple[int, int, int]) -> tuple[bytes, str]:
    """Give one vector tile and its tag.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    layer
        One of `LAYERS`.
    address
        ``(z, x, y)``.

    Returns
    -------
    tuple
        Bytes (empty where nothing lies in the tile), and a tag of revision, day and catalog.

    Raises
    ------
    NotFound
        If there is no such layer, or no such tile.
    """
    z, x, y = address
    if layer not in LAYERS or not 0 <= z <= DEEPEST or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("TILE_UNKNOWN", value=f"{layer}/{z}/{x}/{y}")
    revision, day = house.revision(), house.today
    tag = f"{revision}-{day}-{house.catalog.digest[:12]}"
    drawn = house.recent.get(("drawn", layer, tag, viewer), lambda: _draw(house, viewer, layer))
    key = ("tile", layer, address, tag, viewer)
    return house.recent.get(key, lambda: _encode(layer, drawn, address)), tag


def _draw(house: House, viewer: Viewer, layer: str) -> Drawn:
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
    role = {"sources": "source", "stations": "station", "zones": "zone", "assets": "asset"}[layer]
    rows = records.valid_on(records.of_role(house, viewer, revision, role), day)  # type: ignore[arg-type]
    if layer != "sources":
        return rows
    rows["active"] = rows["status"].isin(house.catalog.active)
    own = audits.priorities(house, viewer, revision, day).reindex(rows["id"])
    rows["score"], rows["priority"] = own["score"].to_numpy(), own["priority"].fillna("low").to_numpy()
    rows["flagged"] = own["flagged"].eq(True).to_numpy()  # noqa: FBT003 (pandas takes it so)
    return rows


def _encode(layer: str, drawn: Drawn, address: tuple[int, int, int]) -> bytes:
    inside = np.sort(drawn.by_place.in_tile(*address))
    near = drawn.by_box.meeting(_box(address))
    shapes = np.asarray(drawn.shapes.geometry.array, dtype=object)[near]
    commands, kept = tiles.shape_commands(shapes, address)
    parts = [tiles.layer(layer, _attributes(drawn.shapes.iloc[near[kept]]), commands)] if len(kept) else []
    if len(inside) > CROWDED:
        parts.append(_groups(layer, drawn, inside, address))
    elif len(inside):
        points = tiles.point_commands(drawn.x[inside], drawn.y[inside], address)
        parts.append(tiles.layer(layer, _attributes(drawn.points.iloc[inside]), points))
    return b"".join(parts)


def _attributes(rows: gpd.GeoDataFrame) -> dict[str, pd.Series[object]]:
    return {name: rows[name].reset_index(drop=True) for name in rows.columns if name != "geometry"}


def _groups(layer: str, drawn: Drawn, inside: NDArray[np.int64], address: tuple[int, int, int]) -> bytes:
    z, column, row = address
    fine = 2.0**z * GROUPS
    cell_x = np.floor(drawn.x[inside] * fine).astype(np.int64) - column * GROUPS
    cell_y = np.floor(drawn.y[inside] * fine).astype(np.int64) - row * GROUPS
    table = pd.DataFrame({"cell": cell_y * GROUPS + cell_x, "x": drawn.x[inside], "y": drawn.y[inside]})
    rows = drawn.points.iloc[inside].reset_index(drop=True)
    active = rows["active"] if "active" in rows else pd.Series(data=True, index=rows.index)
    table["n_flagged"] = rows.get("flagged", False)
    table["n_active"] = active
    for kind in sorted(rows["kind"].unique()):
        table[f"k_{kind}"] = rows["kind"] == kind
        table[f"a_{kind}"] = (rows["kind"] == kind) & active
    counts = [name for name in table.columns if name not in {"cell", "x", "y"}]
    by_cell = table.groupby("cell")
    grouped = by_cell[["x", "y"]].mean().join(by_cell[counts].sum()).assign(n=by_cell.size())
    commands = tiles.point_commands(grouped["x"].to_numpy(), grouped["y"].to_numpy(), address)
    counted = grouped[["n", *counts]].reset_index(drop=True).assign(cluster=True)
    return tiles.layer(layer, {name: counted[name] for name in counted.columns}, commands)


def _box(address: tuple[int, int, int]) -> tuple[float, float, float, float]:
    z, x, y = address
    edge = tiles.BUFFER / tiles.EXTENT
    lon = [(at / 2.0**z - 0.5) * 360.0 for at in (x - edge, x + 1 + edge)]
    lat = [
        np.degrees(np.arctan(np.sinh((0.5 - at / 2.0**z) * 2.0 * np.pi))) for at in (y + 1 + edge, y - edge)
    ]
    return lon[0], float(lat[0]), lon[1], float(lat[1])


def bounds(rows: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Give the box of rows, W, S, E, N in degrees; the world where there are none."""
    placed = np.asarray(rows.geometry.array, dtype=object)
    found = shapely.total_bounds(placed[~shapely.is_missing(placed)])
    if np.isnan(found).any():
        return (-180.0, -90.0, 180.0, 90.0)
    return float(found[0]), float(found[1]), float(found[2]), float(found[3])
