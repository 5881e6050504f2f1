"""What is said of single features and of counted groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.live.points import Cloud, Groups
from geo_registry.publish import tiles
from geo_registry.registry.tiling.columns import Categories, Coded, Describe, Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

Said = dict[str, "tiles.Attribute"]
"""Attributes by name."""
_LOOKED_UP = 100_000
"""Greatest sum up to which a table of all numbers below is quicker than sorting the sums."""


@dataclass(frozen=True, slots=True)
class Words:
    """What categories mean, as tiles say it; all columns share one table of words.

    Attributes
    ----------
    names
        Of the columns.
    codes
        Words by category and column, -1 for none, shape ``(categories, columns)``.
    values
        The words.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int32]
    values: tiles.Values

    @classmethod
    def of(cls, categories: Categories) -> Words:
        """Write down what categories mean."""
        codes = np.full((len(categories), len(categories.each)), -1, dtype=np.int32)
        words: list[Word] = []
        for at, coded in enumerate(categories.each.values()):
            codes[:, at] = np.where(coded.codes < 0, -1, coded.codes + len(words))
            words += coded.words
        return cls(tuple(categories.each), codes, tiles.Values.of(words))

    def said(self, category: NDArray[np.uint16]) -> Said:
        """Say what the categories of some points mean, with the words that it takes and no other."""
        codes, values = self.values.used(self.codes[category])
        return {name: tiles.Attribute(codes[:, at], values) for at, name in enumerate(self.names)}


def of_singles(points: Cloud, words: Words, describe: Describe | None) -> Said:
    """Say of single points their id, what their category means, their score, and what is described.

    Parameters
    ----------
    points
        The points of one tile.
    words
        What their categories mean.
    describe
        Gives what else is said of records; wins where it says the same.
    """
    said = {"id": tiles.Attribute.each(tiles.Values.hexes(points.ids)), **words.said(points.category)}
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
        What their sums mean; without ``active`` all count as that, without ``flagged`` none.
    """
    sums = _sums(groups.counts, categories)
    codes, values = _table(np.column_stack(list(sums.values())))
    said = {name: tiles.Attribute(codes[:, at], values) for at, name in enumerate(sums)}
    yes = tiles.Attribute(np.zeros(len(codes), dtype=np.int32), tiles.Values.of([True]))
    return said | {"cluster": yes}


def _table(sums: NDArray[np.int64]) -> tuple[NDArray[np.int32], tiles.Values]:
    """Write the different sums down once, and give the number of each; -1 for 0."""
    most = int(sums.max(initial=0))
    if most > _LOOKED_UP:
        different, numbers = np.unique(sums, return_inverse=True)
        zero = int(different[0] == 0)
        return (numbers.reshape(sums.shape) - zero).astype(np.int32), _counts(different[zero:])
    there = np.zeros(most + 1, dtype=bool)
    there[sums.ravel()] = True
    there[0] = False
    different = np.flatnonzero(there)
    known = np.full(most + 1, -1, dtype=np.int32)
    known[different] = np.arange(len(different))
    return known[sums], _counts(different)


def _counts(different: NDArray[np.integer]) -> tiles.Values:
    return tiles.Values.counts(different.astype(np.uint64))


def _sums(counts: NDArray[np.int64], categories: Categories) -> dict[str, NDArray[np.int64]]:
    """Add the categories up; a kind or priority that none of the groups has is left out."""
    kind, priority = categories.of("kind"), categories.of("priority")
    active = categories.truth("active", otherwise=True)
    flagged = categories.truth("flagged", otherwise=False)
    sums = {"n": counts.sum(axis=1)}
    sums["n_active"], sums["n_flagged"] = (counts[:, mark].sum(axis=1) for mark in (active, flagged))
    there: NDArray[np.bool_] = np.asarray(counts.any(axis=0))
    parts = {
        "p": (priority, there),
        "k": (kind, there),
        "a": (kind, there & active),
        "f": (kind, there & flagged),
        "fa": (kind, there & active & flagged),
    }
    for prefix, (coded, mark) in parts.items():
        sums |= {f"{prefix}_{word}": each for word, each in _by_word(counts, coded, mark)}
    return sums


def _by_word(
    counts: NDArray[np.int64], coded: Coded, mark: NDArray[np.bool_]
) -> Iterator[tuple[Word, NDArray[np.int64]]]:
    """Add up the categories that are marked by the words of a column."""
    chosen = np.flatnonzero(mark & (coded.codes >= 0))
    chosen = chosen[np.argsort(coded.codes[chosen], kind="stable")]
    words, first = np.unique(coded.codes[chosen], return_index=True)
    each = np.add.reduceat(counts[:, chosen], first, axis=1) if len(first) else counts[:, :0]
    return zip([coded.words[code] for code in words], each.T, strict=True)
