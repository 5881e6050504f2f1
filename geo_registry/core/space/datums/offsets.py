"""The offsets of Chinese web maps, GCJ-02 and BD-09, and their inverses; degrees in, degrees out.

The formulas are the ones every published converter shares. GCJ-02 adds to a WGS 84 position a shift of
some hundred metres, BD-09 adds another to a GCJ-02 position. Neither has an inverse in closed form, so
the inverses here are iterated until they stand still: within 10 nm, and within 1 µm on the meridian of
105° E, where the GCJ-02 shift has a kink.

Where GCJ-02 applies
--------------------
Inside the rectangle `GCJ02_BOX_DEG`, and nowhere else. That rectangle belongs to the algorithm as it was
published, and every common converter has it, the independent one of the tests too. It reaches past the
mainland's border, over Hong Kong, Macao, Taiwan and parts of the neighbouring countries. A finer outline
is deliberately not drawn: a file is declared GCJ-02 because a converter or a web map made it so, and only
the rule that was used on the way there leads back; a border drawn a kilometre wrong would misplace
places inside it by half a kilometre. What lies there in true positions is to be declared WGS 84.

Along the edge the shift carries places over it in both directions. The inverse asks where a place came
from: if some place inside the rectangle is shifted to it, that place is the answer, else it is unchanged.
So whatever the forward rule shifted comes back, and a kilometre outside the edge nothing is touched.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_registry.core.space.crs import Floats, Pair, paired

GCJ02_BOX_DEG = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the rectangle in which GCJ-02 shifts, WGS 84 degrees, edges included.

Source: the test for China of the published algorithm, word for word in its ports (eviltransform,
coordtransform, gcoord, PRCoords, geocoordinates-rs).
"""

_REACH_DEG = 0.05  # no shift is longer than this, so the inverse looks no further outside the rectangle
_EDGE_DEG = 1e-9  # the inverse of a place on the very edge may miss it by rounding
_STEPS = 7  # a step gains 1.7 digits in BD-09 and 2 in GCJ-02: 1 km comes down below 10 nm

_KRASSOVSKY_A_M = 6378245.0  # Krassovsky 1940, the ellipsoid of the published GCJ-02 algorithm
_KRASSOVSKY_E2 = 0.00669342162296594323
_ORIGIN_DEG = (105.0, 35.0)  # where the polynomials of the published GCJ-02 algorithm have their origin

_BD09_WAVE = np.pi * 3000.0 / 180.0  # the constants of BD-09 are those of its published algorithm
_BD09_RADIAL_DEG = 0.00002
_BD09_TURN_RAD = 0.000003
_BD09_SHIFT_DEG = (0.0065, 0.006)


