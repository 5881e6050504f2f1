"""A made-up neighbourhood of any size, for the tests of the report."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.catalog import load
from geo_registry.core.audit import AuditRequest, audit
from geo_registry.core.frame import conform
from geo_registry.publish.report import ReportInputs, station_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.core.kinds import Catalog, Language
    from geo_registry.publish.report import Report

PROJECT = Path(__file__).resolve().parents[2]
FONT_FOLDERS = tuple(
    PROJECT / "static/node_modules/@expo-google-fonts/noto-sans-sc" / weight
    for weight in ("400Regular", "700Bold")
)
CENTRE = (114.02, 33.58)
ON = date(2026, 11, 20)
TOWNSHIPS = ("黑龙潭镇", "阴阳赵镇", "空冢郭镇", "沙北街道")
NAMES = ("昌建", "银江路", "滨河", "汇源", "嵩山路北段市政道路及雨污分流改造")


@cache
def inputs(
    count: int, *, hostile: tuple[str, ...] = (), rings_m: tuple[float, ...] = (1000.0, 3000.0, 5000.0)
) -> ReportInputs:
    """Make everything a report is made from, with `count` sources in and round the rings.

    Parameters
    ----------
    count
        How many sources.
    hostile
        Names that take the place of the first sources' and of the station's.
    rings_m
        Radii in metres.
    """
    catalog = catalog_of_layers()
    sources, stations, zones = neighbours(count, catalog, hostile), station_rows(hostile), zone_rows()
    request = AuditRequest(on=ON, rings_m=rings_m, statuses="all")
    return ReportInputs(
        station=stations.iloc[0],
        audit=audit(sources, stations.head(1), catalog=catalog, request=request, zones=zones),
        sources=sources,
        zones=zones,
        totals=audit(sources, stations, catalog=catalog, request=request, zones=zones).totals,
        registered=registered(sources, catalog),
        catalog=catalog,
        revision=12,
        head="3f9a" * 16,
        committed_at=datetime(2026, 11, 20, 18, 30, tzinfo=timezone(timedelta(hours=8))),
        age_days={one: 7 * number for number, one in enumerate(sources["id"])},
        synthetic=True,
    )


@cache
def report(count: int, lang: Language = "zh") -> Report:
    """Make the report of `inputs`."""
    return station_report(inputs(count), lang)


@cache
def catalog_of_layers() -> Catalog:
    """Read the project's own layer files."""
    return load(PROJECT / "layers")


def neighbours(count: int, catalog: Catalog, hostile: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Scatter sources of every kind and status; some are polygons, a few have no position."""
    draw = np.random.default_rng(20260722)
    kinds = draw.choice(catalog.of_role("source"), count)
    statuses = draw.choice([choice.value for choice in catalog.statuses], count, p=_likely(catalog))
    places = np.array(CENTRE) + draw.normal(0, (0.028, 0.023), (count, 2))
    shapes = [shapely.Point(place) for place in places]
    for number in range(0, count, 9):
        shapes[number] = shapely.box(*places[number], *(places[number] + 0.004))
    names = [
        f"{draw.choice(NAMES)}{catalog.kinds[kind].label.zh}{number + 1}号"
        for number, kind in enumerate(kinds)
    ]
    names[: len(hostile)] = hostile[:count]
    frame = pd.DataFrame(
        {
            "id": [f"s{number:05d}" for number in range(count)],
            "kind": kinds,
            "code": [f"LH-{number:06d}" for number in range(count)],
            "name": names,
            "status": statuses,
            "township": draw.choice(TOWNSHIPS, count),
            "owner": [
                f"某{draw.choice(NAMES)}有限责任公司" if number % 5 else None for number in range(count)
            ],
            "warden": [f"网格员{number % 17:02d}" if number % 3 else None for number in range(count)],
            "accuracy_m": draw.choice([5.0, 20.0, 50.0, 800.0, np.nan], count, p=[0.4, 0.3, 0.17, 0.03, 0.1]),
            "coord_method": draw.choice(["gps", "digitised", "unknown"], count),
            "geometry": [None if number % 31 == 30 else shape for number, shape in enumerate(shapes)],
        }
    )
    return conform(frame)


def _likely(catalog: Catalog) -> list[float]:
    weights = [8.0 if choice.value in catalog.active else 2.0 for choice in catalog.statuses]
    return [weight / sum(weights) for weight in weights]


def station_rows(hostile: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Two stations three kilometres apart; the first is the one reported on."""
    frame = pd.DataFrame(
        {
            "id": ["t1", "t2"],
            "kind": "monitoring_station",
            "code": ["411100051", "411100052"],
            "name": [hostile[0] if hostile else "漯河大学", "三五一五工厂"],
            "status": "operating",
            "level": "national",
            "site_type": "city",
            "actual_place": "职业技术学院教学楼楼顶",
            "district": "源汇区",
            "warden": ["网格员甲", None],
            "geometry": gpd.points_from_xy([CENTRE[0], CENTRE[0] + 0.03], [CENTRE[1], CENTRE[1]]),
        }
    )
    return conform(frame)


def zone_rows() -> gpd.GeoDataFrame:
    """Two districts that meet east of the station, and a coal-ban zone."""
    lon, lat = CENTRE
    frame = pd.DataFrame(
        {
            "id": ["z1", "z2", "z3"],
            "kind": ["district", "district", "coal_ban_zone"],
            "code": ["411102", "411104", "JM-1"],
            "name": ["源汇区", "召陵区", "中心城区禁煤区"],
            "status": "registered",
            "geometry": [
                shapely.box(lon - 0.3, lat - 0.2, lon + 0.02, lat + 0.2),
                shapely.box(lon + 0.02, lat - 0.2, lon + 0.3, lat + 0.2),
                shapely.Point(lon + 0.01, lat + 0.01).buffer(0.02),
            ],
        }
    )
    return conform(frame)


def registered(sources: gpd.GeoDataFrame, catalog: Catalog) -> pd.DataFrame:
    """Count every source of the registry, with a position or without."""
    counted = sources.assign(active=sources["status"].isin(catalog.active), all=True).groupby("kind")
    held = counted[["active", "all"]].sum().reindex(catalog.of_role("source"), fill_value=0)
    return held.astype("int64").rename_axis("kind").reset_index()
