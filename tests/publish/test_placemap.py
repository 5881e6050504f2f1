"""The small map of places and districts."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core.ledger.places import datum_fit
from geo_registry.publish.placemap import DRAWN, HEIGHT, WIDTH, beyond, frame_of, place_map

DISTRICTS = gpd.GeoDataFrame(
    {"name": ['<b>"东"&', "西"], "code": ["1", "2"]},
    geometry=[shapely.box(114.1, 33.5, 114.2, 33.6), shapely.box(114.0, 33.5, 114.1, 33.6)],
    crs="EPSG:4326",
)


def drawn(lon: list[float], lat: list[float], stated: list[str | None]) -> ET.Element:
    """Draw places as WGS 84, and read the picture."""
    fits = datum_fit(lon, lat, pd.Series(stated, dtype="str"), DISTRICTS)
    picture = place_map(fits["wgs84"], DISTRICTS, frame_of(list(fits.values())), 'a "title" & b')
    return ET.fromstring(picture)  # noqa: S314 (our own picture)


def marks(picture: ET.Element, name: str) -> list[tuple[float, float]]:
    """Read where the marks of a sign stand."""
    paths = [each.get("d", "") for each in picture if each.get("class") == name]
    starts = [part for path in paths for part in path.split("M")[1:]]
    numbers = [part.replace("m", " ").replace("h", " ").split()[:2] for part in starts]
    return [(float(x), float(y.split("-")[0])) for x, y in numbers]


def test_each_place_is_drawn_by_what_its_row_says() -> None:
    """Inside, elsewhere and unknown have signs of their own, in view, north up and west to the left."""
    picture = drawn([114.05, 114.05, 114.15, np.nan], [33.51, 33.59, 33.55, 33.55], ["西", "1", None, "西"])
    inside, outside, unjudged = (marks(picture, name) for name in ("inside", "outside", "unjudged"))
    assert [len(each) for each in (inside, outside, unjudged)] == [1, 1, 1]
    assert inside[0][1] > unjudged[0][1] > outside[0][1]
    assert inside[0][0] == outside[0][0] < unjudged[0][0]
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in (*inside, *outside, *unjudged))
    assert picture.get("aria-label") == 'a "title" & b'
    assert '<b>"东"&' in [each.text for each in picture]


def test_many_places_are_thinned_and_none_is_no_fault() -> None:
    """Of more than can be told apart an even share is drawn; without places there is still a picture."""
    lon = np.linspace(114.01, 114.09, 3 * DRAWN).tolist()
    assert len(marks(drawn(lon, [33.55] * len(lon), ["西"] * len(lon)), "inside")) == DRAWN
    assert marks(drawn([np.nan], [np.nan], ["西"]), "unjudged") == []


def test_a_slip_at_sea_does_not_shrink_the_city() -> None:
    """One place far away stands at the edge and is counted; the others keep the room they had without it."""
    lon, lat = np.linspace(114.01, 114.19, 40).tolist(), np.linspace(33.51, 33.59, 40).tolist()
    stated: list[str | None] = ["西"] * 40
    alone, slipped = drawn(lon, lat, stated), drawn([*lon, 124.0], [*lat, 33.55], [*stated, "西"])
    signs = ("inside", "outside")
    kept = {place for name in signs for place in marks(alone, name)}
    seen = {place for name in signs for place in marks(slipped, name)}
    assert len(seen - kept) == 1
    assert kept < seen
    assert max(x for x, _ in seen - kept) > 0.95 * WIDTH
    fits = datum_fit([*lon, 124.0], [*lat, 33.55], pd.Series([*stated, "西"], dtype="str"), DISTRICTS)
    assert {beyond(fit, frame_of(list(fits.values()))) for fit in fits.values()} == {1}
    assert beyond(fits["wgs84"], frame_of([fits["wgs84"]])) == 1
