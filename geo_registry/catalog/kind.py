"""One layer file -> one Kind."""

from __future__ import annotations

import re
from typing import cast, get_args

from geo_registry.catalog.common import Common, hold_names_apart
from geo_registry.catalog.fields import NAME, read_fields
from geo_registry.catalog.table import Table
from geo_registry.core.kinds import Checklist, Field, Geometry, Kind, Position, Role, Shape, Symbol

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
"""Colours as the map, the report and QGIS all take them."""

MAX_WEIGHT = 25.0
"""Highest weight of a kind in a pair's score (contract, words with fixed values: priority)."""

SIZES_PX = (1.0, 64.0)
"""Smallest and largest size of a symbol, in pixels: what can be seen and does not hide the map."""


def read_kind(table: Table, common: Common) -> Kind:
    """Read one kind's layer file; the file's name is the kind's.

    Parameters
    ----------
    table
        The whole file.
    common
        What all kinds share.

    Raises
    ------
    CatalogError
        If anything in it is not as it must be.
    """
    name = table.file.removesuffix(".toml")
    if not NAME.fullmatch(name):
        raise table.fault("", NAME.pattern, name)
    statuses = tuple(choice.value for choice in common.statuses)
    checklists, items = _read_checklists(table, common)
    kind = Kind(
        name=name,
        role=cast("Role", table.one_of("role", get_args(Role))),
        label=table.label(),
        symbol=_read_symbol(table.table("symbol")),
        geometry=_read_geometry(table),
        position=cast("Position", table.one_of("position", get_args(Position))),
        base=common.base,
        fields=read_fields(table, "fields", common.words) + items,
        aliases=table.texts("aliases"),
        statuses=_read_status_words(table, statuses),
        default_status=table.one_of("default_status", statuses, "registered"),
        checklists=checklists,
        group=_read_group(table, common),
        weight=table.within("weight", 0.0, MAX_WEIGHT, default=0.0),
        condition_zone=table.may("condition_zone", bool) or False,
    )
    table.done()
    _check_kind(table, kind)
    hold_names_apart(table.file, common, kind.fields)
    return kind


def _check_kind(table: Table, kind: Kind) -> None:
    if bool(kind.geometry) is (kind.position == "none"):
        raise table.fault("geometry", 'empty where position = "none", else not', list(kind.geometry))
    if kind.condition_zone and kind.role != "zone":
        raise table.fault("condition_zone", 'only where role = "zone"', kind.role)
    for one in kind.fields:
        bound = kind.field(one.bound_of) if one.bound_of else None
        if one.bound_of and (bound is None or bound.type != "number"):
            raise table.fault(f"fields.{one.name}.bound_of", "name of a number field", one.bound_of)


def _read_symbol(table: Table) -> Symbol:
    symbol = Symbol(
        shape=cast("Shape", table.one_of("shape", get_args(Shape))),
        colour=table.matching("colour", COLOUR),
        size_px=table.within("size_px", *SIZES_PX, default=10.0),
    )
    table.done()
    return symbol


def _read_geometry(table: Table) -> tuple[Geometry, ...]:
    shapes = table.texts("geometry")
    if not set(shapes) <= set(get_args(Geometry)):
        raise table.fault("geometry", " | ".join(get_args(Geometry)), list(shapes))
    return cast("tuple[Geometry, ...]", shapes)


def _read_status_words(table: Table, statuses: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if table.may("statuses", dict) is None:
        return ()
    words = table.table("statuses")
    return tuple((word, words.one_of(word, statuses)) for word in words.values)


def _read_group(table: Table, common: Common) -> str | None:
    return None if table.may("group", str) is None else table.one_of("group", tuple(common.groups))


def _read_checklists(table: Table, common: Common) -> tuple[tuple[Checklist, ...], tuple[Field, ...]]:
    checklists: list[Checklist] = []
    fields: list[Field] = []
    for given in table.tables("checklists"):
        items = read_fields(given, "items", common.words, "check")
        checklists.append(
            Checklist(given.matching("name", NAME), given.label(), tuple(one.name for one in items))
        )
        fields.extend(items)
        given.done()
    return tuple(checklists), tuple(fields)
