"""Which reference system a text means, and projected coordinates to and from longitude and latitude.

A datum is named by one canonical string: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``.
Whatever a file or a person says is brought to it by `parse_crs` or refused; nothing is guessed. Axes are
always easting or longitude first, whatever order the authority lists them in.

CGCS2000 is taken as equal to WGS 84, so its Gauss-Kruger belts need no change of datum: EPSG:4491-4501
(6 degrees, zone number before the easting), 4502-4512 (6 degrees, without), 4513-4533 (3 degrees, with)
and 4534-4554 (3 degrees, without). Other systems are taken when PROJ knows one transformation to WGS 84
that is good to `ACCURACY_LIMIT_M` and covers the whole area of the system. Beijing 1954 and Xian 1980 have
none (their parameters are not public): a file in them is to be brought to CGCS2000 by those who have.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjCRSError
from pyproj.transformer import TransformerGroup

from geo_registry.errors import CRSError, DatumError, ValueRefused

Floats: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[Floats, Floats]
Bounds: TypeAlias = tuple[float, float, float, float]

NAMED = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""The datums that have a name of their own; every other one is ``EPSG:n``."""

ACCURACY_LIMIT_M = 5.0
"""Worst stated accuracy of a transformation to WGS 84 that is taken: half the error of a hand-held GPS."""

_SAME_M = 1e-3  # two definitions of a projection that agree to this are one

_WGS84 = 4326
_EPSG_NAMES = {_WGS84: "wgs84", 4979: "wgs84", 4490: "cgcs2000", 4480: "cgcs2000"}
_EPSG_TEXT = re.compile(r"(?:[^\[{]*\bEPSG[:/](?:[\d.]*[:/])?)?(\d{4,6})", re.IGNORECASE)
_CRS84_TEXT = re.compile(r"(?:[^\[{]*\bOGC[:/](?:[\d.]*[:/])?)?CRS84", re.IGNORECASE)

_CHINA_DEG = (73.0, 3.0, 136.0, 54.0)  # west, south, east, north: default service region of the registry
_BELTS = (25, 45)  # numbers of China's first and last 3-degree belts, 75° E and 135° E
_UTM_LIMITS_DEG = (-80.0, 84.0)  # UTM ends here and UPS begins: NGA.SIG.0012, 2014


def parse_crs(text: str) -> str:
    """Bring what a person or a file says of its reference system to the canonical string.

    Parameters
    ----------
    text
        A datum's name in any case and with any dashes (``"GCJ-02"``), an EPSG code in its usual spellings
        (``"EPSG:4547"``, ``"4547"``, URN, URL), ``CRS84``, WKT of any dialect, or PROJJSON.

    Returns
    -------
    str
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``. A compound system gives its horizontal
        part. WKT is identified by what it computes, not by its title.

    Raises
    ------
    DatumError
        ``DATUM_MISSING`` for a blank text, ``DATUM_UNKNOWN`` for one that names no system.
    CRSError
        ``CRS_INVALID`` for a code that does not exist or WKT that cannot be read, ``CRS_UNSUPPORTED`` for
        a system that has no EPSG code or cannot be brought to WGS 84.

    Examples
    --------
    >>> parse_crs("GCJ-02"), parse_crs("EPSG:4490"), parse_crs("urn:ogc:def:crs:EPSG::4547")
    ('gcj02', 'cgcs2000', 'EPSG:4547')
    """
    said = text.strip()
    name = re.sub(r"[\s_-]", "", said).lower()
    if not said:
        raise DatumError("DATUM_MISSING")
    if name in NAMED:
        return name
    if _CRS84_TEXT.fullmatch(said):
        return "wgs84"
    if code := _EPSG_TEXT.fullmatch(said):
        return _canonical(int(code[1]))
    if "[" in said or said.startswith("{"):
        return _canonical(_code_of(_read(said), said))
    raise DatumError("DATUM_UNKNOWN", value=text, expected=NAMED)


def is_lon_lat(system: CRS | None) -> bool:
    """Tell whether a frame's reference system is longitude and latitude of WGS 84, or of CGCS2000, its equal.

    Parameters
    ----------
    system
        A frame's ``crs``; None for a frame without one.

    Examples
    --------
    >>> [is_lon_lat(CRS(text)) for text in ("EPSG:4326", "OGC:CRS84", "EPSG:4547")]
    [True, True, False]
    """
    if system is None or not system.is_geographic:
        return False
    try:
        return parse_crs(system.to_wkt()) in {"wgs84", "cgcs2000"}
    except DatumError:
        return False


