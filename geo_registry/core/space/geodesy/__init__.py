"""Exact distances, directions and rings on the WGS 84 ellipsoid; degrees in, metres out."""

from geo_registry.core.space.geodesy.ellipsoid import NEAR_RING_M, checked_radius, ecef, local_frame
from geo_registry.core.space.geodesy.measure import (
    RING_LIMIT_M,
    Floats,
    Nearest,
    degree_reach,
    distance_azimuth,
    distance_to_geometry,
    ring,
)

__all__ = [
    "NEAR_RING_M",
    "RING_LIMIT_M",
    "Floats",
    "Nearest",
    "checked_radius",
    "degree_reach",
    "distance_azimuth",
    "distance_to_geometry",
    "ecef",
    "local_frame",
    "ring",
]
