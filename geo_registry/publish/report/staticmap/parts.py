"""What is on a map, in metres east and north of its middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language, Symbol

SIDE = 600.0
"""Side of the drawing in its own units; printed 118 mm wide, so that a unit is about 0.2 mm."""
MARGIN = 1.07
"""How far the map reaches beyond the widest ring, as a factor."""
CROWDS = ((60, 1.0), (250, 0.75))
"""Up to how many symbols are drawn at what part of their own size; more are drawn at `CROWDED`."""
CROWDED = 0.55


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
    shape: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A zone in view: its polygon in metres, kind, name and colour; tinted where lying inside matters."""

    shape: BaseGeometry
    kind: str
    name: str
    colour: str
    tinted: bool


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring's outline in metres and its label."""

    outline: BaseGeometry
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
    lang
        Language of the units.
    """

    title: str
    station: str
    symbol: Symbol
    reach_m: float
    north: str
    lang: Language
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
        return next((size for most, size in CROWDS if len(self.marks) <= most), CROWDED)

    def spot(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Place metres east and north on the drawing, whose y runs down."""
        return SIDE / 2 + x_m * self.scale, SIDE / 2 - y_m * self.scale
