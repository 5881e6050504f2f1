"""What changed round a station between two times: a page, a document, a file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from geo_registry.errors import NotAllowed, Refused
from geo_registry.registry.comparing import FORMS, READINGS, VALID, Span, month_before
from geo_registry.web import answers, documents
from geo_registry.web.context import language, registry
from geo_registry.web.params import Query
from geo_registry.web.views.stations.neighbourhood import telling
from geo_registry.wording import explain

blueprint = Blueprint("changes", __name__)

ASKED = ("from", "to", "by", "kind", "rings")
"""Parameters of a comparison."""


@blueprint.get("/api/stations/<station>/changes")
@answers.tagged
def document(station: str) -> Response:
    """Say what differs round a station between two times, as a document or a table."""
    query = Query("format", *ASKED)
    form, span = query.chosen("format", ("json", *FORMS), "json"), _span(query, station)
    if form != "json":
        return answers.file(registry().comparing.export(span, form, language()), attachment=True)
    found = registry().comparing.changes(span)
    return answers.document(documents.changes_document(registry(), found, language()))


@blueprint.get("/stations/<station>/changes")
@answers.tagged
def page(station: str) -> str:
    """Show what differs round a station between two times; what cannot be compared is told in words."""
    query, lang = Query(*ASKED), language()
    span, found, message = _span(query, station), None, ""
    try:
        found = registry().comparing.changes(span)
    except (NotAllowed, Refused) as fault:
        message = explain(fault.code, lang, fault.details, on_page=True)
    return render_template(
        "changes.html",
        station=documents.times_of(registry(), station, lang),
        by=span.by,
        since=span.since or month_before(registry().today),
        until=span.until or registry().today,
        sums=documents.change_sums(registry(), found, lang) if found else [],
        rows=documents.changed_rows(registry(), found, lang) if found else {},
        message=message,
        rings_m=sorted(span.rings_m),
        readings=READINGS,
        forms=FORMS,
        asked={name: value for name, value in request.args.items() if name != "lang"},
        tell=telling(),
    )


def _span(query: Query, station: str) -> Span:
    return Span(
        station=station,
        since=query.time("from"),
        until=query.time("to"),
        by=query.chosen("by", READINGS, VALID),
        kinds=query.texts("kind"),
        rings_m=query.rings_m(),
    )
