"""Pages of a list: its order, and which of its rows stand on a page."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_registry.errors import ValueRefused

SORTS = ("score", "name", "code", "kind", "status", "priority", "district", "township")
"""What a list can be sorted by."""
MOST_ROWS = 200
"""Rows of one page at the most: each is read whole."""
_RANK = {"low": 0, "medium": 1, "high": 2}
_TIES = ("name", "code", "id")


@dataclass(frozen=True, slots=True)
class View:
    """How a list is looked at.

    Attributes
    ----------
    sort
        One of `SORTS`, with ``-`` before it for descending; what is empty stands last either way.
    page
        1 for the first.
    per_page
        Rows of a page, 1 to `MOST_ROWS`.

    Raises
    ------
    ValueRefused
        ``CHOICE_UNKNOWN`` or ``LIMIT_TOO_HIGH``.
    """

    sort: str = "-score"
    page: int = 1
    per_page: int = 50

    def __post_init__(self) -> None:
        if self.sort.removeprefix("-") not in SORTS:
            raise ValueRefused("CHOICE_UNKNOWN", option="sort", value=self.sort, known=", ".join(SORTS))
        if not 1 <= self.per_page <= MOST_ROWS:
            raise ValueRefused("LIMIT_TOO_HIGH", value=self.per_page, limit=MOST_ROWS)

    def ordered(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Sort rows; those that are equal stand by name, code and id.

        Parameters
        ----------
        rows
            With `SORTS` and ``id``.

        Examples
        --------
        >>> rows = pd.DataFrame({"id": ["2", "1"], "name": ["b", None], "code": ["", ""]})
        >>> View("-name").ordered(rows)["id"].tolist()
        ['2', '1']
        """
        first = self.sort.removeprefix("-")
        keys = [first, *(name for name in _TIES if name != first and name in rows)]
        return rows.sort_values(
            keys,
            ascending=[not self.sort.startswith("-"), *(True for _ in keys[1:])],
            na_position="last",
            key=lambda column: column.map(_RANK) if column.name == "priority" else column,
            kind="stable",
        )

    def shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give the rows of the page; none where it is beyond the last."""
        return self.ordered(rows).iloc[(max(self.page, 1) - 1) * self.per_page :][: self.per_page]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes
    ----------
    rows
        Canonical frame, with ``score``, ``priority``, ``flagged`` and ``overdue`` of each source.
    total
        Rows of all pages.
    view
        How it was asked for.
    """

    rows: gpd.GeoDataFrame
    total: int
    view: View

    @property
    def pages(self) -> int:
        """How many pages there are: at least one."""
        return max(1, -(-self.total // self.view.per_page))
