"""What a layer file declares, as frozen values: kinds, fields, symbols and checklists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Role = Literal["source", "station", "zone", "asset", "event", "record"]
Geometry = Literal["point", "line", "polygon"]
Position = Literal["required", "optional", "none"]
FieldType = Literal["text", "integer", "number", "date", "boolean", "choice", "check"]
Shape = Literal["circle", "square", "triangle", "diamond", "star", "hexagon", "cross"]
Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Label:
    """One thing's name in both languages.

    Examples
    --------
    >>> Label("烤房", "Curing kiln").of("en")
    'Curing kiln'
    """

    zh: str
    en: str

    def of(self, lang: Language) -> str:
        """Give the name in one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a field, with the spellings by which a ledger may say it."""

    value: str
    label: Label
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a kind.

    Attributes
    ----------
    name
        Column name: lower-case ASCII, with its unit where it has one (``stock_t``).
    shp
        Column name in a shapefile: at most ten ASCII characters, unique in its kind.
    aliases
        Headings by which ledgers call it, beside the name and the two labels.
    unit
        Unit of a number as people read it, such as ``"t"`` or ``"m²"``.
    bound_of
        Name of the number field whose bound (``>=`` of "10余吨") this field keeps.
    restricted
        True where only people with a right may read it (contacts).
    deadline
        True for a date after which the record counts as overdue while it is active.
    """

    name: str
    type: FieldType
    label: Label
    shp: str
    aliases: tuple[str, ...] = ()
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = 500
    choices: tuple[Choice, ...] = ()
    bound_of: str | None = None
    restricted: bool = False
    deadline: bool = False


@dataclass(frozen=True, slots=True)
class Symbol:
    """How a kind is drawn: a shape beside a colour, so that neither alone must tell kinds apart."""

    shape: Shape
    colour: str
    size_px: float = 10.0


@dataclass(frozen=True, slots=True)
class Checklist:
    """Items a source is inspected for; each item is a field of type ``check``."""

    name: str
    label: Label
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source, station, zone or asset, as its layer file declares it.

    Attributes
    ----------
    base
        Fields every kind has (name, code, status ...), from ``layers/_common.toml``.
    fields
        The kind's own fields.
    statuses
        The kind's own words for statuses: ``{"停工整改": "suspended"}``; the common words hold too.
    group
        Provincial inspectors' grouping of sources: ``散乱污``, ``散煤``, ``散尘`` as a key, or None.
    weight
        Points of the kind in the score of a pair, 5 to 25; 0 for what is never scored.
    condition_zone
        For zones: True where lying inside adds to a source's condition (ban zone, core).
    """

    name: str
    role: Role
    label: Label
    symbol: Symbol
    geometry: tuple[Geometry, ...]
    position: Position
    base: tuple[Field, ...]
    fields: tuple[Field, ...] = ()
    aliases: tuple[str, ...] = ()
    statuses: tuple[tuple[str, str], ...] = ()
    default_status: str = "registered"
    checklists: tuple[Checklist, ...] = ()
    group: str | None = None
    weight: float = 0.0
    condition_zone: bool = False

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field, the common ones first."""
        return self.base + self.fields

    def field(self, name: str) -> Field | None:
        """Find a field by its column name."""
        return next((field for field in self.all_fields if field.name == name), None)

    @property
    def check_items(self) -> tuple[str, ...]:
        """Column names of every checklist item."""
        return tuple(item for checklist in self.checklists for item in checklist.items)


def of_role(kinds: Mapping[str, Kind], role: Role) -> tuple[str, ...]:
    """Name the kinds that play a role, in the catalog's order.

    Parameters
    ----------
    kinds
        The catalog, by name.
    role
        The role asked for.

    Examples
    --------
    >>> drawn = Symbol("circle", "#000")
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), drawn, ("point",), "required", ())
    >>> of_role({"kiln": kiln}, "source"), of_role({"kiln": kiln}, "zone")
    (('kiln',), ())
    """
    return tuple(name for name, kind in kinds.items() if kind.role == role)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything the layer files declare.

    Attributes
    ----------
    kinds
        Kinds by name, in the order of the file names.
    statuses
        The fixed statuses, with the words by which ledgers say them.
    active
        Statuses that count by default.
    inputs
        Headings that are read but are no column of ours: ``category``, ``lon``, ``lat``.
    columns
        Columns that no field declares (id, datum, distance_m ...), with labels and shapefile names.
    groups
        Labels of the provincial grouping (三散) by key.
    digest
        SHA-256 over the layer files, hex: it stands in every report's footer.
    """

    kinds: Mapping[str, Kind]
    statuses: tuple[Choice, ...]
    active: tuple[str, ...]
    inputs: tuple[Field, ...]
    columns: tuple[Field, ...]
    groups: Mapping[str, Label]
    digest: str

    def of_role(self, *roles: Role) -> tuple[str, ...]:
        """Name the kinds that play one of the roles, in the catalog's order."""
        return tuple(name for role in roles for name in of_role(self.kinds, role))

    def column(self, name: str, kind: str | None = None) -> Field | None:
        """Find what is declared of a column, in a kind's fields first, then among the common ones."""
        owners = [self.kinds[kind]] if kind else list(self.kinds.values())
        own = next((found for owner in owners if (found := owner.field(name))), None)
        return own or next((field for field in self.columns if field.name == name), None)
