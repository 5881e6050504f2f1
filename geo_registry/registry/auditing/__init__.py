"""Audits as they are taken away: counts alone, a file, or a file that is written as its pairs are found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd

from geo_registry.core.frame import CRS
from geo_registry.publish import export as exports
from geo_registry.publish.export import Exported, ExportRequest, Stamp
from geo_registry.publish.scope import scope_of
from geo_registry.registry import audits, records, seeing
from geo_registry.registry.auditing import counting, scaling

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geo_registry.core.access import Viewer
    from geo_registry.core.audit import Audit
    from geo_registry.core.kinds import Language
    from geo_registry.registry.auditing.scaling import Engine
    from geo_registry.registry.audits import Question
    from geo_registry.registry.house import House

STREAMED = "parquet"
"""Format whose pairs are written as they are found."""


class Auditing:
    """Audits of any size.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    """

    def __init__(self, house: House, viewer: Viewer) -> None:
        self._house, self._viewer = house, viewer

    def counts(self, question: Question, engine: Engine | None = None) -> Audit:
        """Count sources in rings, without pairs where records are many; errors as `audits.audit`.

        Parameters
        ----------
        question
            What is asked.
        engine
            Where it is worked on; None for this process. Errors then as `scaling.scaled`.
        """
        settled = audits.settle(self._house, self._viewer, question)
        if engine is not None:
            seeing.must_see_each(self._viewer)
            return scaling.scaled(self._house, self._viewer, settled, engine=engine)
        return counting.counted(self._house, self._viewer, settled)

    def export(
        self, question: Question, form: str, lang: Language, *, summary: bool, engine: Engine | None = None
    ) -> Exported:
        """Write the pairs of an audit, or its summary, as a file.

        Parameters
        ----------
        question
            What is asked.
        form
            ``csv | json | geojson | gpkg | shp | parquet | xlsx``.
        lang
            Language of labels.
        summary
            True for counts by station, kind and ring instead of pairs.
        engine
            Where counts are worked on, as for `counts`.

        Raises
        ------
        SignInNeeded
            ``COUNTS_ONLY`` for pairs where only counts are shown.
        """
        house, viewer = self._house, self._viewer
        if summary:
            settled = audits.settle(house, viewer, question)
            table, places = self.counts(question, engine).summary, None
        else:
            seeing.must_see_each(viewer)
            settled = audits.settle(house, viewer, question)
            table = audits.answered(house, viewer, settled).pairs
            places = None if form == STREAMED else self._places(settled, table["source_id"])
        name = "audit_summary" if summary else "audit"
        request = self._request(settled, form, lang, engine)
        return exports.export_table(table, house.catalog, name=name, request=request, geometry=places)

    def name(self, question: Question) -> str:
        """Name what `stream` and `spread` write, without an ending; errors as `seeing.at`."""
        return f"audit_r{seeing.at(self._house, self._viewer, question.as_of)}"

    def stream(self, question: Question, file: Path, lang: Language) -> None:
        """Write the pairs of an audit as Parquet, some stations at a time: memory holds no more than those.

        Parameters
        ----------
        question
            What is asked.
        file
            Where to write; what is there is replaced.
        lang
            Language of what is said of the viewer's scope.

        Raises
        ------
        SignInNeeded
            ``COUNTS_ONLY`` where only counts are shown.
        OSError
            If the file cannot be written.
        """
        seeing.must_see_each(self._viewer)
        settled = audits.settle(self._house, self._viewer, question)
        pairs = counting.paired(self._house, self._viewer, settled)
        request = self._request(settled, STREAMED, lang)
        exports.write_tables(file, pairs, self._house.catalog, name="audit", request=request)

    def spread(self, question: Question, folder: Path, lang: Language, engine: Engine) -> Audit:
        """Have an engine write the pairs of an audit, a Parquet file for each stretch of land.

        Parameters
        ----------
        question
            What is asked.
        folder
            Where to write: an empty one, which every worker sees under this path.
        lang
            Language of what is said of the viewer's scope.
        engine
            Where it is worked on.

        Returns
        -------
        Audit
            All but the pairs.

        Raises
        ------
        SignInNeeded
            ``COUNTS_ONLY`` where only counts are shown.
        StoreError, ValueRefused
            As from `scaling.scaled`.
        OSError
            If a file cannot be written.
        """
        house, viewer = self._house, self._viewer
        seeing.must_see_each(viewer)
        settled = audits.settle(house, viewer, question)
        request = self._request(settled, STREAMED, lang, engine)
        table = partial(exports.parquet_table, catalog=house.catalog, name="audit", request=request)
        return scaling.scaled(house, viewer, settled, engine=engine, into=(folder.resolve(), table))

    def _places(self, settled: Question, source_ids: pd.Series[str]) -> gpd.GeoSeries:
        known = records.frames(self._house, self._viewer, settled.kinds, self._house.revision(settled.as_of))
        sources = records.valid_on(known, settled.on)
        return gpd.GeoSeries(sources.set_index("id").geometry.reindex(source_ids), crs=CRS)

    def _request(
        self, settled: Question, form: str, lang: Language, engine: Engine | None = None
    ) -> ExportRequest:
        house, viewer = self._house, self._viewer
        request = audits.request_of(house, settled)
        radii = ",".join(f"{radius_m:g}" for radius_m in request.rings_m)
        parameters = {"rings_m": radii, "on": str(settled.on), "status": settled.status}
        scope, revision = scope_of(viewer.bounds, lang), house.revision(settled.as_of)
        # an engine's files are written before all sources in rings are known
        made_up = (
            records.any_synthetic(house, viewer, revision)
            if engine
            else counting.any_synthetic(house, viewer, settled)
        )
        stamp = Stamp(revision, made_up, parameters | scope)
        return ExportRequest(form, stamp, lang=lang)
