"""Positions of every datum to and from WGS 84, the one the registry keeps."""

from geo_registry.core.space.datums.offsets import (
    GCJ02_BOX_DEG,
    bd09_from_gcj02,
    bd09_from_wgs84,
    gcj02_applies,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)
from geo_registry.core.space.datums.positions import from_wgs84, to_wgs84, transform_geometries

__all__ = [
    "GCJ02_BOX_DEG",
    "bd09_from_gcj02",
    "bd09_from_wgs84",
    "from_wgs84",
    "gcj02_applies",
    "gcj02_from_bd09",
    "gcj02_from_wgs84",
    "to_wgs84",
    "transform_geometries",
    "wgs84_from_bd09",
    "wgs84_from_gcj02",
]
