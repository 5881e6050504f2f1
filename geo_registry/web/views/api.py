"""Documents and files for programs: the same use cases as the command line."""

from __future__ import annotations

from flask import Blueprint, Response

from geo_registry.core.audit.result import records
from geo_registry.errors import ValueRefused
from geo_registry.registry.choosing import NAMES, parts
from geo_registry.web import answers, documents
from geo_registry.web.context import catalog, language, registry
from geo_registry.web.params import ORDER, QUESTION, VIEW, Query

blueprint = Blueprint("api", __name__)

FOUND_AT_MOST = 20
"""Results of a search where no number is asked for."""
MOST_FOUND = 200
LISTED = 50
"""Rows of a page of a list where no number is asked for."""
TABLES = ("pairs", "summary")
FORMS = ("json", "csv", "geojson", "gpkg", "shp", "parquet", "xlsx")
"""Formats of an audit (contract, verb audit); JSON is the whole document, the others one table."""


@blueprint.get("/api/catalog")
@answers.tagged
def kinds() -> Response:
    """Describe kinds, statuses and symbols."""
    Query()
    return answers.document(documents.catalog_document(catalog(), language(), registry().counts()))


@blueprint.get("/api/search")
@answers.tagged
def search() -> Response:
    """Find records by code, name, address, township or USCC."""
    query = Query("q", "limit")
    wanted, limit = query.text("q") or "", query.whole("limit") or FOUND_AT_MOST
    if limit > MOST_FOUND:
        raise ValueRefused("LIMIT_TOO_HIGH", value=limit, limit=MOST_FOUND)
    found = registry().search(wanted, limit=limit)
    return answers.document({"q": wanted, "found": documents.briefs(found, catalog(), language())})


@blueprint.get("/api/records/<record_id>")
def record(record_id: str) -> Response:
    """Describe one record of any kind; its tag begins with its version, which an edit must name."""
    Query()
    found = documents.full(registry(), record_id, language())
    return answers.of_version(answers.document(found), found["version"])


@blueprint.get("/api/near")
@answers.tagged
def near() -> Response:
    """List sources and stations round a point, nearest first."""
    query = Query("lon", "lat", "radius_m", "on")
    lon, lat, radius_m = (query.required(name) for name in ("lon", "lat", "radius_m"))
    found = registry().near(lon, lat, radius_m, on=query.day("on"))
    return answers.document({"lon": lon, "lat": lat, "radius_m": radius_m, "found": records(found)})


@blueprint.get("/api/choice/counts")
@answers.tagged
def choice_counts() -> Response:
    """Count the sources of a choice."""
    return answers.document(documents.counted(registry(), Query(*NAMES).choice(), language()))


@blueprint.get("/api/choice/options")
@answers.tagged
def choice_options() -> Response:
    """Tell what sources can be chosen by, and listed by."""
    return answers.document(documents.options(registry(), Query("on", "as_of").choice(), language()))


@blueprint.get("/api/list")
@answers.tagged
def listed() -> Response:
    """List a page of the sources of a choice."""
    query = Query(*NAMES, *VIEW, "columns")
    asked, columns = (query.choice(), query.view(LISTED)), parts(query.text("columns"))
    return answers.document(documents.listed(registry(), asked, language(), columns))


@blueprint.get("/api/stations")
@answers.tagged
def stations() -> Response:
    """List the stations valid at a date."""
    query = Query("on")
    return answers.document({"stations": documents.stations(registry(), query.day("on"), language())})


@blueprint.get("/api/stations/<station>/audit")
@answers.tagged
def station_audit(station: str) -> Response:
    """Audit one station's neighbourhood."""
    query = Query(*QUESTION)
    return answers.document(documents.audited(registry(), query.question(station), language()))


@blueprint.get("/api/audit")
@answers.tagged
def audit() -> Response:
    """Audit the stations that were named, else all of the level."""
    query = Query("station", "table", "format", *QUESTION)
    question = query.question(*query.texts("station"))
    form, table = query.chosen("format", FORMS, "json"), query.chosen("table", TABLES, "pairs")
    if form == "json":
        return answers.document(documents.audited(registry(), question, language()))
    made = registry().export_audit(question, form, language(), summary=table == "summary")
    return answers.file(made, attachment=True)


@blueprint.get("/api/stations/<station>/report.<form>")
@answers.tagged
def report(station: str, form: str) -> Response:
    """Write the report of a station's neighbourhood; an HTML report keeps its own content policy."""
    query = Query("rings", "on", "as_of", "since")
    made = registry().publishing.report(
        station, form, language(), query.question(), since=query.time("since")
    )
    return answers.paper(made)


@blueprint.get("/api/city/report.<form>")
@answers.tagged
def city_report(form: str) -> Response:
    """Write the report of all national stations together."""
    question = Query("rings", "on", "as_of").question()
    return answers.paper(registry().publishing.city_report(form, language(), question))


@blueprint.get("/api/export")
@answers.tagged
def export() -> Response:
    """Write records, rings, or what is unlocated, as a file."""
    return answers.file(registry().export(Query(*ORDER).order()), attachment=True)
