"""One file taken in: parsed, checked, compared with what is known, and written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from geo_registry import intake
from geo_registry.core.access import must
from geo_registry.core.findings import FILE_FAULTS, count_codes
from geo_registry.errors import Conflict, Refused
from geo_registry.registry import records
from geo_registry.registry.editing.reach import name_of
from geo_registry.registry.importing.arrivals import sees
from geo_registry.registry.importing.ledgers import Ledger, check_file
from geo_registry.registry.importing.outcomes import outcome, refusal
from geo_registry.registry.importing.plans import Plan, plan
from geo_registry.registry.importing.returned import refused_rows
from geo_registry.registry.importing.streaming import check_long, plan_long
from geo_registry.registry.importing.taking.bounds import within_area
from geo_registry.registry.importing.taking.twins import without_decided
from geo_registry.store.arrivals import Arrival
from geo_registry.store.chain import Commit

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.core.access import Viewer
    from geo_registry.core.raw import RawFile
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.orders import Order
    from geo_registry.registry.importing.outcomes import Outcome

TRIES = 5
"""So often an import is worked out anew where another commit came first."""


def import_file(house: House, viewer: Viewer, path: Path, order: Order) -> Outcome:
    """Check a file and, unless it is a dry run or refused, store its good rows.

    Unless it is a dry run the file is kept among the arrivals, with the rows that were refused.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who imports.
    path
        The file.
    order
        What is asked.

    Raises
    ------
    NotAllowed
        If the viewer may import nothing.
    FileRefused
        If the whole file cannot be taken; the details name the arrival.
    ValueRefused, DatumError
        If the kind, a field, a value or the datum asked for is not one.
    """
    must(viewer, "import")
    desk = Desk(house, viewer, order, perf_counter())
    try:
        return desk.take(path)
    except Refused as fault:
        if fault.code in FILE_FAULTS and path.is_file() and not order.dry_run:
            document = refusal(path, order, fault).document
            fault.details["arrival"] = house.store.arrivals.add(desk.arrival(document)).id
        raise


@dataclass(frozen=True, slots=True)
class Desk:
    """One file in work.

    Attributes
    ----------
    house, viewer, order
        As for `import_file`.
    began
        When, by the clock that only runs on, in seconds.
    """

    house: House
    viewer: Viewer
    order: Order
    began: float

    def take(self, path: Path) -> Outcome:
        """Check the file and store what may be stored."""
        checked = self.checked(self.read(path))
        for tries in range(1, TRIES + 1):
            try:
                return self._done(checked, last=self.house.store.revision())
            except Conflict:
                if tries == TRIES:
                    raise
        raise AssertionError

    def read(self, path: Path) -> RawFile:
        """Parse the file in its child; errors as `intake.read`."""
        order = self.order
        return intake.read(
            path,
            name=order.name,
            encoding=order.encoding,
            layer=order.layer,
            sheet=order.sheet,
            limits=order.limits,
        )

    def checked(self, raw: RawFile) -> Ledger:
        """Check the rows; errors as `ledgers.check_file`."""
        house, order = self.house, self.order
        districts = records.districts(house)
        found = check_long(house, self.viewer, raw, order, districts=districts)
        return found or check_file(house, raw, order, districts)

    def tried(self, checked: Ledger) -> tuple[Ledger, Plan, Outcome]:
        """Tell what the rows would change now, and store nothing."""
        ledger, found = self._planned(checked, last=self.house.store.revision())
        return ledger, found, self._told(ledger, found, None)

    def _done(self, checked: Ledger, *, last: int) -> Outcome:
        """Judge the rows and store the good ones, both against one revision."""
        house, order = self.house, self.order
        ledger, found = self._planned(checked, last=last)
        wanted = ledger.status == "accept" or (ledger.status == "partial" and order.accept_partial)
        if order.dry_run:
            return self._told(ledger, found, None)
        if not wanted or found.change.empty:
            return self._keep(ledger, self._told(ledger, found, None))
        told = self._told(ledger, found, f"b{last + 1}")
        note = Commit(0, house.now, self._by, "import", f"b{last + 1}", _details(ledger, found))
        house.store.commit(found.change, note, self.arrival(told.document, ledger))
        return self._numbered(told, str(note.batch))

    def _planned(self, checked: Ledger, *, last: int) -> tuple[Ledger, Plan]:
        """Compare with what is known at a revision; a long ledger is looked at whole where it must be."""
        house, order = self.house, self.order
        if checked.spill:
            found = plan_long(house, checked, checked.spill, base=last)
            if found:
                return checked, found
            checked = check_file(house, checked.raw, order, records.districts(house))
        ledger = within_area(house, self.viewer, checked, base=last)
        return ledger, plan(house, self.viewer, ledger, ledger.frame(house.catalog), base=last)

    def _told(self, ledger: Ledger, found: Plan, batch: str | None) -> Outcome:
        revision = int(found.change.base or 0) + (batch is not None)
        earlier = [each for each in self.house.store.arrivals.of_file(ledger.raw.sha256) if each.batch]
        before = next((each.id for each in earlier if sees(self.viewer, each)), None)
        seconds = perf_counter() - self.began
        shown = without_decided(self.house, ledger, found)
        return outcome(shown, found, batch, revision=revision, seconds=seconds, before=before)

    def _numbered(self, told: Outcome, batch: str) -> Outcome:
        kept = self.house.store.arrivals.of_batch(batch)
        seconds = round(perf_counter() - self.began, 3)
        own = {"arrival": kept.id if kept else None, "seconds": seconds}
        return replace(told, document=told.document | own)

    def _keep(self, ledger: Ledger, told: Outcome) -> Outcome:
        """Keep a file of which nothing was stored."""
        kept = self.house.store.arrivals.add(self.arrival(told.document, ledger))
        return replace(told, document=told.document | {"arrival": kept.id})

    def arrival(self, document: dict[str, object], ledger: Ledger | None = None) -> Arrival:
        """Make what is kept of a file."""
        rows = refused_rows(ledger, self.house.catalog) if ledger else ()
        sha256, batch = document["sha256"], document["batch"]
        return Arrival(
            self.house.now,
            self._by,
            str(document["file"]),
            None if sha256 is None else str(sha256),
            None if batch is None else str(batch),
            document,
            rows,
        )

    @property
    def _by(self) -> str:
        return name_of(self.viewer, self.order.by)


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
