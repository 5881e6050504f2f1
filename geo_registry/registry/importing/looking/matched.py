"""What the columns of a file are taken for: theirs beside ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.core.ledger.headings import locate
from geo_registry.errors import FileRefused
from geo_registry.registry import records
from geo_registry.registry.importing.ledgers import taken
from geo_registry.registry.importing.returned import heading_text

if TYPE_CHECKING:
    from geo_registry.core.kinds import Kind
    from geo_registry.core.ledger.headings import Heading
    from geo_registry.core.raw import RawFile, RawLayer
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.orders import Order

SAMPLES = 3
"""Values of a column that are shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    heading
        The sender's heading, as ``--map`` takes it; empty for a column without one.
    field
        Our field; None where none takes it.
    samples
        The first different values in it.
    """

    heading: str
    field: str | None
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of a sheet or layer, and the kind of its rows where it is one."""

    name: str
    kind: str | None
    columns: tuple[Column, ...]


def sheets(house: House, raw: RawFile, order: Order) -> tuple[Sheet, ...]:
    """Tell what the columns of the layers that are taken mean; none where no headings are found.

    Parameters
    ----------
    house
        Catalog.
    raw
        The parsed file.
    order
        What is asked of the import.

    Raises
    ------
    ValueRefused
        If the kind, a heading or a field of the order is none.
    """
    kind = records.of_kind(house, order.kind) if order.kind else None
    try:
        return tuple(_sheet(house, layer, own, order) for layer, own in taken(house, raw, kind))
    except FileRefused:
        return ()


def _sheet(house: House, layer: RawLayer, kind: Kind | None, order: Order) -> Sheet:
    heading = locate(layer, house.catalog, kind, order.renames)
    columns = (
        Column(heading_text(layer, heading, at), heading.columns.get(at), _samples(heading, at))
        for at in sorted({*heading.columns, *heading.extra})
    )
    return Sheet(layer.name, kind.name if kind else None, tuple(columns))


def _samples(heading: Heading, at: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in heading.body[f"c{at}"].to_pylist():
        if text:
            found[text] = None
        if len(found) == SAMPLES:
            break
    return tuple(found)
