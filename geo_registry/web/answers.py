"""What every answer has in common: its form, its tag, its headers, and how it is packed."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, Protocol

from flask import Response, g, make_response, request

from geo_registry.web.context import COOKIE, is_known, kept, language, session, viewer
from geo_registry.web.guard import headers
from geo_registry.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.typing import ResponseReturnValue

Given = ParamSpec("Given")

WORTH_PACKING = 1_000
"""Bytes below which packing gains nothing: an answer fits one network packet anyway."""
PAGES = ("pages", "neighbourhood", "changes")
"""Blueprints whose addresses remember the language that was chosen."""
_PACKED = ("text/", "application/json", "application/geo+json")
_LEVEL = 5


class Made(Protocol):
    """A file that a use case hands out."""

    @property
    def name(self) -> str:
        """File name without folders."""

    @property
    def media_type(self) -> str:
        """Media type."""

    @property
    def content(self) -> bytes:
        """The bytes."""


def register(app: Flask) -> None:
    """Let an application finish its answers here."""
    app.after_request(_finish)


def document(content: object, status: int = 200) -> Response:
    """Answer with one JSON document.

    Parameters
    ----------
    content
        Plain values; numbers must be finite.
    status
        HTTP status.
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    return Response(text + "\n", status, mimetype="application/json")


def _plain(value: object) -> object:
    """Give a numpy number as Python's own, and anything else as people write it."""
    if hasattr(value, "item"):
        return value.item()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def file(made: Made, *, attachment: bool) -> Response:
    """Answer with a file that was made for this request.

    Parameters
    ----------
    made
        The file.
    attachment
        Whether a browser should save it rather than show it.
    """
    response = Response(made.content, content_type=made.media_type)
    response.headers["Content-Disposition"] = headers.disposition(made.name, attachment=attachment)
    return response


def paper(made: Made) -> Response:
    """Answer with a report to be read; one in HTML keeps its own content policy."""
    response = file(made, attachment=False)
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = headers.report_policy(made.content)
    return response


def tagged(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, Response]:
    """Tag what a view answers, and do not ask the view where the reader holds it already.

    An answer is the same as long as the revision, the catalog, the day, the language, the address, the
    program, what the reader may see and the session are: those make the tag.
    """

    @wraps(view)
    def answer(*args: Given.args, **kwargs: Given.kwargs) -> Response:
        tag = _tag()
        if known(tag):
            return unchanged(tag)
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200:  # noqa: PLR2004 (only what was found has a tag)
            response.set_etag(tag, weak=True)
        return response

    return answer


def of_version(response: Response, version: int) -> Response:
    """Tag the answer about one record by its version, strongly: an edit may name the tag as it is.

    Parameters
    ----------
    response
        The answer.
    version
        Number of the record's version.
    """
    tag = f"{version}.{_tag()}"
    if known(tag):
        response = Response(status=304)
    response.set_etag(tag)
    return response


def known(tag: str) -> bool:
    """Tell whether the reader holds the answer of this tag."""
    return request.if_none_match.contains_weak(tag) and not request.if_none_match.star_tag


def unchanged(tag: str) -> Response:
    """Answer that what the reader holds is still right."""
    response = Response(status=304)
    response.set_etag(tag, weak=True)
    return response


def _tag() -> str:
    held = kept()
    g.revision = held.registry.revision
    at = (g.revision, held.registry.catalog.digest, held.registry.today, held.build)
    signed_in = session()
    who = (viewer().scope, signed_in.csrf if signed_in else "")
    named = "|".join(map(str, (*at, *who, language(), request.url)))
    return hashlib.sha256(named.encode()).hexdigest()[:20]


def _finish(response: Response) -> Response:
    headers.dress(response.headers)
    response.vary.update(("Accept-Encoding", "Accept-Language", "Authorization", "Cookie"))
    if is_known():
        response.cache_control.public, response.cache_control.private = False, True
    asked = request.args.get("lang")
    if asked in LANGUAGES and request.blueprint in PAGES:
        response.set_cookie(COOKIE, asked, max_age=31_536_000, samesite="Lax", httponly=True)
    return _packed(response)


def takes_gzip() -> bool:
    """Tell whether the reader can unpack."""
    return request.accept_encodings["gzip"] > 0


def packed(content: bytes, media_type: str) -> Response:
    """Answer with what was packed before.

    Parameters
    ----------
    content
        Bytes, packed with gzip; the reader must be able to unpack them.
    media_type
        Of what was packed.
    """
    response = Response(content, mimetype=media_type)
    response.headers["Content-Encoding"] = "gzip"
    return response


def _packed(response: Response) -> Response:
    wanted = takes_gzip() and (response.mimetype or "").startswith(_PACKED)
    done = "Content-Encoding" in response.headers or response.direct_passthrough
    if not wanted or done or response.status_code != 200:  # noqa: PLR2004 (only what was found)
        return response
    content = response.get_data()
    if len(content) >= WORTH_PACKING:
        response.set_data(gzip.compress(content, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
