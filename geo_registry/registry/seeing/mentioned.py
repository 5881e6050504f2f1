"""What holds a text, where the records are more than memory holds whole: the database looks for it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.core.census import seen
from geo_registry.core.frame import joined
from geo_registry.core.ledger.reading.cell import fold
from geo_registry.core.ledger.searching import folded, holding
from geo_registry.core.ledger.versions import standing
from geo_registry.registry.seeing import many, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_registry.core.bounds import Bounds
    from geo_registry.registry.house import House

AT_A_TIME = 500
"""Versions that the database names at a time."""
_NUL = "\x00"


def mentioning(
    house: House, bounds: Bounds, kinds: Sequence[str], *, text: str, limit: int
) -> gpd.GeoDataFrame:
    """Find records of today whose code, name, address, township or USCC holds a text.

    Parameters
    ----------
    house, bounds, kinds
        As for `many.rows_of`.
    text
        What to look for: as it is, without blanks, and in half width; what is stored otherwise is not found.
    limit
        How many at the most.
    """
    revision, after = house.revision(), -1
    found: list[gpd.GeoDataFrame] = []
    words = [] if _NUL in text else _spellings(text)
    more = bool(words)
    while more and sum(map(len, found)) < limit:
        named = house.store.mentions(words, after=after, rows=AT_A_TIME)
        if not named:
            break
        more, after = len(named) == AT_A_TIME, named[-1][0]
        ids = np.unique(np.array([int(name, 16) for _, name in named], dtype=np.uint64))
        ids = _seen(house, bounds, ids)
        rows = standing(many.rows_of(house, bounds, kinds, revision=revision, ids=ids), house.today)
        found.append(rows[holding(folded(rows), text)])
    return joined(found).drop_duplicates("id", ignore_index=True).head(limit)


def _spellings(text: str) -> list[str]:
    half = unicodedata.normalize("NFKC", text).strip()
    return list(dict.fromkeys([text.strip(), half, "".join(half.split()), fold(text)]))


def _seen(house: House, bounds: Bounds, ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give those of some records of which any version is seen: what is hidden is not read."""
    now = numbers.standing(house, house.revision())
    base = now.base.at(np.setdiff1d(now.rows_of(ids), now.gone))
    parts = [part.rows.ids[seen(part, bounds, house.catalog)] for part in (base, now.fresh.of(ids))]
    return np.intersect1d(ids, np.concatenate(parts))
