"""Line plots as SVG: logarithmic axes with units, one colour and one mark a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999", "#8B4513")
"""Told apart by who cannot tell red from green (Okabe and Ito, 2008); grey and brown were added."""
WIDTH, HEIGHT = 870, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 360, 40, 55
LETTERS = 'font-family="sans-serif" font-size="13"'
Place = Callable[[tuple[float, float]], tuple[float, float]]
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes
    ----------
    label
        What it shows, with its unit.
    is_log
        Whether each step is ten times the one before.
    """

    label: str
    is_log: bool = True

    def share(self, value: float, ends: tuple[float, float]) -> float:
        """Tell where a value lies between the ends, 0 to 1."""
        low, high, at = (math.log10(one) if self.is_log else one for one in (*ends, value))
        return (at - low) / (high - low) if high > low else 0.5

    def ends(self, values: Sequence[float]) -> tuple[float, float]:
        """Round out to whole powers of ten, or to what there is."""
        if not self.is_log:
            return min(values), max(values)
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return 10.0**low, 10.0 ** max(high, low + 1)

    def ticks(self, ends: tuple[float, float]) -> list[float]:
        """Give the values that are written at the axis."""
        if not self.is_log:
            return [float(value) for value in range(math.ceil(ends[0]), math.floor(ends[1]) + 1, 2)]
        return [10.0**power for power in range(round(math.log10(ends[0])), round(math.log10(ends[1])) + 1)]


def plot(title: str, x: Axis, y: Axis, lines: Mapping[str, Points]) -> str:
    """Draw lines.

    Parameters
    ----------
    title
        What is shown.
    x, y
        The axes.
    lines
        Points of each line by its name; drawn in this order.

    Returns
    -------
    str
        An SVG document.
    """
    known = [point for points in lines.values() for point in points]
    x_ends, y_ends = x.ends([point[0] for point in known]), y.ends([point[1] for point in known])

    def place(point: tuple[float, float]) -> tuple[float, float]:
        across = LEFT + x.share(point[0], x_ends) * (WIDTH - LEFT - RIGHT)
        return across, HEIGHT - BOTTOM - y.share(point[1], y_ends) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {LETTERS}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text((LEFT, 22), title, 'font-weight="bold" font-size="15"'),
        *_grid(place, (x, x_ends), (y, y_ends)),
    ]
    for number, (name, points) in enumerate(lines.items()):
        parts += _line(name, [place(point) for point in points], number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _grid(
    place: Place, across: tuple[Axis, tuple[float, float]], up: tuple[Axis, tuple[float, float]]
) -> list[str]:
    (x, x_ends), (y, y_ends) = across, up
    parts = []
    for value in x.ticks(x_ends):
        at, _ = place((value, y_ends[0]))
        parts.append(_rule((at, TOP), (at, HEIGHT - BOTTOM)))
        parts.append(_text((at, HEIGHT - BOTTOM + 18), _said(value), 'text-anchor="middle"'))
    for value in y.ticks(y_ends):
        _, at = place((x_ends[0], value))
        parts.append(_rule((LEFT, at), (WIDTH - RIGHT, at)))
        parts.append(_text((LEFT - 8, at + 4), _said(value), 'text-anchor="end"'))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(_text(((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14), x.label, 'text-anchor="middle"'))
    turned = f'text-anchor="middle" transform="rotate(-90 16 {middle:.0f})"'
    return [*parts, _text((16, middle), y.label, turned)]


def _line(name: str, places: Sequence[tuple[float, float]], number: int) -> list[str]:
    colour, path = COLOURS[number % len(COLOURS)], " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    row, at = TOP + 10 + 22 * number, WIDTH - RIGHT + 16
    dashes = f' stroke-dasharray="{"none" if number < 4 else "6 3"}"'
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>']
    parts += [_mark(place, colour, number) for place in places]
    parts.append(f'<path d="M{at} {row}h24" stroke="{colour}" stroke-width="2"{dashes}/>')
    return [*parts, _mark((at + 12, row), colour, number), _text((at + 32, row + 4), name)]


def _mark(place: tuple[float, float], colour: str, number: int) -> str:
    x, y = place
    if number % 2:
        return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def _rule(start: tuple[float, float], stop: tuple[float, float]) -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{stop[0]:.1f}" y2="{stop[1]:.1f}"'
    return f'<line {ends} stroke="#dddddd"/>'


def _text(place: tuple[float, float], words: str, more: str = "") -> str:
    return f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" fill="#222222" {more}>{escape(words)}</text>'


def _said(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"
