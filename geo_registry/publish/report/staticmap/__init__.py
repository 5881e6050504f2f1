"""The north-up map of a station's neighbourhood as SVG.

The law of this room: `scene` measures (metres east and north of the station, by the exact geodesic), the
others only draw.
"""

from geo_registry.publish.report.staticmap.drawing import draw
from geo_registry.publish.report.staticmap.scene import legend, scene

__all__ = ["draw", "legend", "scene"]
