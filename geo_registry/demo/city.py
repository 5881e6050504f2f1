"""The whole demo city: every file of it, in the order in which they are to be imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import shapely

from geo_registry.core.kinds import Catalog
from geo_registry.demo import borders, patrol, stations, zones
from geo_registry.demo.files import DemoFile, Row, Speech, grid_of, shifted, write_csv, write_geojson
from geo_registry.demo.places import City, found, moved
from geo_registry.demo.sources import RECIPES, make_rows
from geo_registry.demo.workbook import DATUM, write_workbook

COUNTS = MappingProxyType(
    {
        "construction_site": 260,
        "coal_sales_point": 230,
        "batching_plant": 48,
        "curing_kiln": 620,
        "industrial_enterprise": 640,
        "brick_kiln": 90,
    }
)
"""Rows of each kind in the workbook and the lists; outlined sites and the patrol's rows come beside them."""

LISTS = MappingProxyType(
    {
        "curing_kiln": ("cgcs2000", "utf-8-sig"),
        "industrial_enterprise": ("wgs84", "utf-8-sig"),
        "brick_kiln": ("bd09", "gb18030"),
    }
)
"""Kinds that come as plain lists, with the datum and the encoding their senders use."""

OUTLINED = 60
"""Construction sites that are drawn as polygons."""

CAMERAS = 36
PLAYBACK_SHARE, ONLINE_SHARE = 0.95, 0.9
"""Cameras, one a site, and how many of them can play back and are on line."""

TOO_NEAR_M = 38.0
"""How far one made-up site stands from a national station: nearer than the siting rule's 50 m."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where files are written: the folder, the words, the city and the chance."""

    folder: Path
    catalog: Catalog
    city: City
    rng: np.random.Generator

    def speech(self, kind: str) -> Speech:
        """Say how ledgers of a kind put things."""
        return Speech(self.catalog, kind)

    def path(self, kind: str, ending: str) -> Path:
        """Name a file after its kind."""
        return self.folder / f"{self.speech(kind).title()}{ending}"


def write(folder: Path, seed: int, catalog: Catalog) -> list[DemoFile]:
    """Write the demo city's files.

    Parameters
    ----------
    folder
        Exists; files of the same names are overwritten.
    seed
        The same seed gives the same bytes, with or without the extra `borders` each.
    catalog
        Whose labels head the columns.

    Returns
    -------
    list of DemoFile
        In the order of import: districts, zones, stations, sources, cameras.
    """
    border_rng, town_rng, rng = np.random.default_rng(seed).spawn(3)
    real = borders.installed()
    districts = borders.real_districts() if real else zones.made_up_districts(border_rng)
    desk = _Desk(folder, catalog, found(districts, town_rng), rng)
    rows = {kind: make_rows(RECIPES[kind], desk.city, rng, count) for kind, count in COUNTS.items()}
    _put_beside_station(rows["construction_site"][0], desk.city)
    return [
        _write_districts(desk, real=real),
        *_write_zones(desk),
        *_write_stations(desk),
        _write_ledger(desk, rows),
        _write_outlines(desk),
        *(_write_list(desk, kind, rows[kind]) for kind in LISTS),
        _write_patrol(desk),
        _write_cameras(desk, rows["construction_site"]),
    ]


def _put_beside_station(site: Row, city: City) -> None:
    """Give the siting check something to find."""
    _, _, lon, lat, district = stations.NATIONAL[3]
    lon, lat = moved(lon, lat, 60.0, TOO_NEAR_M)
    site |= {
        "lon": lon,
        "lat": lat,
        "district": city.district_of(lon, lat) or district,
        "status": "operating",
    }


def _write_districts(desk: _Desk, *, real: bool) -> DemoFile:
    datum = borders.DATUM if real else "wgs84"
    features = zones.district_features(desk.city.districts)
    path = write_geojson(desk.path("district", ".geojson"), desk.speech("district"), features, datum=datum)
    return DemoFile(path, "district", datum, {}) if real else DemoFile(path, "district", datum)


