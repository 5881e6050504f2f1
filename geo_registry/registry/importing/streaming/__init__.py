"""Ledgers too long for a frame: their rows go block by block from the file to the store."""

from geo_registry.registry.importing.streaming.checking import check_long
from geo_registry.registry.importing.streaming.planning import plan_long

__all__ = ["check_long", "plan_long"]
