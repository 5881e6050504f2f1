"""Points in Morton order: a tile is one slice, its groups are differences of sums, an edit lies on top."""

from __future__ import annotations

from geo_registry.live.points.cloud import Cloud, cloud
from geo_registry.live.points.cutting import Cut, Groups, cut
from geo_registry.live.points.overlay import Points
from geo_registry.live.points.tally import Pool

__all__ = ["Cloud", "Cut", "Groups", "Points", "Pool", "cloud", "cut"]
