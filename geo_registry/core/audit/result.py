"""What an audit answers: tables, and where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from geo_registry.core.audit.counts import EVERY_KIND
from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.bounds import EVERYTHING, Bounds

STATION = ("station_id", "station_code", "station_name")
"""Columns by which every table names the station."""

PAIR_COLUMNS = (
    *STATION,
    "source_id",
    "source_code",
    "kind",
    "name",
    "status",
    "active",
    "distance_m",
    "bearing_deg",
    "ring_m",
    "uncertain",
    "accuracy_m",
    "score",
    "priority",
    "flagged",
    "reasons",
)
"""Columns of the pairs, in order."""

SITING_COLUMNS = tuple(
    name for name in PAIR_COLUMNS if name not in {"ring_m", "uncertain", *PAIR_COLUMNS[-4:]}
)
"""Columns of the siting check, in order."""

_FULL_TURN = 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What an audit rests on.

    Attributes
    ----------
    catalog_digest
        SHA-256 of the layer files.
    score_version
        Version of the scoring rules.
    stations
        Stations audited: valid at the date, with a position.
    stations_unlocated
        Stations valid at the date that have no position.
    sources
        Sources considered: valid at the date, with a position, of any status.
    unlocated
        Sources valid at the date that have no position and so are in no ring, by kind.
    bounds
        Which rows were there to be counted: two auditors of other districts count other sources.
    """

    catalog_digest: str
    score_version: str
    stations: int
    stations_unlocated: int
    sources: int
    unlocated: Mapping[str, int]
    bounds: Bounds = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Audit:
    """The neighbourhood of stations, counted and ranked.

    Attributes
    ----------
    pairs
        One row a station and a source of a listed status within the widest ring, columns `PAIR_COLUMNS`:
        ``bearing_deg`` from the station to the source, clockwise from north; ``ring_m`` the smallest
        ring that holds the pair; ``uncertain`` (boolean, NA where the accuracy is unknown) whether the
        accuracy could flip membership in any ring. By station, score descending, distance, source code.
    summary
        Counts by station, kind (``all`` last) and ring, active and all: see `counts.count_stations`.
    totals
        The same for all stations together, each source once by its smallest ring.
    siting
        Sources of any status within the siting distance of a station, columns `SITING_COLUMNS`.
    near_misses
        By station: ``near_misses``, how many sources of a listed status lie outside the widest ring
        though their accuracy allows them inside.
    request
        What was asked.
    provenance
        What it rests on.
    """

    pairs: pd.DataFrame
    summary: pd.DataFrame
    totals: pd.DataFrame
    siting: pd.DataFrame
    near_misses: pd.DataFrame
    request: AuditRequest
    provenance: Provenance

    def pairs_for(self, station_id: str) -> pd.DataFrame:
        """Take the pairs of one station.

        Parameters
        ----------
        station_id
            Its id.
        """
        return self.pairs[self.pairs["station_id"] == station_id].reset_index(drop=True)

    def bounded(self, bounds: Bounds) -> Audit:
        """Say in the provenance which rows were there to be counted.

        Parameters
        ----------
        bounds
            Of the frames that were audited.
        """
        return replace(self, provenance=replace(self.provenance, bounds=bounds))

    def resting_on(self, sources: int, unlocated: Mapping[str, int]) -> Audit:
        """Say how many sources were considered, where only those near were looked at one by one.

        Parameters
        ----------
        sources, unlocated
            As `Provenance` has them.
        """
        own = replace(self.provenance, sources=sources, unlocated=dict(unlocated))
        return replace(self, provenance=own)

    def counts_alone(self) -> Audit:
        """Keep the counts in rings and nothing by which a single source could be told."""
        every = self.totals[self.totals["kind"] == EVERY_KIND]
        counted = int(every["cumulative_all"].max()) if len(every) else 0
        bounds = replace(self.provenance.bounds, singly=False)
        provenance = replace(self.provenance, sources=counted, unlocated={}, bounds=bounds)
        pairs, siting, near_misses = self.pairs[:0], self.siting[:0], self.near_misses[:0]
        return replace(self, pairs=pairs, siting=siting, near_misses=near_misses, provenance=provenance)

    def to_json(self) -> str:
        """Write the whole audit as JSON text; the same audit gives the same text."""
        return json.dumps(self.as_document(), ensure_ascii=False)

    def to_csv(self) -> str:
        """Write the pairs as CSV text, distances with 3 decimals."""
        return str(pd.DataFrame(records(self.pairs), columns=self.pairs.columns).to_csv(index=False))

    def as_document(self) -> dict[str, object]:
        """Give the whole audit as plain values for JSON; the same audit gives the same document.

        Returns
        -------
        dict
            ``request``, ``provenance`` and the five tables as lists of records; metres with 3
            decimals, degrees with 2, missing values None.
        """
        tables = {name: records(getattr(self, name)) for name in ("pairs", "siting", "near_misses")}
        return self.counts_document() | tables

    def counts_document(self) -> dict[str, object]:
        """Give what `as_document` does but for the tables that name single sources."""
        request, provenance = self.request, self.provenance
        return {
            "request": {
                "rings_m": list(request.rings_m),
                "on": request.on.isoformat(),
                "statuses": request.statuses if isinstance(request.statuses, str) else list(request.statuses),
                "kinds": None if request.kinds is None else list(request.kinds),
            },
            "provenance": {
                "catalog_digest": provenance.catalog_digest,
                "score_version": provenance.score_version,
                "stations": provenance.stations,
                "stations_unlocated": provenance.stations_unlocated,
                "sources": provenance.sources,
                "unlocated": dict(provenance.unlocated),
                "scope": provenance.bounds.as_document(),
            },
            "summary": records(self.summary),
            "totals": records(self.totals),
        }


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Turn a table into plain records.

    Parameters
    ----------
    table
        Columns that end in ``_m`` are metres, in ``_deg`` degrees of a full circle.

    Returns
    -------
    list of dict
        Metres with 3 decimals, degrees with 2, missing values None.

    Examples
    --------
    >>> records(pd.DataFrame({"distance_m": [1.00049], "bearing_deg": [359.996], "code": [float("nan")]}))
    [{'distance_m': 1.0, 'bearing_deg': 0.0, 'code': None}]
    """
    columns = {str(name): _plain(str(name), column) for name, column in table.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(name: str, column: pd.Series) -> list[object]:
    rounded = column
    if name.endswith("_m"):
        rounded = column.round(3)
    elif name.endswith("_deg"):
        rounded = column.round(2) % _FULL_TURN
    return list(rounded.astype(object).where(column.notna(), None))
