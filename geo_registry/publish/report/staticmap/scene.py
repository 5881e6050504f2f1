"""What lies round the station, in metres east and north of it, and what the map's legend says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_registry.core.space.geodesy import degree_reach, distance_azimuth, ring
from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.staticmap.drawing import area_sample, ring_sample
from geo_registry.publish.report.staticmap.glyphs import glyph, sample
from geo_registry.publish.report.staticmap.parts import MARGIN, SIDE, Area, Mark, Ring, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo_registry.publish.report.inputs import ReportInputs
    from geo_registry.publish.report.words import Words

NUMBERED = 10
"""How many of the first sources bear their number on the map."""


def scene(inputs: ReportInputs, ranked: pd.DataFrame, words: Words) -> Scene:
    """Measure everything that the map shows.

    Parameters
    ----------
    inputs
        What the report is made from.
    ranked
        Its pairs as `ReportInputs.ranked` gives them.
    words
        Names in the report's language.

    Returns
    -------
    Scene
        In the plane of distance and bearing from the station, in which its rings are circles.
    """
    plane = _Plane(inputs.station["geometry"])
    kind = inputs.catalog.kinds[str(inputs.station["kind"])]
    return Scene(
        title=words.say("map_title", station=inputs.station_name),
        station=inputs.station_name,
        symbol=kind.symbol,
        reach_m=inputs.rings_m[-1],
        north=words.say("compass_n"),
        lang=words.lang,
        rings=tuple(
            Ring(plane.flat(ring(plane.lon, plane.lat, radius)), words.radius(radius))
            for radius in inputs.rings_m
        ),
        areas=tuple(_areas(inputs, plane)),
        marks=tuple(_marks(inputs, ranked, plane)),
    )


def legend(
    drawn: Scene, inputs: ReportInputs, ranked: pd.DataFrame, words: Words
) -> tuple[tuple[str, str], ...]:
    """Say what the signs on the map mean: only those that are on it.

    Parameters
    ----------
    drawn
        The map's scene.
    inputs, ranked, words
        As for `scene`.

    Returns
    -------
    tuple of tuple
        Small SVG pictures and what they stand for.
    """
    station = inputs.catalog.kinds[str(inputs.station["kind"])]
    counts = ranked["kind"].value_counts()
    kinds = [(name, kind.symbol) for name, kind in inputs.catalog.kinds.items() if name in counts]
    lines = [
        (sample(glyph(station.symbol)), words.kind(station.name)),
        (ring_sample(), words.say("legend_ring")),
    ]
    lines += [
        (sample(glyph(symbol)), words.say("legend_kind", kind=words.kind(name), count=counts[name]))
        for name, symbol in kinds
    ]
    return (*lines, *_manners(drawn, words), *_zones(inputs, drawn, words))


def _manners(drawn: Scene, words: Words) -> Iterator[tuple[str, str]]:
    """Explain the ways of drawing a symbol, shown on the first one drawn so."""
    for manner in ("flagged", "hollow", "faded"):
        first = next((mark for mark in drawn.marks if getattr(mark, manner)), None)
        if first is not None:
            yield sample(glyph(first.symbol, **{manner: True})), words.say(f"legend_{manner}")
    if any(mark.number for mark in drawn.marks):
        yield (
            sample('<text y="4.5" text-anchor="middle" font-size="12" font-weight="700">1</text>'),
            words.say("legend_number"),
        )


def _zones(inputs: ReportInputs, drawn: Scene, words: Words) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(area.kind for area in drawn.areas):
        kind = inputs.catalog.kinds[name]
        yield area_sample(kind.symbol.colour, tinted=kind.condition_zone), words.kind(name)


class _Plane:
    """The plane of distance and bearing from one point: metres east and north."""

    def __init__(self, centre: shapely.Point) -> None:
        self.lon, self.lat = centre.x, centre.y

    def flat(self, shape: BaseGeometry) -> BaseGeometry:
        """Put a geometry in WGS 84 on the plane, vertex by vertex."""
        return shapely.transform(shape, self._project)

    def _project(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return polar(*distance_azimuth(self.lon, self.lat, lonlat[:, 0], lonlat[:, 1]))

    def window(self, reach_m: float) -> tuple[float, float, float, float]:
        """Give bounds in degrees that hold everything within reach."""
        lon_reach, lat_reach = (float(reach) for reach in degree_reach(self.lat, reach_m))
        return self.lon - lon_reach, self.lat - lat_reach, self.lon + lon_reach, self.lat + lat_reach


def polar(distance_m: NDArray[np.float64], bearing_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn distances and bearings into metres east and north, shape (n, 2)."""
    bearing = np.radians(bearing_deg)
    return np.stack([distance_m * np.sin(bearing), distance_m * np.cos(bearing)], axis=-1)


def _inside(extent: BaseGeometry) -> tuple[float, float]:
    """Find where to draw the symbol of an area or line that the station stands on."""
    spot = extent.representative_point()
    return spot.x, spot.y


def _marks(inputs: ReportInputs, ranked: pd.DataFrame, plane: _Plane) -> Iterator[Mark]:
    shapes = inputs.sources.set_index("id").loc[ranked["source_id"]].geometry.array
    places = polar(ranked["distance_m"].to_numpy(), ranked["bearing_deg"].to_numpy())
    for pair, shape, nearest in zip(ranked.to_dict("records"), shapes, places.tolist(), strict=True):
        extent = None if shape.geom_type == "Point" else plane.flat(shape)
        x_m, y_m = nearest if pair["distance_m"] > 0 or extent is None else _inside(extent)
        yield Mark(
            x_m=x_m,
            y_m=y_m,
            symbol=inputs.catalog.kinds[pair["kind"]].symbol,
            title=text_of(pair["name"]) or text_of(pair["source_code"]),
            number=pair["number"] if pair["active"] and pair["number"] <= NUMBERED else None,
            hollow=pair["uncertain"] is not pd.NA and bool(pair["uncertain"]),
            faded=not pair["active"],
            flagged=bool(pair["flagged"]) and bool(pair["active"]),
            shape=extent,
        )


def _areas(inputs: ReportInputs, plane: _Plane) -> Iterator[Area]:
    """Cut the zones to a little more than the map shows, so that the cuts themselves lie out of view."""
    half_m = inputs.rings_m[-1] * MARGIN * 1.02
    known = inputs.zones["kind"].isin(inputs.catalog.of_role("zone")) & inputs.zones.geometry.notna()
    zones = inputs.zones[known]
    near = shapely.clip_by_rect(shapely.make_valid(zones.geometry.to_numpy()), *plane.window(half_m * 2))
    for shape, kind, name in zip(near, zones["kind"], zones["name"], strict=True):
        if not shape.area:
            continue
        seen = shapely.clip_by_rect(plane.flat(shape), -half_m, -half_m, half_m, half_m)
        if seen.area:
            style = inputs.catalog.kinds[kind]
            coarse = shapely.simplify(seen, half_m / SIDE)
            yield Area(coarse, kind, text_of(name), style.symbol.colour, style.condition_zone)
