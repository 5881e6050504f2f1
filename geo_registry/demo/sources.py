"""Made-up sources of every kind: how many, where, in what state, and what their ledgers say of them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from geo_registry.demo.files import Row, Value
from geo_registry.demo.places import City

Odds = Mapping[str, float]

SIX100 = ("hoarding", "material_cover", "wet_work", "paving", "wheel_wash", "sealed_truck")
THREE_CLEARS = ("coal_cleared", "equipment_cleared", "licence_cancelled")
FIVE_IN_PLACE = (
    "plant_enclosed",
    "process_dust",
    "transport_dust",
    "yard_road_dust",
    "bare_land_green",
    "fugitive_monitored",
)
METHODS = {"gps": 10.0, "digitised": 50.0, "geocoded_village": 1000.0}
"""How positions were found and how far off they may be, metres (contract: defaults by method)."""


KNOWN_ACCURACY = 0.8
"""Share of rows that say how good their position is."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the made-up rows of one kind are like.

    Attributes
    ----------
    kind
        Their kind.
    prefix
        Start of their codes, after ``DEMO-``.
    title
        End of their names.
    where
        Odds of standing near a town of each sort.
    statuses
        Odds of each status.
    methods
        Odds of each way the position was found.
    department
        Department in charge.
    own
        Makes the kind's own fields, given the status.
    """

    kind: str
    prefix: str
    title: str
    where: Odds
    statuses: Odds
    methods: Odds
    department: str
    own: Callable[[np.random.Generator, str], Row]


def pick(rng: np.random.Generator, odds: Odds) -> str:
    """Draw one of several words.

    Parameters
    ----------
    rng
        Source of chance.
    odds
        Word to weight; the weights need not sum to one.
    """
    *bounds, total = accumulate(odds.values())
    return list(odds)[bisect(bounds, rng.random() * total)]


def day(rng: np.random.Generator, first: date, last: date) -> date:
    """Draw a day between two, both included."""
    return first + timedelta(days=int(rng.integers((last - first).days + 1)))


def make_rows(
    recipe: Recipe, city: City, rng: np.random.Generator, count: int, *, first: int = 1
) -> list[Row]:
    """Make up rows of one kind.

    Parameters
    ----------
    recipe
        What they are like.
    city
        Where they may stand.
    rng
        Source of chance.
    count
        How many.
    first
        Number of the first, for its code and name.
    """
    return [_row(recipe, city, rng, number) for number in range(first, first + count)]


def _row(recipe: Recipe, city: City, rng: np.random.Generator, number: int) -> Row:
    # owners and wardens are roles with numbers: a made-up name might be some real person's
    status = pick(rng, recipe.statuses)
    spot = city.spot(rng, pick(rng, recipe.where))
    common: Row = {
        "code": f"DEMO-{recipe.prefix}-{number:04d}",
        "name": f"示例{recipe.title} {number:04d}",
        "status": status,
        "district": spot.district,
        "township": spot.township,
        "lon": spot.lon,
        "lat": spot.lat,
        "owner": f"示例责任人 {number:04d}",
        "contact": f"示例电话 {number:04d}",
        "warden": f"示例网格员 {int(rng.integers(1, 61)):02d}",
        "lead_dept": recipe.department,
        "discovered_on": day(rng, date(2022, 3, 1), date(2025, 10, 31)),
        "discovery_channel": pick(rng, {"sweep": 6, "complaint": 1, "assigned": 1, "covert": 1, "census": 2}),
    }
    return common | _found_by(recipe, rng) | recipe.own(rng, status)


def _found_by(recipe: Recipe, rng: np.random.Generator) -> Row:
    method = pick(rng, recipe.methods)
    return {"coord_method": method, "accuracy_m": METHODS[method] if _flip(rng, KNOWN_ACCURACY) else None}


def _flip(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


def _checked(rng: np.random.Generator, items: tuple[str, ...], passing: float) -> dict[str, Value]:
    odds = {"pass": passing, "fail": 0.95 - passing, "na": 0.05}
    return {item: pick(rng, odds) for item in items}


def _site(rng: np.random.Generator, status: str) -> Row:
    area_m2 = float(round(rng.lognormal(np.log(12_000), 0.7), -1))
    stages = {"earthworks": 3, "foundation": 2, "structure": 4, "finishing": 2}
    started = day(rng, date(2023, 1, 1), date(2025, 6, 30))
    return {
        "project_type": pick(rng, {"building": 6, "municipal": 2, "road": 1, "demolition": 1, "water": 1}),
        "stage": {"suspended": "halted", "closed": "completed"}.get(status) or pick(rng, stages),
        "area_m2": area_m2,
        "bare_m2": round(area_m2 * int(rng.integers(0, 41)) / 100, 1),
        "start_on": started,
        "planned_end": started + timedelta(days=int(rng.integers(200, 1400))),
        "camera_count": int(rng.integers(0, 5)),
        "pm_monitor": _flip(rng, 0.6),
        "plate": pick(rng, {"green": 5, "yellow": 3, "red": 1}),
        **_checked(rng, SIX100, 0.8 if status == "operating" else 0.55),
    }


def _coal(rng: np.random.Generator, status: str) -> Row:
    banned = status == "banned"
    return {
        "fuel": pick(rng, {"loose_coal": 6, "briquette": 3, "semi_coke": 1}),
        "licence": pick(rng, {"cancelled": 3, "revoked": 1} if banned else {"held": 3, "none": 2}),
        "stock_t": 0.0 if banned else float(round(rng.lognormal(np.log(8), 0.8), 1)),
        "mobile": _flip(rng, 0.1),
        "next_recheck": day(rng, date(2025, 3, 1), date(2027, 12, 31)),
        **_checked(rng, THREE_CLEARS, 0.85 if banned else 0.2),
    }


def _kiln(rng: np.random.Generator, status: str) -> Row:
    upgraded = status == "upgraded"
    return {
        "barn_type": pick(rng, {"bulk": 7, "plain": 3}),
        "barn_count": int(rng.integers(1, 21)),
        "fuel": pick(rng, {"electricity": 7, "biomass": 2, "gas": 1} if upgraded else {"coal": 1}),
        "load_kg": float(rng.integers(42, 49) * 100),
        "coal_t": 0.0 if upgraded else float(round(rng.lognormal(np.log(15), 0.5), 1)),
        "convert_by": date(int(rng.integers(2024, 2028)), 12, 31),
        "converted_on": day(rng, date(2023, 1, 1), date(2025, 9, 30)) if upgraded else None,
        "abandoned": status == "closed",
    }


def _plant(rng: np.random.Generator, status: str) -> Row:
    capacity_m3h = float(rng.choice([60, 90, 120, 180, 240]))
    hours = 0 if status == "closed" else int(rng.integers(5, 26) * 100)
    return {
        "product": pick(rng, {"concrete": 6, "mortar": 1, "stabilised": 2, "asphalt": 1}),
        "capacity_m3h": capacity_m3h,
        "annual_m3": capacity_m3h * hours,
        "silo_filter": _flip(rng, 0.85),
        "aggregate_enclosed": _flip(rng, 0.7),
        "yard_paved": _flip(rng, 0.8),
        "moveout_due": date(int(rng.integers(2025, 2029)), 12, 31),
        "yard_m2": float(rng.integers(8, 40) * 1_000),
        "pile_m2": float(rng.integers(1, 8) * 500),
    }


def _enterprise(rng: np.random.Generator, status: str) -> Row:
    industries = {
        "1371 蔬菜加工": 3,
        "3021 水泥制品制造": 2,
        "2231 纸和纸板容器制造": 2,
        "3391 黑色金属铸造": 1,
    }
    code, industry = pick(rng, industries).split()
    return {
        "gb4754": code,
        "industry": industry,
        "fuel": pick(rng, {"天然气": 5, "电": 4, "生物质": 1}),
        "main_pollutants": pick(rng, {"颗粒物": 3, "颗粒物、VOCs": 2, "SO2、NOx": 1}),
        "stack_h_m": float(rng.choice([15, 15, 20, 25, 35])),
        "online_monitored": _flip(rng, 0.3),
        "in_vocs_list": _flip(rng, 0.4),
        "grade": pick(rng, {"A": 1, "B": 3, "C": 5, "D": 2, "livelihood": 1}),
        "emergency_listed": status != "closed",
        "upgrade_due": day(rng, date(2025, 1, 1), date(2027, 12, 31)) if status == "rectifying" else None,
        **_checked(rng, FIVE_IN_PLACE, 0.8),
    }


def _brick(rng: np.random.Generator, status: str) -> Row:
    return {
        "product": pick(rng, {"烧结多孔砖": 3, "烧结实心砖": 1}),
        "capacity": f"{int(rng.integers(3, 9)) * 1000} 万块/年",
        "fuel": pick(rng, {"煤矸石": 3, "天然气": 1}),
        "firing_season": "3月至10月" if status == "operating" else None,
        "stack_h_m": float(rng.choice([15, 20, 30, 45])),
        "online_monitored": _flip(rng, 0.7),
    }


_BUILT_UP = {"core": 7, "seat": 3}
_ANYWHERE = {"core": 5, "seat": 2, "rural": 3}
_RURAL = {"rural": 1}
_WELL_FOUND = {"gps": 8, "digitised": 2}
_ILL_FOUND = {"gps": 4, "digitised": 3, "geocoded_village": 3}
_RUNNING = {"operating": 14, "rectifying": 2, "suspended": 2, "registered": 1, "rebounded": 1, "closed": 2}

RECIPES = {
    recipe.kind: recipe
    for recipe in (
        Recipe("construction_site", "CS", "建筑工地", _BUILT_UP, _RUNNING, _WELL_FOUND, "住建局", _site),
        Recipe(
            "coal_sales_point",
            "CP",
            "售煤点",
            _ANYWHERE,
            {"banned": 5, "registered": 2, "operating": 1, "lead": 1, "rebounded": 1},
            _ILL_FOUND,
            "市场监管局",
            _coal,
        ),
        Recipe(
            "curing_kiln",
            "CK",
            "烤房群",
            _RURAL,
            {"upgraded": 8, "operating": 3, "registered": 1, "closed": 1},
            _ILL_FOUND,
            "烟草局",
            _kiln,
        ),
        Recipe("batching_plant", "BP", "商砼公司", _ANYWHERE, _RUNNING, _WELL_FOUND, "住建局", _plant),
        Recipe(
            "industrial_enterprise",
            "IE",
            "工业公司",
            _ANYWHERE,
            _RUNNING,
            _WELL_FOUND,
            "生态环境局",
            _enterprise,
        ),
        Recipe("brick_kiln", "BK", "砖瓦厂", _RURAL, _RUNNING, _WELL_FOUND, "工信局", _brick),
    )
}
"""One recipe a kind of source."""
