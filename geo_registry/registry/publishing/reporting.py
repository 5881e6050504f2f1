"""Reports of stations' neighbourhoods, one by one and together: the numbers of map and audit as papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_registry.errors import ValueRefused
from geo_registry.publish import report as reports
from geo_registry.publish.export import Exported, zipped
from geo_registry.publish.portrait import Portrait, portrait
from geo_registry.registry import audits, comparing, records, seeing
from geo_registry.registry.auditing import counting
from geo_registry.registry.audits import Question
from geo_registry.registry.seeing import many

if TYPE_CHECKING:
    from geo_registry.core.access import Viewer
    from geo_registry.core.audit import Audit
    from geo_registry.core.kinds import Language
    from geo_registry.registry.house import House

FONTS = ("400Regular", "700Bold")
"""Folders of the report's typefaces below the package of Noto Sans SC."""
REPORTS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}
"""Formats of a report, with their media types."""
TEMPLATED = "docx"
"""The format that a bureau's own template is of."""


class Paper(NamedTuple):
    """How a report is set, and what it tells beside.

    Attributes
    ----------
    form
        One of `REPORTS`.
    lang
        ``zh`` or ``en``.
    template
        A bureau's own DOCX to set it in; None for the one of the settings, if any.
    since
        A day or revision from which on a station's report says what has changed; None for nothing of it.
    """

    form: str
    lang: Language
    template: Path | None = None
    since: int | date | None = None


def report(house: House, viewer: Viewer, station: str, paper: Paper, *, question: Question) -> Exported:
    """Write the report of a station's neighbourhood.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    station
        Code, id or name.
    paper
        How it is set.
    question
        Rings, dates and revision.

    Raises
    ------
    NotFound
        If there is no such station.
    ValueRefused
        If the format is none of ours, or the station is not valid at one of the dates; ``TEMPLATE_FORM``,
        ``TIMES_SWAPPED``, and as from `publish.report.fill`.
    NotAllowed
        If what has changed since a past revision is asked for without a right to the history.
    SignInNeeded
        ``COUNTS_ONLY`` where only counts are shown: a report names single sources.
    """
    _must_be_ours(paper.form)
    settled = settle(house, viewer, replace(question, stations=(station,)))
    form, lang, own = paper.form, paper.lang, _template(house, paper)
    key = ("report", settled, form, lang, viewer.bounds, own, paper.since)

    def write() -> Exported:
        inputs = report_inputs(house, viewer, settled)
        if paper.since is not None:
            found = comparing.since(house, viewer, settled, paper.since)
            inputs = replace(inputs, since=reports.Since(*found))
        content = _set(house, reports.station_report(inputs, lang), form, own)
        name = f"station_{inputs.file_code}_r{inputs.revision}_{lang}.{form}"
        return Exported(name, REPORTS[form], content)

    return house.recent.get(key, write)


def city_report(house: House, viewer: Viewer, paper: Paper, *, question: Question) -> Exported:
    """Write the report of all stations together; parameters and errors as `report`.

    Its stations are those of the question, by default every national one.
    """
    _must_be_ours(paper.form)
    settled = settle(house, viewer, question)
    form, lang, own = paper.form, paper.lang, _template(house, paper)
    key = ("city report", settled, form, lang, viewer.bounds, own)

    def write() -> Exported:
        found = audits.answered(house, viewer, settled)
        inputs = reports.CityInputs(**_common(house, viewer, settled, found))
        content = _set(house, reports.city_report(inputs, lang), form, own)
        return Exported(f"city_r{inputs.revision}_{lang}.{form}", REPORTS[form], content)

    return house.recent.get(key, write)


def every_report(house: House, viewer: Viewer, paper: Paper, *, question: Question) -> Exported:
    """Write the city's report and one of each station into an archive; parameters as `city_report`."""
    _must_be_ours(paper.form)
    settled = settle(house, viewer, question)
    revision, on = house.revision(settled.as_of), settled.on or house.today
    rows = records.stations(house, viewer, revision, on=on, wanted=(settled.stations, settled.level))
    made = [city_report(house, viewer, paper, question=settled)]
    made += [report(house, viewer, str(one), paper, question=settled) for one in rows["id"]]
    members = {one.name: one.content for one in made}
    return Exported(f"reports_r{revision}_{paper.lang}.zip", "application/zip", zipped(members))


def settle(house: House, viewer: Viewer, question: Question) -> Question:
    """Settle a question about sources one by one, those of every status.

    Parameters
    ----------
    house, viewer
        Where records are, and who asks.
    question
        As it was asked.

    Raises
    ------
    SignInNeeded
        ``COUNTS_ONLY``.
    NotFound, ValueRefused
        As from `audits.settle`.
    """
    seeing.must_see_each(viewer)
    return audits.settle(house, viewer, replace(question, status="all"))


