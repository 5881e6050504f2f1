"""Where the good rows of a ledger stand that is too long for a frame."""

from geo_registry.registry.importing.spilling.rows import KEYS, MIDDLES, Spill, with_middles

__all__ = ["KEYS", "MIDDLES", "Spill", "with_middles"]
