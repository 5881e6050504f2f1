"""Placemarks and the folders they lie in, taken from a stream of elements in one pass."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo_registry.core.raw import RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.formats.kml.shapes import POSITIONS, Shape
from geo_registry.intake.parts import geometries
from geo_registry.intake.parts.cells import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo_registry.intake.parts.markup import Attributes
    from geo_registry.settings import Limits

ROOTS = frozenset({"kml", "Document", "Folder", "Placemark"})
"""What a KML file may begin with; the three after the first were common before version 2.0."""
HOMES = frozenset({"kml", "Document", "Folder"})
OWN = ("name", "description", "address", "phoneNumber", "Snippet", "when", "begin", "end")
"""Elements of a placemark that become columns of their own, the last three within its time."""
TIMES = frozenset({"TimeStamp", "TimeSpan"})
LINKS = frozenset({"href", "styleUrl"})
CAUGHT = POSITIONS | LINKS | {*OWN, "value", "SimpleData"}

Key = tuple[bool, str]
"""True for an element of the placemark's own and false for one of its extended data; then the name."""


@dataclass(slots=True)
class _Home:
    """A folder or document; its name may come after what lies in it."""

    outer: _Home | None = None
    own_name: str = ""

    @property
    def name(self) -> str:
        """The innermost name."""
        return self.own_name or (self.outer.name if self.outer else "")


@dataclass(slots=True)
class _Placemark:
    row: int
    home: _Home
    values: dict[Key, str] = field(default_factory=dict)
    shape: Shape = field(default_factory=Shape)
    wkb: bytes | None = None


class Placemarks:
    """Takes the events of `markup.walk` and becomes layers.

    Parameters
    ----------
    stem
        Name of the layer of what lies in no named folder.
    is_inside
        Tells whether a link stays in the file.
    limits
        Rows and columns beyond these refuse the file.
    """

    def __init__(self, stem: str, is_inside: Callable[[str], bool], limits: Limits) -> None:
        self.links: dict[str, None] = {}
        self._stem, self._is_inside, self._limits = stem, is_inside, limits
        self._open: list[str] = []
        self._home = _Home()
        self._placemark: _Placemark | None = None
        self._done: list[_Placemark] = []
        self._keys: set[Key] = set()
        self._said = ""
        self._catching = 0
        self._parts: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        if not self._open and name not in ROOTS:
            raise FileRefused("CONTENT_MISMATCH", value=name)
        parent = self._open[-1] if self._open else ""
        self._open.append(name)
        if self._catching:
            return
        if name in CAUGHT or (parent == "ExtendedData" and name not in {"Data", "SchemaData"}):
            self._catching = len(self._open)
            self._parts.clear()
        if name in HOMES:
            self._home = _Home(self._home)
        elif name == "Placemark":
            self._begin()
        elif self._placemark:
            self._placemark.shape.start(name)
        if name in {"Data", "SimpleData"}:
            self._said = attributes.get("name", "")
        for link in ("schemaUrl", "href"):
            self._link(attributes.get(link, "#"))

    def text(self, part: str) -> None:
        """Take characters."""
        if self._catching:
            self._parts.append(part)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._catching == len(self._open):
            self._catching = 0
            self._keep(name, "".join(self._parts).strip())
        self._open.pop()
        if self._catching:
            return
        if name in HOMES:
            self._home = self._home.outer or self._home
        elif self._placemark:
            self._end_inside(self._placemark, name)

    def _begin(self) -> None:
        if self._placemark:
            raise FileRefused("XML_INVALID", value="Placemark", row=self._placemark.row)
        self._placemark = _Placemark(len(self._done) + 1, self._home)

    def _end_inside(self, placemark: _Placemark, name: str) -> None:
        placemark.shape.end(name, self._open[-1] if self._open else "")
        if name == "Placemark":
            placemark.wkb = _checked(placemark, placemark.shape.wkb)
            self._done.append(placemark)
            self._placemark = None

    def _keep(self, name: str, text: str) -> None:
        """Put the text of an element where it belongs."""
        parent, placemark = "".join(self._open[-2:-1]), self._placemark
        if name in LINKS:
            self._link(text, first="NetworkLink" in self._open)
        elif parent in HOMES and name == "name":
            self._home.own_name = text
        elif placemark is None:
            return
        elif name in POSITIONS:
            _checked(placemark, lambda: placemark.shape.text(name, text))
        elif name in OWN and (parent == "Placemark" or parent in TIMES):
            self._put(placemark, (True, name), text)
        elif parent in {"Data", "SchemaData", "ExtendedData"}:
            self._put(placemark, (False, name if parent == "ExtendedData" else self._said), text)

    def _put(self, placemark: _Placemark, key: Key, text: str) -> None:
        if not text:
            return
        if key in placemark.values:
            raise FileRefused("HEADER_DUPLICATE", field=key[1], seen=key[1], row=placemark.row)
        placemark.values[key] = text
        self._keys.add(key)
        if len(self._keys) > self._limits.columns:
            raise FileRefused("TOO_MANY_COLUMNS", value=len(self._keys), limit=self._limits.columns)

    def _link(self, link: str, *, first: bool = False) -> None:
        if link and not self._is_inside(link):
            self.links = {link: None} | self.links if first else self.links | {link: None}

    def names(self) -> list[str]:
        """Name the layers in their order."""
        return list(dict.fromkeys(self._name(each) for each in self._done))

    def _name(self, placemark: _Placemark) -> str:
        return placemark.home.name or self._stem

    def layers(self, chosen: Sequence[str]) -> tuple[RawLayer, ...]:
        """Give what was taken, once the walk is over.

        Parameters
        ----------
        chosen
            Names of the layers that are wanted.
        """
        by_name: dict[str, list[_Placemark]] = defaultdict(list)
        for placemark in self._done:
            by_name[self._name(placemark)].append(placemark)
        return tuple(self._layer(name, by_name[name]) for name in chosen)

    def _layer(self, name: str, placemarks: Sequence[_Placemark]) -> RawLayer:
        keys = _without_echoes(placemarks)
        grid = Grid(self._limits, blanks=True)
        for each in placemarks:
            grid.add(each.row, [each.values.get(key) for key in keys])
        rows = [each.row for each in placemarks]
        wkb = geometries.check([each.wkb for each in placemarks], rows)
        return RawLayer(name, _headings(keys), grid.table(len(keys), wkb))


def _checked(placemark: _Placemark, make: Callable[[], bytes | None]) -> bytes | None:
    try:
        return make()
    except ValueError as fault:
        raise FileRefused("GEOM_CORRUPT", row=placemark.row, reason=str(fault)[:100]) from fault


def _without_echoes(placemarks: Sequence[_Placemark]) -> list[Key]:
    """List the columns, the placemarks' own first, but none that only says again what another says."""
    keys = dict.fromkeys(key for each in placemarks for key in each.values)
    own = [(True, name) for name in OWN if (True, name) in keys]
    extended = [key for key in keys if not key[0]]
    return [key for key in own if not _is_echo(key, extended, placemarks)] + extended


def _is_echo(key: Key, others: Sequence[Key], placemarks: Sequence[_Placemark]) -> bool:
    values = [each.values.get(key) for each in placemarks]
    return any(values == [each.values.get(other) for each in placemarks] for other in others)


def _headings(keys: Sequence[Key]) -> tuple[str, ...]:
    """Name the columns; a placemark's own label gives way to a column of data that is called the same."""
    extended = {name.casefold() for own, name in keys if not own}
    return tuple(f"placemark {name}" if own and name.casefold() in extended else name for own, name in keys)
