"""A station's neighbourhood as one HTML file that moves and answers without any network.

The law of this room: `features` says what is on the map, `ground` what land lies under it, `page` alone
knows folium, and is loaded when a map is made: folium takes a fifth of a second.
"""

from geo_registry.publish.portable.assets import Assets, read_assets
from geo_registry.publish.portable.features import MOST, must_fit

__all__ = ["MOST", "Assets", "must_fit", "read_assets"]
