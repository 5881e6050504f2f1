"""Rebuildable state of one process, keyed by revision; losing it costs time and nothing else."""
