"""Today's records in numbers, brought up to date by what each commit touched, and kept beside the store."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.core.audit.rows import judging_fields
from geo_registry.core.census import Census, Measure, Part, few_of, gathered, part_of
from geo_registry.core.frame import conform, empty
from geo_registry.live import kept
from geo_registry.live.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import pandas as pd

    from geo_registry.registry.house import House

COMMITS = 200
"""Commits that are caught up with one by one; after more, all is read anew."""
RECORDS = 20_000
"""Touched records that are read by their ids; with more, all is read anew."""
WORTH_KEEPING = 50_000
"""Records from which on reading them anew takes longer than a person waits."""


def standing(house: House, revision: int) -> Standing:
    """Give all records known at a revision, in numbers.

    Parameters
    ----------
    house
        Where they are.
    revision
        As known at; quick for the newest, and read anew for an older one than this process knows.
    """
    known = house.standing.get(house.catalog.digest)
    if known is not None and known.revision == revision:
        return known
    return house.recent.get(("standing", revision), lambda: _load(house, revision))


def measure(house: House, states: pd.DataFrame, question: Hashable, make: Callable[[], Measure]) -> Measure:
    """Give what censuses told in some states are measured by, made once for a question.

    Parameters
    ----------
    house
        Where records are.
    states
        Table of the censuses.
    question
        Names what is asked, and as of when stations and zones are.
    make
        Makes the question ready for these states.
    """
    kept = house.recent.get(("measure", id(states), question), make)
    return kept if kept.classes.states is states else make()


def _load(house: House, revision: int) -> Standing:
    before = house.standing.get(house.catalog.digest)
    if before is None or before.revision > revision:
        before = _opened(house, revision)
    found = None if before is None else _caught_up(house, before, revision)
    if found is None:
        found = Standing.of(_kept(house, _read(house, revision), revision), revision)
    known = house.standing.get(house.catalog.digest)
    if known is None or revision > known.revision:
        house.standing[house.catalog.digest] = found
    return found


def _opened(house: House, revision: int) -> Standing | None:
    """Open the newest state that was kept, if it is of this store's own past."""
    beside = house.store.beside
    for mark, path in kept.newest(beside, house.catalog.digest) if beside else ():
        if mark.revision <= revision and house.store.commit_at(mark.revision).hash == mark.hash:
            census = kept.opened(path)
            if census is not None:
                return Standing.of(census, mark.revision)
    return None


def _caught_up(house: House, before: Standing, revision: int) -> Standing | None:
    """Add what the commits since then touched; None where that is too much."""
    if revision - before.revision > COMMITS:
        return None
    steps = [house.touched(step) for step in range(before.revision + 1, revision + 1)]
    touched = sorted({one for step in steps for one in step})
    if len(touched) > RECORDS:
        return None
    if not touched:
        return replace(before, revision=revision)
    rows = house.store.cells(before.words.texts, touched, as_of=revision)
    fresh = few_of(rows, before.words, house.catalog)
    if fresh is None:
        fresh = gathered([_part(house, house.store.records(as_of=revision, ids=touched))])
    ids = np.array([int(one, 16) for one in touched], dtype=np.uint64)
    after = before.moved_on(revision, ids, fresh)
    return after.folded() if after.is_heavy else after


def _read(house: House, revision: int) -> Census:
    pieces = house.store.pieces(_texts(house), as_of=revision)
    return gathered(_part(house, piece) for piece in chain([empty()], pieces))


def _texts(house: House) -> list[str]:
    return ["village", *(field.name for field in judging_fields(house.catalog))]


def _part(house: House, found: pd.DataFrame) -> Part:
    """Take the narrow view of what is of a kind that the layer files know."""
    known = found[found["kind"].isin(list(house.catalog.kinds))]
    points = known[["lon", "lat"]].to_numpy(dtype="float64").T if "lon" in known else None
    return part_of(conform(known, judging_fields(house.catalog)), house.catalog, points)


def _kept(house: House, census: Census, revision: int) -> Census:
    """Keep many records beside the store, and give them mapped from there; else as they are."""
    beside = house.store.beside
    if beside is None or len(census) < WORTH_KEEPING:
        return census
    mark = kept.Mark(revision, house.store.commit_at(revision).hash, house.catalog.digest)
    with suppress(OSError):  # a full disk, or a folder of others: all is read again next time
        return kept.opened(kept.keep(census, beside, mark)) or census
    return census
