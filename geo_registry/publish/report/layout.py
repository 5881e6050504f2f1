"""How a table's values are written and stand in cells, the same for every format."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.core.kinds import Language
    from geo_registry.publish.report.model import Cell, Column, Form, Table

DASH = "–"
"""Written where there is no value."""

COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
"""The eight winds, clockwise from north."""

ABREAST = 12
"""Most columns beside the first that one page holds."""

KILOMETRE_M = 1000.0

DECIMALS: dict[Form, int] = {"metres": 1, "millimetres": 3, "score": 0}


@dataclass(frozen=True, slots=True)
class Head:
    """A heading as it stands: its lines, width and side, and the heading above it."""

    lines: tuple[str, ...]
    width: float
    numeric: bool
    group: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it stands: each cell is one or more lines of text.

    Attributes
    ----------
    groups
        Headings above the headings, each with how many columns it spans; empty without groups.
    """

    heads: tuple[Head, ...]
    groups: tuple[tuple[str, int], ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]


def lay_out(table: Table, lang: Language) -> tuple[Grid, ...]:
    """Write a table's values, put stacked columns into one cell and part what is too wide for a page.

    Parameters
    ----------
    table
        Table of a report.
    lang
        Language of the compass words.

    Returns
    -------
    tuple of Grid
        One, or where there are more than `ABREAST` columns of numbers several that each begin with the
        first column. An empty stacked value leaves no line.
    """
    stacks = _stacks(table.columns)
    heads = [_head([table.columns[place] for place in stack]) for stack in stacks]
    shown = table.rows[: table.shown]
    rows = [[_lines(table.columns, row, stack, lang) for stack in stacks] for row in shown]
    return tuple(_grid(part, heads, rows) for part in _parts(heads))


def _grid(part: Sequence[int], heads: Sequence[Head], rows: Sequence[Sequence[tuple[str, ...]]]) -> Grid:
    chosen = tuple(heads[place] for place in part)
    return Grid(chosen, _groups(chosen), tuple(tuple(row[place] for place in part) for row in rows))


def _parts(heads: Sequence[Head]) -> list[list[int]]:
    """Choose the columns of each part: groups stay together where they fit."""
    if len(heads) <= ABREAST + 1:
        return [list(range(len(heads)))]
    parts: list[list[int]] = [[]]
    for _, together in groupby(range(1, len(heads)), key=lambda place: heads[place].group):
        group = list(together)
        if len(parts[-1]) + len(group) > ABREAST:
            parts.append([])
        for place in group:
            if len(parts[-1]) == ABREAST:
                parts.append([])
            parts[-1].append(place)
    return [[0, *part] for part in parts if part]


def notes(table: Table, lang: Language) -> tuple[str, ...]:
    """Give what stands under a table on paper: its own note, and where the rows are that have no room.

    Parameters
    ----------
    table
        Table of a report.
    lang
        Language of the sentences.
    """
    rest = len(table.rows) - len(table.rows[: table.shown])
    more = say("report.more_rows", lang, count=rest) if rest else ""
    return tuple(filter(None, (table.note, more)))


def shown(value: Cell, form: Form, lang: Language) -> str:
    """Write one value.

    Parameters
    ----------
    value
        Text, number or nothing.
    form
        What it is.
    lang
        Language of the compass words.
    """
    if value is None or value == "":
        return DASH
    if isinstance(value, str):
        return value
    if form == "bearing":
        return f"{compass(value, lang)} {round(value) % 360}°"
    if form == "share":
        return f"{value:.1%}"
    return f"{value:.{DECIMALS.get(form, 0)}f}"


def radius_text(radius_m: float, lang: Language) -> str:
    """Write a radius or length: kilometres from 1,000 m on.

    Parameters
    ----------
    radius_m
        Metres.
    lang
        Language of the unit.
    """
    if radius_m >= KILOMETRE_M:
        return say("report.kilometres", lang, amount=f"{radius_m / KILOMETRE_M:.10g}")
    return say("report.metres", lang, amount=f"{radius_m:.10g}")


def text_of(value: object) -> str:
    """Give a cell as text, a missing one as an empty one.

    Parameters
    ----------
    value
        Cell of a canonical frame.
    """
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124


def printable(text: str) -> str:
    """Put a space for every sign that has no shape: controls, line ends, halves of surrogate pairs.

    Parameters
    ----------
    text
        Anything a ledger may have held.
    """
    return "".join(sign if sign.isprintable() else " " for sign in text)


def compass(bearing_deg: float, lang: Language) -> str:
    """Name the nearest of the eight winds.

    Parameters
    ----------
    bearing_deg
        Degrees clockwise from north.
    lang
        Language of the word.
    """
    return say(f"report.compass_{COMPASS[round(bearing_deg / 45) % 8]}", lang)


def _stacks(columns: Sequence[Column]) -> list[list[int]]:
    stacks: list[list[int]] = []
    for place, column in enumerate(columns):
        if column.stacked:
            stacks[-1].append(place)
        else:
            stacks.append([place])
    return stacks


def _head(columns: Sequence[Column]) -> Head:
    first = columns[0]
    numeric = first.form not in {"text", "bearing"} and len(columns) == 1
    return Head(tuple(column.label for column in columns), first.width, numeric, first.group)


def _groups(heads: Sequence[Head]) -> tuple[tuple[str, int], ...]:
    if not any(head.group for head in heads):
        return ()
    spans: list[tuple[str, int]] = []
    for head in heads:
        if spans and head.group and spans[-1][0] == head.group:
            spans[-1] = (head.group, spans[-1][1] + 1)
        else:
            spans.append((head.group, 1))
    return tuple(spans)


def _lines(
    columns: Sequence[Column], row: Sequence[Cell], stack: Sequence[int], lang: Language
) -> tuple[str, ...]:
    first, *rest = stack
    under = [shown(row[place], columns[place].form, lang) for place in rest if row[place] not in {None, ""}]
    return (shown(row[first], columns[first].form, lang), *under)
