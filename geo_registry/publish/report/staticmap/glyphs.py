"""The shapes of symbols, and texts made safe, for drawings in SVG."""

from __future__ import annotations

from html import escape
from math import cos, radians, sin
from typing import TYPE_CHECKING

from geo_registry.publish.report.layout import printable

if TYPE_CHECKING:
    from geo_registry.core.kinds import Shape, Symbol

INK = "#1c2430"
"""Colour of lines and letters, and the edge of what is flagged."""
WHITE = "#ffffff"
CROSS = (
    (-1, -3),
    (1, -3),
    (1, -1),
    (3, -1),
    (3, 1),
    (1, 1),
    (1, 3),
    (-1, 3),
    (-1, 1),
    (-3, 1),
    (-3, -1),
    (-1, -1),
)
"""Corners of an upright cross three units wide each way from its middle."""


def glyph(
    symbol: Symbol, *, size: float = 1.0, hollow: bool = False, faded: bool = False, flagged: bool = False
) -> str:
    """Draw a symbol round the origin.

    Parameters
    ----------
    symbol
        Shape, colour and size.
    size
        Factor on the symbol's own size.
    hollow
        Only its edge is drawn: where it lies is uncertain.
    faded
        Drawn pale: it does not count.
    flagged
        Drawn with a dark edge: its priority is high.
    """
    radius = symbol.size_px / 2 * size * (1.25 if flagged else 1.0)
    colour = escape(symbol.colour)
    edge = INK if flagged else colour if hollow else WHITE
    width = round(size * (1.8 if flagged or hollow else 0.8), 2)
    fill = WHITE if hollow else colour
    pale = ' opacity="0.4"' if faded else ""
    paint = f'fill="{fill}" stroke="{edge}" stroke-width="{width}"{pale}'
    return f'<path d="{outline(symbol.shape, radius)}" {paint}/>'


def outline(shape: Shape, radius: float) -> str:
    """Write a shape round the origin as path commands; all shapes cover about the same area.

    Parameters
    ----------
    shape
        One of the shapes of layer files.
    radius
        Radius of the circle; the others are as large to the eye.
    """
    if shape == "circle":
        near = round(radius, 2)
        half = f"a{near} {near} 0 1 0"
        return f"M{-near} 0{half} {2 * near:.2f} 0{half} {-2 * near:.2f} 0Z"
    return "M" + "L".join(f"{x * radius:.2f} {y * radius:.2f}" for x, y in _corners(shape)) + "Z"


def _corners(shape: Shape) -> list[tuple[float, float]]:
    if shape == "cross":
        return [(x * 0.37, y * 0.37) for x, y in CROSS]
    if shape == "star":
        return [_polar(36 * turn, 1.3 if turn % 2 == 0 else 0.58) for turn in range(10)]
    count, first_deg, reach = {
        "square": (4, 45, 1.25),
        "diamond": (4, 0, 1.25),
        "triangle": (3, 0, 1.35),
    }.get(shape, (6, 30, 1.1))
    return [_polar(first_deg + 360 / count * turn, reach) for turn in range(count)]


def _polar(bearing_deg: float, reach: float) -> tuple[float, float]:
    return reach * sin(radians(bearing_deg)), -reach * cos(radians(bearing_deg))


def sample(drawn: str) -> str:
    """Frame a drawing round the origin as a small picture of its own, for a legend.

    Parameters
    ----------
    drawn
        SVG within 10 units of the origin.
    """
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 20 20">{drawn}</svg>'


def safe(text: str) -> str:
    """Escape a text for SVG.

    Parameters
    ----------
    text
        Anything a ledger may have held.
    """
    return escape(printable(text))