def _write_zones(desk: _Desk) -> list[DemoFile]:
    made = {
        "coal_ban_zone": zones.zone_feature("DEMO-BAN-1", "示例禁煤区", 4_500.0, desk.rng),
        "urban_core": zones.zone_feature("DEMO-CORE-1", "示例主城区", 2_800.0, desk.rng),
    }
    return [
        DemoFile(write_geojson(desk.path(kind, ".geojson"), desk.speech(kind), [feature]), kind, "wgs84")
        for kind, feature in made.items()
    ]


def _write_stations(desk: _Desk) -> list[DemoFile]:
    speech = desk.speech("monitoring_station")
    national = shifted(stations.national_rows(), "wgs84")
    minor = shifted(stations.minor_rows(desk.city, desk.rng), "wgs84")
    facts = write_csv(desk.folder / "国控站点.csv", grid_of(speech, national))
    made_up = write_csv(desk.folder / "示例微站.csv", grid_of(speech, minor))
    return [DemoFile(facts, speech.kind, "wgs84", {}), DemoFile(made_up, speech.kind, "wgs84")]


def _write_ledger(desk: _Desk, rows: Mapping[str, list[Row]]) -> DemoFile:
    return DemoFile(write_workbook(desk.folder / "示例台账.xlsx", desk.catalog, rows), None, DATUM)


def _write_outlines(desk: _Desk) -> DemoFile:
    kind = "construction_site"
    sites = make_rows(RECIPES[kind], desk.city, desk.rng, OUTLINED, first=COUNTS[kind] + 1)
    features = [(_without_position(site), _outline(site, desk.rng)) for site in sites]
    path = write_geojson(desk.folder / "示例工地范围.geojson", desk.speech(kind), features)
    return DemoFile(path, kind, "wgs84")


def _without_position(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"lon", "lat"}}


def _outline(site: Row, rng: np.random.Generator) -> shapely.Polygon:
    """Draw a turned rectangle of the site's area round its position."""
    half_m = np.sqrt(float(str(site["area_m2"]))) / 2
    aspect, turn_deg = rng.uniform(0.7, 1.4), rng.uniform(0, 90)
    corners = [(half_m * aspect * x, half_m / aspect * y) for x, y in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
    lon, lat = float(str(site["lon"])), float(str(site["lat"]))
    return shapely.Polygon(
        [moved(lon, lat, turn_deg + np.degrees(np.arctan2(x, y)), float(np.hypot(x, y))) for x, y in corners]
    )


def _write_list(desk: _Desk, kind: str, rows: list[Row]) -> DemoFile:
    datum, encoding = LISTS[kind]
    grid = grid_of(desk.speech(kind), shifted(rows, datum))
    return DemoFile(write_csv(desk.path(kind, "清单.csv"), grid, encoding=encoding), kind, datum)


def _write_patrol(desk: _Desk) -> DemoFile:
    rows = patrol.patrol_rows(desk.city, desk.rng)
    speech = desk.speech(rows[0][0])
    placed = shifted([row for _, row in rows], "wgs84")
    grid = patrol.patrol_grid(speech, [(kind, row) for (kind, _), row in zip(rows, placed, strict=True)])
    path = write_csv(desk.folder / "示例巡查记录.csv", patrol.with_faults(grid))
    return DemoFile(path, None, "wgs84", allow_unlocated=True, accept_partial=True)


def _write_cameras(desk: _Desk, sites: list[Row]) -> DemoFile:
    rows = [_camera(desk.rng, number, site) for number, site in enumerate(sites[:CAMERAS], start=1)]
    grid = grid_of(desk.speech("camera"), shifted(rows, "wgs84"))
    return DemoFile(write_csv(desk.path("camera", "清单.csv"), grid), "camera", "wgs84")


def _camera(rng: np.random.Generator, number: int, site: Row) -> Row:
    lon, lat = moved(
        float(str(site["lon"])), float(str(site["lat"])), rng.uniform(0, 360), rng.uniform(5, 40)
    )
    return {
        "code": f"DEMO-CAM-{number:03d}",
        "name": f"示例摄像头 {number:03d}",
        "district": site["district"],
        "lon": lon,
        "lat": lat,
        "site_code": site["code"],
        "storage": True,
        "playback": bool(rng.random() < PLAYBACK_SHARE),
        "online": bool(rng.random() < ONLINE_SHARE),
    }
