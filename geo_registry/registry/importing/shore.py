"""Where land is: the outline that the map draws, from Natural Earth 1 : 10 million (package world-atlas)."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import shapely

from geo_registry.core.space.topology import polygons

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.registry.house import House

OUTLINE = "node_modules/world-atlas/land-10m.json"
"""Among the files that the pages need, below the setting ``static``."""
DOUBT_DEG = 0.03
"""Width of the strip along the coast that counts as land, in degrees: some 3 km, for harbours are built into
the sea, and a line of 0.3 mm on a map of this scale is 3 km wide."""


def land(house: House) -> shapely.Geometry | None:
    """Give the land of the service region, WGS 84, its coast widened by `DOUBT_DEG`.

    Parameters
    ----------
    house
        Its settings say where the outline lies, its genesis which region is served.

    Returns
    -------
    Geometry or None
        None where no place of the region can be at sea, or where no outline was installed.
    """
    path = house.settings.static / OUTLINE
    return _land(path, house.region) if path.exists() else None


@lru_cache(8)
def _land(path: Path, region: tuple[float, float, float, float]) -> shapely.Geometry | None:
    served = shapely.box(*region)
    window = served.buffer(2 * DOUBT_DEG).bounds
    clipped = shapely.clip_by_rect(polygons(json.loads(path.read_text("utf-8")), "land"), *window)
    near = shapely.make_valid(clipped[~shapely.is_empty(clipped)])
    widened = shapely.union_all(shapely.buffer(near, DOUBT_DEG, quad_segs=1))
    if shapely.contains(widened, served):
        return None
    shapely.prepare(widened)
    return widened
