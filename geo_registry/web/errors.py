"""One shape of every error, and the one table of statuses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import make_response, render_template, request
from werkzeug.exceptions import HTTPException

from geo_registry.errors import (
    CatalogError,
    Conflict,
    NotAllowed,
    NotFound,
    Overloaded,
    Refused,
    RegistryError,
    SignInNeeded,
    Stale,
    StoreError,
    TooMany,
    VersionNeeded,
)
from geo_registry.web import answers
from geo_registry.web.context import safe_language
from geo_registry.wording import explain, say

if TYPE_CHECKING:
    from flask import Flask, Response

STATUS: dict[type[RegistryError], int] = {
    Refused: 400,
    SignInNeeded: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    VersionNeeded: 428,
    TooMany: 429,
    Overloaded: 503,
    StoreError: 503,
    CatalogError: 500,
    RegistryError: 500,
}
"""Status of each exception class; a class that is not named has that of the nearest one above it."""
OF_CODE = {"FILE_TOO_LARGE": 413}
"""Status of the few codes that have one of their own, whatever their class."""
_OF_HTTP = {404: "PAGE_UNKNOWN", 405: "METHOD_NOT_ALLOWED", 413: "FILE_TOO_LARGE"}
_MEGABYTE = 1_000_000
_FIRST_ERROR = 400
_LOG = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Let an application answer its faults here."""
    app.register_error_handler(RegistryError, _refusal)
    app.register_error_handler(HTTPException, _http_fault)
    app.register_error_handler(Exception, _bug)


def status_of(fault: RegistryError) -> int:
    """Give the HTTP status of an exception.

    Parameters
    ----------
    fault
        What was raised.

    Examples
    --------
    >>> from geo_registry.errors import DatumError
    >>> status_of(DatumError()), status_of(NotFound())
    (400, 404)
    """
    of_class = next(STATUS[above] for above in type(fault).__mro__ if above in STATUS)
    return OF_CODE.get(fault.code, of_class)


def _refusal(fault: RegistryError) -> Response:
    status = status_of(fault)
    if status >= 500:  # noqa: PLR2004 (our own fault, not the reader's)
        _LOG.error("%s", fault, exc_info=fault)
    return _answer(status, fault.code, fault.details)


def _http_fault(fault: HTTPException) -> Response:
    status = fault.code or 500
    if status < _FIRST_ERROR:
        return fault.get_response()  # type: ignore[return-value]  # werkzeug's redirect to the right spelling
    details = {"value": request.path, "status": status}
    if status == 413:  # noqa: PLR2004 (more was sent than may be)
        limit = (request.max_content_length or 0) // _MEGABYTE
        details = {"value": f"{(request.content_length or 0) // _MEGABYTE} MB", "limit": f"{limit} MB"}
    answer = _answer(status, _OF_HTTP.get(status, "REQUEST_REFUSED"), details)
    answer.headers.extend({name: value for name, value in fault.get_headers() if name == "Allow"})
    return answer


def _bug(fault: Exception) -> Response:
    _LOG.error("%s %s", request.method, request.path, exc_info=fault)
    return _answer(500, "INTERNAL", {})


def _answer(status: int, code: str, details: dict[str, object]) -> Response:
    lang = safe_language()
    message = explain(code, lang, details)
    if not _wants_page():
        return answers.document({"code": code, "message": message, "details": details}, status)
    title = say("web.error_title", lang)
    page = render_template("error.html", title=title, code=code, message=message, status=status)
    return make_response(page, status)


def _wants_page() -> bool:
    inner = request.path.startswith(("/api/", "/tiles/", "/static/", "/healthz"))
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return not inner and best == "text/html"
