"""What a comparison of two audits answers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo_registry.core.audit.result import Audit, records

PAIR = ("station_id", "source_id")
"""Columns that tell one pair from every other, at both times."""
NAMED = ("station_code", "station_name", "source_code", "kind", "name")
"""Columns that say who they are, as the later audit has them where it has the pair."""
COMPARED = (
    "status",
    "active",
    "ring_m",
    "distance_m",
    "bearing_deg",
    "score",
    "priority",
    "flagged",
    "reasons",
)
"""Columns of a pair that stand twice, once a time."""
TIMES = ("before", "after")
_UNITS = ("_m", "_deg")


def at_time(name: str, time: str) -> str:
    """Name a column of one of the two times; its unit stays at the end.

    Parameters
    ----------
    name
        One of `COMPARED`.
    time
        One of `TIMES`.

    Examples
    --------
    >>> at_time("distance_m", "before"), at_time("status", "after")
    ('distance_before_m', 'status_after')
    """
    unit = next((unit for unit in _UNITS if name.endswith(unit)), "")
    return f"{name.removesuffix(unit)}_{time}{unit}"


CHANGE_COLUMNS = (
    "station_id",
    "station_code",
    "station_name",
    "source_id",
    "source_code",
    "kind",
    "name",
    "change",
    "differs",
    "moved_m",
    *(at_time(name, time) for name in COMPARED for time in TIMES),
)
"""Columns of the changes, in order."""
SUM_COLUMNS = ("before", "gone", "new", "after", "changed", "active_before", "active_after")
"""Columns of the sums beside station and kind: ``before - gone + new == after``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """What differs between two audits of the same stations.

    Attributes
    ----------
    table
        One row a pair that differs, columns `CHANGE_COLUMNS`: ``change`` is ``new``, ``gone`` or
        ``changed``; ``differs`` names with semicolons what did: ``status``, ``ring``, ``score``,
        ``moved``; ``moved_m`` how far apart its two places are. What a pair has not at one of the times
        is missing there. By station, kind of change, the higher of its scores descending, source code.
    sums
        By station and kind (``all`` last): `SUM_COLUMNS`, counts of pairs; those with the words of the
        statuses that were listed.
    before, after
        The two audits.
    """

    table: pd.DataFrame
    sums: pd.DataFrame
    before: Audit
    after: Audit

    def as_document(self) -> dict[str, object]:
        """Give the comparison as plain values for JSON; the same audits give the same document.

        Returns
        -------
        dict
            ``changes`` and ``sums`` as lists of records; metres with 3 decimals, degrees with 2, missing
            values None.
        """
        return {"changes": records(self.table), "sums": records(self.sums)}
