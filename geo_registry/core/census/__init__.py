"""Every source as a few numbers: what audits, counts and maps of millions are made of."""

from geo_registry.core.census.columns import Census, Rows, census_of, hexed, joined
from geo_registry.core.census.sight import count_records, of_kinds, seen
from geo_registry.core.census.tally import Tally, source_points, tally

__all__ = [
    "Census",
    "Rows",
    "Tally",
    "census_of",
    "count_records",
    "hexed",
    "joined",
    "of_kinds",
    "seen",
    "source_points",
    "tally",
]
