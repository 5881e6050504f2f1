"""The Morton order of points and the boxes of shapes, against looking at each one."""

from __future__ import annotations

from functools import partial

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo_registry.live.points import index_points
from geo_registry.live.recent import Recent
from geo_registry.live.shapes import ShapeIndex

UNIT = st.floats(0, 1, exclude_max=True)


@given(
    places=hnp.arrays(float, st.tuples(st.integers(1, 60), st.just(2)), elements=UNIT), z=st.integers(0, 18)
)
def test_a_tile_is_one_slice(places: np.ndarray[tuple[int, int], np.dtype[np.float64]], z: int) -> None:
    """The slice of a tile holds exactly the points that lie in it, at every zoom."""
    x, y = places.T
    index = index_points(x, y)
    column, row = int(x[0] * 2**z), int(y[0] * 2**z)
    inside = (np.floor(x * 2**z) == column) & (np.floor(y * 2**z) == row)
    assert sorted(index.in_tile(z, column, row).tolist()) == np.flatnonzero(inside).tolist()


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
