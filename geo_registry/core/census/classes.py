"""What sources of a census have in common for an audit: their class, and what each class is worth."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.audit.rows import counted_kinds, zone_rows
from geo_registry.core.audit.score import CONDITIONS, Case, ScoreRules, conditions, score_of
from geo_registry.core.census.columns import Census
from geo_registry.core.kinds import Catalog
from geo_registry.core.space.grid import Classed


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The classes of all censuses that are told in the same states.

    Attributes
    ----------
    states
        Their table.
    kinds
        Names of the kinds that are counted, shape (k,).
    table
        What sources of a class have in common: ``kind`` (place in `kinds`), ``active``, ``listed`` and for
        each scoring ring the ``points`` of a pair there.
    lookup
        By state and zone the place in the table, from 1; 0 for what is not counted.
    zones
        Condition zones with the number of their kind, that of the first kind last: it decides.
    a_state
        Numbers that a state takes, one for no zone among them.
    """

    states: pd.DataFrame
    kinds: tuple[str, ...]
    table: pd.DataFrame
    lookup: NDArray[np.intp]
    zones: tuple[tuple[int, Any], ...]
    a_state: int

    @classmethod
    def of(
        cls, states: pd.DataFrame, catalog: Catalog, request: AuditRequest, zones: gpd.GeoDataFrame | None
    ) -> Classes:
        """Work out the classes of some states; parameters and errors as `Measure.of`."""
        kinds = counted_kinds(states, catalog, request)
        names = ["", *(name for name in catalog.of_role("zone") if catalog.kinds[name].condition_zone)]
        said = conditions(gpd.GeoDataFrame(states), catalog=catalog, on=request.on)
        said["active"] = states["status"].isin(catalog.active)
        said["listed"] = states["status"].isin(request.listed(catalog))
        each = said.loc[said.index.repeat(len(names))].assign(zone=names * len(said))
        counted = each["kind"].isin(kinds).to_numpy()
        each = each[counted]
        number = each.groupby([*CONDITIONS, "active", "listed"], sort=False, dropna=False).ngroup().to_numpy()
        lookup = np.zeros(len(counted) + 1, dtype=np.intp)
        lookup[np.flatnonzero(counted)] = number + 1
        table = _class_table(each.iloc[pd.Series(number).drop_duplicates().index], kinds, request.rules)
        return cls(states, kinds, table, lookup, _numbered(zone_rows(zones, request.on), names), len(names))

    def classed(self, census: Census, request: AuditRequest) -> Classed:
        """Give each row the number of its state and zone; the last number where it is not true on the day.

        Parameters
        ----------
        census
            Told in these states.
        request
            Its day counts.
        """
        codes = census.rows.state * np.int32(self.a_state)
        if self.zones:
            codes = codes + self._zone_numbers(census)
        valid = census.valid(request.on)
        if valid is not None:
            codes[~valid] = len(self.lookup) - 1
        return Classed(codes, self.lookup)

    def _zone_numbers(self, census: Census) -> NDArray[np.int32]:
        """Tell in which condition zone each row lies: the first kind that holds it, 0 for none."""
        number, grid = np.zeros(len(census), dtype=np.int32), census.grid
        for at, shape in self.zones:
            west, south, east, north = shape.bounds
            near = (grid.lat >= south) & (grid.lat <= north) & (grid.lon >= west) & (grid.lon <= east)
            inside = np.flatnonzero(near)
            hit = shapely.intersects_xy(shape, grid.lon[inside], grid.lat[inside])
            number[inside[hit]] = at
            number[census.shaped[shapely.intersects(shape, census.shapes)]] = at
        return number


def _numbered(zones: gpd.GeoDataFrame | None, names: Sequence[str]) -> tuple[tuple[int, Any], ...]:
    if zones is None:
        return ()
    shapely.prepare(zones.geometry.to_numpy())
    return tuple(
        (at, shape)
        for at in range(len(names) - 1, 0, -1)
        for shape in zones[zones["kind"] == names[at]].geometry
    )


def _class_table(classes: pd.DataFrame, kinds: Sequence[str], rules: ScoreRules) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": [kinds.index(name) for name in classes["kind"]],
            "active": classes["active"].to_numpy(),
            "listed": classes["listed"].to_numpy(),
            "points": [
                [score_of(Case(ring=ring, **case), rules).points for ring in range(len(rules.ring_points))]
                for case in map(_case, classes[list(CONDITIONS)].to_dict("records"))
            ],
        }
    )


def _case(said: dict[Hashable, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in said.items()}
