"""Points of a layer as plain columns, and the categories that groups of them are counted by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from geo_registry.live.points import Cloud, cloud
from geo_registry.publish import tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CATEGORIES = 65_536
"""What their numbers, of 16 bits, can tell apart."""
Word = str | bool
"""What a code may stand for."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few different words.

    Attributes
    ----------
    codes
        Which word each row has, -1 for none, shape ``(n,)``.
    words
        The words by code.

    Examples
    --------
    >>> kinds = Coded.of(pd.Series(["kiln", None, "site"]))
    >>> kinds.codes.tolist(), kinds.words
    ([0, -1, 1], ('kiln', 'site'))
    """

    codes: NDArray[np.integer[Any]]
    words: tuple[Word, ...]

    @classmethod
    def of(cls, column: pd.Series[Any]) -> Coded:
        """Give the codes of a column, its words in their own order."""
        codes, words = pd.factorize(column, sort=True)
        return cls(codes.astype(np.int32), tuple(cast("Word", _plain(word)) for word in words))

    def take(self, rows: NDArray[np.integer[Any]] | NDArray[np.bool_] | slice) -> Coded:
        """Give the column of some rows."""
        return Coded(self.codes[rows], self.words)

    def among(self, words: Sequence[Word]) -> NDArray[np.bool_]:
        """Tell of each row whether its word is one of some."""
        known = np.array([word in words for word in self.words] + [False])
        found: NDArray[np.bool_] = known[self.codes]
        return found


def _plain(word: object) -> object:
    return bool(word) if isinstance(word, np.bool_) else word


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Points as plain columns, in any order.

    Attributes
    ----------
    lon, lat
        Degrees WGS 84, shape ``(n,)``; no NaN.
    ids
        Records: the number that their 16 hex digits write, shape ``(n,)``.
    coded
        What features say and groups count in few words: ``kind``, ``status``, ``active``, ``priority``,
        ``flagged``, ``synthetic``, ``level``, as far as there are; each pair of them that occurs together
        makes a category, so nothing of many words.
    score
        Points from 0 to 100, NaN for none, shape ``(n,)``; None where there are no scores.
    district
        Names of districts; None where none is known.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    ids: NDArray[np.uint64]
    coded: Mapping[str, Coded]
    score: NDArray[np.floating[Any]] | None = None
    district: Coded | None = None

    def cloud(self, categories: NDArray[np.uint16]) -> Cloud:
        """Sort the points; the category of each is given, shape ``(n,)``."""
        others: dict[str, NDArray[Any]] = {}
        if self.score is not None:
            others["score"] = self.score.astype(np.float32)
        if self.district is not None:
            others["district"] = self.district.codes.astype(np.int32)
        return cloud(tiles.world(self.lon, self.lat), self.ids, categories, others)


@dataclass(frozen=True, slots=True)
class Categories:
    """What the numbers of categories mean.

    Attributes
    ----------
    each
        By name of a column the word of each category, shape ``(categories,)``.

    Examples
    --------
    >>> kinds = Coded(np.array([0, 1, 1]), ("kiln", "site"))
    >>> active = Coded(np.array([1, 0, 0]), (False, True))
    >>> numbers, meant = Categories().grown({"kind": kinds, "active": active})
    >>> numbers.tolist(), meant.of("kind").codes.tolist(), meant.of("active").codes.tolist()
    ([0, 1, 1], [0, 1], [1, 0])
    """

    each: Mapping[str, Coded] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.each.values())).codes) if self.each else 0

    def pooled(self, names: Sequence[str]) -> tuple[NDArray[np.intp], Categories]:
        """Count together what is the same in some columns: give the sum of each, and what sums mean."""
        numbers, meant = Categories().grown({name: one for name, one in self.each.items() if name in names})
        return (numbers.astype(np.intp) if meant.each else np.zeros(len(self), dtype=np.intp)), meant

    def of(self, name: str) -> Coded:
        """Give the word of each category in a column; none of them has one where there is no such column."""
        return self.each.get(name) or Coded(np.full(len(self), -1), ())

    def truth(self, name: str, *, otherwise: bool) -> NDArray[np.bool_]:
        """Tell of each category whether something is true of it; as is said where that is not known."""
        return self.of(name).among((True,)) if name in self.each else np.full(len(self), otherwise)

    def grown(self, coded: Mapping[str, Coded]) -> tuple[NDArray[np.uint16], Categories]:
        """Give rows the numbers of their categories; those not met before come after the ones there are.

        Parameters
        ----------
        coded
            Columns of the rows, the same ones every time; their words may only grow at the end.

        Returns
        -------
        tuple
            The category of each row, shape ``(n,)``, and what the numbers mean from now on.

        Raises
        ------
        OverflowError
            If there are more than `MOST_CATEGORIES`: some column has too many words to be counted by.
        """
        both = {
            name: np.concatenate([self.of(name).codes, column.codes]).astype(np.int64) + 1
            for name, column in coded.items()
        }
        numbers, firsts = _numbered(list(both.values()))
        if len(firsts) > MOST_CATEGORIES:
            raise OverflowError(len(firsts))
        each = {name: Coded(both[name][firsts] - 1, coded[name].words) for name in coded}
        return numbers[len(self) :].astype(np.uint16), Categories(each)


def _numbered(columns: list[NDArray[np.int64]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give equal rows one number, in the order they are met, and tell where each was met first."""
    if not columns:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    key = columns[0]
    for column in columns[1:]:
        key = key * (int(column.max(initial=0)) + 1) + column
        # kept dense, so that the product of many columns never grows beyond what a number holds
        key = np.asarray(pd.factorize(key)[0])
    numbers, met = pd.factorize(key)
    first = np.full(len(met), -1, dtype=np.intp)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return numbers, first


Describe = Callable[["NDArray[np.uint64]"], Mapping[str, "tiles.Attribute"]]
"""Gives by name what else is said of some records, in their order."""
