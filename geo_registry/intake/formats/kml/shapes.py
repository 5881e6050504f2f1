"""The geometry of a placemark (OGC 12-007r2, 10), gathered element by element."""

from __future__ import annotations

import re

from geo_registry.intake.parts import geometries

SIMPLE = {"Point": "Point", "LineString": "LineString", "LinearRing": "LineString", "Track": "LineString"}
"""Elements with positions, and what they are in GeoJSON."""
POSITIONS = frozenset({"coordinates", "coord"})
"""Elements whose text is positions: ``lon,lat,height`` each, or one ``lon lat height`` of a track."""
LONGEST = 3
_COMMA = re.compile(r"\s*,\s*")


class Shape:
    """Gathers the parts of one placemark's geometry; heights are dropped.

    Parts of a ``MultiGeometry`` count as the placemark's own, however deep they lie.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[str, list[object]]] = []
        self._rings: list[list[object]] | None = None
        self._positions: list[object] = []

    def start(self, name: str) -> None:
        """Take the start of an element."""
        if name == "Polygon":
            self._rings = []
        elif name in SIMPLE:
            self._positions = []

    def text(self, name: str, text: str) -> None:
        """Take the text of an element of `POSITIONS`.

        Raises
        ------
        ValueError
            If it is no list of positions.
        """
        tuples = [",".join(text.split())] if name == "coord" else _COMMA.sub(",", text).split()
        self._positions += [_position(each) for each in tuples if each]

    def end(self, name: str, parent: str) -> None:
        """Take the end of an element."""
        if name == "Polygon":
            self._parts += [("Polygon", list(self._rings))] if self._rings else []
            self._rings = None
        elif name in SIMPLE and self._positions:
            if self._rings is None:
                self._parts.append((SIMPLE[name], self._positions))
            else:
                self._rings.insert(0 if parent == "outerBoundaryIs" else len(self._rings), self._positions)

    def wkb(self) -> bytes | None:
        """Write what was gathered as WKB, None where there was nothing.

        Raises
        ------
        ValueError
            If a point has several positions.
        """
        shapes = [_geojson(kind, coordinates) for kind, coordinates in self._parts]
        kinds = {kind for kind, _ in self._parts}
        if len(shapes) <= 1:
            return geometries.encode(shapes[0] if shapes else None)
        if len(kinds) > 1:
            return geometries.encode({"type": "GeometryCollection", "geometries": shapes})
        parts = [shape["coordinates"] for shape in shapes]
        return geometries.encode({"type": f"Multi{kinds.pop()}", "coordinates": parts})


def _geojson(kind: str, coordinates: list[object]) -> dict[str, object]:
    if kind != "Point":
        return {"type": kind, "coordinates": coordinates}
    if len(coordinates) > 1:
        raise ValueError(f"a point with {len(coordinates)} positions")
    return {"type": kind, "coordinates": coordinates[0]}


def _position(text: str) -> list[float]:
    numbers = text.rstrip(",").split(",")
    if not geometries.FLAT <= len(numbers) <= LONGEST or "_" in text:
        raise ValueError(text)
    lon, lat, *_ = map(float, numbers)
    return [lon, lat]
