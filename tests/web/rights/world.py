"""Two districts and what lies in none: the same things four times over, each with secrets of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import geo_registry as gr
from geo_registry.registry.people.grants import Grant
from tests.web.town import feature

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from geo_registry.registry import Registry

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
OWN, BESIDE, OTHER, NONE = PLACES = ("own", "beside", "other", "none")
"""In the reader's village; in another township of its district; in another district; in no district."""
AREAS = {
    OWN: ("郾城区", "孟庙镇", "甲村"),
    BESIDE: ("郾城区", "城关镇", "乙村"),
    OTHER: ("召陵区", "老窝镇", "丙村"),
    NONE: (None, None, None),
}
UNITS = {OWN: "91411100MA3X00001P", BESIDE: "91411100MA3X00002T", OTHER: "91411100MA3X00003X", NONE: None}
LONS = {OWN: 114.00, BESIDE: 114.01, OTHER: 114.02, NONE: 114.03}
LAT = 33.5
SEEN = {
    "public": PLACES,
    "auditor": PLACES,
    "unit": (OWN,),
    "warden": (OWN,),
    "township": (OWN,),
    "district": (OWN, BESIDE),
    "city": PLACES,
    "admin": PLACES,
}
"""Which places each of the eight roles sees; written by hand, from the issue."""
ROLES = tuple(SEEN)
GRANTS = {
    "auditor": Grant("auditor"),
    "unit": Grant("unit", units=(str(UNITS[OWN]),)),
    "warden": Grant("warden", ("/".join(map(str, AREAS[OWN])),)),
    "township": Grant("township", ("/".join(map(str, AREAS[OWN][:2])),)),
    "district": Grant("district", (str(AREAS[OWN][0]),)),
    "city": Grant("city"),
    "admin": Grant("admin"),
}


def phone(place: str) -> str:
    """Make the contact of what lies in a place."""
    return f"0395-{PLACES.index(place)}112233"


def informant(place: str) -> str:
    """Make the cell that no field takes, of what lies in a place."""
    return f"1390395{PLACES.index(place)}44"


def features() -> list[dict[str, object]]:
    """Write a station, a zone, a kiln, a yard, a camera and a lead for each place."""
    return [one for place in PLACES for one in _features(place)]


def _features(place: str) -> list[dict[str, object]]:
    lon, (district, township, village) = LONS[place], AREAS[place]
    said = {
        "district": district,
        "township": township,
        "village": village,
        "uscc": UNITS[place],
        "contact": phone(place),
        "举报人": informant(place),
    }
    told = {name: value for name, value in said.items() if value}
    yard = [[lon, 33.503], [lon + 1e-3, 33.503], [lon + 1e-3, 33.504], [lon, 33.504], [lon, 33.503]]
    return [
        feature(
            "monitoring_station", [lon, LAT], code=f"S-{place}", name=f"站{place}", level="national", **told
        ),
        feature("coal_ban_zone", yard, code=f"Z-{place}", name=f"区{place}", **told),
        feature(
            "brick_kiln", [lon, 33.505], code=f"K-{place}", name=f"窑{place}", status="operating", **told
        ),
        feature("construction_site", yard, code=f"B-{place}", name=f"工{place}", status="operating", **told),
        feature("camera", [lon, 33.5055], code=f"V-{place}", name=f"像{place}", **told),
        feature(
            "coal_sales_point", [lon, 33.506], code=f"L-{place}", name=f"线{place}", status="lead", **told
        ),
    ]


@dataclass(frozen=True)
class Districts:
    """The store of the two districts, and how each role is known there.

    Attributes
    ----------
    registry
        As its owner sees it.
    ids
        Identity of each record by its code.
    tokens
        A bearer token for each role but the public's.
    """

    registry: Registry
    ids: dict[str, str]
    tokens: dict[str, str]

    def headers(self, role: str) -> dict[str, str]:
        """Say who asks."""
        return {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}

    def get(self, client: FlaskClient, role: str, path: str) -> TestResponse:
        """Read as a role."""
        return client.get(path, headers=self.headers(role))


def made(folder: Path) -> Districts:
    """Make the store through the front door, with an account for every role."""
    url = f"sqlite:///{folder / 'districts.db'}"
    gr.init(url, by="tester", clock=lambda: NOW)
    registry = gr.open(url, clock=lambda: NOW)
    path = folder / "districts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features()}), encoding="utf-8")
    outcome = registry.import_file(path, gr.ImportOrder(datum="wgs84", by="tester"))
    assert outcome.document["status"] == "accept", outcome.document
    for role, grant in GRANTS.items():
        registry.people.add(f"{role}-account", grant, None)
    tokens = {role: registry.people.make_token(f"{role}-account", "import", 7).text for role in GRANTS}
    found = [registry.sources(kind) for kind in registry.catalog.kinds]
    ids = {str(row["code"]): str(row["id"]) for rows in found for _, row in rows.iterrows()}
    return Districts(registry, ids, tokens)
