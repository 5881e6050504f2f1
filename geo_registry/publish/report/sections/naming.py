"""The columns by which every table of sources names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.model import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_registry.publish.report.words import Words

Pair: TypeAlias = Mapping[Any, Any]

Told: TypeAlias = "tuple[Column, Callable[[Pair], Cell]]"

SHOWN = 20
"""Most rows of a table that only points at weak records."""


def naming(words: Words, *, stacked: bool) -> tuple[Column, ...]:
    """Give the columns number, name, kind and code.

    Parameters
    ----------
    words
        Names in the report's language.
    stacked
        Whether kind and code stand under the name.
    """
    return (
        Column(words.say("number"), "count", 0.8),
        Column(words.label("name"), width=3.0),
        Column(words.label("kind"), width=2.2, stacked=stacked),
        Column(words.label("code"), width=2.1, stacked=stacked),
    )


def named(pair: Pair, words: Words) -> tuple[Cell, ...]:
    """Give the cells of `naming`; what has no name is called by its code.

    Parameters
    ----------
    pair
        A row of `ReportInputs.ranked`, or of the siting check with a ``number``.
    words
        Names in the report's language.
    """
    code = text_of(pair["source_code"])
    return pair["number"], text_of(pair["name"]) or code, words.kind(pair["kind"]), code


def number_of(value: object) -> float | None:
    """Give a cell as a number, a missing one as None."""
    return None if not text_of(value) else float(value)  # type: ignore[arg-type]


def table_of(
    name: str,
    pairs: pd.DataFrame,
    *,
    more: Iterable[Told],
    words: Words,
    limit: int = SHOWN,
    stacked: bool = False,
) -> Table:
    """Make a table of sources: their naming, and what else is to be said of each.

    Parameters
    ----------
    name
        Name of the table; its heading is the text ``<name>_caption`` with the place ``{count}``.
    pairs
        Rows in the order wanted.
    more
        Further columns, each with how its cell comes from a row.
    words
        Names in the report's language.
    limit
        Most rows on paper; how many more there are is said under the table.
    stacked
        As for `naming`.
    """
    columns, cells = zip(*more, strict=True)
    every = pairs.to_dict("records")
    rows = tuple((*named(pair, words), *(cell(pair) for cell in cells)) for pair in every)
    caption = words.say(f"{name}_caption", count=len(pairs))
    keys = tuple(pair["source_id"] for pair in every)
    return Table(name, caption, (*naming(words, stacked=stacked), *columns), rows, keys, shown=limit)
