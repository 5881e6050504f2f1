"""The ellipsoid once more, so that what is held against ours shares nothing with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AXIS_M, FLATTENING = 6_378_137.0, 1.0 / 298.257223563
"""WGS 84 (NIMA TR8350.2)."""
SQUARED = FLATTENING * (2.0 - FLATTENING)


def in_space(lon: Floats, lat: Floats) -> Floats:
    """Give earth-centred coordinates in metres, shape (3, n)."""
    x, y = np.radians(lon), np.radians(lat)
    across = AXIS_M / np.sqrt(1.0 - SQUARED * np.sin(y) ** 2)
    flat = across * np.cos(y)
    return np.stack([flat * np.cos(x), flat * np.sin(x), across * (1.0 - SQUARED) * np.sin(y)])


def curvatures(lat: Floats) -> tuple[Floats, Floats]:
    """Give one over the radii of curvature along and across the meridian, per metre."""
    bent = 1.0 - SQUARED * np.sin(np.radians(lat)) ** 2
    return bent**1.5 / (AXIS_M * (1.0 - SQUARED)), np.sqrt(bent) / AXIS_M
