"""Audits of more records than memory holds whole: counts without pairs, and pairs some stations at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_registry.core import audit as core
from geo_registry.core.audit.counts import COUNTS, EVERY_KIND
from geo_registry.core.census import city_of, seen, tally
from geo_registry.core.frame import empty
from geo_registry.registry import audits, records
from geo_registry.registry.seeing import many
from geo_registry.registry.seeing.numbers import standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from geo_registry.core.access import Viewer
    from geo_registry.core.bounds import Bounds
    from geo_registry.core.census import Census
    from geo_registry.registry.audits import Question
    from geo_registry.registry.house import House

AT_ONCE = 100_000
"""Sources in rings that are audited at once: with 30,000 it takes 1.4 times as long, in no less memory."""


def counted(house: House, viewer: Viewer, settled: Question) -> core.Audit:
    """Answer with counts alone.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    settled
        What is asked, as `audits.settle` let it through.

    Returns
    -------
    Audit
        Its summary and totals; the other tables are empty where records are many.

    Raises
    ------
    NotFound, ValueRefused
        As from `audits.audit`.
    """
    if viewer.counts_only:
        return counted(house, replace(viewer, counts_only=False), settled).counts_alone()
    if many.is_whole(house, viewer.bounds, house.revision(settled.as_of)):
        return audits.answered(house, viewer, settled)
    return _sums(house, viewer, settled)[0]


def any_synthetic(house: House, viewer: Viewer, settled: Question) -> bool:
    """Tell whether a source in a ring, of a status that is listed, is made up.

    Parameters
    ----------
    house, viewer, settled
        As for `counted`.
    """
    if viewer.counts_only:
        return records.any_synthetic(house, viewer, house.revision())
    revision = house.revision(settled.as_of)
    if not many.is_whole(house, viewer.bounds, revision):
        return _sums(house, viewer, settled)[1] > 0
    listed = audits.answered(house, viewer, settled).pairs["source_id"]
    sources = records.valid_on(records.frames(house, viewer, settled.kinds, revision), settled.on)
    return bool(sources.loc[sources["id"].isin(listed), "synthetic"].any())


def _sums(house: House, viewer: Viewer, settled: Question) -> tuple[core.Audit, int]:
    """Add up counts, and made-up sources, over the parts of which today's records are the sum."""
    return house.recent.get(("counted", settled, viewer.bounds), lambda: _added(house, viewer, settled))


def _added(house: House, viewer: Viewer, settled: Question) -> tuple[core.Audit, int]:
    stations, request = audits.sited(house, viewer, settled), audits.request_of(house, settled)
    revision, on = house.revision(settled.as_of), settled.on or house.today
    made = core.audit(empty(), stations, catalog=house.catalog, request=request)
    columns, synthetic = list(COUNTS), 0
    for census, sign in _parts(house, viewer.bounds, revision):
        city = city_of(census, stations, catalog=house.catalog, request=request)
        made.totals[columns] += sign * city.totals[columns]
        found = tally(census, stations, catalog=house.catalog, request=request).summary()
        made.summary[columns] += sign * found[columns]
        synthetic += sign * city.synthetic
    considered = many.totals(house, viewer.bounds, settled.kinds, revision=revision, on=on)
    return made.bounded(viewer.bounds).resting_on(*considered), synthetic


def _parts(house: House, bounds: Bounds, revision: int) -> Iterator[tuple[Census, int]]:
    """Give what the records that somebody sees are the sum of, each part with its sign."""
    now = standing(house, revision)
    for census, sign in now.parts():
        shown = seen(census, bounds, house.catalog)
        yield (census if shown.all() else census.at(np.flatnonzero(shown))), sign


def paired(house: House, viewer: Viewer, settled: Question) -> Iterator[pd.DataFrame]:
    """Go through the pairs of an audit in their order, some stations at a time.

    Parameters
    ----------
    house, viewer, settled
        As for `counted`.

    Yields
    ------
    pandas.DataFrame
        Pairs as `Audit.pairs` has them; of many records about `AT_ONCE`, those of one station at least.

    Raises
    ------
    NotFound, ValueRefused
        As from `audits.audit`.
    """
    revision = house.revision(settled.as_of)
    if many.is_whole(house, viewer.bounds, revision):
        yield audits.answered(house, viewer, settled).pairs
        return
    stations, zones = audits.sited(house, viewer, settled), audits.zones(house, viewer, settled)
    request, on = audits.request_of(house, settled), settled.on or house.today
    for ids in _batches(counted(house, viewer, settled).summary):
        own = stations[stations["id"].isin(ids)]
        lon, lat = shapely.get_coordinates(np.asarray(own.geometry.array)).T
        reach = lon, lat, request.rings_m[-1]
        sources = many.told(house, viewer.bounds, settled.kinds, revision=revision, reach=reach)
        near = records.valid_on(sources, on)
        yield core.audit(near, own, catalog=house.catalog, request=request, zones=zones).pairs


def _batches(summary: pd.DataFrame) -> Iterator[Sequence[str]]:
    """Put stations together, in their order, up to the pairs that are made at once."""
    widest = summary[(summary["kind"] == EVERY_KIND) & (summary["ring_m"] == summary["ring_m"].max())]
    batch: list[str] = []
    pairs = 0
    for station, count in zip(widest["station_id"], widest["cumulative_all"], strict=True):
        if batch and pairs + count > AT_ONCE:
            yield batch
            batch, pairs = [], 0
        batch.append(station)
        pairs += int(count)
    yield batch
