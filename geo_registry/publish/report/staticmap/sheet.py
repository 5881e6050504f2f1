"""A map of any piece of country on one sheet: its sources and stations with their true rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_registry.core.space.geodesy import distance_azimuth
from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.staticmap.drawing import (
    PAPER,
    RING_PAINT,
    area_paint,
    area_sample,
    north,
    ring_sample,
    scale_bar,
)
from geo_registry.publish.report.staticmap.glyphs import INK, glyph, sample
from geo_registry.publish.report.staticmap.labels import LETTERS, Box, beside, lettered, text_size, within
from geo_registry.publish.report.staticmap.lettering import FONT, MUTED, SMALL, line_of
from geo_registry.publish.report.staticmap.parts import CROWDED, CROWDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_registry.publish.report.words import Words

WIDE, HIGH = 880.0, 720.0
"""Sides of the drawing in its own units, as long as on the sheet in quarters of a millimetre."""
MOST = 3000
"""Symbols on one sheet; more would be a blot."""
LEAST_M = 500.0
"""Width of the smallest piece of country that is drawn."""
STEP_DEG = 0.01
"""Step by which the length of a degree is measured."""
OUTLINE_PAINT = 'fill="none" stroke="#7a1fa2" stroke-width="1.8" stroke-dasharray="7 3"'
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """What is on the sheet, and nothing it would have to look up.

    Attributes
    ----------
    box
        W, S, E, N in degrees: all of it is on the sheet.
    sources
        Rows with ``kind``, ``active``, ``flagged`` and ``geometry``, those that matter most first.
    stations
        Rows with ``kind``, ``name``, ``code`` and ``geometry``.
    rings
        Rows with ``radius_m`` and the ring as ``geometry``, a polygon in degrees.
    zones
        Rows with ``kind``, ``name`` and ``geometry``.
    counts
        Sources chosen with a position in the box, by kind.
    words
        Names in the sheet's language.
    outline
        What was drawn to choose by, a polygon in degrees; None for nothing.
    """

    box: Bounds
    sources: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    rings: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    counts: Mapping[str, int]
    words: Words
    outline: BaseGeometry | None = None


class _View:
    """Degrees to the drawing's units: metres along the parallel and meridian of the middle, north up."""

    def __init__(self, box: Bounds) -> None:
        west, south, east, north_ = box
        self._lon, self._lat = (west + east) / 2, (south + north_) / 2
        east_m, _ = distance_azimuth(self._lon, self._lat, self._lon + STEP_DEG, self._lat)
        up_m, _ = distance_azimuth(self._lon, self._lat - STEP_DEG, self._lon, self._lat)
        self._degree_m = np.array([float(east_m), float(up_m)]) / STEP_DEG
        wide_m, high_m = (east - west, north_ - south) * self._degree_m
        self.scale = min(WIDE / max(wide_m, LEAST_M), HIGH / max(high_m, LEAST_M))

    def flat(self, shape: BaseGeometry) -> BaseGeometry:
        """Put a geometry on the drawing, vertex by vertex."""
        return shapely.transform(shape, self._project)

    def spot(self, shape: BaseGeometry) -> tuple[float, float]:
        """Place a symbol: on a point, within anything else."""
        drawn = self.flat(shape if shape.geom_type == "Point" else shape.representative_point())
        ((x, y),) = shapely.get_coordinates(drawn)
        return float(x), float(y)

    def _project(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        metres: NDArray[np.float64] = (lonlat - (self._lon, self._lat)) * self._degree_m
        units: NDArray[np.float64] = metres * (self.scale, -self.scale) + (WIDE / 2, HIGH / 2)
        return units


def draw_sheet(sheet: Sheet) -> str:
    """Draw the map of a sheet as one ``<svg>`` without scripts or references."""
    view = _View(sheet.box)
    frame = f'x="0.5" y="0.5" width="{WIDE - 1:g}" height="{HIGH - 1:g}"'
    parts = [
        f'<rect {frame} fill="{PAPER}"/>',
        *(
            _path(shape, area_paint(colour, tinted=tinted))
            for shape, colour, tinted, _ in _areas(sheet, view)
        ),
        *(_path(_seen(view, ring.boundary), RING_PAINT) for ring in sheet.rings.geometry),
        *([] if sheet.outline is None else [_path(_seen(view, sheet.outline.boundary), OUTLINE_PAINT)]),
        *_signs(sheet, view),
        *_letters(sheet, view),
        north(sheet.words.say("compass_n"), (WIDE - 32, 42)),
        scale_bar(view.scale, sheet.words.lang, (22, HIGH - 22)),
        f'<rect {frame} fill="none" stroke="{MUTED}"/>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {HIGH:g}" font-family="{FONT}">'
        f"{''.join(parts)}</svg>"
    )


def sheet_legend(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """Say what the signs mean, with how many of each kind are chosen in the box."""
    words, kinds = sheet.words, sheet.words.catalog.kinds
    stations = [
        (sample(glyph(kinds[kind].symbol)), words.kind(kind)) for kind in sheet.stations["kind"].unique()
    ]
    rings = [(ring_sample(), words.say("legend_ring"))] if len(sheet.rings) else []
    zones = [
        (area_sample(kinds[kind].symbol.colour, tinted=kinds[kind].condition_zone), words.kind(kind))
        for kind in sheet.zones["kind"].unique()
    ]
    sources = [
        (sample(glyph(kinds[kind].symbol)), words.say("legend_kind", kind=words.kind(kind), count=count))
        for kind, count in sheet.counts.items()
        if count
    ]
    first = kinds[
        next((kind for kind, count in sheet.counts.items() if count), words.catalog.of_role("source")[0])
    ]
    shown = sheet.sources
    manners = [
        (
            sample(glyph(first.symbol, flagged=True)),
            words.say("legend_flagged"),
            shown["flagged"] & shown["active"],
        ),
        (sample(glyph(first.symbol, faded=True)), words.say("legend_faded"), ~shown["active"]),
    ]
    return (
        *stations,
        *rings,
        *zones,
        *sources,
        *((sign, said) for sign, said, there in manners if there.any()),
    )


def _seen(view: _View, shape: BaseGeometry) -> BaseGeometry:
    """Put on the drawing what of a geometry lies on it."""
    return shapely.clip_by_rect(view.flat(shape), 0, 0, WIDE, HIGH)


def _areas(sheet: Sheet, view: _View) -> Iterator[tuple[BaseGeometry, str, bool, str]]:
    """Give the part of each zone in view, its colour, whether it is tinted, and its name."""
    shapes = shapely.make_valid(sheet.zones.geometry.to_numpy())
    for shape, kind, name in zip(shapes, sheet.zones["kind"], sheet.zones["name"], strict=True):
        seen, style = _seen(view, shape), sheet.words.catalog.kinds[kind]
        if seen.area:
            yield seen, style.symbol.colour, style.condition_zone, text_of(name)


def _path(shape: BaseGeometry, paint: str) -> str:
    """Draw lines, or the borders of areas."""
    parts = shapely.get_parts(shape)
    lines = [line for part in parts for line in shapely.get_parts(part.boundary if part.area else part)]
    places = (
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(line))
        for line in lines
        if line.length
    )
    return f'<path d="{"".join(places)}" fill-rule="evenodd" {paint}/>'


def _signs(sheet: Sheet, view: _View) -> Iterator[str]:
    """Draw sources, those that matter most in front."""
    rows, kinds = sheet.sources.iloc[::-1], sheet.words.catalog.kinds
    weight = next((size for most, size in CROWDS if len(rows) <= most), CROWDED)
    marks = (rows[name] for name in ("kind", "active", "flagged", "geometry"))
    for kind, active, flagged, shape in zip(*marks, strict=True):
        sign = glyph(kinds[kind].symbol, size=weight, faded=not active, flagged=bool(flagged and active))
        yield _moved(sign, view.spot(shape))


def _letters(sheet: Sheet, view: _View) -> Iterator[str]:
    """Draw stations, their names, the radii of rings and the names of zones, where none hides another."""
    rows, kinds = sheet.stations, sheet.words.catalog.kinds
    spots = [view.spot(shape) for shape in rows.geometry]
    taken = [Box(x, y, 9, 9, LETTERS) for x, y in spots]
    for kind, spot in zip(rows["kind"], spots, strict=True):
        yield _moved(glyph(kinds[kind].symbol, size=1.2), spot)
    for name, code, spot in zip(rows["name"], rows["code"], spots, strict=True):
        word = text_of(name) or text_of(code)
        place = beside(Box(*spot, 9, 9), text_size(word, SMALL), taken)
        if _is_free(place, taken):
            yield line_of(word, place[:2], SMALL, INK, bold=True)
    for radius_m, ring in zip(sheet.rings["radius_m"], sheet.rings.geometry, strict=True):
        word = sheet.words.radius(radius_m)
        place = lettered(_top(view.flat(ring)), text_size(word, SMALL))
        if _is_free(place, taken):
            yield line_of(word, place[:2], SMALL, MUTED)
    for shape, colour, _, name in _areas(sheet, view):
        room = within(shape, text_size(name, SMALL), taken) if name else None
        if room is not None and _is_free(room, taken):
            yield line_of(name, room[:2], SMALL, colour)


def _top(ring: BaseGeometry) -> tuple[float, float]:
    """Give the northernmost place of a ring on the drawing."""
    x, y = min(shapely.get_coordinates(ring), key=lambda place: float(place[1]))
    return float(x), float(y)


def _is_free(place: Box, taken: list[Box]) -> bool:
    """Take a place on the drawing for letters, if they are all on it and hide nobody's."""
    inside = (
        place.half_width < place.x < WIDE - place.half_width
        and place.half_height < place.y < HIGH - place.half_height
    )
    if not inside or any(place.meets(other) for other in taken):
        return False
    taken.append(place)
    return True


def _moved(sign: str, spot: tuple[float, float]) -> str:
    return f'<g transform="translate({spot[0]:.1f} {spot[1]:.1f})">{sign}</g>'
