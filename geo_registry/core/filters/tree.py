"""The filter tree as frozen values, and the limits it is held against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import shapely

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.core.kinds import Catalog, Field

MAX_DEPTH = 20
"""Deepest tree that is taken."""
MAX_NODES = 50
"""Largest tree that is taken."""
CORNERS = (3, 1_000)
"""Fewest and most corners of a polygon: a triangle, and what an address still carries (some 22 kB)."""

Value: TypeAlias = str | float | bool | date
Operator: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class And:
    """True where every part is true."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where any part is true."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is false."""

    part: Filter


@dataclass(frozen=True, slots=True)
class Compare:
    """True where a field stands in a relation to a value; texts compare by code point."""

    field: str
    op: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class In:
    """True where a field has one of the values."""

    field: str
    among: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Like:
    r"""True where a text matches a pattern: ``%`` any text, ``_`` any character, ``\`` the next as it is."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Contains:
    """True where a text holds another; the case of ASCII letters does not matter."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """True where a field is empty."""

    field: str


@dataclass(frozen=True, slots=True)
class KindIs:
    """True for records of the named kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValidOn:
    """True for records valid on a date; the first and the last day of validity both count."""

    on: date


@dataclass(frozen=True, slots=True)
class BBox:
    """True where a geometry touches a box; a box whose west is greater than its east crosses 180°.

    Attributes
    ----------
    west, south, east, north
        Edges in degrees, WGS 84; they belong to the box.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        across = all(-180 <= lon <= 180 for lon in (self.west, self.east))  # noqa: PLR2004
        along = -90 <= self.south <= self.north <= 90  # noqa: PLR2004
        if not (across and along):
            raise ValueRefused("BBOX_INVALID", value=[self.west, self.south, self.east, self.north])


@dataclass(frozen=True, slots=True)
class Near:
    """True where the exact distance from a point to a geometry is at most a radius.

    Attributes
    ----------
    lon, lat
        The point in degrees, WGS 84.
    radius_m
        Radius in metres.
    """

    lon: float
    lat: float
    radius_m: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):  # noqa: PLR2004
            raise ValueRefused("COORD_OUT_OF_RANGE", value=[self.lon, self.lat])
        if not 0 < self.radius_m < math.inf:
            raise ValueRefused("RING_NOT_POSITIVE", value=self.radius_m)


@dataclass(frozen=True, slots=True)
class Within:
    """True where a geometry touches a polygon.

    Its edges are straight in longitude and latitude, as those of GeoJSON are (RFC 7946, 3.1.1), and
    belong to it. Longitudes are compared as they stand: what crosses 180° is asked for in two halves.

    Attributes
    ----------
    ring
        Longitude and latitude of the corners in degrees, WGS 84, in either direction; the last one
        is the first one again.
    """

    ring: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        fewest, most = CORNERS
        if not fewest < len(self.ring) <= most + 1:
            raise ValueRefused("POLYGON_CORNERS", value=len(self.ring), fewest=fewest, most=most)
        for lon, lat in self.ring:
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004
                raise ValueRefused("COORD_OUT_OF_RANGE", value=[lon, lat])
        if self.ring[0] != self.ring[-1]:
            raise ValueRefused("POLYGON_OPEN", value=list(self.ring[0]), last=list(self.ring[-1]))
        if not self.shape.is_valid:
            raise ValueRefused("POLYGON_CROSSES")

    @property
    def shape(self) -> shapely.Polygon:
        """The polygon itself."""
        return shapely.Polygon(self.ring)


Filter: TypeAlias = (
    And | Or | Not | Compare | In | Like | Contains | IsNull | KindIs | ValidOn | BBox | Near | Within
)


def check(tree: Filter, catalog: Catalog) -> Filter:
    """Hold a filter against the catalog and the limits, and hand it on.

    Parameters
    ----------
    tree
        The filter.
    catalog
        Fields and kinds that may be named.

    Raises
    ------
    ValueRefused
        ``FILTER_TOO_LARGE``, ``FIELD_UNKNOWN``, ``KIND_UNKNOWN`` or, for a value that does not suit
        its field, ``VALUE_INVALID``.

    Examples
    --------
    >>> from geo_registry.core.kinds import Catalog, Field, Label
    >>> stock = Field("stock_t", "number", Label("存量", "Stock"), "stock_t")
    >>> check(Compare("stock_t", ">", 10), Catalog({}, (), (), (), (stock,), {}, ""))
    Compare(field='stock_t', op='>', value=10)
    """
    for nodes, (node, depth) in enumerate(_walk(tree), start=1):
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise ValueRefused("FILTER_TOO_LARGE", max_nodes=MAX_NODES, max_depth=MAX_DEPTH)
        _check_node(node, catalog)
    return tree


def _walk(tree: Filter) -> Iterator[tuple[Filter, int]]:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        parts = node.parts if isinstance(node, And | Or) else (node.part,) if isinstance(node, Not) else ()
        waiting.extend((part, depth + 1) for part in parts)


def _check_node(node: Filter, catalog: Catalog) -> None:
    if isinstance(node, KindIs):
        for kind in node.kinds:
            if kind not in catalog.kinds:
                raise ValueRefused("KIND_UNKNOWN", value=kind, known=", ".join(catalog.kinds))
    if isinstance(node, Compare | In | Like | Contains | IsNull):
        field = catalog.column(node.field)
        if field is None:
            raise ValueRefused("FIELD_UNKNOWN", value=node.field)
        _check_values(node, field)


def _check_values(node: Compare | In | Like | Contains | IsNull, field: Field) -> None:
    if isinstance(node, Compare) and node.op not in get_args(Operator):
        raise ValueRefused(
            "VALUE_INVALID", field=field.name, value=node.op, expected=" | ".join(get_args(Operator))
        )
    for value in _values(node):
        if not _suits(value, field):
            raise ValueRefused("VALUE_INVALID", field=field.name, value=value, expected=field.type)


def _values(node: Compare | In | Like | Contains | IsNull) -> tuple[Value, ...]:
    if isinstance(node, Compare):
        return (node.value,)
    if isinstance(node, In):
        return node.among
    return ("",) if isinstance(node, Like | Contains) else ()


def _suits(value: Value, field: Field) -> bool:
    if field.type in {"integer", "number"}:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if field.type == "date":
        return isinstance(value, date)
    return isinstance(value, bool if field.type == "boolean" else str)
