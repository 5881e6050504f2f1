"""Points in Morton order, their groups and the edits on top, against looking at each point."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from numpy.typing import NDArray

from geo_registry.live.points import Cloud, Cut, Groups, Points, Pool, cloud, cut, tally
from geo_registry.live.recent import Recent
from geo_registry.live.shapes import ShapeIndex

UNIT = st.floats(0, 1, exclude_max=True)
WIDTH = 5
PLACED = st.lists(st.tuples(UNIT, UNIT, st.integers(0, WIDTH - 1)), min_size=1, max_size=80)
ZOOM = st.integers(0, 18)
WANTED = st.one_of(st.none(), st.lists(st.booleans(), min_size=WIDTH, max_size=WIDTH))
Point = tuple[float, float, int]
Tile = tuple[int, int, int]


def clouded(points: dict[int, Point]) -> Cloud:
    """Sort points that are given by record; their score is ten times the category."""
    columns = np.array(list(points.values()), dtype=float).reshape(-1, 3)
    ids, category = np.array(list(points), dtype=np.uint64), columns[:, 2].astype(np.int64)
    return cloud((columns[:, 0], columns[:, 1]), ids, category, {"score": columns[:, 2] * 10.0})


def inside(points: dict[int, Point], tile: Tile, wanted: list[bool] | None) -> dict[int, Point]:
    """Look at each point: those that lie in a tile and are wanted."""
    z, x, y = tile
    return {
        record: (east, south, category)
        for record, (east, south, category) in points.items()
        if (int(east * 2**z), int(south * 2**z)) == (x, y) and (wanted is None or wanted[category])
    }


def grouped(points: dict[int, Point], tile: Tile, deeper: int) -> dict[tuple[int, int], list[Point]]:
    """Look at each point of a tile: which cell it lies in."""
    cells: dict[tuple[int, int], list[Point]] = {}
    fine = 2 ** (tile[0] + deeper)
    for east, south, category in points.values():
        cells.setdefault((int(east * fine), int(south * fine)), []).append((east, south, category))
    return cells


def matches(points: Points, known: dict[int, Point], tile: Tile, wanted: list[bool] | None) -> None:
    """Hold a cut of a tile, one by one and in groups, against the points one by one."""
    pool = None if wanted is None else Pool(np.where(wanted, np.arange(len(wanted)), -1), len(wanted))
    true = inside(known, tile, wanted)
    singles = cut(points, tile, Cut(most=10**9, deeper=2), pool)
    assert isinstance(singles, Cloud)
    assert sorted(singles.ids.tolist()) == sorted(true)
    assert [true[record][2] for record in singles.ids.tolist()] == singles.category.tolist()
    assert singles.others["score"].tolist() == (singles.category * 10.0).tolist()
    assert (np.diff(singles.codes.astype(object)) >= 0).all()
    groups = cut(points, tile, Cut(most=-1, deeper=2), pool)
    assert isinstance(groups, Groups)
    cells = grouped(true, tile, 2)
    fine = 2.0 ** (tile[0] + 2)
    found = list(zip(np.floor(groups.x * fine), np.floor(groups.y * fine), strict=True))
    assert sorted(found) == sorted(cells)
    for place, x, y, counts in zip(found, groups.x, groups.y, groups.counts, strict=True):
        own = cells[place]
        assert dict(enumerate(counts.tolist())) == {
            each: Counter(point[2] for point in own)[each] for each in range(len(counts))
        }
        assert x == pytest.approx(np.mean([point[0] for point in own]), abs=2**-31)
        assert y == pytest.approx(np.mean([point[1] for point in own]), abs=2**-31)


def tile_of(point: Point, z: int) -> Tile:
    """Give the tile of a zoom that a point lies in."""
    return z, int(point[0] * 2**z), int(point[1] * 2**z)


@given(placed=PLACED, z=ZOOM, wanted=WANTED)
def test_a_tile_holds_and_counts_exactly_its_points(
    placed: list[Point], z: int, wanted: list[bool] | None
) -> None:
    """At every zoom and whatever is wanted, a tile has the points that lie in it, alone and in groups."""
    known = dict(enumerate(placed, 1))
    points = Points.of(clouded(known), WIDTH)
    for tile in {tile_of(point, z) for point in placed[:5]}:
        matches(points, known, tile, wanted)


@pytest.mark.parametrize("z", [0, 1, 4, 18])
def test_the_first_and_the_last_step_of_a_tile_are_its_own(z: int) -> None:
    """Points in the outermost steps of a tile lie in it, and those a step further in its neighbours."""
    step, column = 2.0**-32, 2**z // 2
    west, east = column / 2**z, (column + 1) / 2**z
    places = [west, east - step, *([west - step] if column else []), *([east] if east < 1 else [])]
    known = dict(enumerate([(x, y, 0) for x in places for y in places], 1))
    points = Points.of(clouded(known), WIDTH)
    for tile in {tile_of(point, z) for point in known.values()}:
        matches(points, known, tile, None)


@given(placed=PLACED, z=st.integers(0, 4), wanted=WANTED, often=st.integers(1, 40))
def test_sums_kept_by_block_are_those_of_each_point(
    placed: list[Point], z: int, wanted: list[bool] | None, often: int
) -> None:
    """Where a tile holds many blocks its sums come from the kept ones, and are the same."""
    known = dict(enumerate(placed * often, 1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tally, "FINEST", 2)
        patched.setattr(tally, "PLACES_BYTES", len(known) * WIDTH * 16 // 4)
        points = Points.of(clouded(known), WIDTH)
    assert (points.base.sums.block, points.base.sums.apart) == (2, 2)
    matches(points, known, tile_of(placed[0], z), wanted)


def test_blocks_grow_rather_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more points or categories than the kept sums may take, blocks are longer and sums the same."""
    random = np.random.default_rng(7)
    places, category = random.random((2, 5_000)), random.integers(0, 9, 5_000)
    sorted_points = cloud((places[0], places[1]), np.arange(5_000, dtype=np.uint64), category)
    monkeypatch.setattr(tally, "COUNTS_BYTES", 500)
    monkeypatch.setattr(tally, "PLACES_BYTES", 500)
    points = Points.of(sorted_points, 9)
    assert points.base.sums.block > tally.FINEST
    groups = cut(points, (0, 0, 0), Cut(most=1, deeper=1))
    assert isinstance(groups, Groups)
    assert groups.counts.sum(axis=0).tolist() == np.bincount(category).tolist()


