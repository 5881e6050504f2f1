"""One record through the browser and by programs: edited, its past told, twins decided about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from geo_registry.errors import DatumError, Stale, ValueRefused
from geo_registry.web import answers, documents
from geo_registry.web.context import language, registry
from geo_registry.web.edits import Filled, decision, json_edit, named_version
from geo_registry.web.errors import status_of
from geo_registry.web.params import Query

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("editing", __name__, template_folder="../templates")

SEE_OTHER = 303


@blueprint.patch("/api/records/<record_id>")
def edit_record(record_id: str) -> Response:
    """Edit one record on the version that If-Match names."""
    _must_reach(record_id)
    done = registry().editing.edit(record_id, json_edit(), version=named_version())
    response = answers.document(done.document)
    response.set_etag(str(done.version))
    return response


@blueprint.get("/api/records/<record_id>/history")
def history_document(record_id: str) -> Response:
    """Tell every version of one record, oldest first."""
    Query()
    return answers.document({"id": record_id, "versions": documents.past(registry(), record_id, language())})


@blueprint.get("/api/twins")
def twins_document() -> Response:
    """List the likely twins about which nobody has decided."""
    Query()
    return answers.document({"twins": [twin.document for twin in registry().editing.twins()]})


@blueprint.post("/api/decisions")
def decide() -> Response:
    """Decide whether two records are one thing."""
    registry().must("decide")
    one, other, same, reason = decision()
    commit = registry().editing.decide(one, other, same=same, reason=reason)
    return answers.document({"batch": commit.batch, "revision": commit.revision, **commit.details})


@blueprint.get("/twins")
def twins() -> str:
    """Show the likely twins side by side, each with a form to decide about it."""
    Query()
    return render_template("twins.html", twins=documents.twins(registry(), language()))


@blueprint.post("/twins")
def decide_form() -> AnyResponse:
    """Decide about a pair and show what is left."""
    registry().must("decide")
    one, other, same, reason = decision()
    registry().editing.decide(one, other, same=same, reason=reason)
    return redirect(url_for("editing.twins"), SEE_OTHER)


@blueprint.get("/sources/<record_id>/history")
def history(record_id: str) -> str:
    """Show every version of one record with what differs, newest first."""
    Query()
    versions = documents.past(registry(), record_id, language())[::-1]
    record = documents.full(registry(), record_id, language())
    return render_template("history.html", record=record, versions=versions)


@blueprint.get("/sources/<record_id>/edit")
def edit_form(record_id: str) -> str:
    """Show the form of one record's fields."""
    Query()
    _must_reach(record_id)
    form = documents.edit_form(registry(), record_id, language())
    return render_template("edit.html", form=form, fault=None)


@blueprint.post("/sources/<record_id>/edit")
def edit(record_id: str) -> AnyResponse:
    """Edit one record; what cannot be is shown in the form, with both versions where it is stale."""
    _must_reach(record_id)
    filled = Filled(request.form)
    try:
        registry().editing.edit(record_id, filled.order(), version=filled.version)
    except (Stale, ValueRefused, DatumError) as fault:
        form = documents.edit_form(
            registry(), record_id, language(), entered=filled.entered, changes=filled.changes
        )
        page = render_template("edit.html", form=form, fault=documents.fault(fault, form, language()))
        return make_response(page, status_of(fault))
    return redirect(url_for("pages.source", record_id=record_id), SEE_OTHER)


def _must_reach(record_id: str) -> None:
    """Refuse who may not edit, and what one does not see, before it is read what is asked."""
    registry().must("edit")
    registry().record(record_id)
