"""Every source as a few numbers: what audits, counts and maps of millions are made of."""

from geo_registry.core.census.city import City, city_of
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
from geo_registry.core.census.sight import count_records, of_kinds, seen
from geo_registry.core.census.tally import Tally, source_points, tally
from geo_registry.core.census.told import frame_of

__all__ = [
    "Census",
    "City",
    "Part",
    "Rows",
    "Tally",
    "census_of",
    "city_of",
    "count_records",
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
