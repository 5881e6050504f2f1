"""A place that somebody wrote down, in the degrees that the map draws."""

from __future__ import annotations

from flask import Blueprint, Response

from geo_registry.core.ledger.reading.angles import Axis, read_angle
from geo_registry.core.space.datums import to_wgs84
from geo_registry.errors import ValueRefused
from geo_registry.web import answers
from geo_registry.web.params import Query

blueprint = Blueprint("places", __name__)

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""Datums that a pair of degrees may be in (contract, verb import)."""
LIMITS_DEG = {"lon": 180.0, "lat": 90.0}
"""Greatest longitude and latitude there is."""
DECIMALS = 8
"""Decimals of a degree in the answer: a millimetre."""


@blueprint.get("/api/place")
@answers.tagged
def place() -> Response:
    """Give a longitude and latitude, decimal or in degrees, minutes and seconds, in WGS 84."""
    query = Query("x", "y", "datum")
    lon, lat = _degrees(query, "x", "lon"), _degrees(query, "y", "lat")
    datum = query.chosen("datum", DATUMS, "wgs84")
    lons, lats = to_wgs84([lon], [lat], datum)
    found = {"lon": round(float(lons[0]), DECIMALS), "lat": round(float(lats[0]), DECIMALS)}
    return answers.document({"x": lon, "y": lat, "datum": datum, **found})


def _degrees(query: Query, name: str, axis: Axis) -> float:
    text = query.text(name)
    if text is None:
        raise ValueRefused("PARAMETER_MISSING", option=name)
    found = read_angle(text, axis)
    if found.code:
        raise ValueRefused("NUMBER_EXPECTED", option=name, value=text)
    if abs(found.degrees) > LIMITS_DEG[axis]:
        raise ValueRefused("COORD_OUT_OF_RANGE", value=text, limit=LIMITS_DEG[axis])
    return found.degrees
