"""Audits as they are taken away: counts alone, a file, or a file that is written as its pairs are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from geo_registry.core.frame import CRS
from geo_registry.publish import export as exports
from geo_registry.publish.export import Exported, ExportRequest, Stamp
from geo_registry.publish.scope import scope_of
from geo_registry.registry import audits, counting, records, seeing

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geo_registry.core.access import Viewer
    from geo_registry.core.audit import Audit
    from geo_registry.core.kinds import Language
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

    def counts(self, question: Question) -> Audit:
        """Count sources in rings, without pairs where records are many; errors as `audits.audit`.

        Parameters
        ----------
        question
            What is asked.
        """
        settled = audits.settle(self._house, self._viewer, question)
        return counting.counted(self._house, self._viewer, settled)

    def export(self, question: Question, form: str, lang: Language, *, summary: bool) -> Exported:
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

        Raises
        ------
        SignInNeeded
            ``COUNTS_ONLY`` for pairs where only counts are shown.
        """
        house, viewer = self._house, self._viewer
        if summary:
            settled = audits.settle(house, viewer, question)
            table, places = counting.counted(house, viewer, settled).summary, None
        else:
            seeing.must_see_each(viewer)
            settled = audits.settle(house, viewer, question)
            table = audits.answered(house, viewer, settled).pairs
            places = None if form == STREAMED else self._places(settled, table["source_id"])
        name = "audit_summary" if summary else "audit"
        request = self._request(settled, form, lang)
        return exports.export_table(table, house.catalog, name=name, request=request, geometry=places)

    def name(self, question: Question) -> str:
        """Name the file that `stream` writes; errors as `seeing.at`."""
        return f"audit_r{seeing.at(self._house, self._viewer, question.as_of)}.{STREAMED}"

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

    def _places(self, settled: Question, source_ids: pd.Series[str]) -> gpd.GeoSeries:
        known = records.frames(self._house, self._viewer, settled.kinds, self._house.revision(settled.as_of))
        sources = records.valid_on(known, settled.on)
        return gpd.GeoSeries(sources.set_index("id").geometry.reindex(source_ids), crs=CRS)

    def _request(self, settled: Question, form: str, lang: Language) -> ExportRequest:
        house, viewer = self._house, self._viewer
        request = audits.request_of(house, settled)
        radii = ",".join(f"{radius_m:g}" for radius_m in request.rings_m)
        parameters = {"rings_m": radii, "on": str(settled.on), "status": settled.status}
        bounds = viewer.bounds
        made_up = counting.any_synthetic(house, viewer, settled)
        stamp = Stamp(house.revision(settled.as_of), made_up, parameters | scope_of(bounds, lang))
        return ExportRequest(form, stamp, lang=lang)
