"""The report's map."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.kinds import Shape, Symbol
from geo_registry.core.space.geodesy import distance_azimuth
from geo_registry.publish.report.staticmap import draw, legend, scene
from geo_registry.publish.report.staticmap.glyphs import glyph, outline
from geo_registry.publish.report.staticmap.labels import Box, beside, text_size, within
from geo_registry.publish.report.staticmap.parts import SIDE, Mark, Scene
from geo_registry.publish.report.words import Words
from tests.publish.report_world import CENTRE, inputs

if TYPE_CHECKING:
    from geo_registry.publish.report import ReportInputs

DOT = Symbol("circle", "#123456")


def scene_of(made: ReportInputs) -> Scene:
    """Measure the map of some inputs."""
    return scene(made, made.ranked(), Words(made.catalog, "zh"))


def plain(*marks: Mark) -> Scene:
    """Make a map with nothing but marks."""
    return Scene(title="", station="S", symbol=DOT, reach_m=5000, north="N", lang="en", rings=(), marks=marks)


def test_rings_are_true_circles() -> None:
    """Every vertex of a drawn ring is its radius away from the station, within a hundredth of a unit."""
    made = inputs(40)
    drawn = scene_of(made)
    for ring, radius_m in zip(drawn.rings, made.rings_m, strict=True):
        away = np.hypot(*shapely.get_coordinates(ring.outline).T)
        assert np.abs(away - radius_m).max() * drawn.scale < 0.01


def test_sources_stand_at_their_distance_and_bearing() -> None:
    """A point source is drawn where its own coordinates lie, north up and east to the right."""
    made = inputs(40)
    points = made.sources.set_index("id").geometry
    for mark, source_id in zip(scene_of(made).marks, made.ranked()["source_id"], strict=True):
        place = points[source_id]
        if place.geom_type == "Point":
            assert (mark.x_m > 0) == (place.x > CENTRE[0])
            assert (mark.y_m > 0) == (place.y > CENTRE[1])
            away, _ = distance_azimuth(*CENTRE, place.x, place.y)
            assert np.hypot(mark.x_m, mark.y_m) == pytest.approx(float(away), abs=0.001)


@given(st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_everything_within_reach_is_in_view(x_m: float, y_m: float) -> None:
    """What lies within the widest ring's square is drawn inside the frame."""
    assert all(0 < unit < SIDE for unit in plain().spot(x_m, y_m))


def test_north_is_up() -> None:
    """A source due north is drawn above the station."""
    x, y = plain().spot(0, 1000)
    assert x == SIDE / 2
    assert y < SIDE / 2


@pytest.mark.parametrize(
    ("reach_m", "length"), [(1, "0.5 m"), (2, "1 m"), (20, "10 m"), (5_000, "2 km"), (20_040_000, "10000 km")]
)
def test_the_scale_bar_is_round_and_fits(reach_m: float, length: str) -> None:
    """However narrow or wide the map, its bar is a round length of at most a quarter of the side."""
    drawn = draw(replace(plain(), reach_m=reach_m))
    width = float(re.findall(r"M0 -6V0H([\d.]+)V-6", drawn)[0])
    assert SIDE / 12 < width <= SIDE / 4
    assert f">{length}<" in drawn


def test_texts_are_escaped() -> None:
    """Names with markup and signs that XML cannot hold are drawn as text."""
    drawn = draw(plain(Mark(0, 0, DOT, '</title><script>"\x00&', 1)))
    assert "<script" not in drawn
    assert "&lt;/title&gt;&lt;script&gt;" in drawn
    assert "\x00" not in drawn


def test_what_matters_more_is_in_front() -> None:
    """Flagged sources are drawn over active ones, those over what does not count."""
    marks = (
        Mark(0, 0, DOT, "flagged", flagged=True),
        Mark(0, 0, DOT, "faded", faded=True),
        Mark(0, 0, DOT, "active"),
    )
    drawn = draw(plain(*marks))
    assert drawn.index(">faded<") < drawn.index(">active<") < drawn.index(">flagged<")


@pytest.mark.parametrize("shape", get_args(Shape))
def test_shapes_differ_and_fit(shape: Shape) -> None:
    """Each shape has an outline of its own, about as large as the circle."""
    path = outline(shape, 10)
    assert all(outline(other, 10) != path for other in get_args(Shape) if other != shape)
    assert max(abs(float(number)) for number in re.findall(r"-?\d+\.?\d*", path)) <= 20


def test_uncertain_is_hollow() -> None:
    """A symbol whose ring is uncertain is drawn in its colour with nothing inside."""
    assert 'fill="#ffffff" stroke="#123456"' in glyph(DOT, hollow=True)
    assert 'fill="#123456"' in glyph(DOT)


def test_legend_tells_only_of_what_is_drawn() -> None:
    """The legend counts each kind on the map and leaves out ways of drawing that do not occur."""
    made, words = inputs(40), Words(inputs(40).catalog, "zh")
    ranked = made.ranked()
    told = [label for _, label in legend(scene_of(made), made, ranked, words)]
    for kind, count in ranked["kind"].value_counts().items():
        assert f"{words.kind(str(kind))}（{count}）" in told
    none = inputs(0)
    bare = [label for _, label in legend(scene_of(none), none, none.ranked(), words)]
    assert bare == ["监测站点", "圈层", "行政区", "禁煤区"]


def test_zones_out_of_view_are_not_drawn() -> None:
    """A zone far away neither appears on the map nor in its legend."""
    made = inputs(3)
    far = replace(made, zones=made.zones.assign(geometry=made.zones.translate(5, 5)))
    assert scene_of(far).areas == ()


boxes = st.tuples(st.floats(0, SIDE), st.floats(0, SIDE), st.floats(1, 40), st.floats(1, 20)).map(
    lambda box: Box(*box)
)


@given(boxes, boxes)
def test_label_beside_a_symbol_keeps_clear_of_one_other(symbol: Box, other: Box) -> None:
    """With one thing to avoid that is no larger than the symbol, a label covers neither."""
    half = symbol.half_width, symbol.half_height
    apart = other._replace(
        half_width=min(other.half_width, half[0]) * 0.99, half_height=min(other.half_height, half[1]) * 0.99
    )
    place = beside(symbol, half, [apart])
    assert not place.meets(apart)
    assert not place.meets(symbol._replace(half_width=half[0] * 0.99, half_height=half[1] * 0.99))


def test_zone_names_stand_inside_their_zone() -> None:
    """A zone's name lies within the zone, and a zone too small for it stays without."""
    wide = shapely.box(0, 0, 300, 200)
    place = within(wide, text_size("源汇区", 14), [])
    assert place is not None
    assert wide.contains(shapely.Point(place.x, place.y))
    assert within(shapely.box(0, 0, 10, 10), text_size("源汇区", 14), []) is None
