"""The neighbourhood page of a station: what is round it, why it is ranked so, how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request

import geo_registry as gr
from geo_registry.registry.comparing import READINGS, VALID, Step, month_before
from geo_registry.registry.publishing import REPORTS
from geo_registry.web import answers, documents
from geo_registry.web.context import catalog, language, registry, viewer
from geo_registry.web.params import Query
from geo_registry.wording import say

blueprint = Blueprint("neighbourhood", __name__)

ROWS = 25
"""Ranked sources on one page."""
EXPORTS = ("shp", "gpkg", "geojson", "csv", "xlsx", "parquet")
"""Formats that the sources in the widest ring are offered in."""
TABLES = ("csv", "xlsx", "parquet")
"""Formats that the ranked list is offered in."""


@blueprint.get("/stations/<station>")
@answers.tagged
def page(station: str) -> str | tuple[str, int]:
    """Show a station's neighbourhood: map, counts, ranked sources, doubts, changes, files."""
    query = Query("rings", "on", "as_of", "page")
    question, lang = query.question(station), language()
    found = registry().audit(question=question)
    if found.summary.empty:
        return _closed(question), 404
    station_id = str(found.summary["station_id"].iloc[0])
    described = documents.full(registry(), station_id, lang)
    return render_template(
        "station.html",
        station=described,
        told={field["name"]: field["text"] for field in described["fields"]},
        counts=documents.counts(registry(), found.summary, lang),
        ranked=documents.ranked_page(registry(), found.pairs, lang, rows=ROWS, page=query.whole("page") or 1),
        audited=found.request,
        active=documents.active_statuses(catalog(), lang),
        asked={name: value for name, value in request.args.items() if name not in {"lang", "page"}},
        pieces=None if viewer().counts_only else registry().publishing.portrait(station, lang, question),
        formats={"reports": REPORTS, "exports": EXPORTS, "tables": TABLES},
        readings=READINGS,
        steps=_steps(question, station_id),
        since=month_before(found.request.on),
        until=found.request.on,
        by=VALID,
        rows=ROWS,
        joint=say("score.separator", lang),
        tell=telling(),
    )


def _steps(question: gr.Question, station_id: str) -> list[Step]:
    """Name the commits that touched what is in the rings, of whatever status."""
    if viewer().counts_only or question.as_of is not None:
        return []
    around = registry().audit(question=replace(question, status="all")).pairs
    return registry().comparing.steps(station_id, around["source_id"])


def telling() -> Any:  # noqa: ANN401 (a function of any values)
    """Give templates the texts of these pages."""
    lang = language()
    return lambda key, **values: say(f"station.{key}", lang, **values)


def _closed(question: gr.Question) -> str:
    """Say that a station does not stand on a day, and lead to the days on which it did."""
    times = documents.times_of(registry(), question.stations[0], language())
    on = question.on or registry().today
    return render_template("closed.html", station=times, on=on, tell=telling())
