"""Made-up borders and zones: five districts that tile the city's neighbourhood, a ban zone and a core."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely

from geo_registry.demo.files import Feature, Row
from geo_registry.demo.places import CENTRE, District, moved

NODES = {
    "a": (113.50, 33.36),
    "b": (113.80, 33.36),
    "c": (114.04, 33.36),
    "d": (114.28, 33.36),
    "e": (114.28, 33.68),
    "f": (114.28, 33.92),
    "g": (113.80, 33.92),
    "h": (113.50, 33.92),
    "j": (113.80, 33.68),
    "k": (114.04, 33.68),
    "l": (113.80, 33.577),
    "m": (114.04, 33.577),
}
"""Where borders meet, WGS 84 degrees: drawn by eye so that the national stations fall where they belong."""

EDGES = "ab bc cd de ef fg gh ha bl lj jg jk ke lm cm mk".split()
"""Pairs of nodes that a border joins."""

INSIDE = (
    ("411102", "源汇区", 113.92, 33.47),
    ("411103", "郾城区", 113.92, 33.63),
    ("411104", "召陵区", 114.16, 33.52),
    ("411121", "舞阳县", 113.65, 33.60),
    ("411122", "临颍县", 114.00, 33.80),
)
"""GB/T 2260 code and name of each district, and a place inside it."""

CITY_CODE = "411100"
BENDS = 24
BEND_DEG = 0.003
"""Vertices of a border between two nodes, and how far they stray sideways: less than one is from the next."""


def made_up_districts(rng: np.random.Generator) -> tuple[District, ...]:
    """Draw five districts with the real names and codes and borders that are nobody's.

    Parameters
    ----------
    rng
        Source of chance.
    """
    borders = [_bent(NODES[edge[0]], NODES[edge[1]], rng) for edge in EDGES]
    faces = shapely.get_parts(shapely.polygonize(borders))
    return tuple(
        District(code, name, faces[shapely.contains_xy(faces, lon, lat)][0])
        for code, name, lon, lat in INSIDE
    )


def _bent(
    start: tuple[float, float], end: tuple[float, float], rng: np.random.Generator
) -> shapely.LineString:
    """Bend a straight border, only ever sideways: so it can cross neither itself nor a neighbour."""
    along = np.linspace(0, 1, BENDS + 2)[:, None]
    way = np.subtract(end, start)
    sideways = np.array([-way[1], way[0]]) / np.hypot(*way)
    bends = np.append(np.append(0.0, rng.uniform(-BEND_DEG, BEND_DEG, BENDS)), 0.0)
    line = np.array(start) * (1 - along) + np.array(end) * along + sideways * bends[:, None]
    return shapely.LineString(line.round(6))


def district_features(districts: tuple[District, ...]) -> list[Feature]:
    """Describe districts as the files name them.

    Parameters
    ----------
    districts
        Real or made up.
    """
    common = {"level": "county", "scheme": "gb2260", "parent": CITY_CODE}
    return [({"code": one.code, "name": one.name, **common}, one.shape) for one in districts]


def zone_feature(code: str, name: str, radius_m: float, rng: np.random.Generator) -> Feature:
    """Make up a zone round the city's centre.

    Parameters
    ----------
    code, name
        What it is called.
    radius_m
        About how far it reaches, metres.
    rng
        Source of chance.
    """
    bearings = np.arange(0, 360, 10)
    reaches = radius_m * rng.uniform(0.88, 1.12, bearings.size)
    ring = [
        moved(*CENTRE, float(bearing), float(reach)) for bearing, reach in zip(bearings, reaches, strict=True)
    ]
    document: Row = {"legal_document": "示例文件〔2020〕1号", "valid_from": date(2020, 1, 1)}
    return {"code": code, "name": name, **document}, shapely.Polygon(np.round(ring, 6))
