"""Zipped shapefiles, part by part."""
