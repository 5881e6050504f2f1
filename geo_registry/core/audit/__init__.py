"""The audit of stations' neighbourhoods: rings, counts, scores and where they come from.

Frames in, an `Audit` out; nothing here reads a clock, a file or a store.
"""

from geo_registry.core.audit.neighbourhood import audit
from geo_registry.core.audit.request import MAX_RINGS, AuditRequest, checked_rings
from geo_registry.core.audit.result import Audit, Provenance
from geo_registry.core.audit.score import ScoreRules, overdue, source_priority
from geo_registry.core.audit.sums import added

__all__ = [
    "MAX_RINGS",
    "Audit",
    "AuditRequest",
    "Provenance",
    "ScoreRules",
    "added",
    "audit",
    "checked_rings",
    "overdue",
    "source_priority",
]
