"""A few records in words that a census has already: one edit need not pass through frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_registry.core.audit.rows import accuracy_m
from geo_registry.core.bounds import LEVELS
from geo_registry.core.census.columns import EPOCH, OPEN_DAY, Census, Part, Rows, gathered
from geo_registry.core.kinds import Catalog

Cells: TypeAlias = tuple[str | None, ...]
"""What is said in some columns of a row, as the store writes it."""
_SAID_FIRST = 2
"""Columns of `Census.states` before the fields that are judged: kind and status."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The combinations of a census, to be found by what the store writes of them.

    Attributes
    ----------
    states, areas
        Tables as `Census` has them.
    state_of, area_of
        Place in its table of each combination.
    """

    states: pd.DataFrame
    areas: pd.DataFrame
    state_of: Mapping[Cells, int]
    area_of: Mapping[Cells, int]

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns that are neither kind nor status, and with the areas all that a row must have said."""
        return (*self.states.columns[_SAID_FIRST:], *self.areas.columns)

    @classmethod
    def of(cls, census: Census) -> Words:
        """Take the words of a census.

        Parameters
        ----------
        census
            Any, also one without records.
        """
        states, areas = census.states, census.areas
        return cls(states, areas, _places(states), _places(areas))


def _places(table: pd.DataFrame) -> dict[Cells, int]:
    return {
        cells: place for place, cells in enumerate(zip(*map(_written, dict(table).values()), strict=True))
    }


def _written(column: pd.Series[Any]) -> list[str | None]:
    """Write a column as the store does."""
    said = column.dt.strftime("%Y-%m-%d") if column.dtype.kind == "M" else column
    return [str(cell) if there else None for cell, there in zip(said, column.notna(), strict=True)]


def few_of(rows: Sequence[Mapping[str, Any]], words: Words, catalog: Catalog) -> Census | None:
    """Take the narrow view of a few records: what `census_of` gives of the same, in some milliseconds less.

    Parameters
    ----------
    rows
        Record versions as plain values: ``id``, ``kind``, ``status``, ``lon``, ``lat``, ``accuracy_m``,
        ``coord_method``, ``valid_from``, ``valid_to`` (ISO days), ``synthetic``, the columns of `words`, and
        ``geometry``, None for what is a point.
    words
        Combinations that are known.
    catalog
        Says which kinds there are and with which status a kind's records begin.

    Returns
    -------
    Census or None
        In those words, without what is of no kind of the catalog; None if a row says what they do not.

    Examples
    --------
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> from geo_registry.core.kinds import Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> catalog = Catalog({"kiln": kiln}, (), (), (), (), {}, "")
    >>> known = {"id": "00000000000000ff", "kind": "kiln", "status": "banned", "geometry": None}
    >>> words = Words.of(census_of(conform(pd.DataFrame([known])), catalog))
    >>> few_of([{**known, "lon": 114.0, "lat": 33.5}], words, catalog).rows.lon.tolist()
    [114.0]
    >>> few_of([{**known, "status": "closed"}], words, catalog) is None
    True
    """
    own = [row for row in rows if row["kind"] in catalog.kinds]
    judged = list(words.states.columns[_SAID_FIRST:])
    states, areas = [], []
    for row in own:
        status = row.get("status")
        status = catalog.kinds[row["kind"]].default_status if status is None else status
        states.append(words.state_of.get((row["kind"], status, *_cells(row, judged))))
        areas.append(words.area_of.get(_cells(row, LEVELS)))
    if None in states or None in areas:
        return None
    shapes = np.array([*(row.get("geometry") for row in own), None], dtype=object)[:-1]
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shaped = np.flatnonzero(placed)
    columns = _rows(own, np.array(states, np.int32), np.array(areas, np.int32))
    return gathered([Part(columns, words.states, words.areas, shaped, shapes[shaped])])


def _cells(row: Mapping[str, Any], names: Iterable[str]) -> Cells:
    said = (row.get(name) for name in names)
    return tuple(None if cell is None else str(cell) for cell in said)


def _rows(rows: Sequence[Mapping[str, Any]], state: NDArray[np.int32], area: NDArray[np.int32]) -> Rows:
    return Rows(
        ids=np.array([int(row["id"], 16) for row in rows], dtype=np.uint64),
        lon=np.array([row.get("lon") for row in rows], dtype=np.float64),
        lat=np.array([row.get("lat") for row in rows], dtype=np.float64),
        accuracy_m=np.array(
            [accuracy_m(row.get("accuracy_m"), row.get("coord_method")) for row in rows], float
        ),
        state=state,
        area=area,
        first_day=np.array([_day(row.get("valid_from"), -OPEN_DAY) for row in rows], dtype=np.int32),
        last_day=np.array([_day(row.get("valid_to"), OPEN_DAY) for row in rows], dtype=np.int32),
        synthetic=np.array([bool(row.get("synthetic")) for row in rows], dtype=bool),
    )


def _day(text: str | None, otherwise: int) -> int:
    return otherwise if text is None else int((np.datetime64(text).astype("M8[D]") - EPOCH).astype(int))
