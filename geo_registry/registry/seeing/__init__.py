"""Rows as their viewers see them: the one way from the store to everything that is shown or leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo_registry.core.access import Viewer, must, own, published, visible
from geo_registry.core.bounds import Bounds, within
from geo_registry.core.frame import CRS, conform, empty
from geo_registry.core.ledger.versions import standing
from geo_registry.errors import NotFound, SignInNeeded
from geo_registry.registry.seeing.known import known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from geo_registry.registry.house import House


def at(house: House, viewer: Viewer, as_of: int | date | None) -> int:
    """Give the revision a viewer's question is answered at.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    as_of
        The one asked for, or a day at whose end it was the newest; None for the newest of all.

    Raises
    ------
    ValueRefused
        If there is no such revision yet.
    NotAllowed
        If it is a past one and the viewer has no right to the history.
    """
    revision = house.revision(as_of)
    if as_of is not None and revision != house.revision():
        must(viewer, "history")
    return revision


def must_see_each(viewer: Viewer) -> None:
    """Refuse to show single sources where only counts are shown.

    Raises
    ------
    SignInNeeded
        ``COUNTS_ONLY``.
    """
    if viewer.counts_only:
        raise SignInNeeded("COUNTS_ONLY")


def frame(house: House, viewer: Viewer, kind: str, revision: int) -> gpd.GeoDataFrame:
    """Give the records of one kind as they were known at a revision: the one way to rows that leave.

    Every map, tile, search, audit, export and report is made of these frames, so that what one may not see
    is in none of them, and no contact in any.

    Parameters
    ----------
    house
        Where they are.
    viewer
        Who asks.
    kind
        Name of the kind.
    revision
        As known at.

    Returns
    -------
    geopandas.GeoDataFrame
        WGS 84, the canonical columns but for those that are restricted; the caller may change it.
    """
    bounds, since = bounds_of(house, viewer, kind), known(house, kind, revision).since

    def look() -> gpd.GeoDataFrame:
        rows, seen = _published(house, kind, revision), _seen(house, bounds, kind, revision)
        return rows if seen.all() else rows[seen].reset_index(drop=True)

    return house.recent.get(("frame", kind, since, bounds), look).copy(deep=False)


def bounds_of(house: House, viewer: Viewer, *kinds: str) -> Bounds:
    """Give the bounds under which answers about some kinds are kept: those who see the same share them."""
    own = {viewer.bounds.of_role(house.catalog.kinds[kind].role) for kind in kinds}
    return own.pop() if len(own) == 1 else viewer.bounds


def _published(house: House, kind: str, revision: int) -> gpd.GeoDataFrame:
    found = known(house, kind, revision)
    return house.recent.get(
        ("published", kind, found.since), lambda: published(found.rows, house.catalog.kinds[kind])
    )


def _seen(house: House, bounds: Bounds, kind: str, revision: int) -> NDArray[np.bool_]:
    found = known(house, kind, revision)
    return house.recent.get(
        ("seen", kind, found.since, bounds), lambda: within(bounds, found.rows, house.catalog)
    )


def frames(house: House, viewer: Viewer, kinds: Sequence[str], revision: int) -> gpd.GeoDataFrame:
    """Give the records of several kinds in one frame; a column some kinds lack is empty there.

    Parameters
    ----------
    house
        Where they are.
    viewer
        Who asks.
    kinds
        Names of the kinds.
    revision
        As known at.
    """

    def load() -> gpd.GeoDataFrame:
        return _joined([frame(house, viewer, kind, revision) for kind in kinds])

    since = tuple(known(house, kind, revision).since for kind in kinds)
    key = ("frames", tuple(kinds), since, bounds_of(house, viewer, *kinds))
    return house.recent.get(key, load).copy(deep=False)


def _joined(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty()
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=CRS)


def with_contacts(house: House, viewer: Viewer, kinds: Sequence[str], revision: int) -> gpd.GeoDataFrame:
    """Give records with all their columns, as an analyst reads them in Python; parameters as `frames`.

    Restricted fields are empty where the viewer has no right to them.
    """
    return _joined([visible(viewer, known(house, kind, revision).rows, house.catalog) for kind in kinds])


def one(house: House, viewer: Viewer, record_id: str, revision: int) -> pd.Series[Any]:
    """Give one record as it is today, else as it was last, as far as the viewer sees its versions.

    It has its contacts where the viewer has a right to them and the record is its own. What does not exist
    and what may not be seen take the same way and end alike.

    Returns
    -------
    pandas.Series
        The columns that the viewer may read. The ``version`` is the record's newest, which an edit must
        name, also where one before it holds today.

    Raises
    ------
    NotFound
        If there is none, or the viewer may not see it.
    """
    found, newest = house.store.standing(record_id, as_of=revision)
    kind = house.catalog.kinds.get(str(found["kind"].iloc[0])) if len(found) else None
    rows = conform(found, kind.fields) if kind else empty()
    shown = rows[within(bounds_of(house, viewer, kind.name), rows, house.catalog)] if kind else rows
    if kind is None or not len(shown):
        raise NotFound("RECORD_UNKNOWN", value=record_id)
    at_last = standing(shown, house.today).iloc[[0]]
    mine = viewer.may("contacts") and bool(own(viewer, at_last)[0])
    said: pd.Series[Any] = (at_last if mine else published(at_last, kind)).iloc[0].copy()
    said["version"] = newest
    return said
