"""Rows as their viewers see them: the one way from the store to everything that is shown or leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from geo_registry.core.access import Viewer, must, own, published, visible
from geo_registry.core.bounds import Bounds, within
from geo_registry.core.frame import joined
from geo_registry.core.ledger.versions import standing
from geo_registry.errors import NotFound, SignInNeeded
from geo_registry.registry.seeing import many
from geo_registry.registry.seeing.known import known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import numpy as np
    import pandas as pd
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
        return joined([frame(house, viewer, kind, revision) for kind in kinds])

    since = tuple(known(house, kind, revision).since for kind in kinds)
    key = ("frames", tuple(kinds), since, bounds_of(house, viewer, *kinds))
    return house.recent.get(key, load).copy(deep=False)


def with_contacts(house: House, viewer: Viewer, kinds: Sequence[str], revision: int) -> gpd.GeoDataFrame:
    """Give records with all their columns, as an analyst reads them in Python; parameters as `frames`.

    Restricted fields are empty where the viewer has no right to them.
    """
    return joined([visible(viewer, known(house, kind, revision).rows, house.catalog) for kind in kinds])


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
    found = _versions(house, viewer, record_id, revision)
    if found is None:
        raise NotFound("RECORD_UNKNOWN", value=record_id)
    rows, newest = found
    at_last = standing(rows, house.today).iloc[[0]]
    kind = house.catalog.kinds[str(at_last["kind"].iloc[0])]
    mine = viewer.may("contacts") and bool(own(viewer, at_last)[0])
    said: pd.Series[Any] = (at_last if mine else published(at_last, kind)).iloc[0].copy()
    said["version"] = newest
    return said


def _versions(
    house: House, viewer: Viewer, record_id: str, revision: int
) -> tuple[gpd.GeoDataFrame, int] | None:
    """Give the versions of a record that the viewer sees, and the number of its newest; None without any.

    What is hidden is found out without reading it: it must not take longer than what is missing.
    """
    if not many.is_whole(house, viewer.bounds, revision):
        return many.versions_of(house, viewer.bounds, record_id, revision)
    kind, places = _places(house, revision).get(record_id, NOWHERE)
    seen = _seen(house, bounds_of(house, viewer, kind), kind, revision) if kind else ()
    shown = [place for place in places if seen[place]]
    if kind is None or not shown:
        return None
    rows = known(house, kind, revision).rows
    return rows.iloc[shown], int(rows["version"].iloc[list(places)].max())


NOWHERE: tuple[str | None, tuple[int, ...]] = (None, ())
"""Place of a record that is not there."""


def _places(house: House, revision: int) -> Mapping[str, tuple[str | None, tuple[int, ...]]]:
    """Tell of every record in which frame and rows its versions stand."""

    def look() -> dict[str, tuple[str | None, tuple[int, ...]]]:
        found: dict[str, tuple[str | None, tuple[int, ...]]] = {}
        for kind in house.catalog.kinds:
            for place, name in enumerate(known(house, kind, revision).rows["id"]):
                before = found.get(name, NOWHERE)[1]
                found[name] = kind, (*before, place)
        return found

    return house.recent.get(("places", revision), look)
