"""Files that leave the registry: exports of records and reports of stations' neighbourhoods."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from geo_registry.publish.report import sample
from geo_registry.registry.publishing.exporting import FORMS, ExportOrder, export
from geo_registry.registry.publishing.mapping import portable_map
from geo_registry.registry.publishing.printing import SHEETS, sheet
from geo_registry.registry.publishing.reporting import (
    REPORTS,
    TEMPLATED,
    Paper,
    city_report,
    every_report,
    pictured,
    report,
)
from geo_registry.registry.publishing.selecting import choice_report

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Language
    from geo_registry.publish.export import Exported
    from geo_registry.publish.portrait import Portrait
    from geo_registry.registry.audits import Question
    from geo_registry.registry.choosing import Choice
    from geo_registry.registry.house import House

__all__ = ["FORMS", "REPORTS", "SHEETS", "TEMPLATED", "ExportOrder", "Publishing", "sample"]


class More(TypedDict, total=False):
    """What a report may be told beside, as `reporting.Paper` has it."""

    template: Path | None
    since: int | date | None


class Publishing:
    """What a viewer may take along as a file.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    """

    def __init__(self, house: House, viewer: Viewer) -> None:
        self._house = house
        self._viewer = viewer

    def report(
        self,
        station: str,
        form: str,
        lang: Language,
        question: Question,
        **more: Unpack[More],
    ) -> Exported:
        """Write the report of a station's neighbourhood.

        Parameters
        ----------
        station
            Code, id or name.
        form, lang
            One of `REPORTS`; ``zh`` or ``en``.
        question
            Rings, dates and revision.
        **more
            ``template``, a bureau's own DOCX to set it in (docs/templates.md); ``since``, a day or revision
            from which on changes are told.
        """
        paper = Paper(form, lang, **more)
        return report(self._house, self._viewer, station, paper, question=question)

    def portable(self, station: str, lang: Language, question: Question) -> Exported:
        """Write a station's neighbourhood as one HTML file that needs no network; parameters as `report`."""
        return portable_map(self._house, self._viewer, station, lang=lang, question=question)

    def choice_report(self, choice: Choice, form: str, lang: Language) -> Exported:
        """Write the report of what a choice leaves, as one of `REPORTS`."""
        return choice_report(self._house, self._viewer, choice, form, lang=lang)

    def sheet(self, choice: Choice, form: str, lang: Language) -> Exported:
        """Print the map of what a choice leaves on one sheet, as one of `SHEETS`."""
        return sheet(self._house, self._viewer, choice, form, lang=lang)

    def city_report(self, form: str, lang: Language, question: Question) -> Exported:
        """Write the report of all stations of the question together; parameters as `report`."""
        return city_report(self._house, self._viewer, Paper(form, lang), question=question)

    def every_report(self, form: str, lang: Language, question: Question, **more: Unpack[More]) -> Exported:
        """Write that of all stations together and one of each into an archive; parameters as `report`."""
        return every_report(self._house, self._viewer, Paper(form, lang, **more), question=question)

    def portrait(self, station: str, lang: Language, question: Question) -> Portrait:
        """Draw a station's neighbourhood in pieces of a page; parameters as `report`."""
        return pictured(self._house, self._viewer, station, lang=lang, question=question)

    def export(self, order: ExportOrder) -> Exported:
        """Write records of a kind, the rings, or what is unlocated, as a file."""
        return export(self._house, self._viewer, order)
