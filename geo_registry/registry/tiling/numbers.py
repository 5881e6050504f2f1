"""Drawings of more sources than memory holds whole: made from numbers, and changed by what commits touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo_registry.core import audit as core
from geo_registry.core.census import Census, hexed
from geo_registry.live.shapes import ShapeIndex
from geo_registry.publish import tiles
from geo_registry.registry.choosing import PRIORITIES, Scored
from geo_registry.registry.seeing import numbers
from geo_registry.registry.tiling.columns import Coded, Columns
from geo_registry.registry.tiling.drawing import Drawn, Outlines, drawing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

_TRUTH = (False, True)
_COMMITS = 200
"""Commits that a drawing is brought up to date by; after more it is made anew."""


@dataclass(frozen=True, slots=True)
class Held:
    """A drawing and what it was made of.

    Attributes
    ----------
    revision
        As known at.
    since
        Revision of the census that it stands on.
    ranked_by
        Revisions that last touched stations and zones, by which sources are ranked.
    drawn
        The drawing.
    """

    revision: int
    since: int
    ranked_by: tuple[int, ...]
    drawn: Drawn


def draw(house: House, viewer: Viewer, on: date, before: Held | None) -> Held:
    """Draw today's sources.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    on
        Valid at.
    before
        An earlier drawing for the same viewer and day: what commits touched since is changed in it.
    """
    desk = _Desk(Scored(house, viewer, on, numbers.standing(house, house.revision())))
    if before is not None:
        changed = desk.changed(before)
        if changed is not None:
            return changed
    return desk.made()


@dataclass(frozen=True, slots=True)
class _Desk:
    asked: Scored

    def made(self) -> Held:
        """Draw everything anew."""
        now, ranked_by = self.asked.now, self.asked.ranked_by
        held, points = self.asked.standing(), self.asked.standing_points()
        base = self.columns(now.base, held, points)
        drawn = drawing(base, self.describe)
        if len(now.fresh):
            drawn = drawn.changed(np.empty(0, np.uint64), self.fresh(drawn.districts, None))
        return Held(now.revision, now.since, ranked_by, self.outlined(drawn, (now.base, held, points)))

    def changed(self, before: Held) -> Held | None:
        """Change an earlier drawing by what was touched since; None where that will not do."""
        now, steps = self.asked.now, range(before.revision + 1, self.asked.now.revision + 1)
        if before.since != now.since or before.ranked_by != self.asked.ranked_by or len(steps) > _COMMITS:
            return None
        touched = sorted({one for step in steps for one in self.asked.house.touched(step)})
        ids = np.array([int(one, 16) for one in touched], dtype=np.uint64)
        if self._touches_shapes(ids):
            return None
        drawn = before.drawn.changed(ids, self.fresh(before.drawn.districts, ids))
        return replace(
            before, revision=now.revision, drawn=drawn.folded() if drawn.points.is_heavy else drawn
        )

    def _touches_shapes(self, ids: NDArray[np.uint64]) -> bool:
        base, fresh = self.asked.now.base, self.asked.now.fresh
        old = np.isin(base.shaped, self.asked.now.rows_of(ids)).any()
        return bool(old or np.isin(fresh.rows.ids[fresh.shaped], ids).any())

    def fresh(self, districts: tuple[Any, ...], ids: NDArray[np.uint64] | None) -> Columns:
        """Give what was touched as columns: of some records, None for all."""
        census = self.asked.now.fresh if ids is None else self.asked.now.fresh.of(ids)
        return self.columns(census, self.asked.shown(census), self.asked.points(census), districts)

    def columns(
        self,
        census: Census,
        held: NDArray[np.bool_],
        points: NDArray[np.float64],
        districts: tuple[Any, ...] = (),
    ) -> Columns:
        """Give rows as columns for a drawing: points, then the marks of outlines."""
        rows = np.flatnonzero(held & ~np.isnan(census.rows.lon))
        shaped = np.flatnonzero(held[census.shaped])
        marks = shapely.get_coordinates(shapely.point_on_surface(census.shapes[shaped]))
        rows = np.concatenate([rows, census.shaped[shaped]])
        single = len(rows) - len(shaped)
        return Columns(
            lon=np.concatenate([census.rows.lon[rows[:single]], marks[:, 0]]),
            lat=np.concatenate([census.rows.lat[rows[:single]], marks[:, 1]]),
            ids=census.rows.ids[rows],
            coded=self.coded(census, rows, points),
            score=points[rows],
            district=_districts(census, rows, districts),
        )

    def coded(self, census: Census, rows: NDArray[np.intp], points: NDArray[np.float64]) -> dict[str, Coded]:
        """Give the few words that are said of rows."""
        catalog, state, score = self.asked.house.catalog, census.rows.state[rows], points[rows]
        rules = core.AuditRequest(on=self.asked.on).rules
        statuses = tuple(choice.value for choice in catalog.statuses)
        priority = np.where(score >= rules.high, 0, np.where(score >= rules.medium, 1, 2))
        kind, status = census.states["kind"], census.states["status"]
        active = {word: int(word in catalog.active) for word in statuses}
        return {
            "kind": Coded(_told(kind, state, _numbered(catalog.kinds)), tuple(catalog.kinds)),
            "status": Coded(_told(status, state, _numbered(statuses)), statuses),
            "active": Coded(_told(status, state, active, 0), _TRUTH),
            "priority": Coded(priority, PRIORITIES),
            "flagged": Coded((priority == 0).astype(np.int32), _TRUTH),
            "synthetic": Coded(census.rows.synthetic[rows].astype(np.int32), _TRUTH),
        }

    def outlined(self, drawn: Drawn, part: tuple[Census, NDArray[np.bool_], NDArray[np.float64]]) -> Drawn:
        """Add lines and polygons to a drawing."""
        census, held, points = part
        shaped = np.flatnonzero(held[census.shaped])
        fresh, extra = (
            self.asked.now.fresh,
            np.flatnonzero(self.asked.shown(self.asked.now.fresh)[self.asked.now.fresh.shaped]),
        )
        parts = [(census, census.shaped[shaped], points)]
        parts += [(fresh, fresh.shaped[extra], self.asked.points(fresh))] if len(extra) else []
        shapes = np.concatenate([census.shapes[shaped], fresh.shapes[extra]])
        if not len(shapes):
            return drawn
        coded = [self.coded(each, rows, own) for each, rows, own in parts]
        joined = {
            name: Coded(np.concatenate([one[name].codes for one in coded]), column.words)
            for name, column in coded[0].items()
        }
        category, categories = drawn.categories.grown(joined)
        ids = np.concatenate([each.rows.ids[rows] for each, rows, _ in parts])
        texts = {"id": tiles.Attribute.each(tiles.Values.hexes(ids))}
        texts |= {
            name: tiles.Attribute(one.codes.astype(np.int32), tiles.Values.of(one.words))
            for name, one in joined.items()
        }
        scores = np.concatenate([own[rows] for _, rows, own in parts])
        texts["score"] = tiles.Attribute.of(pd.Series(scores))
        district = Coded(
            np.concatenate([_districts(each, rows, drawn.districts).codes for each, rows, _ in parts]),
            drawn.districts,
        )
        own = Outlines(shapes, ids, ShapeIndex(shapes), texts | dict(self.describe(ids)), category, district)
        return replace(
            drawn, outlines=own, categories=categories, points=replace(drawn.points, width=len(categories))
        )

    def describe(self, ids: NDArray[np.uint64]) -> Mapping[str, tiles.Attribute]:
        """Look up what records are called on the day; the name of another time may not be the viewer's."""
        wanted, day = hexed(ids), self.asked.on.isoformat()
        titles = self.asked.house.store.titles(wanted)
        true = [one for one in titles if (one[3] or day) <= day <= (one[4] or day)]
        said = {one: (name, code) for one, name, code, *_ in reversed(true)}
        each = [said.get(one, (None, None)) for one in wanted]
        names, codes = (pd.Series(column, dtype=object) for column in zip(*each, strict=True))
        return {"name": tiles.Attribute.of(names), "code": tiles.Attribute.of(codes)}


def _districts(census: Census, rows: NDArray[np.intp], before: tuple[Any, ...]) -> Coded:
    """Give rows their districts; words that are new come after those there are."""
    said, area = census.areas["district"], census.rows.area[rows]
    number = _numbered(before)
    for word in (said.iloc[area] if len(area) < len(said) else said).dropna():
        number.setdefault(word, len(number))
    return Coded(_told(said, area, number), tuple(number))


def _numbered(words: Iterable[Any]) -> dict[Any, int]:
    return {word: at for at, word in enumerate(words)}


def _told(
    column: pd.Series[Any], places: NDArray[np.integer], number: Mapping[Any, int], otherwise: int = -1
) -> NDArray[np.int32]:
    """Give the numbers of the words at some places of a column, looking at whichever are fewer."""
    if len(places) < len(column):
        column, places = column.iloc[places], np.arange(len(places))
    numbers = np.array([number.get(word, otherwise) for word in column], dtype=np.int32)
    return numbers.take(places)
