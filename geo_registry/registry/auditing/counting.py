"""Audits of more records than memory holds whole: counts without pairs, and pairs some stations at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo_registry.core import audit as core
from geo_registry.core.audit.counts import EVERY_KIND
from geo_registry.core.census import Measure, Sited, seen
from geo_registry.core.frame import empty
from geo_registry.registry import audits, records
from geo_registry.registry.seeing import many
from geo_registry.registry.seeing.known import known
from geo_registry.registry.seeing.numbers import COMMITS, measure, standing

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    import pandas as pd

    from geo_registry.core.access import Viewer
    from geo_registry.core.census import Census, City, Sums
    from geo_registry.live.standing import Standing
    from geo_registry.registry.audits import Question
    from geo_registry.registry.house import House

AT_ONCE = 100_000
"""Sources in rings that are audited at once: with 30,000 it takes 1.4 times as long, in no less memory."""
MOST_COUNTED = 64
"""Questions whose counts are kept for the next commit; beyond, all of them are forgotten."""


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
    revision, on = house.revision(settled.as_of), settled.on or house.today
    sited_by = tuple(known(house, kind, revision).since for kind in house.catalog.of_role("station"))
    asked = _Asked(house, viewer, settled, ("counted", replace(settled, as_of=None), viewer.bounds, sited_by))
    made, counts = house.recent.get(asked.key, asked.blank), asked.counted(standing(house, revision))
    considered = many.totals(house, viewer.bounds, settled.kinds, revision=revision, on=on)
    summary, city = counts.stations.summary(made.named), counts.city
    found = replace(made.audit, summary=summary, totals=city.totals)
    return found.resting_on(*considered), city.synthetic


@dataclass(frozen=True, slots=True)
class _Counts:
    """What was counted of the records as they stood."""

    now: Standing
    stations: Sums
    city: City


class _Blank(NamedTuple):
    """An audit of no source, and the names of its stations."""

    audit: core.Audit
    named: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Asked:
    house: House
    viewer: Viewer
    settled: Question
    key: tuple[Hashable, ...]

    def blank(self) -> _Blank:
        """Audit no source."""
        house, request = self.house, audits.request_of(self.house, self.settled)
        stations = audits.sited(house, self.viewer, self.settled)
        made = core.audit(empty(), stations, catalog=house.catalog, request=request)
        return _Blank(made.bounded(self.viewer.bounds), Sited.of(stations, request.on).named)

    def counted(self, now: Standing) -> _Counts:
        """Count the records as they stand: what commits touched since the last time, or all."""
        counted = self.house.counted
        before: _Counts | None = counted.get(self.key)
        found = (self._changed(before, now) if before else None) or self._whole(now)
        if before is None or before.now.revision <= now.revision:
            if len(counted) >= MOST_COUNTED:
                counted.clear()
            counted[self.key] = found
        return found

    def _whole(self, now: Standing) -> _Counts:
        first, *others = [(self._of(census), sign) for census, sign in now.parts()]
        return _Counts(now, *_summed(first[0], others))

    def _changed(self, before: _Counts, now: Standing) -> _Counts | None:
        steps = range(before.now.revision + 1, now.revision + 1)
        if now.revision < before.now.revision or len(steps) > COMMITS:
            return None
        touched = {int(one, 16) for step in steps for one in self.house.touched(step)}
        parts = now.parts_since(before.now, np.array(sorted(touched), dtype=np.uint64))
        if parts is None:
            return None
        more = [(self._of(census), sign) for census, sign in parts]
        return _Counts(now, *_summed((before.stations, before.city), more))

    def _of(self, census: Census) -> tuple[Sums, City]:
        """Count the records of a census that the viewer sees."""
        shown = seen(census, self.viewer.bounds, self.house.catalog)
        own = census if shown.all() else census.at(np.flatnonzero(shown))
        made = measure(self.house, census.states, self.key, lambda: self._measure(census.states))
        return made.tally(own).sums(), made.city(own)

    def _measure(self, states: pd.DataFrame) -> Measure:
        house, request = self.house, audits.request_of(self.house, self.settled)
        stations = audits.sited(house, self.viewer, self.settled)
        return Measure.of(states, stations, catalog=house.catalog, request=request)


def _summed(first: tuple[Sums, City], others: Sequence[tuple[tuple[Sums, City], int]]) -> tuple[Sums, City]:
    stations, city = first
    for (more, once), sign in others:
        stations, city = stations.plus(more, sign), city.plus(once, sign)
    return stations, city


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
