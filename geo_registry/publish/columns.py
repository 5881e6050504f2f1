"""Which columns a published table has, in which order, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from geo_registry.core.kinds import Catalog, Choice, Field, Kind, Label

LEADING = ("id", "kind", "synthetic")
"""Columns that stand first in a table of records: which, of what kind, and whether it is real."""

DECIMALS = {"distance_m": 3, "bearing_deg": 2}
"""Digits after the point of columns that are shown to a fixed number of them (contract: at least 3)."""

SHP_NAME_BYTES = 10
"""Longest column name of a shapefile: dBASE III keeps eleven bytes for it, the last one zero."""


def columns_of(names: Iterable[str], catalog: Catalog, kind: str | None = None) -> tuple[Field, ...]:
    """Put the columns of a table in order and find what is declared of each.

    Parameters
    ----------
    names
        Column names of the table, the geometry left out.
    catalog
        Where the columns are declared.
    kind
        Kind of all rows; None, or a name that is no kind, where rows of several kinds stand together.

    Returns
    -------
    tuple of Field
        For a kind `LEADING`, then its fields in the order of its layer file, then the rest as they came;
        else all as they came. Fields with fixed values carry them as choices, ``kind`` too; a column that
        nobody declared is called by its name.
    """
    held = list(names)
    owner = catalog.kinds.get(kind or "")
    order = [*LEADING, *(field.name for field in owner.all_fields), *held] if owner else held
    return tuple(_declared(name, catalog, owner) for name in dict.fromkeys(order) if name in held)


def _declared(name: str, catalog: Catalog, owner: Kind | None) -> Field:
    found = catalog.column(name, owner.name if owner else None) or Field(
        name=name, type="text", label=Label(name, name), shp=name
    )
    if name == "kind":
        kinds = [owner] if owner else catalog.kinds.values()
        return replace(found, choices=tuple(Choice(kind.name, kind.label) for kind in kinds))
    return found if owner else replace(found, choices=_all_choices(found, catalog))


def _all_choices(found: Field, catalog: Catalog) -> tuple[Choice, ...]:
    """Collect the fixed values that any kind gives to a column."""
    named = [own for kind in catalog.kinds.values() if (own := kind.field(found.name))] or [found]
    return tuple({choice.value: choice for own in named for choice in own.choices}.values())


def headings(fields: Sequence[Field], names: str, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Name the columns of a table whose names may be long.

    Parameters
    ----------
    fields
        The columns.
    names
        ``ascii`` for our field names, by which an import finds them again; ``zh`` for Chinese labels.
    taken
        Names that the format needs for itself.
    """
    return distinct((field.label.zh if names == "zh" else field.name for field in fields), taken=taken)


def short_headings(fields: Sequence[Field], names: str, encoding: str) -> tuple[str, ...]:
    """Name the columns of a shapefile: at most `SHP_NAME_BYTES` in its encoding, no two alike.

    Parameters
    ----------
    fields
        The columns.
    names
        ``ascii`` for the short names of the layer file, ``zh`` for Chinese labels cut between characters.
    encoding
        Encoding of the file's texts.

    Examples
    --------
    >>> plan = [Field(n, "text", Label(n, n), n[:4]) for n in ("整改责任单位名称", "整改责任单位电话")]
    >>> short_headings(plan, "zh", "gbk"), short_headings(plan, "zh", "utf-8")
    (('整改责任单', '整改责任2'), ('整改责', '整改责2'))
    """
    plain = (
        "".join(c for c in (f.label.zh if names == "zh" else f.shp) if c.isalnum() or c == "_")
        for f in fields
    )
    return distinct(plain, limit_bytes=SHP_NAME_BYTES, encoding=encoding)


def distinct(
    words: Iterable[str],
    *,
    limit_bytes: int | None = None,
    encoding: str = "utf-8",
    taken: Iterable[str] = (),
) -> tuple[str, ...]:
    """Tell equal names apart by a number at their end, within a length in bytes.

    Parameters
    ----------
    words
        The names wished for; letter case does not tell two apart.
    limit_bytes
        Longest name in bytes; None for no limit.
    encoding
        Encoding in which bytes are counted.
    taken
        Names that are not to be had.

    Examples
    --------
    >>> distinct(["rectified_on", "rectified_by", "ID"], limit_bytes=8, taken=["id"])
    ('rectifie', 'rectifi2', 'ID2')
    """
    used = {word.casefold() for word in taken}
    given: list[str] = []
    for word in words:
        name, number = cut(word, limit_bytes, encoding), 1
        while not name or name.casefold() in used:
            number += 1
            room = None if limit_bytes is None else limit_bytes - len(str(number))
            name = f"{cut(word, room, encoding)}{number}"
        used.add(name.casefold())
        given.append(name)
    return tuple(given)


def cut(text: str, limit_bytes: int | None, encoding: str) -> str:
    """Cut a text to a length in bytes without splitting a character.

    Parameters
    ----------
    text
        Any text; what the encoding cannot say is left out.
    limit_bytes
        Longest result in bytes; None leaves the text whole.
    encoding
        Encoding in which bytes are counted.

    Examples
    --------
    >>> cut("污染源名称", 10, "utf-8"), cut("污染源名称", 10, "gbk")
    ('污染源', '污染源名称')
    """
    return text.encode(encoding, "ignore")[:limit_bytes].decode(encoding, "ignore")


def dictionary(layer: str, given: Sequence[str], fields: Sequence[Field]) -> list[tuple[str, ...]]:
    """Explain the column names of one layer, a row a column.

    Parameters
    ----------
    layer
        Name of the layer or file.
    given
        What its columns are called there.
    fields
        What the columns are.

    Returns
    -------
    list of tuple
        Layer, name there, our name, Chinese label, English label, unit, and the fixed values with their
        Chinese words as ``value=word; ...``.
    """
    return [
        (layer, name, field.name, field.label.zh, field.label.en, field.unit or "", _values(field))
        for name, field in zip(given, fields, strict=True)
    ]


def _values(field: Field) -> str:
    return "; ".join(f"{choice.value}={choice.label.zh}" for choice in field.choices)
