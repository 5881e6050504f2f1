"""What is chosen of the registry, in the words that every door uses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING

from geo_registry.core.audit import AuditRequest
from geo_registry.core.filters import And, BBox, Compare, Filter, In, KindIs, Near, Within
from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import ValueRefused
from geo_registry.registry import records, seeing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

PRIORITIES = ("high", "medium", "low")
"""Priorities there are (contract, `core.audit.ScoreRules`)."""
ALL = "all"
"""Status of a record that may have any."""
SOURCES = "sources"
"""Word for every kind that plays the role of a source."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records are meant: the same question to the map, a list, counts and an export.

    Attributes
    ----------
    kinds
        Names, labels or aliases of kinds, or ``sources`` for all of that role; none means all.
    status
        ``active``, ``all`` or statuses, comma-separated.
    priorities
        ``high``, ``medium``, ``low``; none means all.
    districts, townships
        As records have them; none means all.
    flagged
        Whether only flagged ones.
    on
        Valid at; None for today.
    as_of
        Revision, or the day at whose end it was the newest; None for the newest of all.
    overdue
        Whether only active ones that are past a deadline.
    text
        What code, name, address, township or USCC must hold, in any case and width; empty for anything.
    bbox
        W, S, E, N in degrees WGS 84; None for anywhere.
    near
        Longitude and latitude in degrees WGS 84 and a radius in metres; None for anywhere.
    within
        Longitudes and latitudes of a polygon's corners in turn, degrees WGS 84, the first one again at
        the end (`core.filters.Within`); None for anywhere.
    """

    kinds: tuple[str, ...] = ()
    status: str = ALL
    priorities: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    flagged: bool = False
    on: date | None = None
    as_of: int | date | None = None
    townships: tuple[str, ...] = ()
    overdue: bool = False
    text: str = ""
    bbox: tuple[float, float, float, float] | None = None
    near: tuple[float, float, float] | None = None
    within: tuple[float, ...] | None = None

    @property
    def dated(self) -> tuple[date | None, int | date | None]:
        """Of which day and revision it is; whatever else is chosen is cut out of that."""
        return self.on, self.as_of

    @property
    def key(self) -> str:
        """Part of a tile's tag, equal where the same is chosen; empty where everything is."""
        if self == Choice():
            return ""
        spelled = repr([getattr(self, one.name) for one in fields(self)])
        return hashlib.sha256(spelled.encode()).hexdigest()[:12]

    @property
    def by_row(self) -> bool:
        """Whether it asks for what only each row itself can tell, beyond a few words and the district."""
        return any((self.townships, self.overdue, self.text, self.bbox, self.near, self.within))

    @property
    def query(self) -> Iterator[tuple[str, str]]:
        """Names and values of an address that asks for this choice, once it is settled."""
        said = {
            "kind": ",".join(self.kinds),
            "status": "" if self.status == ALL else self.status,
            "priority": ",".join(self.priorities),
            "flagged": "true" if self.flagged else "",
            "district": ",".join(self.districts),
            "township": ",".join(self.townships),
            "overdue": "true" if self.overdue else "",
            "text": self.text,
            "bbox": ",".join(map(repr, self.bbox or ())),
            "near": ",".join(map(repr, self.near or ())),
            "within": ",".join(map(repr, self.within or ())),
            "on": str(self.on or ""),
            "as_of": "" if self.as_of is None else str(self.as_of),
        }
        return ((name, value) for name, value in said.items() if value)

    def settled(self, house: House, viewer: Viewer) -> Choice:
        """Give the same in the registry's own words, and equal where the same is meant.

        Raises
        ------
        ValueRefused
            ``KIND_UNKNOWN``, ``STATUS_UNKNOWN``, ``CHOICE_UNKNOWN``, ``BBOX_INVALID``,
            ``COORD_OUT_OF_RANGE``, ``RING_NOT_POSITIVE``, ``POLYGON_CORNERS``, ``POLYGON_OPEN``,
            ``POLYGON_CROSSES``, or if there is no such revision.
        NotAllowed
            If a past revision is asked for without a right to the history.
        """
        for priority in self.priorities:
            if priority not in PRIORITIES:
                raise ValueRefused(
                    "CHOICE_UNKNOWN", option="priority", value=priority, known=", ".join(PRIORITIES)
                )
        list(self._places())
        text = " ".join(self.text.split())
        return replace(
            self,
            kinds=tuple(sorted(self._kinds(house))),
            status=self.status if self.status == ALL else ",".join(sorted(self._statuses(house))),
            priorities=tuple(sorted(set(self.priorities))),
            districts=tuple(sorted(set(self.districts))),
            townships=tuple(sorted(set(self.townships))),
            text=text if fold(text) else "",
            as_of=None if self.as_of is None else seeing.at(house, viewer, self.as_of),
        )

    def _kinds(self, house: House) -> set[str]:
        every = house.catalog.of_role("source")
        named = (every if name == SOURCES else (records.of_kind(house, name).name,) for name in self.kinds)
        return {name for names in named for name in names}

    def _statuses(self, house: House) -> set[str]:
        words = tuple(word.strip() for word in self.status.split(","))
        given = "active" if words == ("active",) else words
        return set(AuditRequest(on=house.today, statuses=given).listed(house.catalog))

    def _places(self) -> Iterator[Filter]:
        if self.bbox is not None:
            yield BBox(*self.bbox)
        if self.near is not None:
            yield Near(*self.near)
        if self.within is not None:
            yield Within(tuple(zip(self.within[::2], self.within[1::2], strict=True)))

    @property
    def tree(self) -> Filter:
        """The filter for rows that say of themselves ``priority``, ``flagged`` and ``overdue``; without text.

        The choice has been settled.
        """
        among = {
            "status": () if self.status == ALL else tuple(self.status.split(",")),
            "priority": self.priorities,
            "district": self.districts,
            "township": self.townships,
        }
        parts: list[Filter] = [KindIs(self.kinds)] if self.kinds else []
        parts += [In(name, words) for name, words in among.items() if words]
        marks = {"flagged": self.flagged, "overdue": self.overdue}
        parts += [Compare(name, "=", value=True) for name, wanted in marks.items() if wanted]
        return And((*parts, *self._places()))
