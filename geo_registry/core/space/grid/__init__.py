"""Points sorted for searching, and what lies within rings round centres: pairs, counts, nearest rings.

The grid is a handful of plain arrays, so it can be kept, mapped from disk or sent to a worker. A search asks,
for each centre, the rows its radius reaches and in each row one run of neighbours in memory; what remains is
measured exactly. Nothing depends on a projection, so poles and the meridian of 180° are like any other place.
"""

from geo_registry.core.space.grid.counts import Classed, Ringed, nearest_rings, ring_counts, ringed
from geo_registry.core.space.grid.pairs import Pairs, pairs_in_grid, pairs_within
from geo_registry.core.space.grid.points import PointGrid, point_grid

__all__ = [
    "Classed",
    "Pairs",
    "PointGrid",
    "Ringed",
    "nearest_rings",
    "pairs_in_grid",
    "pairs_within",
    "point_grid",
    "ring_counts",
    "ringed",
]
