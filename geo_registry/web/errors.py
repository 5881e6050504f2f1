"""One shape of every error, and the one table of statuses."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from geo_registry.errors import (
    CatalogError,
    Conflict,
    NotAllowed,
    NotFound,
    NotReady,
    Overloaded,
    Refused,
    RegistryError,
    SignInNeeded,
    Stale,
    StoreError,
    TooLarge,
    TooMany,
    TooSlow,
    VersionNeeded,
)
from geo_registry.web import answers, ways
from geo_registry.web.context import safe_language
from geo_registry.web.guard import entry
from geo_registry.wording import explain, say

if TYPE_CHECKING:
    from flask import Flask, Response

STATUS: dict[type[RegistryError], int] = {
    Refused: 400,
    SignInNeeded: 401,
    NotAllowed: 403,
    NotFound: 404,
    TooSlow: 408,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    VersionNeeded: 428,
    TooMany: 429,
    NotReady: 503,
    Overloaded: 503,
    StoreError: 503,
    CatalogError: 500,
    RegistryError: 500,
}
"""Status of each exception class; a class that is not named has that of the nearest one above it."""
OF_CODE = {
    "STORE_DISK_FULL": 507,
    "TEMPORARY_FULL": 507,
    "FILE_TOO_LARGE": 413,
    "BASEMAP_FAILED": HTTPStatus.BAD_GATEWAY,
}
"""Status of single codes, where HTTP has a better one than that of their class."""
_OF_HTTP = {404: "PAGE_UNKNOWN", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}
_TITLES = {401: "web.sign_in_title", 403: "web.right_title", 404: "web.missing_title"}
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
    >>> status_of(DatumError()), status_of(NotFound()), status_of(StoreError("STORE_DISK_FULL"))
    (400, 404, 507)
    """
    return OF_CODE.get(fault.code) or next(STATUS[above] for above in type(fault).__mro__ if above in STATUS)


def _refusal(refused: RegistryError) -> Response:
    fault = SignInNeeded() if refused.code == NotAllowed.default_code and _is_stranger() else refused
    status = status_of(fault)
    if status >= 500 and status != HTTPStatus.BAD_GATEWAY:  # noqa: PLR2004 (neither the reader's nor another's)
        _LOG.error("a fault of ours was told", exc_info=fault)
    if fault.code == SignInNeeded.default_code and request.method in {"GET", "HEAD"} and wants_page():
        return redirect(url_for("signin.login", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
    answer = _answer(status, fault.code, fault.details)
    if "seconds" in fault.details:
        answer.headers["Retry-After"] = str(fault.details["seconds"])
    return answer


def _is_stranger() -> bool:
    """Tell whether nobody has signed in: who has no rights at all is asked who it is."""
    return "viewer" in g and g.viewer.role == "public"


def _http_fault(fault: HTTPException) -> Response:
    status = fault.code or 500
    if status < _FIRST_ERROR:
        return fault.get_response()  # type: ignore[return-value]  # werkzeug's redirect to the right spelling
    answer = _answer(
        status, _OF_HTTP.get(status, "REQUEST_REFUSED"), {"value": request.path, "status": status}
    )
    answer.headers.extend({name: value for name, value in fault.get_headers() if name == "Allow"})
    return answer


def _bug(fault: Exception) -> Response:
    _LOG.error("an exception nobody foresaw", exc_info=fault)
    return _answer(500, "INTERNAL", {})


def _answer(status: int, code: str, details: dict[str, object]) -> Response:
    lang = safe_language()
    if not wants_page():
        message = explain(code, lang, details)
        return answers.document({"code": code, "message": message, "details": details}, status)
    page = render_template(
        "error.html",
        title=say(_TITLES.get(status, "web.error_title"), lang),
        code=code,
        message=explain(code, lang, ways.in_words(code, details, lang), on_page=True),
        holders=ways.holders(code, details, lang),
        ways=ways.ways(code, status, details),
        status=status,
        request_id=entry.request_id(),
    )
    answer = make_response(page, status)
    answer.vary.add("Accept")
    return answer


def wants_page() -> bool:
    """Tell whether a person reads the answer in a browser, rather than a program."""
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return entry.has_pages(request.path, request.method) and best == "text/html"
