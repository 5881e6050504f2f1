"""Edits, imports and decisions through the browser and by programs."""
