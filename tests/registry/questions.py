"""Combinations of filters as anybody might choose them, drawn from what the registry holds."""

from __future__ import annotations

import random

import geopandas as gpd
import shapely

Asked = dict[str, str]
"""A question as an address asks it: the name of a filter and its words."""


def triangle(place: shapely.Point) -> list[tuple[float, float]]:
    """Give the corners of a triangle round a place, the first one again at the end."""
    lon, lat = place.x, place.y
    return [(lon - 0.1, lat - 0.1), (lon + 0.2, lat), (lon, lat + 0.15), (lon - 0.1, lat - 0.1)]


def drawn(chance: random.Random, rows: gpd.GeoDataFrame) -> Asked:
    """Draw a combination of filters, each now and then."""
    some = rows[rows.geometry.notna()].sample(1, random_state=chance.randrange(2**32)).iloc[0]
    name = str(some["name"])
    start = chance.randrange(max(1, len(name) - 1))
    kinds = sorted(rows["kind"].unique())
    offers: dict[str, str] = {
        "kind": ",".join(chance.sample(kinds, chance.randint(1, 4))),
        "status": chance.choice(["active", "all", "operating", "registered,rectifying", "closed,banned"]),
        "priority": ",".join(chance.sample(["high", "medium", "low"], chance.randint(1, 2))),
        "flagged": chance.choice(["true", "1", "false"]),
        "overdue": "true",
        "district": ",".join({str(some["district"]), str(rows["district"].iloc[0])}),
        "township": str(some["township"]),
        "text": name[start : start + 2],
        "bbox": f"{some.geometry.centroid.x - 0.2},{some.geometry.centroid.y - 0.1},"
        f"{some.geometry.centroid.x + 0.1},{some.geometry.centroid.y + 0.2}",
        "near": f"{some.geometry.centroid.x},{some.geometry.centroid.y},{chance.randint(500, 20_000)}",
        "within": ",".join(f"{lon},{lat}" for lon, lat in triangle(some.geometry.centroid)),
    }
    return {key: offers[key] for key in offers if chance.random() < 0.2}
