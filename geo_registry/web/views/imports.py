"""Ledgers through the browser and by programs: sent, looked at, given back to be mended, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, render_template, url_for

from geo_registry.errors import FileRefused
from geo_registry.registry.importing import brief
from geo_registry.web import answers, documents
from geo_registry.web.context import catalog, kept, language, registry
from geo_registry.web.params import Form, Query
from geo_registry.web.uploads import received

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from geo_registry import ImportOrder

blueprint = Blueprint("imports", __name__, template_folder="../templates")

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""Datums a form offers (contract, verb import)."""
SEE_OTHER = 303


@blueprint.get("/api/imports")
def arrivals() -> Response:
    """List what was sent, newest first."""
    Query()
    return answers.document({"arrivals": [brief(each) for each in registry().ledgers.arrivals()]})


@blueprint.post("/api/imports")
def send() -> Response:
    """Take a ledger in; the answer is the document of the verb."""
    with received() as (path, order):
        return answers.document(_taken(path, order))


def _taken(path: Path, order: ImportOrder) -> Mapping[str, Any]:
    g.import_outcome = "reject"
    document = registry().import_file(path, order).document
    g.import_outcome = document["status"]
    return document


@blueprint.get("/api/imports/<arrival>")
def arrival_document(arrival: str) -> Response:
    """Give one arrival with the document that was answered."""
    Query()
    return answers.document(documents.arrival(registry(), arrival, language()))


@blueprint.get("/api/imports/<arrival>/refused.xlsx")
def refused(arrival: str) -> Response:
    """Give the refused rows of an arrival as a workbook, to be mended and sent again."""
    Query()
    return answers.file(registry().ledgers.refused(arrival, language()), attachment=True)


@blueprint.post("/api/imports/<arrival>/undo")
def take_back(arrival: str) -> Response:
    """Take back what an arrival stored, as new changes."""
    registry().must("undo")
    Form()
    commit = registry().undo(registry().ledgers.batch_of(arrival))
    return answers.document({"batch": commit.batch, "revision": commit.revision, **commit.details})


@blueprint.get("/imports")
def imports() -> str:
    """List what was sent, above a form to send more."""
    Query()
    told = [brief(each) for each in registry().ledgers.arrivals()]
    kinds = [(kind.name, kind.label.of(language())) for kind in catalog().kinds.values()]
    most = kept().settings.uploads.file_mb
    return render_template("imports.html", arrivals=told, kinds=kinds, datums=DATUMS, most=most)


@blueprint.post("/imports")
def send_form() -> str | AnyResponse:
    """Take a ledger in and show what came of it; a look first is shown and forgotten."""
    with received() as (path, order):
        try:
            document = _taken(path, order)
        except FileRefused as fault:
            document = registry().refusal(path, order, fault).document
    if document["arrival"]:
        return redirect(url_for("imports.arrival", arrival=document["arrival"]), SEE_OTHER)
    return render_template("arrival.html", arrival=documents.looked_at(document, language()), dry=True)


@blueprint.get("/imports/<arrival>")
def arrival(arrival: str) -> str:
    """Show what came of one file."""
    Query()
    return render_template(
        "arrival.html", arrival=documents.arrival(registry(), arrival, language()), dry=False
    )


@blueprint.post("/imports/<arrival>/undo")
def take_back_form(arrival: str) -> AnyResponse:
    """Take back what an arrival stored, and show it again."""
    registry().must("undo")
    Form()
    registry().undo(registry().ledgers.batch_of(arrival))
    return redirect(url_for("imports.arrival", arrival=arrival), SEE_OTHER)
