"""One filter tree for map, table, API, report and export: values, their check and their truth on frames.

Nothing here knows SQL or CQL2: a store may compile the tree, a parser may make it.
"""

from geo_registry.core.filters.tree import (
    And,
    BBox,
    Compare,
    Contains,
    Filter,
    In,
    IsNull,
    KindIs,
    Like,
    Near,
    Not,
    Or,
    ValidOn,
    Within,
    check,
)
from geo_registry.core.filters.truth import evaluate, valid_on

__all__ = [
    "And",
    "BBox",
    "Compare",
    "Contains",
    "Filter",
    "In",
    "IsNull",
    "KindIs",
    "Like",
    "Near",
    "Not",
    "Or",
    "ValidOn",
    "Within",
    "check",
    "evaluate",
    "valid_on",
]
