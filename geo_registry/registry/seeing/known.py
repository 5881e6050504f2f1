"""All records of a kind as they were known, kept up to date by what each commit touched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo_registry.core.frame import CRS, conform, empty
from geo_registry.live.known import Known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.registry.house import House

COMMITS = 50
"""Commits that are caught up with one by one; after more, the kind is read anew."""
RECORDS = 500
"""Touched records that are read by their ids, in one statement and so in their order; with more, all are."""


def known(house: House, kind: str, revision: int) -> Known:
    """Give all records of a kind.

    Where the kind is known as of a few commits before, only what those touched is read: an edit of one
    record must not cost the reading of a hundred thousand.

    Parameters
    ----------
    house
        Where they are.
    kind
        Name of the kind.
    revision
        As known at.
    """
    before = house.known.get(kind)
    if before is not None and _touched(house, kind, before.revision, revision) == []:  # nothing to read
        found = replace(before, revision=revision)
        house.known[kind] = found
        return found
    return house.recent.get(("known", kind, revision), lambda: _load(house, kind, revision))


def _load(house: House, kind: str, revision: int) -> Known:
    before = house.known.get(kind)
    touched = None if before is None else _touched(house, kind, before.revision, revision)
    if before is None or touched is None:
        found = Known(revision, revision, _read(house, kind, revision))
    elif not touched:
        found = Known(revision, before.since, before.rows)
    else:
        fresh = Known(revision, revision, _read(house, kind, revision, touched))
        found = _mended(before, fresh, touched) or Known(revision, revision, _read(house, kind, revision))
    if before is None or revision > before.revision:
        house.known[kind] = found
    return found


def _read(house: House, kind: str, revision: int, ids: Sequence[str] | None = None) -> gpd.GeoDataFrame:
    fields = house.catalog.kinds[kind].fields
    found = house.store.records([kind], as_of=revision, ids=ids)
    return conform(found, fields) if len(found) else empty(fields)


def _touched(house: House, kind: str, then: int, now: int) -> Sequence[str] | None:
    """Name what the commits since then touched of a kind; None where that is too much, or then not before."""
    if not 0 <= now - then <= COMMITS:
        return None
    steps = [house.touched(step) for step in range(then + 1, now + 1)]
    ids = sorted({one for step in steps for one, its_kind in step.items() if its_kind == kind})
    return ids if len(ids) <= RECORDS else None


def _mended(before: Known, fresh: Known, touched: Sequence[str]) -> Known | None:
    """Put what was touched in the place of what it was before; None where columns nobody declared differ."""
    if set(fresh.rows.columns) != set(before.rows.columns) or not len(before.rows):
        return None
    stale = before.rows["id"].isin(touched)
    joined = pd.concat([before.rows[~stale], fresh.rows[before.rows.columns]], ignore_index=True)
    return Known(fresh.revision, fresh.since, gpd.GeoDataFrame(joined, geometry="geometry", crs=CRS))
