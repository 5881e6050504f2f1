"""A small map of places and the districts they say they lie in: one SVG picture, which needs no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_registry.core.ledger.places import DatumFit

WIDTH, HEIGHT = 320, 240
"""Units of the picture."""
DRAWN = 500
"""Places on one map, spread evenly over the rows; more would be a blot."""
NAMED = 12
"""So many districts in view still have room for their names."""
_OUTLINE = 'fill="currentColor" fill-opacity=".04" stroke="currentColor" stroke-opacity=".45"'
_MARGIN = 0.08
_SMALLEST_DEG = 0.004
_MIDDLE = (0.05, 0.95)
"""Quantiles between which the places lie that a view is made for."""
_AROUND = 2
"""So many of their spans to each side still belong into the view; what lies farther is at its edge."""
_EDGE = 5
"""Units from the picture's edge at which a sign for what lies beyond it stands."""
_SIGNS = {
    "inside": ("M{x:.1f} {y:.1f}h0", 'stroke="#0072B2" stroke-width="5" stroke-linecap="round"'),
    "outside": ("M{x:.1f} {y:.1f}m-3-3l6 6m0-6l-6 6", 'stroke="#D55E00" stroke-width="2"'),
    "unjudged": ("M{x:.1f} {y:.1f}m-2.5-2.5h5v5h-5z", 'stroke="#6B6B6B" stroke-width="1.2"'),
}
"""How a place is drawn: shape beside colour (Okabe and Ito's), so that neither alone must tell them apart."""

Box = tuple[float, float, float, float]


def legend_sign(name: str) -> str:
    """Draw one of the map's signs by itself, as a picture that a legend holds.

    Parameters
    ----------
    name
        ``inside``, ``outside`` or ``unjudged``.
    """
    path, pen = _SIGNS[name]
    drawn = path.format(x=7, y=7)
    return (
        '<svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">'
        f'<path class="{name}" d="{drawn}" fill="none" {pen}/></svg>'
    )


def frame_of(fits: list[DatumFit]) -> Box:
    """Give the box W, S, E, N in degrees that holds the places of every datum: one view for all the maps.

    Places far from all others, such as one at sea by a slip, do not widen it: the others would be a blot.

    Parameters
    ----------
    fits
        At least one.
    """
    lon, lat = (np.concatenate([getattr(fit, axis)[_drawn(fit)] for fit in fits]) for axis in ("lon", "lat"))
    if not len(lon):
        return 73.0, 3.0, 136.0, 54.0
    (west, east), (south, north) = _bulk(lon), _bulk(lat)
    return west, south, east, north


def beyond(fit: DatumFit, box: Box) -> int:
    """Count the places on a map that lie beyond its edge, where their signs stand.

    Parameters
    ----------
    fit
        The rows.
    box
        From `frame_of`.
    """
    at, (west, south, east, north) = _drawn(fit), _View(box).box
    lon, lat = fit.lon[at], fit.lat[at]
    return int(((lon < west) | (lon > east) | (lat < south) | (lat > north)).sum())


def place_map(fit: DatumFit, districts: gpd.GeoDataFrame | None, box: Box, title: str) -> str:
    """Draw where rows would lie in one datum.

    Parameters
    ----------
    fit
        The rows.
    districts
        Polygons in WGS 84 with ``name``; None where there are none.
    box
        From `frame_of`.
    title
        What the picture is called for those who do not see it.
    """
    view = _View(box)
    at = _drawn(fit)
    x, y = view.flat(fit.lon[at], fit.lat[at])
    x, y = np.clip(x, _EDGE, WIDTH - _EDGE), np.clip(y, _EDGE, HEIGHT - _EDGE)
    judged, inside = fit.judged[at], fit.inside[at]
    masks = {"unjudged": ~judged, "inside": judged & inside, "outside": judged & ~inside}
    signs = "".join(_signs(name, x[mask], y[mask]) for name, mask in masks.items() if mask.any())
    ground = "" if districts is None else "".join(_ground(districts, view))
    return (
        f'<svg class="places" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{ground}{signs}</svg>"
    )


def _drawn(fit: DatumFit) -> NDArray[np.intp]:
    """Choose the rows that are drawn: those with a place, evenly spread where they are too many."""
    placed = np.flatnonzero(np.isfinite(fit.lon) & np.isfinite(fit.lat))
    return placed[np.linspace(0, len(placed) - 1, min(DRAWN, len(placed))).astype(np.intp)]


def _bulk(values: NDArray[np.float64]) -> tuple[float, float]:
    """Give the least and the greatest of the values that are not far from most."""
    low, high = np.quantile(values, _MIDDLE)
    reach = _AROUND * max(high - low, _SMALLEST_DEG)
    near = values[(values >= low - reach) & (values <= high + reach)]
    return float(near.min()), float(near.max())


def _signs(name: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    path, pen = _SIGNS[name]
    drawn = "".join(path.format(x=one, y=other) for one, other in zip(x, y, strict=True))
    return f'<path class="{name}" d="{drawn}" fill="none" {pen}/>'


class _View:
    """Degrees to the units of the picture: north up, a degree of longitude as short as it is there."""

    def __init__(self, box: Box) -> None:
        west, south, east, north = box
        self._squeeze = float(np.cos(np.radians((south + north) / 2)))
        span = max((east - west) * self._squeeze / WIDTH, (north - south) / HEIGHT, _SMALLEST_DEG / WIDTH)
        self.unit_deg = span * (1 + 2 * _MARGIN)
        self._lon, self._lat = (west + east) / 2, (south + north) / 2

    def flat(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give where places lie in the picture."""
        x = WIDTH / 2 + (lon - self._lon) * self._squeeze / self.unit_deg
        return x, HEIGHT / 2 - (lat - self._lat) / self.unit_deg

    @property
    def box(self) -> Box:
        """What is in view, W, S, E, N in degrees."""
        wide, high = WIDTH / 2 * self.unit_deg / self._squeeze, HEIGHT / 2 * self.unit_deg
        return self._lon - wide, self._lat - high, self._lon + wide, self._lat + high


def _ground(districts: gpd.GeoDataFrame, view: _View) -> Iterator[str]:
    """Draw the outlines in view, and their names where there is room."""
    clipped = shapely.clip_by_rect(districts.geometry.to_numpy(), *view.box)
    seen = ~(shapely.is_missing(clipped) | shapely.is_empty(clipped))
    shapes = shapely.simplify(clipped[seen], view.unit_deg / 2)
    for shape in shapes:
        rings = "".join(_ring(ring, view) for ring in shapely.get_rings(shape))
        yield f'<path class="district" d="{rings}" {_OUTLINE}/>'
    if len(shapes) <= NAMED:
        for shape, name in zip(shapes, districts["name"].to_numpy()[seen], strict=True):
            yield _name(shape, str(name), view)


def _ring(ring: Any, view: _View) -> str:  # noqa: ANN401 (a ring of shapely)
    x, y = view.flat(*shapely.get_coordinates(ring).T)
    return "M" + "L".join(f"{one:.1f} {other:.1f}" for one, other in zip(x, y, strict=True)) + "Z"


def _name(shape: Any, name: str, view: _View) -> str:  # noqa: ANN401 (a polygon of shapely)
    spot = shape.representative_point()
    x, y = view.flat(np.array([spot.x]), np.array([spot.y]))
    return (
        f'<text x="{x[0]:.1f}" y="{y[0]:.1f}" text-anchor="middle" font-size="10" fill="currentColor" '
        f'fill-opacity=".7">{escape(name)}</text>'
    )
