"""What is asked of a check, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import shapely

from geo_registry.core.findings import Finding
from geo_registry.core.ledger.reading.positions import Region
from geo_registry.core.ledger.reading.rows import Skipped
from geo_registry.errors import RegistryError

CHINA: Region = (73.0, 3.0, 136.0, 54.0)
"""Default service region, west, south, east, north: the mainland's extent (contract, init)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person who imports has said, and what the registry knows.

    Attributes
    ----------
    today
        No record is found later than today.
    datum
        Datum of the coordinates, anything `parse_crs` takes; None to take the file's own.
    sets
        Field to the text that stands in for its empty cells.
    region
        West, south, east, north of the service region, WGS 84 degrees.
    allow_unlocated
        True to keep rows without a position.
    delimited
        True for text files, in which a cell too many means a stray delimiter.
    carries_crs
        False for formats that cannot say in which reference system they are: a datum is then missing.
    districts
        Polygons in WGS 84 with ``name`` and ``code``, or None where there are none.
    land
        The land in WGS 84, prepared, or None where nothing can lie at sea.
    """

    today: date
    datum: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)
    region: Region = CHINA
    allow_unlocated: bool = False
    delimited: bool = True
    carries_crs: bool = True
    districts: gpd.GeoDataFrame | None = None
    land: shapely.Geometry | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows that were judged.

    Attributes
    ----------
    frame
        Canonical frame of the rows accepted, in their order.
    findings
        Everything found, by row.
    rows
        Count of data rows; always ``accepted + rejected``.
    refused
        Numbers of the rows refused.
    skipped
        Rows that are no data.
    datum
        Datum the positions were in; None where the rows have none.
    elsewhere
        Count of rows accepted that are kept elsewhere, since they are too many for a frame.
    """

    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...]
    rows: int
    refused: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    datum: str | None
    elsewhere: int = 0

    def __post_init__(self) -> None:
        """Hold the law that no row is lost."""
        if self.accepted + self.rejected != self.rows:
            raise RegistryError("ROWS_LOST", accepted=self.accepted, rejected=self.rejected, rows=self.rows)

    @property
    def accepted(self) -> int:
        """Count of rows accepted."""
        return len(self.frame) + self.elsewhere

    @property
    def rejected(self) -> int:
        """Count of rows refused."""
        return len(self.refused)

    @property
    def unlocated(self) -> int:
        """Count of rows accepted without a position."""
        return int(self.frame.geometry.isna().sum())