def _must_be_ours(form: str) -> None:
    if form not in REPORTS:
        raise ValueRefused("FORMAT_UNKNOWN", value=form, expected=", ".join(REPORTS))


def pictured(house: House, viewer: Viewer, station: str, *, lang: Language, question: Question) -> Portrait:
    """Draw a station's neighbourhood in pieces of a page; parameters and errors as `report`."""
    settled = settle(house, viewer, replace(question, stations=(station,)))
    key = ("portrait", settled, lang, viewer.bounds)
    return house.recent.get(key, lambda: portrait(report_inputs(house, viewer, settled), lang))


def _template(house: House, paper: Paper) -> bytes | None:
    """Read the template that a paper is set in; None for none."""
    if paper.template is not None and paper.form != TEMPLATED:
        raise ValueRefused("TEMPLATE_FORM", value=paper.form)
    path = paper.template or house.settings.report_template
    if path is None or paper.form != TEMPLATED:
        return None
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ValueRefused("TEMPLATE_UNREADABLE", reason=f"{path.name}: {fault.strerror}") from fault


def _set(house: House, document: reports.Report, form: str, template: bytes | None) -> bytes:
    """Set a document in a format, or in a template."""
    if template is not None:
        return reports.fill(document, template, fonts(house))
    return reports.written(document, form, fonts(house))


def fonts(house: House) -> tuple[Path, ...]:
    """Name the folders of the typeface of papers."""
    package = house.settings.static / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    return tuple(package / folder for folder in FONTS)


def report_inputs(house: House, viewer: Viewer, settled: Question) -> reports.ReportInputs:
    """Gather what a report is made from.

    Parameters
    ----------
    house, viewer
        Where records are, and who asks.
    settled
        A question about one station, of all statuses.

    Raises
    ------
    ValueRefused
        ``STATION_NOT_VALID``.
    """
    revision, on = house.revision(settled.as_of), settled.on or house.today
    found = audits.answered(house, viewer, settled)
    rows = records.stations(house, viewer, revision, on=on, wanted=(settled.stations, settled.level))
    if rows.empty:
        raise ValueRefused("STATION_NOT_VALID", value=settled.stations[0], on=str(on))
    common = _common(house, viewer, settled, found)
    city = counting.counted(house, viewer, replace(settled, stations=(), status="active"))
    return reports.ReportInputs(
        **common | {"synthetic": common["synthetic"] or bool(rows["synthetic"].iloc[0])},
        station=rows.iloc[0],
        zones=records.valid_on(records.of_role(house, viewer, revision, "zone"), on),
        totals=city.totals,
    )


def _common(house: House, viewer: Viewer, settled: Question, found: Audit) -> dict[str, Any]:
    """Read what every report needs beside its audit."""
    revision, on = house.revision(settled.as_of), settled.on or house.today
    near, registered = _near(house, viewer, settled, [*found.pairs["source_id"], *found.siting["source_id"]])
    commit = house.store.commit_at(revision)
    return {
        "audit": found,
        "sources": near,
        "registered": registered,
        "catalog": house.catalog,
        "revision": revision,
        "head": commit.hash,
        "committed_at": datetime.fromisoformat(commit.at),
        "age_days": _ages(house, near, on),
        "synthetic": bool(near["synthetic"].any()),
    }


def _near(
    house: House, viewer: Viewer, settled: Question, wanted: list[str]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read the sources of a report, and count by kind what there is in all."""
    revision, on = house.revision(settled.as_of), settled.on or house.today
    if not many.is_whole(house, viewer.bounds, revision):
        ids = np.unique(np.array([int(one, 16) for one in wanted], dtype=np.uint64))
        near = many.rows_of(house, viewer.bounds, settled.kinds, revision=revision, ids=ids)
        every = many.registered(house, viewer.bounds, settled.kinds, revision=revision, on=on)
        return records.valid_on(near, on), every
    sources = records.valid_on(records.frames(house, viewer, settled.kinds, revision), on)
    active = sources["status"].isin(house.catalog.active)
    counted = pd.DataFrame({"kind": sources["kind"], "active": active.astype(int), "all": 1})
    return sources[sources["id"].isin(wanted)], counted.groupby("kind", as_index=False).sum()


def _ages(house: House, sources: gpd.GeoDataFrame, on: date) -> dict[str, int]:
    known_on = {commit.revision: pd.Timestamp(str(commit.at)[:10]) for commit in house.store.commits()}
    changed = sources["known_from"].map(known_on) if len(sources) else pd.Series(dtype="datetime64[s]")
    days = (pd.Timestamp(on) - pd.to_datetime(changed)).dt.days.clip(lower=0)
    return {str(name): int(age) for name, age in zip(sources["id"], days, strict=True)}
