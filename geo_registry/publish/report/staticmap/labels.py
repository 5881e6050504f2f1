"""Where the letters of a map stand, so that they hide neither each other nor the symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

SIDES = np.array(((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)))
"""Sides of a symbol on which its label may stand, best first: x to the right, y down."""
LETTERS = 8.0
"""How much more it matters to see letters than a symbol."""
TRIED = 9
"""Places across and down a zone's part in view that are tried for its name."""


class Box(NamedTuple):
    """A rectangle of the drawing: centre, half sides, and how much it matters that it is seen."""

    x: float
    y: float
    half_width: float
    half_height: float
    weight: float = 1.0

    def meets(self, other: Box) -> bool:
        """Tell whether two rectangles overlap."""
        apart_x, apart_y = abs(self.x - other.x), abs(self.y - other.y)
        return apart_x < self.half_width + other.half_width and apart_y < self.half_height + other.half_height


def text_size(text: str, size_px: float) -> tuple[float, float]:
    """Estimate how much room a text takes: half its width and half its height.

    Parameters
    ----------
    text
        One line.
    size_px
        Size of the letters; a Chinese one is as wide as high, others about 0.58 of that.
    """
    width = sum(1.0 if sign >= "\u2e80" else 0.58 for sign in text)
    return width * size_px / 2, size_px * 0.6


def lettered(place: ArrayLike, half: tuple[float, float]) -> Box:
    """Give the rectangle that letters take.

    Parameters
    ----------
    place
        Its centre: x and y.
    half
        Half its width and height.
    """
    x, y = np.asarray(place, dtype="float64")
    return Box(float(x), float(y), half[0], half[1], LETTERS)


def beside(symbol: Box, half: tuple[float, float], taken: Sequence[Box]) -> Box:
    """Find room for a label beside a symbol.

    Parameters
    ----------
    symbol
        What is named.
    half
        Half the label's width and height.
    taken
        What should not be covered.

    Returns
    -------
    Box
        The first of `SIDES` where it covers least.
    """
    reach = np.array([symbol.half_width + half[0], symbol.half_height + half[1]])
    places = np.array([symbol.x, symbol.y]) + SIDES * reach
    best = int(np.argmin(_covered(places, half, taken)))
    return lettered(places[best], half)


def within(shape: BaseGeometry, half: tuple[float, float], taken: Sequence[Box]) -> Box | None:
    """Find room for a zone's name inside the zone.

    Parameters
    ----------
    shape
        The part of the zone in view, in the drawing's units.
    half
        Half the name's width and height.
    taken
        What should not be covered.

    Returns
    -------
    Box or None
        Where it covers least and is farthest from the border; None where the name fits nowhere.
    """
    west, north, east, south = shape.bounds
    across, down = np.meshgrid(
        np.linspace(west, east, TRIED + 2)[1:-1], np.linspace(north, south, TRIED + 2)[1:-1]
    )
    places = np.column_stack([across.ravel(), down.ravel()])
    reach = np.array([half[0], 0.0])
    left, right = places - reach, places + reach
    fits = shapely.contains(shape, shapely.linestrings(np.stack([left, right], axis=1)))
    if not fits.any():
        return None
    places = places[fits]
    room = shapely.distance(shape.boundary, shapely.points(places))
    best = np.lexsort([-room, _covered(places, half, taken)])[0]
    return lettered(places[best], half)


def _covered(
    places: NDArray[np.float64], half: tuple[float, float], taken: Sequence[Box]
) -> NDArray[np.float64]:
    """Weigh what a label of that size would cover at each place, ``(n, 2)``."""
    boxes = np.array(taken, dtype="float64").reshape(-1, 5)
    apart = np.abs(places[:, None, :] - boxes[None, :, :2])
    covered = (apart < boxes[None, :, 2:4] + half).all(axis=2)
    return np.asarray(covered @ boxes[:, 4])
