"""A north-up map of a station's neighbourhood as SVG."""

from __future__ import annotations

from html import escape
from math import floor, log10
from typing import TYPE_CHECKING

import shapely

from geo_registry.publish.report.layout import radius_text
from geo_registry.publish.report.staticmap.glyphs import INK, WHITE, glyph, safe, sample
from geo_registry.publish.report.staticmap.lettering import FONT, MUTED, letters, line_of
from geo_registry.publish.report.staticmap.parts import SIDE

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo_registry.core.kinds import Language
    from geo_registry.publish.report.staticmap.parts import Area, Mark, Scene

PAPER = "#fbfaf7"
RING_PAINT = f'fill="none" stroke="{INK}" stroke-width="1.1"'


def draw(scene: Scene) -> str:
    """Draw the map.

    Parameters
    ----------
    scene
        What is on it.

    Returns
    -------
    str
        One ``<svg>`` without scripts, style attributes or references; every text is escaped. What
        matters more stands in front: flagged before active before what does not count.
    """
    ranked = sorted(scene.marks, key=lambda mark: (mark.flagged, not mark.faded))
    parts = [
        _square(0, SIDE, f'fill="{PAPER}"'),
        *(_area(area, scene) for area in scene.areas),
        *(_path(ring.outline, scene, RING_PAINT) for ring in scene.rings),
        *(_extent(mark.shape, mark.symbol.colour, scene) for mark in ranked if mark.shape is not None),
        *(_mark(mark, scene) for mark in ranked),
        _moved(glyph(scene.symbol, size=1.3), SIDE / 2, SIDE / 2),
        *letters(scene),
        north(scene.north, (SIDE - 32, 42)),
        scale_bar(scene.scale, scene.lang, (22, SIDE - 22)),
        _square(0.5, SIDE - 1, f'fill="none" stroke="{MUTED}"'),
    ]
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE:g} {SIDE:g}" role="img"'
    title = f"<title>{safe(scene.title)}</title>"
    return f'<svg {frame} font-family="{FONT}">{title}{"".join(parts)}</svg>'


def area_sample(colour: str, *, tinted: bool) -> str:
    """Draw a piece of a zone, as the legend shows it.

    Parameters
    ----------
    colour
        Colour of its border.
    tinted
        As in `Area`.
    """
    return sample(_square(-7, 14, area_paint(colour, tinted=tinted)))


def ring_sample() -> str:
    """Draw a ring, as the legend shows it."""
    return sample(f'<circle r="7.5" {RING_PAINT}/>')


def _moved(drawn: str, x: float, y: float) -> str:
    return f'<g transform="translate({x:.1f} {y:.1f})">{drawn}</g>'


def _square(corner: float, side: float, paint: str) -> str:
    return f'<rect x="{corner:g}" y="{corner:g}" width="{side:g}" height="{side:g}" {paint}/>'


def _path(shape: BaseGeometry, scene: Scene, paint: str) -> str:
    """Draw the lines of any geometry; those of a polygon close by themselves."""
    parts = shapely.get_parts(shape)
    areas = [part for part in parts if part.geom_type == "Polygon"]
    rings = [ring for area in areas for ring in (area.exterior, *area.interiors)]
    lines = [part for part in parts if part.geom_type in {"LineString", "LinearRing"}]
    return f'<path d="{"".join(_trace(line, scene) for line in (*rings, *lines))}" {paint}/>'


def _trace(line: BaseGeometry, scene: Scene) -> str:
    places = (scene.spot(x_m, y_m) for x_m, y_m in shapely.get_coordinates(line))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def area_paint(colour: str, *, tinted: bool) -> str:
    """Say how a zone is painted; parameters as of `area_sample`."""
    fill = f'fill="{escape(colour)}" fill-opacity="0.09"' if tinted else 'fill="none" stroke-dasharray="7 3"'
    return f'{fill} stroke="{escape(colour)}" stroke-width="1.2"'


def _area(area: Area, scene: Scene) -> str:
    return _path(area.shape, scene, f'fill-rule="evenodd" {area_paint(area.colour, tinted=area.tinted)}')


def _extent(shape: BaseGeometry, colour: str, scene: Scene) -> str:
    fill = f'fill="{escape(colour)}" fill-opacity="0.2"' if shape.area else 'fill="none"'
    return _path(shape, scene, f'{fill} stroke="{escape(colour)}" stroke-width="1.3"')


def _mark(mark: Mark, scene: Scene) -> str:
    symbol = glyph(mark.symbol, size=scene.weight, hollow=mark.hollow, faded=mark.faded, flagged=mark.flagged)
    placed = _moved(symbol, *scene.spot(mark.x_m, mark.y_m))
    return f"<g><title>{safe(mark.title)}</title>{placed}</g>"


def north(word: str, place: tuple[float, float]) -> str:
    """Draw the north arrow round a place of the drawing, with its word or letter."""
    arrow = f'<path d="M0 -24L9 10L0 4L-9 10Z" fill="{INK}" stroke="{WHITE}" stroke-width="1.5"/>'
    return _moved(arrow + line_of(word, (0, 24), 15, INK, bold=True), *place)


def scale_bar(scale: float, lang: Language, place: tuple[float, float]) -> str:
    """Draw the roundest length of at most a quarter of the report's map; scale in drawing units a metre."""
    most_m = SIDE / 4 / scale
    power = 10.0 ** floor(log10(most_m))
    length_m = next(digit * power for digit in (5, 2, 1, 0.5) if digit * power <= most_m)
    width = length_m * scale
    bar = f'<path d="M0 -6V0H{width:.1f}V-6" fill="none" stroke="{INK}" stroke-width="2"/>'
    return _moved(bar + line_of(radius_text(length_m, lang), (width / 2, -10), 13, INK), *place)
