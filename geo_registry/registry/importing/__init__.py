"""A file is parsed in its child, checked, compared with what is known, and written in one transaction."""

from __future__ import annotations

import getpass
from time import perf_counter
from typing import TYPE_CHECKING

from geo_registry import intake
from geo_registry.core.findings import count_codes
from geo_registry.core.frame import conform
from geo_registry.errors import Conflict
from geo_registry.registry.importing.ledgers import Ledger, check_file
from geo_registry.registry.importing.orders import Order
from geo_registry.registry.importing.outcomes import Outcome, outcome, refusal
from geo_registry.registry.importing.plans import Plan, plan
from geo_registry.registry.importing.undoing import undo
from geo_registry.store.chain import Commit

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo_registry.registry.house import House

__all__ = ["Order", "Outcome", "import_file", "refusal", "undo"]


def import_file(house: House, path: Path, order: Order) -> Outcome:
    """Check a file and, unless it is a dry run or refused, store its good rows.

    Parameters
    ----------
    house
        Where records are.
    path
        The file.
    order
        What is asked.

    Raises
    ------
    FileRefused
        If the whole file cannot be taken.
    ValueRefused, DatumError
        If the kind, a field, a value or the datum asked for is not one.
    """
    began = perf_counter()
    raw = intake.read(
        path, encoding=order.encoding, layer=order.layer, sheet=order.sheet, limits=order.limits
    )
    ledger = check_file(house, raw, order, _districts(house))
    frame = ledger.frame(house.catalog)
    wanted = ledger.status == "accept" or (ledger.status == "partial" and order.accept_partial)
    found, commit = plan(house, ledger, frame, house.store.revision()), None
    if wanted and not order.dry_run:
        found, commit = _store(house, ledger, frame, found)
    return outcome(ledger, found, commit, revision=house.store.revision(), seconds=perf_counter() - began)


def _districts(house: House) -> gpd.GeoDataFrame | None:
    """Give the zones that divide the land: those whose kind says by which scheme."""
    kinds = [name for name in house.catalog.of_role("zone") if house.catalog.kinds[name].field("scheme")]
    known = house.store.records(kinds)
    return conform(known) if len(known) else None


def _store(house: House, ledger: Ledger, frame: gpd.GeoDataFrame, found: Plan) -> tuple[Plan, Commit | None]:
    by = ledger.order.by or getpass.getuser()
    for last in (False, False, True):
        if found.change.opened.empty:
            return found, None
        batch = f"b{found.change.base + 1}"
        note = Commit(0, house.now, by, "import", batch, _details(ledger, found))
        try:
            return found, house.store.commit(found.change, note)
        except Conflict:
            if last:
                raise
            found = plan(house, ledger, frame, house.store.revision())
    raise AssertionError


def _details(ledger: Ledger, found: Plan) -> dict[str, object]:
    return {
        "file": ledger.raw.name,
        "sha256": ledger.raw.sha256,
        "kinds": ledger.kinds,
        "datum": ledger.order.datum or ledger.order.crs,
        "new": len(found.rows.new),
        "updated": len(found.rows.updated),
        "unchanged": len(found.rows.unchanged),
        "rejected": ledger.rejected,
        "codes": count_codes(each for each, _ in ledger.findings),
    }
