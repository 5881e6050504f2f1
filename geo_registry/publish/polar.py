"""Sources round a station by bearing and distance, as a picture that is read at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_registry.publish.report.layout import COMPASS
from geo_registry.publish.report.staticmap.glyphs import glyph, safe
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    import pandas as pd

    from geo_registry.core.kinds import Catalog, Language

HALF = 200.0
"""Half the side of the picture, in its own units."""
RIM = 158.0
"""Radius of the widest ring; beyond it stand the winds."""
TURN_DEG = 360.0
SIZE = 0.62
"""Symbols are drawn smaller than on a map: there are as many, on less room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What a polar plot is drawn from.

    Attributes
    ----------
    pairs
        Pairs of one station as an audit gives them.
    rings_m
        Radii in metres, ascending.
    catalog
        Symbols and labels of kinds.
    station
        What the station is called.
    radius_text
        Writes a radius in metres in the reader's language.
    """

    pairs: pd.DataFrame
    rings_m: tuple[float, ...]
    catalog: Catalog
    station: str
    radius_text: Callable[[float], str]


def polar(plot: Plot, lang: Language) -> str:
    """Draw sources by bearing and distance; how many lie in each of the eight winds is written at the rim.

    Every band between two rings is as wide as the others, whatever its metres: what is near is seen best.

    Parameters
    ----------
    plot
        What is drawn.
    lang
        Language of the words.

    Returns
    -------
    str
        One ``<svg>`` without scripts, style attributes or references; title and description say in words
        what it shows.
    """
    pairs = plot.pairs
    inactive_first = pairs.sort_values(["active", "score"], kind="stable")
    counts = wind_counts(pairs.loc[pairs["active"], "bearing_deg"].to_numpy())
    parts = [
        *_rings(plot),
        *_winds(counts, lang),
        *(_mark(row, plot) for row in inactive_first.to_dict("records")),
        '<circle r="3" class="plot-ink"/>',
    ]
    side = 2 * HALF
    frame = f'viewBox="{-HALF:g} {-HALF:g} {side:g} {side:g}" role="img" class="polar"'
    title = say("station.polar_title", lang, station=plot.station)
    words = f"<title>{safe(title)}</title><desc>{safe(description(plot, counts, lang))}</desc>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>{words}{"".join(parts)}</svg>'


def wind_counts(bearings_deg: Sequence[float]) -> tuple[int, ...]:
    """Count bearings by the nearest of the eight winds, north first, clockwise.

    Parameters
    ----------
    bearings_deg
        Degrees clockwise from north.

    Examples
    --------
    >>> wind_counts([350.0, 10.0, 90.0, 359.9])
    (3, 0, 1, 0, 0, 0, 0, 0)
    """
    winds = np.round(np.asarray(bearings_deg, dtype="float64") / (TURN_DEG / len(COMPASS))).astype(int)
    return tuple(np.bincount(winds % len(COMPASS), minlength=len(COMPASS)).tolist())


def description(plot: Plot, counts: Sequence[int], lang: Language) -> str:
    """Say in words what the picture shows.

    Parameters
    ----------
    plot, lang
        As for `polar`.
    counts
        Active sources in each of the eight winds.
    """
    winds = say("report.list_comma", lang).join(
        say("station.polar_wind", lang, wind=say(f"report.compass_{wind}", lang), count=count)
        for wind, count in zip(COMPASS, counts, strict=True)
    )
    reach = plot.radius_text(plot.rings_m[-1])
    return say("station.polar_desc", lang, count=sum(counts), reach=reach, winds=winds)


def reach_of(distance_m: float, rings_m: Sequence[float]) -> float:
    """Say how far from the middle a distance is drawn, as a part of the widest ring's radius.

    Parameters
    ----------
    distance_m
        Metres, at most the widest ring.
    rings_m
        Radii in metres, ascending.

    Examples
    --------
    >>> [round(reach_of(metres, [1000, 3000, 5000]), 3) for metres in (0, 500, 1000, 4000)]
    [0.0, 0.167, 0.333, 0.833]
    """
    stops = np.linspace(0, 1, len(rings_m) + 1)
    return float(np.interp(distance_m, [0, *rings_m], stops))


def _rings(plot: Plot) -> list[str]:
    rings = []
    for radius_m in reversed(plot.rings_m):
        radius = RIM * reach_of(radius_m, plot.rings_m)
        text = safe(plot.radius_text(radius_m))
        rings.append(f'<circle r="{radius:.1f}" class="plot-ring"/>')
        rings.append(f'<text x="3" y="{-radius + 11:.1f}" class="plot-radius">{text}</text>')
    return rings


def _winds(counts: Sequence[int], lang: Language) -> list[str]:
    """Write each wind with how many active sources lie in it, and a spoke on its edge."""
    drawn = []
    for place, (wind, count) in enumerate(zip(COMPASS, counts, strict=True)):
        bearing = TURN_DEG / len(COMPASS) * place
        x, y = _at(bearing, RIM + 23)
        edge = _at(bearing + TURN_DEG / len(COMPASS) / 2, RIM)
        word = safe(say(f"report.compass_{wind}", lang))
        drawn.append(f'<path d="M0 0L{edge[0]:.1f} {edge[1]:.1f}" class="plot-spoke"/>')
        drawn.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="plot-wind">{word}'
            f'<tspan x="{x:.1f}" dy="13" class="plot-count">{count}</tspan></text>'
        )
    return drawn


def _mark(pair: Mapping[Hashable, Any], plot: Plot) -> str:
    reach = RIM * reach_of(pair["distance_m"], plot.rings_m)
    x, y = _at(pair["bearing_deg"], reach)
    symbol = plot.catalog.kinds[str(pair["kind"])].symbol
    drawn = glyph(symbol, size=SIZE, faded=not pair["active"], flagged=bool(pair["flagged"]))
    return f'<g transform="translate({x:.1f} {y:.1f})">{drawn}</g>'


def _at(bearing_deg: float, reach: float) -> tuple[float, float]:
    return reach * sin(radians(bearing_deg)), -reach * cos(radians(bearing_deg))
