"""One filter for every door: what is chosen, how many that are, and pages of a list of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from geo_registry.errors import ValueRefused
from geo_registry.registry import seeing
from geo_registry.registry.choosing.choice import ALL, PRIORITIES, SOURCES, Choice
from geo_registry.registry.choosing.counting import MARKS, Counts, counts
from geo_registry.registry.choosing.listing import MOST_ROWS, SORTS, Page, View
from geo_registry.registry.choosing.long import LongRoll
from geo_registry.registry.choosing.reading import NAMES, parts, read
from geo_registry.registry.choosing.rows import Roll
from geo_registry.registry.choosing.scored import Scored
from geo_registry.registry.seeing import many, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

__all__ = [
    "ALL",
    "MARKS",
    "MOST_ROWS",
    "NAMES",
    "PRIORITIES",
    "SORTS",
    "SOURCES",
    "Choice",
    "Choosing",
    "Counts",
    "Page",
    "Roll",
    "Scored",
    "View",
    "chosen_ids",
    "parts",
    "read",
    "roll",
]

AREAS = ("district", "township")
"""Columns whose names are the records' own: what no record has is no fault, but worth a word."""


def roll(house: House, viewer: Viewer, kinds: Sequence[str], choice: Choice) -> Roll | LongRoll:
    """Call the roll of some kinds on the day and at the revision of a settled choice.

    Of more records than are held row by row a long roll is called where sources are among the kinds, of all
    of these.
    """
    revision, on = house.revision(choice.as_of), choice.on or house.today
    if many.is_whole(house, viewer.bounds, revision) or not set(kinds) & set(house.catalog.of_role("source")):
        return Roll(house, viewer, tuple(kinds), revision, on)
    return LongRoll(Scored(house, viewer, on, numbers.standing(house, revision)))


def chosen_ids(house: House, viewer: Viewer, kinds: Sequence[str], choice: Choice) -> NDArray[np.uint64]:
    """Name what a settled choice leaves of the roles of some kinds, by the numbers that ids write.

    The roll of a role is called once for whoever asks for some of its kinds.
    """
    roles = dict.fromkeys(house.catalog.kinds[kind].role for kind in kinds)
    found = [roll(house, viewer, house.catalog.of_role(role), choice).ids(choice) for role in roles]
    return np.concatenate(found) if found else np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Choosing:
    """Sources as one viewer chooses among them.

    Attributes
    ----------
    house
        Where records are.
    viewer
        Who asks.
    """

    house: House
    viewer: Viewer

    def settled(self, choice: Choice) -> Choice:
        """Give a choice of sources in the registry's own words.

        Raises
        ------
        ValueRefused
            As from `Choice.settled`; ``KIND_NOT_SOURCE``.
        NotAllowed
            As from `Choice.settled`.
        SignInNeeded
            ``COUNTS_ONLY``: with filters to choose from, counts would tell of single sources.
        """
        seeing.must_see_each(self.viewer)
        settled = choice.settled(self.house, self.viewer)
        sources = self.house.catalog.of_role("source")
        for kind in settled.kinds:
            if kind not in sources:
                raise ValueRefused("KIND_NOT_SOURCE", value=kind, known=", ".join(sources))
        return replace(settled, kinds=() if set(settled.kinds) == set(sources) else settled.kinds)

    def counts(self, choice: Choice) -> Counts:
        """Count what a choice leaves.

        Raises
        ------
        ValueRefused, NotAllowed, SignInNeeded
            As from `settled`.
        """
        settled, called = self._called(choice)
        rows = called.chosen(settled)
        return counts(rows, called.kinds, placed=called.placed(rows))

    def rows(self, choice: Choice) -> gpd.GeoDataFrame:
        """Give the rows of a choice that have a position, as `Roll.frame`, the highest score first."""
        settled, called = self._called(choice)
        return gpd.GeoDataFrame(View().ordered(called.located(called.chosen(settled))))

    def full(self, choice: Choice, most: int) -> gpd.GeoDataFrame:
        """Give all columns of what a choice leaves, as `Page.rows`, the highest score first.

        Raises
        ------
        ValueRefused
            ``ANSWER_TOO_WIDE`` if they are more than `most`; else as from `settled`.
        NotAllowed, SignInNeeded
            As from `settled`.
        """
        settled, called = self._called(choice)
        rows = called.chosen(settled)
        if len(rows) > most:
            raise ValueRefused("ANSWER_TOO_WIDE", value=len(rows), limit=most)
        return called.full(View().ordered(rows))

    def page(self, choice: Choice, view: View | None = None) -> Page:
        """Give a page of the list of what a choice leaves; errors as from `counts`."""
        settled, called = self._called(choice)
        rows, wanted = called.chosen(settled), view or View()
        return Page(called.full(called.shown(rows, wanted)), len(rows), wanted)

    def areas(self, choice: Choice) -> pd.DataFrame:
        """Count sources by district and township, whatever else is chosen than the day and revision.

        Returns
        -------
        pandas.DataFrame
            ``district``, ``township`` and ``count``, sorted; empty names as None.

        Raises
        ------
        ValueRefused, NotAllowed, SignInNeeded
            As from `settled`.
        """
        _, called = self._called(Choice(on=choice.on, as_of=choice.as_of))
        return called.areas()

    def unknown(self, choice: Choice) -> Mapping[str, list[str]]:
        """Name the districts and townships of a choice that no source has; errors as from `areas`."""
        asked = {"district": choice.districts, "township": choice.townships}
        if not any(asked.values()):
            return {}
        there = self.areas(choice)
        missing = {name: sorted(set(words).difference(there[name])) for name, words in asked.items()}
        return {name: words for name, words in missing.items() if words}

    def _called(self, choice: Choice) -> tuple[Choice, Roll | LongRoll]:
        settled = self.settled(choice)
        return settled, roll(self.house, self.viewer, self.house.catalog.of_role("source"), settled)
