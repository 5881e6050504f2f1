"""What a file may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost before it is refused.

    Attributes
    ----------
    file_mb, unpacked_mb
        Size of the file and of what it unpacks to, in megabytes (10^6 bytes).
    entries, ratio
        Entries of an archive, and how many times it may grow (contract, part Import).
    columns, rows, cells
        Columns of a table, rows of a table, cells of a sheet.
    seconds, cpu_seconds, memory_mb
        Wall time, processor time and address space of the child that parses it.
    bulk
        True where formats for bulk (GeoParquet) are taken.
    """

    file_mb: int = 100
    unpacked_mb: int = 200
    entries: int = 200
    ratio: int = 100
    columns: int = 500
    rows: int = 200_000
    cells: int = 5_000_000
    seconds: int = 30
    cpu_seconds: int = 20
    memory_mb: int = 750
    bulk: bool = False


COMMAND_LINE_LIMITS = Limits(
    file_mb=4_000,
    unpacked_mb=8_000,
    rows=10_000_000,
    cells=200_000_000,
    seconds=1_800,
    cpu_seconds=1_200,
    memory_mb=8_000,
    bulk=True,
)
"""Wider limits for files that the store's owner imports in the shell."""