def gcj02_applies(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Tell where GCJ-02 shifts a WGS 84 position: inside `GCJ02_BOX_DEG`, edges included.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, any shapes that broadcast.

    Returns
    -------
    numpy.ndarray
        True where the position is shifted; False for NaN.

    Examples
    --------
    >>> gcj02_applies([114.02, 139.69], [33.58, 35.69])
    array([ True, False])
    """
    return _in_box(*paired(lon, lat), margin_deg=0.0)


def gcj02_from_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS 84 positions to GCJ-02.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, any shapes that broadcast.

    Returns
    -------
    tuple of numpy.ndarray
        GCJ-02 longitude and latitude, degrees; unchanged outside `GCJ02_BOX_DEG`, NaN where not finite.

    Examples
    --------
    >>> lon, lat = gcj02_from_wgs84(114.02, 33.58)
    >>> round(float(lon), 8), round(float(lat), 8)
    (114.02593404, 33.57852205)
    """
    x, y = paired(lon, lat)
    inside = _in_box(x, y, margin_deg=0.0)
    dx, dy = _gcj02_shift(*_held(x, y, inside))
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def wgs84_from_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Bring GCJ-02 positions back to WGS 84, within 1 µm of what was shifted.

    Parameters
    ----------
    lon, lat
        GCJ-02 degrees, any shapes that broadcast.

    Returns
    -------
    tuple of numpy.ndarray
        WGS 84 longitude and latitude, degrees; a place to which nothing inside `GCJ02_BOX_DEG` is shifted
        is unchanged, NaN where not finite.

    Examples
    --------
    >>> lon, lat = wgs84_from_gcj02(114.02593404471102, 33.57852205132685)
    >>> round(float(lon), 8), round(float(lat), 8)
    (114.02, 33.58)
    """
    x, y = paired(lon, lat)
    near = _in_box(x, y, margin_deg=_REACH_DEG)
    x0, y0 = _undone(_gcj02_shift, *_held(x, y, near))
    came = near & _in_box(x0, y0, margin_deg=_EDGE_DEG)
    west, south, east, north = GCJ02_BOX_DEG
    return np.where(came, np.clip(x0, west, east), x), np.where(came, np.clip(y0, south, north), y)


def bd09_from_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift GCJ-02 positions to BD-09; BD-09 has no rule about where it applies.

    Parameters
    ----------
    lon, lat
        GCJ-02 degrees, any shapes that broadcast.

    Returns
    -------
    tuple of numpy.ndarray
        BD-09 longitude and latitude, degrees; NaN where not finite.

    Examples
    --------
    >>> lon, lat = bd09_from_gcj02(114.02593404, 33.57852205)
    >>> round(float(lon), 8), round(float(lat), 8)
    (114.03239545, 33.58458923)
    """
    x, y = paired(lon, lat)
    dx, dy = _bd09_shift(x, y)
    return x + dx, y + dy


def gcj02_from_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Bring BD-09 positions back to GCJ-02, within 10 nm of what was shifted.

    Parameters
    ----------
    lon, lat
        BD-09 degrees, any shapes that broadcast.

    Returns
    -------
    tuple of numpy.ndarray
        GCJ-02 longitude and latitude, degrees; NaN where not finite.

    Examples
    --------
    >>> lon, lat = gcj02_from_bd09(*bd09_from_gcj02(114.0, 33.5))
    >>> round(float(lon), 9), round(float(lat), 9)
    (114.0, 33.5)
    """
    return _undone(_bd09_shift, *paired(lon, lat))


def bd09_from_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS 84 positions to BD-09, by way of GCJ-02.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, any shapes that broadcast.

    Returns
    -------
    tuple of numpy.ndarray
        BD-09 longitude and latitude, degrees; NaN where not finite.

    Examples
    --------
    >>> lon, lat = bd09_from_wgs84(114.02, 33.58)
    >>> round(float(lon), 8), round(float(lat), 8)
    (114.03239545, 33.58458923)
    """
    return bd09_from_gcj02(*gcj02_from_wgs84(lon, lat))


def wgs84_from_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Bring BD-09 positions back to WGS 84, by way of GCJ-02.

    Parameters
    ----------
    lon, lat
        BD-09 degrees, any shapes that broadcast.

    Returns
    -------
    tuple of numpy.ndarray
        WGS 84 longitude and latitude, degrees; NaN where not finite.

    Examples
    --------
    >>> lon, lat = wgs84_from_bd09(114.03239545350644, 33.58458923180756)
    >>> round(float(lon), 8), round(float(lat), 8)
    (114.02, 33.58)
    """
    return wgs84_from_gcj02(*gcj02_from_bd09(lon, lat))


def _in_box(x: Floats, y: Floats, *, margin_deg: float) -> NDArray[np.bool_]:
    west, south, east, north = GCJ02_BOX_DEG
    in_lon = (west - margin_deg <= x) & (x <= east + margin_deg)
    in_lat = (south - margin_deg <= y) & (y <= north + margin_deg)
    return np.asarray(in_lon & in_lat)


def _held(x: Floats, y: Floats, wanted: NDArray[np.bool_]) -> Pair:
    """Put the polynomials' origin where a position is not wanted: they have poles elsewhere on Earth."""
    return np.where(wanted, x, _ORIGIN_DEG[0]), np.where(wanted, y, _ORIGIN_DEG[1])


def _undone(shift: Callable[[Floats, Floats], Pair], x: Floats, y: Floats) -> Pair:
    """Find what the shift carries to (x, y), as the fixed point of ``(x, y) - shift(found)``."""
    found = x, y
    for _ in range(_STEPS):
        dx, dy = shift(*found)
        found = x - dx, y - dy
    return found


def _gcj02_shift(lon: Floats, lat: Floats) -> Pair:
    """Give the GCJ-02 shift of WGS 84 positions in degrees, whether or not the rule applies there."""
    x, y = lon - _ORIGIN_DEG[0], lat - _ORIGIN_DEG[1]
    both = 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east_m += 2.0 / 3.0 * (both + _waves(x, (1.0, 20.0), (3.0, 40.0), (12.0, 150.0), (30.0, 300.0)))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north_m += 2.0 / 3.0 * (both + _waves(y, (1.0, 20.0), (3.0, 40.0), (12.0, 160.0), (30.0, 320.0)))
    phi = np.radians(lat)
    w2 = 1.0 - _KRASSOVSKY_E2 * np.sin(phi) ** 2
    parallel_m = _KRASSOVSKY_A_M / np.sqrt(w2) * np.cos(phi)
    meridian_m = _KRASSOVSKY_A_M * (1.0 - _KRASSOVSKY_E2) / (w2 * np.sqrt(w2))
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _waves(t: Floats, *terms: tuple[float, float]) -> Floats:
    """Sum sine waves of t degrees, each given by its half-period in degrees and its height in metres."""
    total = np.zeros_like(t)
    for half_period_deg, height_m in terms:
        total += height_m * np.sin(np.pi / half_period_deg * t)
    return total


def _bd09_shift(lon: Floats, lat: Floats) -> Pair:
    """Give the BD-09 shift of GCJ-02 positions in degrees: a turn and a stretch about (0, 0)."""
    length = np.hypot(lon, lat) + _BD09_RADIAL_DEG * np.sin(_BD09_WAVE * lat)
    angle = np.arctan2(lat, lon) + _BD09_TURN_RAD * np.cos(_BD09_WAVE * lon)
    x = length * np.cos(angle) + _BD09_SHIFT_DEG[0]
    y = length * np.sin(angle) + _BD09_SHIFT_DEG[1]
    return x - lon, y - lat
