"""The map on one sheet, to be printed."""

from __future__ import annotations

from flask import Blueprint, Response

from geo_registry.registry.choosing import NAMES
from geo_registry.web import answers
from geo_registry.web.context import language, registry
from geo_registry.web.params import Query

blueprint = Blueprint("printing", __name__)


@blueprint.get("/api/map.<paper>")
@answers.tagged
def sheet(paper: str) -> Response:
    """Print what a choice leaves, as PDF or PNG."""
    made = registry().publishing.sheet(Query(*NAMES).choice(), paper, language())
    return answers.file(made, attachment=False)


@blueprint.get("/api/sources/report.<form>")
@answers.tagged
def report(form: str) -> Response:
    """Write the report of what a choice leaves; an HTML report keeps its own content policy."""
    return answers.paper(registry().publishing.choice_report(Query(*NAMES).choice(), form, language()))
