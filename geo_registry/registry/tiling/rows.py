"""Drawings made of the frames that every door reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core.census import numbered
from geo_registry.live.shapes import ShapeIndex
from geo_registry.publish import tiles
from geo_registry.registry import audits, records
from geo_registry.registry.choosing import Choice, Roll, chosen_ids
from geo_registry.registry.seeing import many
from geo_registry.registry.tiling import numbers
from geo_registry.registry.tiling.columns import Coded, Columns
from geo_registry.registry.tiling.drawing import Drawn, Outlines, drawing

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Role
    from geo_registry.registry.house import House

MOST_HELD = 8
"""Drawings of many sources that are held to be changed by the next commit: one a day and scope of viewers."""
MARKED = {"sources", "zones"}
"""Layers whose lines and polygons also carry a point each: the place of their symbol or name."""
CODED = ("kind", "status", "active", "priority", "flagged", "synthetic", "level")
"""Columns of few different words: they make the categories that groups are counted by."""
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
    "zones": ("id", "kind", "status", "name", "code", "synthetic"),
    "assets": ("id", "kind", "status", "name", "code", "synthetic"),
}
"""Layers by role, and the attributes their features carry."""


def layers_of(house: House, kinds: Iterable[str]) -> tuple[str, ...]:
    """Name the layers in which records of some kinds are drawn; rings are of stations, but no records."""
    roles = {house.catalog.kinds[kind].role for kind in kinds}
    return tuple(name for name, role in ROLES.items() if role in roles and name != "rings")


@dataclass(frozen=True, slots=True)
class ByRow:
    """Says of points what the rows of a frame have in columns of many words.

    Attributes
    ----------
    ids
        Records, ascending.
    said
        The columns, in the same order.
    """

    ids: NDArray[np.uint64]
    said: Mapping[str, tiles.Attribute]

    def __call__(self, ids: NDArray[np.uint64]) -> Mapping[str, tiles.Attribute]:
        """Give the columns of some records."""
        rows = np.searchsorted(self.ids, ids)
        return {name: one.take(rows) for name, one in self.said.items()}


def draw(house: House, viewer: Viewer, layer: str, wanted: Choice | None = None) -> Drawn:
    """Draw a layer of records.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    layer
        One of `LAYERS`.
    wanted
        From it the date and the revision are taken, settled; None for today's records.
    """
    wanted = wanted or Choice()
    revision = house.revision(wanted.as_of)
    if layer == "sources" and not many.is_whole(house, viewer.bounds, revision):
        return _of_many(house, viewer, wanted.on or house.today)
    rows = _rows(house, viewer, layer, wanted)
    rows = rows[rows.geometry.notna()].reset_index(drop=True)
    is_point = rows.geometry.geom_type == "Point"
    shapes = rows[~is_point]
    marks = shapes.set_geometry(shapes.geometry.representative_point()) if layer in MARKED else shapes[:0]
    points = gpd.GeoDataFrame(pd.concat([rows[is_point], marks], ignore_index=True), crs=rows.crs)
    said = pd.concat([pd.DataFrame(shapes), pd.DataFrame(points)], ignore_index=True)
    return _drawn(said, shapes, points, LAYERS[layer])


def _of_many(house: House, viewer: Viewer, on: date) -> Drawn:
    """Draw sources from numbers, out of the drawing before where there is one."""
    key = viewer.bounds, on
    held = numbers.draw(house, viewer, on, house.held.get(key))
    if len(house.held) > MOST_HELD:
        house.held.clear()
    house.held[key] = held
    return held.drawn


def _drawn(
    said: pd.DataFrame, shapes: gpd.GeoDataFrame, points: gpd.GeoDataFrame, names: tuple[str, ...]
) -> Drawn:
    first = len(shapes)
    coded = {name: Coded.of(said[name]) for name in CODED if name in said and name in names}
    # what has no words at all still is of a category: that of no kind
    coded = coded or {"kind": Coded(np.full(len(said), -1), ())}
    district = Coded.of(said["district"]) if "district" in said else None
    texts = {name: tiles.Attribute.of(said[name]) for name in names if name in said}
    ids = numbered(said["station_id" if "station_id" in said else "id"])
    plain = Columns(
        lon=np.asarray(points.geometry.x, dtype=np.float64),
        lat=np.asarray(points.geometry.y, dtype=np.float64),
        ids=ids[first:],
        coded={name: column.take(slice(first, None)) for name, column in coded.items()},
        district=district.take(slice(first, None)) if district else None,
    )
    order = np.argsort(ids[first:], kind="stable")
    by_row = {name: one.take(order + first) for name, one in texts.items() if name not in coded}
    made = drawing(plain, ByRow(ids[first:][order], by_row))
    category, categories = made.categories.grown(
        {name: one.take(slice(first)) for name, one in coded.items()}
    )
    outlines = np.asarray(shapes.geometry.array, dtype=object)
    drawn_rows = np.arange(first)
    own = Outlines(
        outlines,
        ids[:first],
        ShapeIndex(outlines),
        {name: one.take(drawn_rows) for name, one in texts.items()},
        category,
        district.take(slice(first)) if district else None,
    )
    return replace(made.knowing(categories), outlines=own)


def _rows(house: House, viewer: Viewer, layer: str, wanted: Choice) -> gpd.GeoDataFrame:
    revision, day = house.revision(wanted.as_of), wanted.on or house.today
    if layer == "rings":
        return audits.national_rings(house, viewer, audits.DEFAULT_RINGS_M, day, revision=revision)
    return Roll(house, viewer, house.catalog.of_role(ROLES[layer]), revision, day).frame()


def narrowed(house: House, viewer: Viewer, layer: str, drawn: Drawn, *, wanted: Choice) -> Drawn:
    """Give of a layer's drawing what a settled choice leaves, but for what points are counted by.

    Parameters
    ----------
    house, viewer, layer
        As for `draw`.
    drawn
        The drawing.
    wanted
        The choice; it says more than `wanted.among` can tell of categories.

    Raises
    ------
    ValueRefused
        As from `chosen_ids`.
    """
    if wanted.by_row:
        return drawn.of(chosen_ids(house, viewer, house.catalog.of_role(ROLES[layer]), wanted))
    return drawn.of_districts(wanted) if wanted.districts else drawn


def bounds(house: House, viewer: Viewer) -> tuple[float, float, float, float]:
    """Give the box of sources and stations, W, S, E, N in degrees; else the service region.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    """
    revision = house.revision()
    if not many.is_whole(house, viewer.bounds, revision):
        kinds = house.catalog.of_role("source", "station")
        question = ("box", revision, viewer.bounds)
        found = house.recent.get(question, lambda: many.box(house, viewer.bounds, kinds, revision))
        return found or house.region
    known = records.of_role(house, viewer, revision, "source", "station")
    placed = records.valid_on(known, None).geometry.dropna()
    if not len(placed):
        return house.region
    west, south, east, north = map(float, shapely.total_bounds(np.asarray(placed.array, dtype=object)))
    return west, south, east, north
