"""Two audits side by side: what came, what went and what is other than before."""

from geo_registry.core.audit.past.changes import CHANGE_COLUMNS, Changes, at_time
from geo_registry.core.audit.past.comparing import compare

__all__ = ["CHANGE_COLUMNS", "Changes", "at_time", "compare"]
