"""What is on a portable map, as GeoJSON features: station, rings, zones and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from geo_registry.core.space.geodesy import degree_reach, ring
from geo_registry.errors import ValueRefused
from geo_registry.publish.report.layout import shown, text_of
from geo_registry.publish.report.staticmap.glyphs import INK, glyph, safe, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from geo_registry.publish.portable.ground import Box
    from geo_registry.publish.report import ReportInputs
    from geo_registry.publish.report.staticmap.parts import Scene
    from geo_registry.publish.report.words import Words

MOST = 2000
"""Sources beyond which a browser takes seconds to open one file with all of them (issue 5)."""
DECIMALS = 7
"""Decimals of a degree: a centimetre."""
ROUND = 100.0
"""How far land and zones are shown, in radii of the widest ring; the map opens no wider than that."""
COARSE = 1000
"""Zones leave out what is smaller than this part of the widest ring: 5 m at 5 km."""
PLACED = ("name", "kind", "code", "status")
"""What is told of the station."""
TOLD = (*PLACED, "distance_m", "bearing_deg", "priority")
"""What is told of a source."""
MANNERS = ("hollow", "faded", "flagged")
"""Ways of drawing a symbol, as the report's map has them."""
Feature = dict[str, Any]


def must_fit(count: int) -> None:
    """Refuse what is too much for one file.

    Parameters
    ----------
    count
        How many sources.

    Raises
    ------
    ValueRefused
        ``TOO_MANY_FEATURES`` beyond `MOST`.

    Examples
    --------
    >>> must_fit(2001)
    Traceback (most recent call last):
        ...
    geo_registry.errors.ValueRefused: TOO_MANY_FEATURES(value=2001, limit=2000)
    """
    if count > MOST:
        raise ValueRefused("TOO_MANY_FEATURES", value=count, limit=MOST)


def collection(features: Iterator[Feature]) -> dict[str, Any]:
    """Gather features as GeoJSON."""
    return {
        "type": "FeatureCollection",
        "features": [feature | {"id": number} for number, feature in enumerate(features)],
    }


def window(inputs: ReportInputs, radii: float) -> Box:
    """Give the box W, S, E, N in degrees that holds so many radii of the widest ring."""
    place = inputs.station["geometry"]
    lon_reach, lat_reach = (float(reach) for reach in degree_reach(place.y, inputs.rings_m[-1] * radii))
    return place.x - lon_reach, place.y - lat_reach, place.x + lon_reach, place.y + lat_reach


def rings(inputs: ReportInputs) -> Iterator[Feature]:
    """Draw the true rings, each vertex at its exact distance."""
    place, style = inputs.station["geometry"], {"color": INK, "weight": 1.5, "fill": False}
    for radius_m in inputs.rings_m:
        yield _feature(ring(place.x, place.y, radius_m), radius_m=radius_m, style=style)


def ring_labels(inputs: ReportInputs, words: Words) -> Iterator[Feature]:
    """Write each ring's radius at its northernmost place."""
    place = inputs.station["geometry"]
    for radius_m in inputs.rings_m:
        outline = shapely.get_coordinates(ring(place.x, place.y, radius_m))
        top = outline[outline[:, 1].argmax()]
        yield _feature(shapely.Point(top), sign=_inert(words.radius(radius_m)))


def zones(inputs: ReportInputs) -> Iterator[Feature]:
    """Cut the zones to what the map opens on, so that the cuts themselves lie out of view."""
    box, reach = window(inputs, ROUND), window(inputs, 1)
    known = inputs.zones["kind"].isin(inputs.catalog.of_role("zone")) & inputs.zones.geometry.notna()
    chosen = inputs.zones[known]
    near = shapely.clip_by_rect(shapely.make_valid(chosen.geometry.to_numpy()), *box)
    coarse = shapely.simplify(near, (reach[3] - reach[1]) / 2 / COARSE)
    for shape, kind in zip(coarse, chosen["kind"], strict=True):
        if shape.area:
            drawn = inputs.catalog.kinds[kind]
            style = {"color": drawn.symbol.colour, "weight": 1.2, "fill": drawn.condition_zone}
            paint = {"fillOpacity": 0.09} if drawn.condition_zone else {"dashArray": "7 3"}
            yield _feature(shape, style=style | paint)


def station(inputs: ReportInputs, words: Words) -> Iterator[Feature]:
    """Give the station."""
    row = inputs.station
    kind = inputs.catalog.kinds[str(row["kind"])]
    yield _told(
        row["geometry"],
        sample(glyph(kind.symbol, size=1.2)),
        name=inputs.station_name,
        kind=words.kind(kind.name),
        code=text_of(row["code"]),
        status=words.status(row["status"]),
    )


def sources(inputs: ReportInputs, ranked: pd.DataFrame, drawn: Scene, words: Words) -> Iterator[Feature]:
    """Give the sources as points; one with an extent stands within it.

    Parameters
    ----------
    inputs, ranked, words
        As for a report's map.
    drawn
        That map, whose marks tell how each source is drawn.
    """
    shapes = inputs.sources.set_index("id").loc[ranked["source_id"]].geometry
    for pair, shape, mark in zip(ranked.to_dict("records"), shapes, drawn.marks, strict=True):
        manner = {name: getattr(mark, name) for name in MANNERS}
        yield _told(
            shape if shape.geom_type == "Point" else shape.representative_point(),
            sample(glyph(mark.symbol, size=drawn.weight, **manner)),
            name=text_of(pair["name"]) or text_of(pair["source_code"]),
            kind=words.kind(pair["kind"]),
            code=text_of(pair["source_code"]),
            status=words.status(pair["status"]),
            distance_m=words.say("metres", amount=shown(pair["distance_m"], "metres", words.lang)),
            bearing_deg=shown(pair["bearing_deg"], "bearing", words.lang),
            priority=words.value("priority", pair["priority"]),
        )


def extents(inputs: ReportInputs, ranked: pd.DataFrame) -> Iterator[Feature]:
    """Draw the lines and areas of sources that have such."""
    shapes = inputs.sources.set_index("id").loc[ranked["source_id"]].geometry
    for kind, shape in zip(ranked["kind"], shapes, strict=True):
        if shape.geom_type != "Point":
            colour = inputs.catalog.kinds[kind].symbol.colour
            yield _feature(shape, style={"color": colour, "weight": 1.5, "fillOpacity": 0.2})


def ground(land: BaseGeometry, colour: str) -> Iterator[Feature]:
    """Paint the land."""
    if not land.is_empty:
        yield _feature(land, style={"stroke": False, "fillColor": colour, "fillOpacity": 1})


def _told(place: BaseGeometry, sign: str, **told: str) -> Feature:
    return _feature(place, sign=sign, **{name: _inert(text) for name, text in told.items()})


def _inert(text: str) -> str:
    """Escape a text for HTML, its braces too: branca reads what folium wrote as a template once more."""
    return safe(text).replace("{", "&#123;")


def _feature(shape: BaseGeometry, **properties: object) -> Feature:
    rounded = shapely.transform(shape, lambda places: places.round(DECIMALS))
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(rounded)}
