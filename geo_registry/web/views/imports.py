"""Ledgers through the browser and by programs: sent, looked at, given back to be mended, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, render_template, url_for

from geo_registry.errors import FileRefused
from geo_registry.registry.importing import KEPT_H, brief
from geo_registry.web import answers, documents
from geo_registry.web.context import catalog, kept, language, registry, safe_language
from geo_registry.web.params import Form, Query
from geo_registry.web.uploads import CHOICES, ordered, received
from geo_registry.wording import say

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


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Give the templates of these pages their own texts."""
    lang = safe_language()
    return {"look_say": lambda key, **values: say(f"looking.{key}", lang, **values)}


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
    """List what was sent and what waits, below a form to send more."""
    Query()
    told = [brief(each) for each in registry().ledgers.arrivals()]
    waiting = registry().looks.all()
    most = kept().settings.uploads.file_mb
    return render_template(
        "imports.html", arrivals=told, waiting=waiting, hours=KEPT_H, most=most, **_offered()
    )


def _offered() -> dict[str, Any]:
    """Give what a form lets choose."""
    kinds = [(kind.name, kind.label.of(language())) for kind in catalog().kinds.values()]
    return {"kinds": kinds, "datums": DATUMS}


@blueprint.post("/imports")
def send_form() -> AnyResponse:
    """Take a ledger in and show what came of it; one that is to be looked at first waits for that."""
    with received() as (path, order):
        try:
            came = None if order.dry_run else _taken(path, order)["arrival"]
        except FileRefused as fault:
            came = fault.details.get("arrival")
        if came is None:
            return _to_look(registry().looks.keep(path, str(order.name)).id, order)
    return redirect(url_for("imports.arrival", arrival=came), SEE_OTHER)


def _to_look(look: str, order: ImportOrder) -> AnyResponse:
    return redirect(url_for("imports.look", look=look, **documents.params_of(order)), SEE_OTHER)


@blueprint.get("/imports/<look>/look")
def look(look: str) -> str:
    """Show what an import of a file that waits would come to."""
    asked = Query(*CHOICES)
    found = registry().looks.look(look, ordered(asked))
    told = documents.looked(found, catalog(), language())
    return render_template("look.html", look=told, document=told["document"], **_offered())


@blueprint.post("/imports/<look>/commit")
def commit(look: str) -> AnyResponse:
    """Take in a file that waits, as it was looked at last."""
    registry().must("import")
    order = ordered(Form(*CHOICES))
    g.import_outcome = "reject"
    try:
        document = registry().looks.commit(look, order).document
        g.import_outcome, came = document["status"], document["arrival"]
    except FileRefused as fault:
        came = fault.details.get("arrival")
    if came is None:
        return _to_look(look, order)
    return redirect(url_for("imports.arrival", arrival=came), SEE_OTHER)


@blueprint.post("/imports/<look>/forget")
def forget(look: str) -> AnyResponse:
    """Forget a file that waits."""
    registry().must("import")
    Form()
    registry().looks.forget(look)
    return redirect(url_for("imports.imports"), SEE_OTHER)


@blueprint.get("/imports/<arrival>")
def arrival(arrival: str) -> str:
    """Show what came of one file."""
    Query()
    told = documents.arrival(registry(), arrival, language())
    document = documents.on_page(told["document"], catalog(), language())
    return render_template("arrival.html", arrival=told, document=document)


@blueprint.post("/imports/<arrival>/undo")
def take_back_form(arrival: str) -> AnyResponse:
    """Take back what an arrival stored, and show it again."""
    registry().must("undo")
    Form()
    registry().undo(registry().ledgers.batch_of(arrival))
    return redirect(url_for("imports.arrival", arrival=arrival), SEE_OTHER)
