"""A station's neighbourhood as one file, shown in a frame that reaches nothing else."""

from __future__ import annotations

from flask import Blueprint, Response

from geo_registry.web import answers
from geo_registry.web.context import language, registry
from geo_registry.web.guard import headers
from geo_registry.web.params import Query

blueprint = Blueprint("portable", __name__)


@blueprint.get("/api/stations/<station>/map.html")
@answers.tagged
def station_map(station: str) -> Response:
    """Write a station's neighbourhood as one map that needs no network."""
    question = Query("rings", "on", "as_of").question()
    made = registry().publishing.portable(station, language(), question)
    response = answers.file(made, attachment=False)
    response.headers.update(headers.FRAMED)
    return response
