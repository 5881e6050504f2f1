"""The city's six national stations as they are, and a few township and micro stations as they are not."""

from __future__ import annotations

import numpy as np

from geo_registry.demo.files import Row
from geo_registry.demo.places import City

NATIONAL = (
    ("2399A", "三五一五工厂", 114.051, 33.5699, "召陵区"),
    ("2400A", "漯河大学", 114.0055, 33.5698, "源汇区"),
    ("2401A", "市水利局", 114.0138, 33.5828, "郾城区"),
    ("2402A", "市广电局", 114.0261, 33.5698, "源汇区"),
    ("3478A", "市图书馆", 113.9749, 33.5664, "源汇区"),
    ("3479A", "召陵区卫健委", 114.0967, 33.5906, "召陵区"),
)
"""Code, name, WGS 84 longitude and latitude, district of Luohe's national stations.

Facts from the list of China's national ambient stations of 2022-02-13 (CNEMC); the list declares no datum
and behaves as WGS 84. The districts are those whose borders hold the positions.
"""

MICRO = 8
TOWNSHIP = 4


def national_rows() -> list[Row]:
    """Give the six national stations; the wardens are roles, not people."""
    return [
        {
            "code": code,
            "name": name,
            "level": "national",
            "site_type": "city",
            "assessed": True,
            "lon": lon,
            "lat": lat,
            "district": district,
            "warden": f"网格员 {number:02d}",
        }
        for number, (code, name, lon, lat, district) in enumerate(NATIONAL, start=1)
    ]


def minor_rows(city: City, rng: np.random.Generator) -> list[Row]:
    """Make up the city's township and micro stations; one of them bears a closed mark.

    Parameters
    ----------
    city
        Where they may stand.
    rng
        Source of chance.
    """
    rows = [_row(city, rng, "township", number) for number in range(1, TOWNSHIP + 1)]
    rows += [_row(city, rng, "micro", number) for number in range(1, MICRO + 1)]
    rows[-1]["name"] = f"{rows[-1]['name']}（已停运）"
    return rows


def _row(city: City, rng: np.random.Generator, level: str, number: int) -> Row:
    sort, prefix, title = ("rural", "TWN", "乡镇站") if level == "township" else ("core", "MIC", "微站")
    spot = city.spot(rng, sort)
    return {
        "code": f"DEMO-{prefix}-{number:02d}",
        "name": f"示例{title} {number:02d}",
        "level": level,
        "assessed": False,
        "lon": spot.lon,
        "lat": spot.lat,
        "district": spot.district,
        "township": spot.township,
        "warden": f"示例网格员 {number:02d}",
    }
