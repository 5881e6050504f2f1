"""What of a layer is wanted in its tiles, in the words that every door uses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.core.audit import AuditRequest
from geo_registry.errors import ValueRefused
from geo_registry.registry import records, seeing
from geo_registry.registry.tiling.columns import Categories

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

PRIORITIES = ("high", "medium", "low")
"""Priorities there are (contract, `core.audit.ScoreRules`)."""
ALL = "all"
"""Status of a record that may have any."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records tiles hold and count.

    Attributes
    ----------
    kinds
        Names, labels or aliases of kinds; none means all.
    status
        ``active``, ``all`` or statuses, comma-separated.
    priorities
        ``high``, ``medium``, ``low``; none means all.
    districts
        Names of districts as records have them; none means all.
    flagged
        Whether only flagged ones.
    on
        Valid at; None for today.
    as_of
        Revision, or the day at whose end it was the newest; None for the newest of all.
    """

    kinds: tuple[str, ...] = ()
    status: str = ALL
    priorities: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    flagged: bool = False
    on: date | None = None
    as_of: int | date | None = None

    @property
    def dated(self) -> tuple[date | None, int | date | None]:
        """Of which day and revision a drawing is; whatever else is wanted is cut out of it."""
        return self.on, self.as_of

    @property
    def key(self) -> str:
        """Part of a tile's tag, equal where the same is wanted; empty where everything is."""
        if self == Wanted():
            return ""
        spelled = repr([getattr(self, name) for name in self.__slots__])
        return hashlib.sha256(spelled.encode()).hexdigest()[:12]

    def settled(self, house: House, viewer: Viewer) -> Wanted:
        """Give the same in the registry's own words, and equal where the same is meant.

        Raises
        ------
        ValueRefused
            ``KIND_UNKNOWN``, ``STATUS_UNKNOWN``, ``CHOICE_UNKNOWN``, or if there is no such revision.
        NotAllowed
            If a past revision is asked for without a right to the history.
        """
        for priority in self.priorities:
            if priority not in PRIORITIES:
                raise ValueRefused(
                    "CHOICE_UNKNOWN", option="priority", value=priority, known=", ".join(PRIORITIES)
                )
        kinds = {records.of_kind(house, name).name for name in self.kinds}
        return replace(
            self,
            kinds=tuple(sorted(kinds)),
            status=self.status if self.status == ALL else ",".join(sorted(self._statuses(house))),
            priorities=tuple(sorted(set(self.priorities))),
            districts=tuple(sorted(set(self.districts))),
            as_of=None if self.as_of is None else seeing.at(house, viewer, self.as_of),
        )

    def _statuses(self, house: House) -> set[str]:
        words = tuple(word.strip() for word in self.status.split(","))
        given = "active" if words == ("active",) else words
        return set(AuditRequest(on=house.today, statuses=given).listed(house.catalog))

    def among(self, categories: Categories) -> NDArray[np.bool_] | None:
        """Tell which categories are wanted, shape ``(categories,)``; None for all. It has been settled."""
        statuses = () if self.status == ALL else tuple(self.status.split(","))
        asked = {"kind": self.kinds, "status": statuses, "priority": self.priorities}
        parts = [categories.of(name).among(words) for name, words in asked.items() if words]
        if self.flagged:
            parts.append(categories.truth("flagged", otherwise=False))
        return np.logical_and.reduce(parts) if parts else None
