"""Fields and choices of a layer file, and the words by which no two of them may be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import cast, get_args

from geo_registry.catalog.table import Table
from geo_registry.core.kinds import Choice, Field, FieldType, Label
from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import CatalogError

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""Names of kinds, fields and checklists: they are columns, file names and parts of addresses."""

SHP = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,9}")
"""Names of shapefile columns: dBase allows ten ASCII characters."""

MAX_LENGTH = 32_767
"""Characters that a cell of a workbook can hold."""

Words = dict[str, tuple[Choice, ...]]
"""Choices that every field of a type has: ``check`` and ``boolean``."""


def read_fields(table: Table, key: str, words: Words, default: FieldType | None = None) -> tuple[Field, ...]:
    """Read a list of fields.

    Parameters
    ----------
    table, key
        Where the list stands.
    words
        Choices that all fields of a type share.
    default
        Type of a field that states none.
    """
    return tuple(_read_field(given, words, default) for given in table.tables(key))


def _read_field(table: Table, words: Words, default: FieldType | None) -> Field:
    of_type = cast("FieldType", table.one_of("type", get_args(FieldType), default))
    own = read_choices(table, "choices")
    if (of_type == "choice") is not bool(own):
        raise table.fault("choices", 'array of tables where type = "choice", else absent', of_type)
    read = Field(
        name=table.matching("name", NAME),
        type=of_type,
        label=table.label(),
        shp=table.matching("shp", SHP),
        aliases=table.texts("aliases"),
        unit=table.may("unit", str),
        minimum=table.may("minimum", float),
        maximum=table.may("maximum", float),
        max_length=int(table.within("max_length", 1, MAX_LENGTH, default=500)),
        choices=own or words.get(of_type, ()),
        bound_of=table.may("bound_of", str),
        restricted=table.may("restricted", bool) or False,
        deadline=table.may("deadline", bool) or False,
    )
    table.done()
    _check_limits(table, read)
    return read


def _check_limits(table: Table, read: Field) -> None:
    if read.minimum is not None and read.maximum is not None and read.minimum > read.maximum:
        raise table.fault("maximum", f">= {read.minimum:g}", read.maximum)
    if read.deadline and read.type != "date":
        raise table.fault("deadline", 'only where type = "date"', read.type)


def read_choices(table: Table, key: str) -> tuple[Choice, ...]:
    """Read a list of choices whose words differ from each other.

    Parameters
    ----------
    table, key
        Where the list stands.
    """
    choices = tuple(_read_choice(given) for given in table.tables(key))
    hold_apart(
        table.file,
        ((f"{table.at}{key}.{one.value}", words_of(one.value, one.label, one.aliases)) for one in choices),
    )
    return choices


def _read_choice(table: Table) -> Choice:
    choice = Choice(table.need("value", str), table.label(), table.texts("aliases"))
    table.done()
    return choice


def words_of(name: str, label: Label, aliases: tuple[str, ...]) -> tuple[str, ...]:
    """List every word by which a ledger may mean a thing.

    Parameters
    ----------
    name, label, aliases
        As the layer file declares them.
    """
    return (name, label.zh, label.en, *aliases)


def hold_apart(
    file: str, entries: Iterable[tuple[str, tuple[str, ...]]], form: Callable[[str], str] = fold
) -> None:
    """Refuse a word by which two entries could be meant.

    Parameters
    ----------
    file
        Name of the layer file.
    entries
        ``(key, words)``.
    form
        Brings a word to the form in which two spellings of it are equal, as the reading of files does.

    Raises
    ------
    CatalogError
        With the key of the later entry and the word as value.
    """
    owners: dict[str, int] = {}
    for place, (key, words) in enumerate(entries):
        for word in words:
            if owners.setdefault(form(word), place) != place:
                raise CatalogError(file=file, key=key, expected="unique", value=word)
