"""One record at a time: corrections, moves, history, and decisions about likely twins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.registry.editing import changing, deciding, past
from geo_registry.registry.editing.deciding import Twin
from geo_registry.registry.editing.orders import ACTS, Difference, Edit, Edited, Version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House
    from geo_registry.store.chain import Commit

__all__ = ["ACTS", "Difference", "Edit", "Edited", "Editing", "Twin", "Version"]


@dataclass(frozen=True, slots=True)
class Editing:
    """What one viewer may do to single records.

    Attributes
    ----------
    house
        Where they are.
    viewer
        Who edits.
    """

    house: House
    viewer: Viewer

    def edit(self, record_id: str, order: Edit, *, version: int | None, by: str | None = None) -> Edited:
        """Correct a record, or tell that the thing itself changed on a day.

        Parameters
        ----------
        record_id
            The record.
        order
            What is to be changed, and how.
        version
            Number of the record's version that the editor has seen.
        by
            In whose name, where the owner edits for somebody.

        Raises
        ------
        NotAllowed, NotFound, VersionNeeded, Stale, ValueRefused, DatumError
            As `changing.edit` says.
        """
        return changing.edit(self.house, self.viewer, record_id, order, version=version, by=by)

    def move(
        self,
        record_id: str,
        changes: Mapping[str, object],
        *,
        on: date,
        version: int | None,
        reason: str = "",
    ) -> Edited:
        """Tell that a thing moved, or changed otherwise, on a day; parameters and errors as `edit`."""
        return self.edit(record_id, Edit(changes, "move", on, reason), version=version)

    def history(self, record_id: str) -> list[Version]:
        """Tell every version of a record, oldest first.

        Raises
        ------
        NotAllowed
            If the viewer may not look at the past.
        NotFound
            If there is no such record, or the viewer may not see it.
        """
        return past.history(self.house, self.viewer, record_id)

    def twins(self) -> list[Twin]:
        """List the likely twins about which nobody has decided.

        Raises
        ------
        NotAllowed
            If the viewer may not decide.
        """
        return deciding.twins(self.house, self.viewer)

    def decide(self, one: str, other: str, *, same: bool, reason: str = "", by: str | None = None) -> Commit:
        """Decide whether two records are one thing, once and for all.

        Parameters
        ----------
        one, other
            Ids of the records.
        same
            True to put the later one away as a copy; False never to be asked about the two again.
        reason
            Why.
        by
            In whose name, where the owner decides for somebody.

        Raises
        ------
        NotAllowed, NotFound, ValueRefused, Conflict
            As `deciding.decide` says.
        """
        return deciding.decide(self.house, self.viewer, (one, other), same=same, reason=reason, by=by)
