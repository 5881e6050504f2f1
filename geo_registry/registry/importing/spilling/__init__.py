"""Where the good rows of a ledger stand that is too long for a frame."""

from geo_registry.registry.importing.spilling.rows import MIDDLES, Spill, with_middles

__all__ = ["MIDDLES", "Spill", "with_middles"]
