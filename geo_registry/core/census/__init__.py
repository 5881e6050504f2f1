"""Every source as a few numbers: what audits, counts and maps of millions are made of."""

from geo_registry.core.census.columns import (
    Census,
    Part,
    Rows,
    census_of,
    gathered,
    hexed,
    joined,
    numbered,
    part_of,
)
from geo_registry.core.census.few import Words, few_of
from geo_registry.core.census.measure import Measure, city_of, source_points, tally
from geo_registry.core.census.sight import count_records, of_kinds, seen
from geo_registry.core.census.sited import Sited
from geo_registry.core.census.sums import City, Sums
from geo_registry.core.census.tally import Tally
from geo_registry.core.census.told import frame_of

__all__ = [
    "Census",
    "City",
    "Measure",
    "Part",
    "Rows",
    "Sited",
    "Sums",
    "Tally",
    "Words",
    "census_of",
    "city_of",
    "count_records",
    "few_of",
    "frame_of",
    "gathered",
    "hexed",
    "joined",
    "numbered",
    "of_kinds",
    "part_of",
    "seen",
    "source_points",
    "tally",
]