def is_projected(datum: str) -> bool:
    """Tell whether coordinates in a datum are lengths in a plane, not degrees.

    Parameters
    ----------
    datum
        Anything `parse_crs` takes.

    Examples
    --------
    >>> is_projected("EPSG:4547"), is_projected("gcj02")
    (True, False)
    """
    name = parse_crs(datum)
    return name not in NAMED and _system(int(name[5:])).is_projected


def metric_crs_of(lon: float, lat: float) -> str:
    """Choose the plane system in which lengths round a place are nearly true.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees; longitude may run from -180 to 360.

    Returns
    -------
    str
        In China (73-136° E, 3-54° N) the CGCS2000 3-degree Gauss-Kruger belt without zone number,
        EPSG:4534-4554; elsewhere the WGS 84 UTM zone, or UPS near the poles.

    Raises
    ------
    ValueRefused
        ``COORD_NOT_FINITE`` or ``COORD_OUT_OF_RANGE``.

    Examples
    --------
    >>> metric_crs_of(114.02, 33.58), metric_crs_of(-0.12, 51.5)
    ('EPSG:4547', 'EPSG:32630')
    """
    if not (np.isfinite(lon) and np.isfinite(lat)):
        raise ValueRefused("COORD_NOT_FINITE", value=(lon, lat))
    if abs(lat) > 90 or not -180 <= lon <= 360:  # noqa: PLR2004
        raise ValueRefused("COORD_OUT_OF_RANGE", value=(lon, lat))
    lon = (lon + 180.0) % 360.0 - 180.0
    west, south, east, north = _CHINA_DEG
    if west <= lon <= east and south <= lat <= north:
        belt = min(max(int((lon + 1.5) // 3.0), _BELTS[0]), _BELTS[1])
        return f"EPSG:{4534 + belt - _BELTS[0]}"
    if not _UTM_LIMITS_DEG[0] <= lat <= _UTM_LIMITS_DEG[1]:
        return "EPSG:5041" if lat > 0 else "EPSG:5042"
    return f"EPSG:{(32600 if lat >= 0 else 32700) + int((lon + 180.0) // 6.0) + 1}"


def paired(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Bring two coordinates to arrays of one shape; where either is not finite, both are NaN.

    Parameters
    ----------
    lon, lat
        Numbers or arrays that broadcast against each other, in any unit.

    Returns
    -------
    tuple of numpy.ndarray
        Two float64 arrays of the common shape.

    Examples
    --------
    >>> paired([114.0, np.inf], 33.5)
    (array([114.,  nan]), array([33.5,  nan]))
    """
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    known = np.isfinite(x) & np.isfinite(y)
    return np.where(known, x, np.nan), np.where(known, y, np.nan)


def unproject(x: ArrayLike, y: ArrayLike, code: int) -> Pair:
    """Bring coordinates of an EPSG system to WGS 84 longitude and latitude.

    Parameters
    ----------
    x, y
        Easting and northing in the system's own unit (or longitude and latitude of another datum).
    code
        EPSG number of the system.

    Returns
    -------
    tuple of numpy.ndarray
        WGS 84 longitude and latitude, degrees; NaN where not finite or out of the projection's reach.

    Raises
    ------
    CRSError
        ``CRS_INVALID`` or ``CRS_UNSUPPORTED``, see `parse_crs`.

    Examples
    --------
    >>> lon, lat = unproject(501856.7396, 3717075.8091, 4547)
    >>> round(float(lon), 8), round(float(lat), 8)
    (114.02, 33.58)
    """
    return paired(*_to_lonlat(code).transform(*paired(x, y)))


def project(lon: ArrayLike, lat: ArrayLike, code: int) -> Pair:
    """Bring WGS 84 longitude and latitude to an EPSG system: the inverse of `unproject`.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees.
    code
        EPSG number of the system.

    Returns
    -------
    tuple of numpy.ndarray
        Easting and northing in the system's own unit (or longitude and latitude of another datum); NaN
        where not finite or out of the projection's reach.

    Raises
    ------
    CRSError
        ``CRS_INVALID`` or ``CRS_UNSUPPORTED``, see `parse_crs`.

    Examples
    --------
    >>> easting, northing = project(114.02, 33.58, 4526)
    >>> round(float(easting), 3), round(float(northing), 3)
    (38501856.74, 3717075.809)
    """
    return paired(*_to_lonlat(code).transform(*paired(lon, lat), direction="INVERSE"))


def _canonical(code: int) -> str:
    if code not in _EPSG_NAMES:
        _to_lonlat(code)
    return _EPSG_NAMES.get(code, f"EPSG:{code}")


@lru_cache(maxsize=64)
def _system(code: int) -> CRS:
    try:
        return CRS.from_epsg(code)
    except ProjCRSError as fault:
        raise CRSError("CRS_INVALID", value=f"EPSG:{code}") from fault


@lru_cache(maxsize=64)
def _to_lonlat(code: int) -> Transformer:
    system = _system(code)
    hub = _hub(system)
    if not _well_tied(system, hub):
        raise CRSError("CRS_UNSUPPORTED", value=f"EPSG:{code}", name=system.name)
    return Transformer.from_crs(system, hub, always_xy=True, allow_ballpark=False, accuracy=ACCURACY_LIMIT_M)


def _hub(system: CRS) -> int:
    """Give the geographic system that counts as WGS 84 for this one: its own when that is CGCS2000."""
    base = system.geodetic_crs
    own = base.to_epsg() if base else None
    return 4490 if own is not None and _EPSG_NAMES.get(own) == "cgcs2000" else 4326


def _well_tied(system: CRS, hub: int) -> bool:
    """Tell whether one transformation good enough covers all of a horizontal system's area."""
    if not (system.is_projected or system.is_geographic):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a better grid is not installed: the others are judged
        ways = TransformerGroup(system, hub, always_xy=True, allow_ballpark=False).transformers
    base = system.geodetic_crs
    areas = [whole.area_of_use.bounds for whole in (system, base) if whole and whole.area_of_use]
    return any(
        0 <= way.accuracy <= ACCURACY_LIMIT_M and any(_covers(way.area_of_use.bounds, area) for area in areas)
        for way in ways
    )


def _covers(outer: Bounds, inner: Bounds) -> bool:
    return outer[0] <= inner[0] <= inner[2] <= outer[2] and outer[1] <= inner[1] and inner[3] <= outer[3]


def _read(said: str) -> CRS:
    try:
        system = CRS.from_user_input(said)
    except ProjCRSError as fault:
        raise CRSError("CRS_INVALID", value=said) from fault
    while system.is_compound or system.is_bound:
        system = _inner(system, said)
    return system


def _inner(system: CRS, said: str) -> CRS:
    """Take the horizontal part of a compound system, or a system from its null tie to WGS 84."""
    if system.is_compound:
        return system.sub_crs_list[0]
    tie = system.coordinate_operation
    if system.source_crs is None or tie is None or any(tie.towgs84):
        raise CRSError("CRS_UNSUPPORTED", value=said, name=system.name)
    return system.source_crs


def _code_of(system: CRS, said: str) -> int:
    """Identify a system read from WKT; for a projection the numbers must agree, not only the title."""
    if system.to_authority() == ("OGC", "CRS84"):
        return _WGS84
    code = system.to_epsg(min_confidence=20 if system.is_projected else 70)
    if code is None or (system.is_projected and not _same_projection(system, _system(code))):
        raise CRSError("CRS_UNSUPPORTED", value=said, name=system.name)
    return code


def _same_projection(one: CRS, other: CRS) -> bool:
    bases = one.geodetic_crs, other.geodetic_crs
    area = other.area_of_use
    if not (area and bases[0] and bases[1] and bases[0].equals(bases[1], ignore_axis_order=True)):
        return False
    lon, lat = np.linspace(area.west, area.east, 3), np.linspace(area.south, area.north, 3)
    planes = [
        np.asarray(Transformer.from_crs(base, system, always_xy=True).transform(lon, lat))
        for base, system in zip(bases, (one, other), strict=True)
    ]
    return bool(np.all(np.abs(planes[0] - planes[1]) < _SAME_M))
