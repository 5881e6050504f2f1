"""A sender's ledger to canonical rows: headings, values, places, doubles, and what they change."""
