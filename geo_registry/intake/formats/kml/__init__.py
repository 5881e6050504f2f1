"""Placemarks of KML and KMZ, with nothing fetched that a link in them names."""
