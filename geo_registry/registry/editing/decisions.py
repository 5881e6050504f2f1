"""What people have decided about likely twins, and which batches have been taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_registry.registry.house import House
    from geo_registry.store.chain import Commit

DECIDE = "decide"
"""Action of the commits that hold decisions."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What has been decided so far.

    Attributes
    ----------
    pairs
        Pairs of record ids about which somebody has decided.
    merged
        Id of a record that was put away as a copy, to the id of the one that is kept.
    """

    pairs: frozenset[frozenset[str]] = frozenset()
    merged: Mapping[str, str] = field(default_factory=dict)

    def settle(self, one: str, other: str) -> bool:
        """Tell whether somebody has decided about two records."""
        return frozenset((one, other)) in self.pairs


def decisions(house: House) -> Decisions:
    """Give the decisions that stand at the newest revision."""
    return house.recent.get(("decisions", house.store.revision()), lambda: _read(house.store.commits()))


def _read(commits: Sequence[Commit]) -> Decisions:
    undone = undone_by(commits)
    standing = [each for each in commits if each.action == DECIDE and not is_undone(str(each.batch), undone)]
    said: dict[frozenset[str], Mapping[str, Any]] = {}
    for each in standing:
        said[frozenset(map(str, _listed(each.details["ids"])))] = each.details
    merged = {str(one["void"]): str(one["kept"]) for one in said.values() if one["same"]}
    return Decisions(frozenset(said), merged)


def _listed(ids: Any) -> Sequence[object]:  # noqa: ANN401 (plain JSON)
    return list(ids)


def undone_by(commits: Sequence[Commit]) -> Mapping[str, Commit]:
    """Give each batch that was taken back, with the newest commit that did so."""
    return {str(each.details["undone"]): each for each in commits if each.action == "undo"}


def is_undone(batch: str, undone: Mapping[str, Commit]) -> bool:
    """Tell whether a batch is taken back, unless that undo was taken back itself.

    Parameters
    ----------
    batch
        Its name.
    undone
        From `undone_by`.
    """
    by = undone.get(batch)
    return by is not None and not is_undone(str(by.batch), undone)
