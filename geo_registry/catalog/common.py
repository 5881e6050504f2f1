"""What `_common.toml` declares for every kind, held against the canonical frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from geo_registry.catalog.fields import Words, hold_apart, read_choices, read_fields, words_of
from geo_registry.catalog.table import Table
from geo_registry.core import frame
from geo_registry.core.kinds import Choice, Field, Label, Language
from geo_registry.core.ledger.reading.cell import key_of


@dataclass(frozen=True, slots=True)
class Common:
    """What all kinds share.

    Attributes
    ----------
    base
        Fields of every kind.
    inputs
        Headings that are read but are no column.
    columns
        Columns that the registry fills.
    active
        Statuses that count by default.
    groups
        Labels of the grouping of sources, by key.
    words
        How ledgers say the values of check and boolean fields.
    """

    base: tuple[Field, ...]
    inputs: tuple[Field, ...]
    columns: tuple[Field, ...]
    active: tuple[str, ...]
    groups: dict[str, Label]
    words: Words

    @property
    def statuses(self) -> tuple[Choice, ...]:
        """The fixed statuses: the choices of the field that holds them."""
        return next(one.choices for one in self.base if one.name == "status")


def read_common(table: Table) -> Common:
    """Read `_common.toml`.

    Parameters
    ----------
    table
        The whole file.

    Raises
    ------
    CatalogError
        If it is malformed or departs from the columns of `core.frame`.
    """
    words = {"check": read_choices(table, "checks"), "boolean": read_choices(table, "booleans")}
    groups = table.table("groups")
    common = Common(
        base=read_fields(table, "fields", words),
        inputs=read_fields(table, "inputs", words),
        columns=read_fields(table, "columns", words),
        active=table.texts("active"),
        groups={key: groups.label(key) for key in groups.values},
        words=words,
    )
    table.done()
    _check_frame(table, common)
    hold_names_apart(table.file, common)
    return common


def _check_frame(table: Table, common: Common) -> None:
    names = tuple(one.name for one in common.base)
    if names != tuple(frame.COMMON):
        raise table.fault("fields", ", ".join(frame.COMMON), ", ".join(names))
    for one in common.base:
        if frame.DTYPES[one.type] != frame.COMMON[one.name]:
            raise table.fault(f"fields.{one.name}.type", frame.COMMON[one.name], one.type)
    missing = frame.SYSTEM.keys() - {one.name for one in common.columns}
    if missing:
        raise table.fault("columns", ", ".join(sorted(missing)))
    statuses = {choice.value for choice in common.statuses}
    if not statuses.issuperset(common.active):
        raise table.fault("active", " | ".join(sorted(statuses)), ", ".join(common.active))


def hold_names_apart(file: str, common: Common, own: tuple[Field, ...] = ()) -> None:
    """Refuse fields of one kind that share a name, a shapefile name, a heading or a label.

    Parameters
    ----------
    file
        Name of the layer file.
    common
        What all kinds share.
    own
        The kind's own fields.

    Raises
    ------
    CatalogError
        With the key of the later field.
    """
    read = (*common.base, *common.inputs, *own)
    named = (*common.columns, *read)
    shown = (*common.base, *common.columns, *own)
    hold_apart(file, ((f"fields.{one.name}.name", (one.name,)) for one in named))
    hold_apart(file, ((f"fields.{one.name}.shp", (one.shp,)) for one in named))
    headings = ((f"fields.{one.name}.aliases", words_of(one.name, one.label, one.aliases)) for one in read)
    hold_apart(file, headings, key_of)
    for lang in get_args(Language):
        hold_apart(file, ((f"fields.{one.name}.label.{lang}", (one.label.of(lang),)) for one in shown))
