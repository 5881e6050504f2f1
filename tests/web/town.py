"""What stands in the little town behind the web door."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
LON, LAT = 114.0, 33.5
"""Where the national station stands."""
HOSTILE = "<script>alert('名')</script>"
"""A name that must come out as text."""
BOX = [[113.9, 33.4], [114.1, 33.4], [114.1, 33.6], [113.9, 33.6], [113.9, 33.4]]
YARD = [[114.02, 33.5], [114.021, 33.5], [114.021, 33.501], [114.02, 33.501], [114.02, 33.5]]


def feature(kind: str, where: list[float] | list[list[float]], **properties: object) -> dict[str, object]:
    """Write one GeoJSON feature: a point, or a polygon from its ring."""
    is_point = isinstance(where[0], float)
    shape = {"type": "Point" if is_point else "Polygon", "coordinates": where if is_point else [where]}
    return {"type": "Feature", "properties": {"category": kind, **properties}, "geometry": shape}


REAL = [
    feature("monitoring_station", [LON, LAT], code="S1", name="国控一", level="national", warden="网格员甲"),
    feature("monitoring_station", [114.05, 33.5], code="S2", name="省控二", level="provincial"),
    feature("brick_kiln", [114.005, 33.5], code="K1", name="砖窑一", status="operating", accuracy_m="10"),
    feature("brick_kiln", [114.006, 33.5], code="K2", name="砖窑二", status="banned"),
    feature(
        "coal_sales_point", [114.0, 33.515], code="C1", name="煤点一", status="rebounded", stock_t="12.5"
    ),
    feature("coal_sales_point", [114.0, 33.535], code="C2", name=HOSTILE, status="operating"),
    feature("construction_site", YARD, code="B1", name="工地一", status="operating"),
    feature("camera", [114.0205, 33.5005], code="V1", name="摄像头一", site_code="B1"),
    feature("coal_ban_zone", BOX, code="Z1", name="禁煤区一"),
]
MADE_UP = [feature("curing_kiln", [114.01, 33.51], code="Y1", name="烤房一", status="operating")]
