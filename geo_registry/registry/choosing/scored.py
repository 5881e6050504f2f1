"""Sources in numbers as somebody sees them on a day, and their points by the national stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_registry.core import audit as core
from geo_registry.core.census import Census, Measure, of_kinds, seen
from geo_registry.registry import audits, records, seeing
from geo_registry.registry.seeing import numbers
from geo_registry.registry.seeing.known import known

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.live.standing import Standing
    from geo_registry.registry.house import House


class Scored(NamedTuple):
    """What asks of sources in numbers.

    Attributes
    ----------
    house
        Where records are.
    viewer
        Who asks.
    on
        Valid at.
    now
        The records, all that are known at a revision.
    """

    house: House
    viewer: Viewer
    on: date
    now: Standing

    @property
    def ranked_by(self) -> tuple[int, ...]:
        """Tell when stations and zones were touched last."""
        return tuple(known(self.house, kind, self.now.revision).since for kind in self._judges)

    @property
    def _judges(self) -> tuple[str, ...]:
        return self.house.catalog.of_role("station", "zone")

    def shown(self, census: Census) -> NDArray[np.bool_]:
        """Tell which rows are sources that the viewer sees, true on the day."""
        kinds = self.house.catalog.of_role("source")
        held = seen(census, self.viewer.bounds, self.house.catalog) & of_kinds(census, kinds)
        valid = census.valid(self.on)
        return held if valid is None else held & valid

    def standing(self) -> NDArray[np.bool_]:
        """Tell as `shown` does which rows of the base hold still."""
        held = self.shown(self.now.base)
        held[self.now.gone] = False
        return held

    def points(self, census: Census) -> NDArray[np.float64]:
        """Score each row from 0 to 100 by the national stations; NaN in no ring."""
        made = numbers.measure(
            self.house, census.states, ("points", *self._question), lambda: self._measure(census.states)
        )
        return made.points(census)

    def standing_points(self) -> NDArray[np.float64]:
        """Score the rows of the base, once until a station or zone is touched."""
        question = ("base points", self.now.since, *self._question)
        return self.house.recent.get(question, lambda: self.points(self.now.base))

    @property
    def _question(self) -> tuple[object, ...]:
        return self.ranked_by, self.on, seeing.bounds_of(self.house, self.viewer, *self._judges)

    def _measure(self, states: pd.DataFrame) -> Measure:
        house, revision = self.house, self.now.revision
        zones = records.of_role(house, self.viewer, revision, "zone")
        return Measure.of(
            states,
            records.stations(house, self.viewer, revision, on=self.on, wanted=((), audits.NATIONAL)),
            catalog=house.catalog,
            request=core.AuditRequest(
                rings_m=audits.DEFAULT_RINGS_M, on=self.on, kinds=house.catalog.of_role("source")
            ),
            zones=records.valid_on(zones, self.on),
        )
