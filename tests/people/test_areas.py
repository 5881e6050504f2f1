from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.core.access import area
from geo_registry.registry.importing import Order
from geo_registry.registry.people import Grant
from tests.people.making import PASSWORD

if TYPE_CHECKING:
    from geo_registry.core.access import Viewer
    from geo_registry.registry import Registry

ZONES = (
    ("411103", "郾城区", "county", None, 0),
    ("411102", "源汇区", "county", None, 1),
    ("411103100", "城关镇", "township", "411103", 0),
    ("411102100", "城关镇", "township", "411102", 1),
    ("411103100201", "东街村", "village", "411103100", 0),
)


def with_zones(registry: Registry, folder: Path) -> None:
    """Import two districts, a township of one name in each, and a village."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "level": level, "parent": parent},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[114 + at, 33], [114.5 + at, 33], [114.5 + at, 33.5], [114 + at, 33.5], [114 + at, 33]]
                ],
            },
        }
        for code, name, level, parent, at in ZONES
    ]
    path = folder / "zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    outcome = registry.import_file(path, Order(kind="district", datum="wgs84", by="tester"))
    assert outcome.document["status"] == "accept", outcome.document


def viewer(registry: Registry, grant: Grant) -> Viewer:
    """Make an account and sign it in."""
    registry.people.add("zhao", grant, PASSWORD)
    return registry.people.entrance.sign_in("zhao", PASSWORD, "127.0.0.1").session.viewer


def test_an_area_is_spelled_as_the_zone_it_names(registry: Registry, tmp_path: Path) -> None:
    """A district named by its code is seen by its name too, and the other way round."""
    with_zones(registry, tmp_path)
    both = area(["郾城区", "411103"])
    assert viewer(registry, Grant("district", ("411103",))).areas == frozenset({both})
    registry.people.give("zhao", Grant("district", ("郾城区",)))
    again = registry.people.entrance.sign_in("zhao", PASSWORD, "127.0.0.1").session.viewer
    assert again.areas == frozenset({both})


def test_a_township_is_that_of_its_own_district(registry: Registry, tmp_path: Path) -> None:
    """Of two townships of one name, the one in the district that was named is meant, and no other's code."""
    with_zones(registry, tmp_path)
    found = viewer(registry, Grant("warden", ("郾城区／城关镇／东街村", "源汇/城关镇/西街村"))).areas
    assert found == frozenset(
        {
            area(["郾城区", "411103"], ["城关镇", "411103100"], ["东街村", "411103100201"]),
            area(["源汇"], ["城关镇"], ["西街村"]),
        }
    )


def test_an_area_without_a_zone_is_as_written(registry: Registry) -> None:
    """Where no districts were imported, an area is what was written, and the records that say the same."""
    assert viewer(registry, Grant("district", ("郾城区",))).areas == frozenset({area(["郾城区"])})


def test_roles_without_bounds_see_everywhere_and_units_see_their_own(registry: Registry) -> None:
    """City, auditor and admin have no bounds; a responsible unit has its codes and no area at all."""
    unit = viewer(registry, Grant("unit", units=(" 91411100ma3x00000x",)))
    assert (unit.areas, unit.units) == (frozenset(), frozenset({"91411100MA3X00000X"}))
    for role in ("city", "auditor", "admin"):
        registry.people.give("zhao", Grant(role))
        again = registry.people.entrance.sign_in("zhao", PASSWORD, "127.0.0.1").session.viewer
        assert (again.areas, again.units, again.role) == (None, frozenset(), role)
