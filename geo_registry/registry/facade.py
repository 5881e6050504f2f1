"""The thin facade over the use cases, one method an act; it adds who looks and nothing else."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

from geo_registry.core import access
from geo_registry.core.bounds import OPEN_ROLES
from geo_registry.publish.reasons import in_parts, in_words
from geo_registry.publish.scope import scope_in_words
from geo_registry.registry import audits, importing, readiness, records, seeing, tiling
from geo_registry.registry.auditing import Auditing
from geo_registry.registry.audits import Question
from geo_registry.registry.choosing import Choice, Choosing
from geo_registry.registry.comparing import Comparing
from geo_registry.registry.editing import Editing
from geo_registry.registry.keeping import Keeping
from geo_registry.registry.people import People
from geo_registry.registry.publishing import ExportOrder, Publishing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geo_registry.core.access import Right, Viewer
    from geo_registry.core.audit import Audit
    from geo_registry.core.kinds import Catalog, Language
    from geo_registry.errors import FileRefused
    from geo_registry.publish.export import Exported
    from geo_registry.registry.house import House
    from geo_registry.settings import Settings
    from geo_registry.store.chain import Commit


class Registry:
    """A registry of pollution sources, monitoring stations and zones.

    Parameters
    ----------
    house
        The rooms use cases share; made by `open_registry`.
    viewer
        Who looks; default the store's owner, who sees everything.
    """

    def __init__(self, house: House, viewer: Viewer | None = None) -> None:
        self._house = house
        self._viewer = viewer or access.owner(getpass.getuser())

    @property
    def viewer(self) -> Viewer:
        """Who looks."""
        return self._viewer

    def seen_by(self, viewer: Viewer) -> Registry:
        """Give the same registry as another viewer sees it."""
        return Registry(self._house, viewer)

    @property
    def catalog(self) -> Catalog:
        """Kinds, statuses and columns as the layer files declare them."""
        return self._house.catalog

    @property
    def settings(self) -> Settings:
        """What is set."""
        return self._house.settings

    @property
    def revision(self) -> int:
        """Number of the newest commit."""
        return self._house.store.revision()

    @property
    def today(self) -> date:
        """Date now in the registry's time zone."""
        return self._house.today

    @property
    def people(self) -> People:
        """Who may sign in, and how one does."""
        return People(self._house, self._viewer)

    @property
    def keeping(self) -> Keeping:
        """The proof that the store is whole, and copies of it."""
        return Keeping(self._house, self._viewer)

    @property
    def publishing(self) -> Publishing:
        """Files that leave the registry."""
        return Publishing(self._house, self._viewer)

    @property
    def choosing(self) -> Choosing:
        """Sources chosen by a filter: counts of them and pages of a list."""
        return Choosing(self._house, self._viewer)

    @property
    def auditing(self) -> Auditing:
        """Audits of any size."""
        return Auditing(self._house, self._viewer)

    @property
    def comparing(self) -> Comparing:
        """Neighbourhoods at two times."""
        return Comparing(self._house, self._viewer)

    def must(self, right: Right) -> None:
        """Refuse who has no right to an act, before it is read what is asked; errors as `access.must`."""
        access.must(self._viewer, right)

    def commits(self) -> Sequence[Commit]:
        """Give every commit, oldest first; only who sees everything may ask; errors as `records.commits`."""
        return records.commits(self._house, self._viewer)

    def counts(self) -> dict[str, int]:
        """Count today's records by kind."""
        return records.counts(self._house, self._viewer, self._house.revision())

    def sources(
        self,
        kind: str | None = None,
        *,
        as_of: int | date | None = None,
        on: date | None = None,
        contacts: bool = True,
    ) -> gpd.GeoDataFrame:
        """Give sources: those of one kind, or of all.

        Parameters
        ----------
        kind
            Name, label or alias of a kind; any role is allowed when it is named.
        as_of
            As known at this revision, or at the end of this day; default the newest.
        on
            Valid at this date; default any: each record once, as it is valid last.
        contacts
            Whether restricted columns come along: the store's owner finds them filled, others empty.

        Returns
        -------
        geopandas.GeoDataFrame
            Canonical columns, WGS 84 (EPSG:4326).

        Raises
        ------
        ValueRefused
            If the kind or the revision is unknown.
        NotAllowed
            If a past revision is asked for without a right to the history.
        SignInNeeded
            ``COUNTS_ONLY`` where only counts are shown.
        """
        house, revision = self._house, seeing.at(self._house, self._viewer, as_of)
        kinds = (records.of_kind(house, kind).name,) if kind else house.catalog.of_role("source")
        if any(house.catalog.kinds[name].role not in OPEN_ROLES for name in kinds):
            seeing.must_see_each(self._viewer)
        reading = seeing.with_contacts if contacts else seeing.frames
        return records.valid_on(reading(house, self._viewer, kinds, revision), on)

    def stations(self, *, as_of: int | date | None = None, on: date | None = None) -> gpd.GeoDataFrame:
        """Give every monitoring station; parameters and result as `sources`."""
        revision = seeing.at(self._house, self._viewer, as_of)
        return records.valid_on(records.of_role(self._house, self._viewer, revision, "station"), on)

    def zones(self, *, as_of: int | date | None = None) -> gpd.GeoDataFrame:
        """Give every zone (districts, ban zones); result as `sources`."""
        revision = seeing.at(self._house, self._viewer, as_of)
        return records.valid_on(records.of_role(self._house, self._viewer, revision, "zone"), None)

    def record(self, record_id: str) -> pd.Series[Any]:
        """Give one record by its id.

        Raises
        ------
        NotFound
            If there is none.
        """
        return records.one(self._house, self._viewer, record_id, self._house.revision())

    def search(self, text: str, *, limit: int = 20) -> gpd.GeoDataFrame:
        """Find records whose code, name, address, township or USCC holds a text; stations first."""
        return records.search(self._house, self._viewer, text, limit)

    def import_file(self, path: Path, order: importing.Order) -> importing.Outcome:
        """Check a file and, unless it is a dry run, store what may be stored.

        Raises
        ------
        FileRefused
            If the whole file cannot be taken; nothing is stored.
        """
        return importing.import_file(self._house, self._viewer, path, order)

    @staticmethod
    def refusal(path: Path, order: importing.Order, fault: FileRefused) -> importing.Outcome:
        """Tell of a file that was refused whole, in the form of an import's outcome."""
        return importing.refusal(path, order, fault)

    def undo(self, batch: str, *, by: str | None = None) -> Commit:
        """Take an import back, as new changes.

        Raises
        ------
        NotFound
            If there is no such batch.
        Conflict
            If a record of the batch has been changed since.
        """
        return importing.undo(self._house, self._viewer, batch, by)

    @property
    def ledgers(self) -> importing.Ledgers:
        """What was sent to be imported, and the rows that were refused."""
        return importing.Ledgers(self._house, self._viewer)

    @property
    def looks(self) -> importing.Looks:
        """Files that were looked at and wait to be taken in."""
        return importing.Looks(self._house, self._viewer)

    @property
    def editing(self) -> Editing:
        """Edits of single records, their history, and decisions about likely twins."""
        return Editing(self._house, self._viewer)

    def audit(
        self,
        rings_m: Sequence[float] = audits.DEFAULT_RINGS_M,
        *,
        question: Question | None = None,
    ) -> Audit:
        """Audit the neighbourhoods of stations; by default of every national one.

        Parameters
        ----------
        rings_m
            Radii in metres.
        question
            Everything that can be asked; wins over `rings_m`.
        """
        asked = question or Question(rings_m=tuple(float(radius_m) for radius_m in rings_m))
        return audits.audit(self._house, self._viewer, asked)

    def report(
        self, station: str, form: str, lang: Language, *, question: Question | None = None
    ) -> Exported:
        """Write the report of a station's neighbourhood; parameters as `Publishing.report`."""
        return self.publishing.report(station, form, lang, question or Question())

    def export(self, order: ExportOrder) -> Exported:
        """Write records of a kind, the rings, or what is unlocated, as a file."""
        return self.publishing.export(order)

    def export_audit(
        self, question: Question, form: str, lang: Language, *, summary: bool = False
    ) -> Exported:
        """Write the pairs or the summary of an audit as a file."""
        return self.auditing.export(question, form, lang, summary=summary)

    def near(self, lon: float, lat: float, radius_m: float, *, on: date | None = None) -> pd.DataFrame:
        """List sources and stations round a point, nearest first, exact.

        Parameters
        ----------
        lon, lat
            Degrees WGS 84.
        radius_m
            Metres.
        on
            Valid at; default today.
        """
        return records.near(self._house, self._viewer, (lon, lat), radius_m, on=on)

    def rings(self, rings_m: Sequence[float] = audits.DEFAULT_RINGS_M) -> gpd.GeoDataFrame:
        """Draw the rings of today's national stations as polygons."""
        return audits.national_rings(self._house, self._viewer, tuple(rings_m), self.today)

    def priorities(self) -> pd.DataFrame:
        """Give each source's own score, priority and flag, indexed by source id."""
        return audits.priorities(self._house, self._viewer, self.revision, self.today)

    def priority(self, record_id: str) -> pd.DataFrame:
        """Give one source's own score, priority and flag: one row, or none where it is in no ring."""
        return audits.priority_of(self._house, self._viewer, record_id)

    def bounds(self) -> tuple[float, float, float, float]:
        """Give the box of today's sources and stations, W, S, E, N in degrees; else the service region."""
        return tiling.bounds(self._house, self._viewer)

    @property
    def synthetic(self) -> bool:
        """Whether any of today's records is made up."""
        return records.any_synthetic(self._house, self._viewer, self._house.revision())

    def scope_in_words(self, lang: Language) -> str:
        """Say in Chinese or English what the viewer does not see; empty where it sees everything."""
        return scope_in_words(self._viewer.bounds, lang)

    def reasons_in_words(self, reasons: str, lang: Language) -> str:
        """Say in Chinese or English why a pair has its score; reasons as an audit's pairs have them."""
        return in_words(reasons, lang, self.catalog)

    def reasons_in_parts(self, reasons: str, lang: Language) -> tuple[tuple[str, float], ...]:
        """Say the same part by part, with the points of each."""
        return in_parts(reasons, lang, self.catalog)

    def tile(
        self, layer: str, z: int, x: int, y: int, *, wanted: Choice = tiling.EVERYTHING
    ) -> tuple[bytes, str]:
        """Give one vector tile of a layer, and the tag that changes when its content may have.

        Parameters
        ----------
        layer
            ``sources``, ``stations``, ``rings``, ``zones`` or ``assets``.
        z, x, y
            Web Mercator tile address, 0 <= z <= 18.
        wanted
            Which records it holds and counts; default all of today's.

        Raises
        ------
        NotFound
            If there is no such layer or tile; for what is wanted as `Choice.settled`.
        """
        _, asked = self.layers.tag(layer, (z, x, y), wanted)
        packed, _ = self.layers.tile(layer, (z, x, y), asked)
        return packed.plain, asked.tag

    @property
    def layers(self) -> tiling.Layers:
        """The map's layers, as they are served."""
        return tiling.Layers(self._house, self._viewer)

    @property
    def condition(self) -> readiness.Condition:
        """How this process is: whether it could do its work, and how its memory is used."""
        return readiness.Condition(self._house)

    def close(self) -> None:
        """Let go of the store."""
        self._house.store.close()
