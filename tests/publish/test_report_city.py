"""The report of all stations as a document, apart from any store."""

from __future__ import annotations

from geo_registry.core.audit import audit
from geo_registry.publish.report import CityInputs, city_report
from tests.publish import report_world as world


def test_a_station_without_a_code_keeps_its_row() -> None:
    """Every station has a row, also one whose ledger gave no code."""
    known = world.inputs(30)
    stations = world.station_rows(()).head(2).copy()
    stations["code"] = [None, *stations["code"].iloc[1:]]
    found = audit(
        known.sources, stations, catalog=known.catalog, request=known.audit.request, zones=known.zones
    )
    made = CityInputs(
        audit=found,
        sources=known.sources,
        registered=known.registered,
        catalog=known.catalog,
        revision=known.revision,
        head=known.head,
        committed_at=known.committed_at,
        age_days=known.age_days,
        synthetic=True,
    )
    rows = city_report(made, "en").table("stations").rows
    assert len(rows) == len(stations)
    assert [row[0] for row in rows].count("") == 1
