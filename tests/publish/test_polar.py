"""The polar plot of a neighbourhood: every source at its bearing, said in words beside."""

from __future__ import annotations

import re
from math import atan2, degrees, hypot
from xml.etree import ElementTree as ET

import pytest

from geo_registry.core.kinds import Language
from geo_registry.publish.polar import RIM, Plot, polar, reach_of, wind_counts
from geo_registry.publish.portrait import portrait
from geo_registry.wording import LANGUAGES
from tests.publish.report_world import inputs

SVG = "{http://www.w3.org/2000/svg}"


def plotted(count: int, *, station: str = "甲") -> tuple[Plot, ET.Element]:
    """Draw a made-up neighbourhood and read the drawing back."""
    made = inputs(count)
    plot = Plot(
        pairs=made.audit.pairs,
        rings_m=made.rings_m,
        catalog=made.catalog,
        station=station,
        radius_text=lambda radius_m: f"{radius_m:g} m",
    )
    return plot, ET.fromstring(polar(plot, "en"))  # noqa: S314 (our own drawing)


def test_every_source_stands_at_its_bearing_and_in_its_band() -> None:
    """Each pair is one sign, at its bearing, between the circles of its ring and the one within."""
    plot, drawn = plotted(60)
    moves = [group.attrib["transform"] for group in drawn.iter(f"{SVG}g")]
    at = [tuple(map(float, re.findall(r"-?[\d.]+", move))) for move in moves]
    seen = sorted((degrees(atan2(x, -y)) % 360, hypot(x, y)) for x, y in at)
    pairs = plot.pairs
    expected = sorted(
        (bearing, RIM * reach_of(distance, plot.rings_m))
        for bearing, distance in zip(pairs["bearing_deg"], pairs["distance_m"], strict=True)
    )
    assert len(seen) == len(pairs) > 20
    for (bearing, reach), (true_bearing, true_reach) in zip(seen, expected, strict=True):
        assert reach == pytest.approx(true_reach, abs=0.11)
        assert abs((bearing - true_bearing + 180) % 360 - 180) < 8 / max(reach, 1)


def test_the_winds_add_up_to_the_active_sources() -> None:
    """The numbers at the rim are the active sources of each wind; the description says them too."""
    plot, drawn = plotted(60)
    shown = [int(span.text or "") for span in drawn.iter(f"{SVG}tspan")]
    active = plot.pairs[plot.pairs["active"]]
    assert sum(shown) == len(active)
    assert tuple(shown) == wind_counts(active["bearing_deg"].tolist())
    words = drawn.findtext(f"{SVG}desc") or ""
    assert all(f" {count}" in words for count in shown)


def test_a_hostile_name_is_only_text() -> None:
    """Markup in a station's name comes out as text."""
    _, drawn = plotted(1, station="<script>x</script>")
    assert (drawn.findtext(f"{SVG}title") or "").count("<script>x</script>") == 1


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("count", [0, 40])
def test_a_portrait_has_all_pieces_and_no_script(lang: Language, count: int) -> None:
    """Map, result, plot and the three doubts are there for none and for many, without script or style."""
    made = portrait(inputs(count, hostile=("<b>名</b>",)), lang)
    pieces = (made.map, made.result, made.polar, *(doubt.said for doubt in made.doubts))
    assert all(pieces)
    assert [doubt.name for doubt in made.doubts] == ["siting", "certainty", "quality"]
    whole = "".join((*pieces, *(doubt.tables for doubt in made.doubts)))
    assert not re.search(r"<script|style=|<b>|href=", whole)
