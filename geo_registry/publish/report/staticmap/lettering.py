"""The letters on a map: rings, station, numbers and zones, each where it hides least."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import shapely

from geo_registry.publish.report.staticmap.glyphs import INK, WHITE, safe
from geo_registry.publish.report.staticmap.labels import LETTERS, Box, beside, lettered, text_size, within
from geo_registry.publish.report.staticmap.parts import SIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from geo_registry.publish.report.staticmap.parts import Area, Mark, Scene

FONT = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
MUTED = "#5b6675"
SMALL, MIDDLE, LARGE = 13, 14, 15
"""Sizes of letters in the drawing's units."""
SYMBOL = 7.0
"""Half of the room a symbol takes at its own size."""
CENTRE = Box(SIDE / 2, SIDE / 2, 9, 9, LETTERS)
CORNERS = (Box(SIDE - 30, 45, 30, 45, LETTERS), Box(80, SIDE - 25, 80, 25, LETTERS))
"""Where the north arrow and the scale bar stand."""


def letters(scene: Scene) -> Iterator[str]:
    """Write everything that is written on a map.

    Parameters
    ----------
    scene
        What is on it.

    Yields
    ------
    str
        SVG texts; each keeps clear of the letters before it and of symbols as well as it can.
    """
    taken = [CENTRE, *CORNERS, *(_room(mark, scene) for mark in scene.marks)]
    yield from _rings(scene, taken)
    taken.append(beside(CENTRE, text_size(scene.station, LARGE), taken))
    yield line_of(scene.station, taken[-1][:2], LARGE, INK, bold=True)
    yield from _numbers(scene, taken)
    yield from _names(scene, taken)


def _room(mark: Mark, scene: Scene) -> Box:
    half = SYMBOL * scene.weight
    return Box(*scene.spot(mark.x_m, mark.y_m), half, half)


def _rings(scene: Scene, taken: list[Box]) -> Iterator[str]:
    """Label the rings from the widest inwards, as long as there is room between them."""
    for ring in reversed(scene.rings):
        x, y = scene.spot(0, shapely.bounds(ring.outline)[3])
        place = lettered((x, y - 9), text_size(ring.label, SMALL))
        if not any(place.meets(other) for other in taken if other.weight == LETTERS):
            taken.append(place)
            yield line_of(ring.label, place[:2], SMALL, MUTED)


def _numbers(scene: Scene, taken: list[Box]) -> Iterator[str]:
    for mark in scene.marks:
        if mark.number:
            word = str(mark.number)
            taken.append(beside(_room(mark, scene), text_size(word, SMALL), taken))
            yield line_of(word, taken[-1][:2], SMALL, INK, bold=True)


def _names(scene: Scene, taken: list[Box]) -> Iterator[str]:
    for area in scene.areas:
        place = within(_in_view(area, scene), text_size(area.name, MIDDLE), taken) if area.name else None
        if place is not None:
            taken.append(place)
            yield line_of(area.name, place[:2], MIDDLE, escape(area.colour))


def _in_view(area: Area, scene: Scene) -> BaseGeometry:
    drawn = shapely.transform(area.shape, lambda xy: xy * (scene.scale, -scene.scale) + SIDE / 2)
    clipped: BaseGeometry = shapely.clip_by_rect(drawn, 4, 4, SIDE - 4, SIDE - 4)
    return clipped


def line_of(text: str, place: tuple[float, float], size: int, colour: str, *, bold: bool = False) -> str:
    """Write a line round a place, with a white edge that keeps it legible over symbols.

    Parameters
    ----------
    text
        Anything; it is escaped.
    place
        Middle of the line: x and y.
    size
        Size of the letters.
    colour
        Their colour.
    bold
        Whether they are bold.
    """
    weight = ' font-weight="700"' if bold else ""
    middle = f'x="{place[0]:.1f}" y="{place[1] + size * 0.36:.1f}" text-anchor="middle"'
    edge = f'stroke="{WHITE}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    return f'<text {middle} font-size="{size}"{weight} fill="{colour}" {edge}>{safe(text)}</text>'
