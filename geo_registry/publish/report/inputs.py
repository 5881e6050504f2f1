"""What a report is made from: of one station's neighbourhood, or of the city's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd

from geo_registry.errors import ValueRefused
from geo_registry.publish.report.layout import text_of
from geo_registry.publish.scope import scope_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.core.audit import Audit
    from geo_registry.core.audit.past import Changes
    from geo_registry.core.kinds import Catalog, Language


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """What every report says, and nothing it would have to look up.

    Attributes
    ----------
    audit
        An audit with the pairs of all statuses (``statuses="all"``), so that what does not count is listed
        by status.
    sources
        Canonical rows of at least the sources in the audit's pairs and siting check.
    registered
        How many sources the registry holds at the date within the audit's bounds, with a position or
        without: ``kind``, ``active``, ``all``, one row a kind.
    revision, head, committed_at
        The store's revision, the hash of its last commit (hex) and when that was made (with offset).
    as_of
        The revision asked for, where the report says what the registry knew then.
    age_days
        Days from when a source was last seen or changed to the date of the audit, by source id.
    synthetic
        Whether any record in the report is made up.
    """

    audit: Audit
    sources: gpd.GeoDataFrame
    registered: pd.DataFrame
    catalog: Catalog
    revision: int
    head: str
    committed_at: datetime
    age_days: Mapping[str, int]
    synthetic: bool
    as_of: int | None = None

    def __post_init__(self) -> None:
        if self.audit.request.statuses != "all":
            raise ValueRefused(
                "VALUE_INVALID", field="statuses", value=self.audit.request.statuses, expected="all"
            )

    @property
    def on(self) -> date:
        """The day of the audit."""
        return self.audit.request.on

    def scope(self, lang: Language) -> str:
        """Say which sources were there to be counted; empty where all were.

        Parameters
        ----------
        lang
            Language of the words.
        """
        return scope_in_words(self.audit.provenance.bounds, lang)

    @property
    def rings_m(self) -> tuple[float, ...]:
        """Radii in metres, ascending."""
        return self.audit.request.rings_m

    def described(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Give pairs a number in their order, and ``owner``, ``warden`` and more of their sources.

        Parameters
        ----------
        pairs
            Rows of the audit's pairs.

        Returns
        -------
        pandas.DataFrame
            The pairs; ``number`` from 1; ``owner``, ``warden``, ``township``, ``coord_method`` and
            ``age_days`` of the source.
        """
        known = self.sources.set_index("id").loc[pairs["source_id"]]
        more = {name: known[name].to_numpy() for name in ("owner", "warden", "township", "coord_method")}
        age_days = pairs["source_id"].map(dict(self.age_days)).astype("Int64")
        return pairs.assign(number=range(1, len(pairs) + 1), age_days=age_days, **more)


class Since(NamedTuple):
    """A comparison with an earlier time, and the revision that was known then."""

    found: Changes
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportInputs(Inputs):
    """What the report of one station's neighbourhood says.

    Attributes
    ----------
    station
        The station's canonical row, with ``geometry``: a point in WGS 84; the audit is of it alone.
    zones
        Canonical rows of zones valid at the date; those out of view do no harm.
    totals
        ``Audit.totals`` of all assessed stations under the same request.
    since
        What differs from an earlier time; None where that was not asked for.
    """

    station: pd.Series
    zones: gpd.GeoDataFrame
    totals: pd.DataFrame
    since: Since | None = None

    def __post_init__(self) -> None:
        super(ReportInputs, self).__post_init__()
        if self.audit.provenance.stations != 1:
            raise ValueRefused(
                "VALUE_INVALID", field="station", value=self.audit.provenance.stations, expected=1
            )

    @property
    def station_name(self) -> str:
        """The station's name, or its code where it has none."""
        return text_of(self.station["name"]) or text_of(self.station["code"])

    @property
    def file_code(self) -> str:
        """The station as the names of files call it."""
        return text_of(self.station["code"]) or str(self.station["id"])

    def ranked(self) -> pd.DataFrame:
        """Give the pairs in the order in which the report numbers them.

        Returns
        -------
        pandas.DataFrame
            As `described`; those that count before those that do not, otherwise as the audit ranks them.
        """
        pairs = self.audit.pairs.sort_values("active", ascending=False, kind="stable")
        return self.described(pairs.reset_index(drop=True))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CityInputs(Inputs):
    """What the report of all stations together says; the audit is of all of them."""

    def ranked(self) -> pd.DataFrame:
        """Give each source once, with the station for which its score is highest.

        Returns
        -------
        pandas.DataFrame
            As `described`; those that count before those that do not, then the highest score, then the
            nearest.
        """
        order = ["active", "score", "distance_m", "source_id", "station_id"]
        pairs = self.audit.pairs.sort_values(order, ascending=[False, False, True, True, True])
        return self.described(pairs.drop_duplicates("source_id").reset_index(drop=True))
