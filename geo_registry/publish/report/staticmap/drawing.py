"""A north-up map of a station's neighbourhood as SVG, drawn in metres east and north of the station."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import log10
from typing import TYPE_CHECKING

import shapely

from geo_registry.publish.report.layout import radius_text
from geo_registry.publish.report.staticmap.glyphs import INK, WHITE, glyph, safe, sample
from geo_registry.publish.report.staticmap.labels import LETTERS, Box, beside, text_size, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.core.kinds import Symbol

SIDE = 600.0
"""Side of the drawing in its own units; printed 118 mm wide, so that a unit is about 0.2 mm."""
MARGIN = 1.07
"""How far the map reaches beyond the widest ring, as a factor."""
FONT = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
PAPER, MUTED = "#fbfaf7", "#5b6675"


@dataclass(frozen=True, slots=True)
class Mark:
    """A source on the map.

    Attributes
    ----------
    x_m, y_m
        Metres east and north of the station.
    title
        What is said when one points at it.
    number
        Its number in the list of sources that come first, or None.
    hollow, faded, flagged
        Whether its ring is uncertain, its status does not count, its priority is high.
    shape
        Its line or polygon in metres, or None for a point.
    """

    x_m: float
    y_m: float
    symbol: Symbol
    title: str
    number: int | None = None
    hollow: bool = False
    faded: bool = False
    flagged: bool = False
    shape: shapely.Geometry | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A zone in view: its polygon in metres, kind, name and colour; tinted where lying inside matters."""

    shape: shapely.Geometry
    kind: str
    name: str
    colour: str
    tinted: bool


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring's outline in metres and its label."""

    outline: shapely.Geometry
    label: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything on one map; the station stands at (0, 0).

    Attributes
    ----------
    title
        What the drawing shows, for who cannot see it.
    reach_m
        Radius of the widest ring.
    north
        Word or letter on the north arrow.
    """

    title: str
    station: str
    symbol: Symbol
    reach_m: float
    north: str
    rings: tuple[Ring, ...]
    areas: tuple[Area, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def scale(self) -> float:
        """Drawing units a metre."""
        return SIDE / (2 * self.reach_m * MARGIN)

    @property
    def weight(self) -> float:
        """Size of the symbols against their own: many are drawn smaller."""
        count = len(self.marks)
        return 1.0 if count <= 60 else 0.75 if count <= 250 else 0.55  # noqa: PLR2004


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
        _rectangle(0, 0, SIDE, SIDE, f'fill="{PAPER}"'),
        *(_area(area, scene.scale) for area in scene.areas),
        *(_line(ring.outline, scene.scale, INK, "1.1") for ring in scene.rings),
        *(_extent(mark, scene.scale) for mark in ranked if mark.shape is not None),
        *(_mark(mark, scene) for mark in ranked),
        _moved(glyph(scene.symbol, size=1.3), SIDE / 2, SIDE / 2),
        *_letters(scene),
        _north(scene.north),
        _scale_bar(scene.scale),
        _rectangle(0.5, 0.5, SIDE - 1, SIDE - 1, f'fill="none" stroke="{MUTED}"'),
    ]
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE:g} {SIDE:g}" role="img" font-family="{FONT}">'
    return f"{opening}<title>{safe(scene.title)}</title>{''.join(parts)}</svg>"


def area_sample(colour: str, *, tinted: bool) -> str:
    """Draw a piece of a zone, as the legend shows it.

    Parameters
    ----------
    colour
        Colour of its border.
    tinted
        As in `Area`.
    """
    return sample(_rectangle(-8, -6, 16, 12, _paint(colour, tinted=tinted)))


def ring_sample() -> str:
    """Draw a ring, as the legend shows it."""
    return sample(f'<circle r="7.5" fill="none" stroke="{INK}" stroke-width="1.1"/>')


def _place(x_m: float, y_m: float, scale: float) -> tuple[float, float]:
    return SIDE / 2 + x_m * scale, SIDE / 2 - y_m * scale


def _moved(drawn: str, x: float, y: float) -> str:
    return f'<g transform="translate({x:.1f} {y:.1f})">{drawn}</g>'


def _rectangle(x: float, y: float, width: float, height: float, paint: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {paint}/>'


def _commands(shape: shapely.Geometry, scale: float) -> str:
    """Write the lines of any geometry as path commands."""
    parts = shapely.get_parts(shape)
    rings = [line for part in parts if part.geom_type == "Polygon" for line in (part.exterior, *part.interiors)]
    lines = [part for part in parts if part.geom_type in {"LineString", "LinearRing"}]
    return "".join(_trace(line, scale) for line in (*rings, *lines))


def _trace(line: shapely.Geometry, scale: float) -> str:
    places = (_place(x, y, scale) for x, y in shapely.get_coordinates(line))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _line(shape: shapely.Geometry, scale: float, colour: str, width: str) -> str:
    return f'<path d="{_commands(shape, scale)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _paint(colour: str, *, tinted: bool) -> str:
    fill = f'fill="{escape(colour)}" fill-opacity="0.13"' if tinted else 'fill="none" stroke-dasharray="7 3"'
    return f'{fill} stroke="{escape(colour)}" stroke-width="1.2"'


def _area(area: Area, scale: float) -> str:
    return f'<path d="{_commands(area.shape, scale)}" fill-rule="evenodd" {_paint(area.colour, tinted=area.tinted)}/>'


def _extent(mark: Mark, scale: float) -> str:
    colour = escape(mark.symbol.colour)
    fill = f'fill="{colour}" fill-opacity="0.2"' if mark.shape is not None and mark.shape.area else 'fill="none"'
    return f'<path d="{_commands(mark.shape, scale)}" {fill} stroke="{colour}" stroke-width="1.3"/>'


def _mark(mark: Mark, scene: Scene) -> str:
    symbol = glyph(mark.symbol, size=scene.weight, hollow=mark.hollow, faded=mark.faded, flagged=mark.flagged)
    placed = _moved(symbol, *_place(mark.x_m, mark.y_m, scene.scale))
    return f"<g><title>{safe(mark.title)}</title>{placed}</g>"


def _letters(scene: Scene) -> Iterator[str]:
    """Write ring labels, numbers, the station's name and the zones' names, each where it hides least."""
    half = 5.5 * scene.weight
    taken = [Box(*_place(mark.x_m, mark.y_m, scene.scale), half, half) for mark in scene.marks]
    centre = Box(SIDE / 2, SIDE / 2, 9, 9, LETTERS)
    corners = [Box(SIDE - 30, 45, 30, 45, LETTERS), Box(80, SIDE - 25, 80, 25, LETTERS)]
    taken += [centre, *corners]
    for ring in scene.rings:
        top = _place(0, shapely.bounds(ring.outline)[3], scene.scale)
        taken.append(Box(*top, *text_size(ring.label, 13), LETTERS))
        yield _text(ring.label, taken[-1], 13, MUTED)
    taken.append(beside(centre, text_size(scene.station, 15), taken))
    yield _text(scene.station, taken[-1], 15, INK, bold=True)
    for mark in sorted((mark for mark in scene.marks if mark.number), key=lambda mark: mark.number or 0):
        spot = Box(*_place(mark.x_m, mark.y_m, scene.scale), half, half)
        taken.append(beside(spot, text_size(str(mark.number), 13), taken))
        yield _text(str(mark.number), taken[-1], 13, INK, bold=True)
    yield from _area_names(scene, taken)


def _area_names(scene: Scene, taken: list[Box]) -> Iterator[str]:
    for area in (area for area in scene.areas if area.name):
        whole = shapely.transform(area.shape, lambda xy: xy * (scene.scale, -scene.scale) + SIDE / 2)
        drawn = shapely.clip_by_rect(whole, 4, 4, SIDE - 4, SIDE - 4)
        place = within(drawn, text_size(area.name, 14), taken)
        if place is not None:
            taken.append(place)
            yield _text(area.name, place, 14, escape(area.colour))


def _text(text: str, place: Box, size_px: int, colour: str, *, bold: bool = False) -> str:
    """Write a line with a white edge, which keeps it legible over symbols."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{place.x:.1f}" y="{place.y + size_px * 0.36:.1f}" text-anchor="middle" font-size="{size_px}"{weight} '
        f'fill="{colour}" stroke="{WHITE}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">{safe(text)}</text>'
    )


def _north(word: str) -> str:
    arrow = f'<path d="M0 -24L9 10L0 4L-9 10Z" fill="{INK}" stroke="{WHITE}" stroke-width="1.5"/>'
    return _moved(arrow + _text(word, Box(0, 24, 0, 0), 15, INK, bold=True), SIDE - 32, 42)


def _scale_bar(scale: float) -> str:
    """Draw the roundest length that is at most a quarter of the map."""
    most_m = SIDE / 4 / scale
    power = 10.0 ** int(log10(most_m))
    length_m = next(digit * power for digit in (5, 2, 1) if digit * power <= most_m)
    width = length_m * scale
    bar = f'<path d="M0 -6V0H{width:.1f}V-6" fill="none" stroke="{INK}" stroke-width="2"/>'
    return _moved(bar + _text(radius_text(length_m), Box(width / 2, -10, 0, 0), 13, INK), 22, SIDE - 22)

