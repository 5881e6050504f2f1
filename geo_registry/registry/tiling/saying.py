"""What is said of single features and of counted groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.live.points import Cloud, Groups
from geo_registry.publish import tiles
from geo_registry.registry.tiling.columns import Categories, Describe

if TYPE_CHECKING:
    from numpy.typing import NDArray

Said = dict[str, "tiles.Attribute"]
"""Attributes by name."""


def of_singles(points: Cloud, categories: Categories, describe: Describe | None) -> Said:
    """Say of single points their id, what their category means, their score, and what is described.

    Parameters
    ----------
    points
        The points of one tile.
    categories
        What their categories mean.
    describe
        Gives what else is said of records; wins where it says the same.
    """
    said: Said = {"id": tiles.Attribute.each(tiles.Values.hexes(points.ids))}
    for name, coded in categories.each.items():
        whole = tiles.Attribute(coded.codes.astype(np.int32), tiles.Values.of(coded.words))
        said[name] = whole.take(points.category.astype(np.int64))
    if "score" in points.others:
        said["score"] = _numbers(points.others["score"])
    return said | dict(describe(points.ids) if describe else {})


def _numbers(column: NDArray[np.floating]) -> tiles.Attribute:
    known = ~np.isnan(column)
    different, at = np.unique(column[known], return_inverse=True)
    codes = np.full(len(column), -1, dtype=np.int32)
    codes[known] = at
    return tiles.Attribute(codes, tiles.Values.numbers(different.astype(np.float64)))


def of_groups(groups: Groups, categories: Categories) -> Said:
    """Say of groups how many they are: all, active, flagged, both by kind, and by priority; 0 is not said.

    Parameters
    ----------
    groups
        The groups of one tile.
    categories
        What their categories mean; without ``active`` all count as that, without ``flagged`` none.
    """
    sums = _sums(groups.counts, categories)
    table = np.column_stack(list(sums.values()))
    different, at = np.unique(table, return_inverse=True)
    values = tiles.Values.counts(different.astype(np.uint64))
    codes = np.where(table == 0, -1, at.reshape(table.shape)).astype(np.int32)
    said = {
        name: tiles.Attribute(codes[:, row], values) for row, name in enumerate(sums) if table[:, row].any()
    }
    yes = tiles.Attribute(np.zeros(len(table), dtype=np.int32), tiles.Values.of([True]))
    return said | {"cluster": yes}


def _sums(counts: NDArray[np.int64], categories: Categories) -> Mapping[str, NDArray[np.int64]]:
    active = categories.truth("active", otherwise=True)
    flagged = categories.truth("flagged", otherwise=False)
    every = np.ones(len(categories), dtype=bool)
    marks = {"n": every, "n_active": active, "n_flagged": flagged}
    for name, prefix in (("kind", "k_"), ("priority", "p_")):
        coded = categories.of(name)
        for code, word in enumerate(coded.words):
            marks[f"{prefix}{word}"] = coded.codes == code
    for code, word in enumerate(categories.of("kind").words):
        own = categories.of("kind").codes == code
        marks |= {f"a_{word}": own & active, f"f_{word}": own & flagged, f"fa_{word}": own & active & flagged}
    return {name: counts[:, mark].sum(axis=1) for name, mark in marks.items()}
