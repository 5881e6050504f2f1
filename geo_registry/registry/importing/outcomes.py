"""What an import came to, as the document every door hands out (contract, verb ``import``)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from typing import TYPE_CHECKING, Any

from geo_registry.core.findings import Finding, count_codes
from geo_registry.wording import explain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from geo_registry.core.kinds import Language
    from geo_registry.errors import Refused
    from geo_registry.registry.importing.ledgers import Ledger
    from geo_registry.registry.importing.orders import Order
    from geo_registry.registry.importing.plans import Plan

COUNTS = ("rows", "skipped", "accepted", "rejected", "unlocated", "unchanged", "updated", "new")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import came to.

    Attributes
    ----------
    document
        The JSON document of the contract, verb ``import``.
    findings
        Everything found, with the name of the sheet.
    """

    document: dict[str, Any]
    findings: tuple[tuple[Finding, str], ...]


def outcome(
    ledger: Ledger, plan: Plan, batch: str | None, *, revision: int, seconds: float, before: str | None = None
) -> Outcome:
    """Tell what an import came to.

    Parameters
    ----------
    ledger
        The checked file.
    plan
        What it changes.
    batch
        What it is stored as, None where nothing is.
    revision
        Of the store afterwards.
    seconds
        Wall time it took.
    before
        The newest arrival of the same bytes that was stored.
    """
    unlocated = frozenset(plan.unlocated)
    findings = [each for each in ledger.findings if not _placed_before(each[0], unlocated)]
    findings += [(twin, "") for twin in plan.findings]
    unchanged = len(plan.rows.unchanged)
    if unchanged:
        findings.append((Finding("UNCHANGED", value=str(unchanged), details={"count": unchanged}), ""))
    told = [found for found, _ in findings]
    datums = sorted({part.checked.datum for part in ledger.parts if part.checked.datum})
    document = {
        "file": ledger.raw.name,
        "sha256": ledger.raw.sha256,
        "kind": ledger.kinds[0] if len(ledger.kinds) == 1 else None,
        "kinds": ledger.kinds,
        "datum": datums[0] if len(datums) == 1 else None,
        "status": ledger.status,
        "rows": ledger.rows,
        "skipped": len(ledger.skipped),
        "accepted": ledger.accepted,
        "rejected": ledger.rejected,
        "unlocated": len(plan.unlocated),
        "unchanged": unchanged,
        "updated": len(plan.rows.updated),
        "new": len(plan.rows.new),
        "codes": count_codes(found for found in told if found.severity != "warning"),
        "warnings": count_codes(found for found in told if found.severity == "warning"),
        "findings": [_told(found, ledger.order.lang, sheet) for found, sheet in findings],
        "skipped_rows": ledger.skipped,
        "seconds": round(seconds, 3),
        "revision": revision,
        "batch": batch,
        "order": ledger.order.said,
        "same_file": before,
        "arrival": None,
    }
    return Outcome(document, tuple(findings))


def _placed_before(found: Finding, unlocated: AbstractSet[int]) -> bool:
    """Tell whether a row that names no position keeps the one its record has."""
    return found.code == "POSITION_MISSING" and found.row not in unlocated


def refusal(path: Path, order: Order, fault: Refused) -> Outcome:
    """Tell of a file that was refused whole, in the form of an import's document.

    Parameters
    ----------
    path
        The file.
    order
        What was asked.
    fault
        Why it was refused.
    """
    row, value = fault.details.get("row"), fault.details.get("value")
    shown = None if value is None else str(value)
    found = Finding(fault.code, row if isinstance(row, int) else None, None, shown, fault.details)
    document = {
        "file": order.name or path.name,
        "sha256": _sha256(path),
        "kind": order.kind,
        "kinds": [],
        "datum": order.datum or order.crs,
        "status": "reject",
        **dict.fromkeys(COUNTS, 0),
        "codes": {fault.code: 1},
        "warnings": {},
        "findings": [_told(found, order.lang, "", "file")],
        "skipped_rows": [],
        "seconds": 0.0,
        "revision": None,
        "batch": None,
        "order": order.said,
        "same_file": None,
        "arrival": fault.details.get("arrival"),
    }
    return Outcome(document, ((found, ""),))


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as source:
            return file_digest(source, "sha256").hexdigest()
    except OSError:
        return None


def _told(found: Finding, lang: Language, sheet: str, severity: str | None = None) -> Mapping[str, object]:
    own = {"row": found.row, "field": found.field, "value": found.value}
    return {
        "row": found.row,
        "field": found.field,
        "code": found.code,
        "severity": severity or found.severity,
        "value": found.value,
        "message": sentence({**own, "code": found.code, "details": found.details}, lang),
        "sheet": sheet or None,
        "details": dict(found.details),
    }


def sentence(told: Mapping[str, Any], lang: Language) -> str:
    """Say a finding of a document, in any language.

    Parameters
    ----------
    told
        One of the document's ``findings``.
    lang
        ``zh`` or ``en``.
    """
    own = {name: told[name] for name in ("row", "field", "value") if told[name] is not None}
    return explain(told["code"], lang, {**told["details"], **own})
