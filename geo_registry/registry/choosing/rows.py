"""The rows that a choice is made among, and those that it leaves: from whole frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core import audit as core
from geo_registry.core import filters
from geo_registry.core.census import numbered
from geo_registry.core.frame import CRS
from geo_registry.core.ledger.searching import folded, holding
from geo_registry.registry import audits, records

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.registry.choosing.choice import Choice
    from geo_registry.registry.choosing.listing import View
    from geo_registry.registry.house import House

PLAIN = ("id", "kind", "status", "code", "name", "district", "township", "synthetic", "level")
"""Columns that the roll takes over as they are, as far as there are."""
RANKED = ("score", "priority", "flagged", "overdue")
"""What the roll says of sources beyond their own columns."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Where a roll is called: what is known of some kinds, at a revision, on a day, to a viewer.

    Attributes
    ----------
    house
        Where records are.
    viewer
        Who asks.
    kinds
        Names of the kinds.
    revision
        As known at.
    on
        Valid at.
    """

    house: House
    viewer: Viewer
    kinds: tuple[str, ...]
    revision: int
    on: date

    @property
    def _key(self) -> tuple[object, ...]:
        return self.kinds, self.revision, self.on, self.viewer.bounds

    def frame(self) -> gpd.GeoDataFrame:
        """Give every row with what it can be chosen by.

        Returns
        -------
        geopandas.GeoDataFrame
            `PLAIN`, ``row`` (its place in `records.frames` of these kinds), ``active``, ``score`` (NaN in no
            ring), ``priority``, ``flagged``, ``overdue`` and ``geometry``; not to be changed.
        """
        return self.house.recent.get(("roll", *self._key), self._called)

    def _called(self) -> gpd.GeoDataFrame:
        house = self.house
        known = records.frames(house, self.viewer, self.kinds, self.revision)
        held = np.flatnonzero(filters.valid_on(known, self.on))
        rows = known.iloc[held].reset_index(drop=True)
        ranked = rows["kind"].isin(house.catalog.of_role("source")).to_numpy(dtype=bool)
        own = audits.priorities(house, self.viewer, self.revision, self.on).reindex(rows["id"])
        priority = own["priority"].fillna("low").where(ranked, None).to_numpy()
        late = core.overdue(rows, catalog=house.catalog, on=self.on) != ""
        made = {
            "row": held,
            "active": rows["status"].isin(house.catalog.active).to_numpy(dtype=bool),
            "score": own["score"].to_numpy(dtype="float64"),
            "priority": pd.array(priority, dtype="str"),
            "flagged": own["flagged"].eq(other=True).to_numpy(dtype=bool),
            "overdue": late & ranked,
        }
        plain = pd.DataFrame(rows[[name for name in PLAIN if name in rows]])
        return gpd.GeoDataFrame(plain.assign(**made), geometry=rows.geometry.array, crs=CRS)

    def _said(self) -> pd.DataFrame:
        known = records.frames(self.house, self.viewer, self.kinds, self.revision)
        return folded(known.iloc[self.frame()["row"].to_numpy()].reset_index(drop=True))

    def chosen(self, choice: Choice) -> gpd.GeoDataFrame:
        """Give the rows that a settled choice leaves, as `frame` has them."""
        rows = self.frame()
        mask = filters.evaluate(choice.tree, rows)
        if choice.text:
            said = self.house.recent.get(("said", *self._key), self._said)
            mask &= holding(said, choice.text)
        return rows[mask]

    def shown(self, rows: pd.DataFrame, view: View) -> pd.DataFrame:
        """Give the rows of a page."""
        return view.shown(rows)

    def full(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Give all columns of some rows of the roll, in their order, and `RANKED`."""
        known = records.frames(self.house, self.viewer, self.kinds, self.revision)
        full = known.iloc[rows["row"].to_numpy()].reset_index(drop=True)
        return gpd.GeoDataFrame(full.assign(**{name: rows[name].array for name in RANKED}))

    def located(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Give of some rows of the roll those that have a position."""
        shapes = gpd.GeoSeries(rows["geometry"])
        return gpd.GeoDataFrame(rows[~(shapes.isna() | shapes.is_empty)], crs=CRS)

    def ids(self, choice: Choice) -> NDArray[np.uint64]:
        """Give the numbers that the ids write of what a settled choice leaves, ascending."""
        return np.sort(numbered(self.chosen(choice)["id"]))

    def placed(self, rows: pd.DataFrame) -> tuple[int, tuple[float, float, float, float] | None]:
        """Tell how many rows of the roll have a position, and their box in degrees."""
        shapes = self.located(rows).geometry
        if not len(shapes):
            return 0, None
        west, south, east, north = shapely.total_bounds(np.asarray(shapes.array, dtype=object))
        return len(shapes), (float(west), float(south), float(east), float(north))

    def areas(self) -> pd.DataFrame:
        """Count the rows by district and township."""
        named = pd.DataFrame(self.frame()[["district", "township"]])
        return named.value_counts(sort=False, dropna=False).rename("count").reset_index()