class Edited(RuleBasedStateMachine):
    """Points that are added, moved, taken away and folded in, beside a plain dictionary of them."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, Point] = {}
        self.points = Points.of(clouded({}), 1)
        self.next = 1

    @initialize(placed=PLACED)
    def begin(self, placed: list[Point]) -> None:
        """Start with some points."""
        self.known = dict(enumerate(placed, 1))
        self.next = len(placed) + 1
        self.points = Points.of(clouded(self.known), WIDTH)

    @rule(placed=PLACED)
    def add(self, placed: list[Point]) -> None:
        """Put new points there."""
        added = dict(enumerate(placed, self.next))
        self.next += len(placed)
        self.points = self.points.changed(added=clouded(added))
        self.known |= added

    @rule(data=st.data(), place=st.tuples(UNIT, UNIT, st.integers(0, WIDTH + 1)))
    def move(self, data: st.DataObject, place: Point) -> None:
        """Put a point elsewhere, or make it something else, maybe what no point was before."""
        if self.known:
            record = data.draw(st.sampled_from(sorted(self.known)))
            self.points = self.points.changed(added=clouded({record: place}), width=place[2] + 1)
            self.known[record] = place

    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        """Take some points away, and some that are not there."""
        gone = data.draw(st.lists(st.sampled_from(sorted(self.known) or [0]), max_size=9))
        self.points = self.points.changed(np.array([*gone, 10**12], dtype=np.uint64))
        self.known = {record: point for record, point in self.known.items() if record not in gone}

    @rule()
    def fold(self) -> None:
        """Fold the edits in."""
        self.points = self.points.folded()
        assert not len(self.points.gone)
        assert not len(self.points.added)

    @rule(least=st.integers(0, WIDTH))
    def narrow(self, least: int) -> None:
        """Look at those alone of which something is true: they are points like all others."""
        narrowed = self.points.where(lambda points: points.category >= least)
        matches(narrowed, {at: one for at, one in self.known.items() if one[2] >= least}, (0, 0, 0), None)

    @rule(z=ZOOM, data=st.data())
    def look(self, z: int, data: st.DataObject) -> None:
        """Look at a tile of some point, whatever of it is wanted."""
        if self.known:
            point = self.known[data.draw(st.sampled_from(sorted(self.known)))]
            size = self.points.width
            wanted = data.draw(st.one_of(st.none(), st.lists(st.booleans(), min_size=size, max_size=size)))
            matches(self.points, self.known, tile_of(point, z), wanted)

    @invariant()
    def holds_all(self) -> None:
        """The tile of the world has every point, and so has the value itself."""
        assert len(self.points) == len(self.known)
        matches(self.points, self.known, (0, 0, 0), None)


TestEdited: Any = Edited.TestCase
TestEdited.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_boxes_that_meet_are_found() -> None:
    """The tree names the shapes whose box meets a box, and none where there are none."""
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.LineString([(5, 5), (7, 6)])], dtype=object)
    assert ShapeIndex(shapes).meeting((0.5, 0.5, 6, 6)).tolist() == [0, 1]
    assert ShapeIndex(shapes).meeting((2, 2, 3, 3)).tolist() == []
    assert ShapeIndex(shapes[:0]).meeting((-180, -90, 180, 90)).tolist() == []


def test_memory_forgets_the_oldest() -> None:
    """An answer is made once while it is kept, and anew when it was pushed out."""
    made: list[str] = []
    memory = Recent(2)

    def make(question: str) -> str:
        made.append(question)
        return question

    for question in "ababcab":
        assert memory.get(question, partial(make, question)) == question
    assert made == ["a", "b", "c", "a", "b"]


def test_memory_weighs_what_lies_in_a_dictionary() -> None:
    """Tables kept by name weigh what they hold: a drawing must not count for nothing."""
    memory = Recent(2)
    column: dict[str, NDArray[np.float64]] = {"score": np.zeros(1_000)}
    memory.get("drawn", lambda: column)
    assert memory.use.held_bytes > 8_000
