"""The way in: every request passes here before Flask sees it, and every answer on its way out.

It gets an id and its client's own address, takes in its body, goes through its gate or is turned away, and
is counted and noted. What is turned away here costs next to nothing, which is what keeps a flood harmless.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import http_date, parse_accept_header

from geo_registry.errors import Overloaded, RegistryError, TooMany
from geo_registry.web.guard import logs, metrics
from geo_registry.web.guard.entry import gates
from geo_registry.web.guard.entry.bodies import Bodies
from geo_registry.web.guard.entry.peers import Peers
from geo_registry.web.guard.headers import ALWAYS
from geo_registry.wording import LANGUAGES, explain, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask, Response

    from geo_registry.core.kinds import Language
    from geo_registry.registry import Registry
    from geo_registry.settings import Settings

NOTE = "geo_registry.note"
"""Where a request's note lies in its environment, and the way in among an application's extensions."""
REQUEST_ID = "X-Request-ID"
FOR_PROGRAMS = re.compile(r"/(tiles|basemap|static|ogc)(/|$)|/(healthz|readyz|metrics)$")
"""Addresses whose refusals are documents, whatever the client prefers."""
FILES = re.compile(r"/api(/|$)")
"""Addresses that a browser opens only to fetch a file: a refusal is a page to who asks for one."""
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
"""Methods that are counted by their name."""
_HEAD = (
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="stylesheet" href="/static/site.css">'
)
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_TURNED_AWAY_EVERY_S = _WEIGHED_EVERY_S = 1.0


@dataclass(slots=True)
class Note:
    """What is remembered of a request while it is answered, to be logged and counted at its end."""

    request_id: str
    method: str
    begun: float = field(default_factory=time.perf_counter)
    route: str = ""
    role: str = ""
    account: str = ""
    revision: int | None = None


@dataclass(slots=True)
class Answer:
    """An answer in one piece: granian sends it without holding a thread, however slowly it is read."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    turned_away: bool = False

    @property
    def code(self) -> int:
        """Status as a number."""
        return int(self.status[:3])


class Entry:
    """Wraps an application.

    Parameters
    ----------
    inner
        What answers the requests that are let through.
    registry
        Whose memory is counted.
    settings
        How much is taken on.
    status_of
        Gives the HTTP status of an exception.
    """

    def __init__(
        self,
        inner: WSGIApplication,
        registry: Registry,
        settings: Settings,
        status_of: Callable[[RegistryError], int],
    ) -> None:
        self._inner, self._memory, self._status_of = inner, registry.condition.memory, status_of
        self.peers, self.gates = Peers(settings), gates.Gates(settings.serving)
        self.book = metrics.Book(settings.serving.metrics)
        self._bodies = Bodies(settings)
        self._turned_away, self._told_at, self._weighed_at = 0, 0.0, 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        note = Note(given if _SAFE_ID.fullmatch(given) else secrets.token_hex(8), environ["REQUEST_METHOD"])
        environ[NOTE] = note
        self.book.add(metrics.IN_FLIGHT)
        try:
            with logs.in_request(note.request_id):
                answer = self._answered(environ, note)
                self._tell(note, answer)
        finally:
            self.book.add(metrics.IN_FLIGHT, amount=-1.0)
        start_response(answer.status, [*answer.headers, (REQUEST_ID, note.request_id)])
        return [answer.body]

    def _answered(self, environ: WSGIEnvironment, note: Note) -> Answer:
        self.peers.trace(environ)
        sort = gates.sort_of(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        with ExitStack() as held:
            try:
                held.enter_context(self._bodies.taken(environ))
                held.enter_context(self.gates.through(sort))
            except RegistryError as fault:
                if isinstance(fault, Overloaded):
                    self.book.add(metrics.SHED, sort)
                return refused(fault, self._status_of(fault), environ, note.request_id)
            return _called(self._inner, environ)

    def _tell(self, note: Note, answer: Answer) -> None:
        took_s = time.perf_counter() - note.begun
        method = note.method if note.method in METHODS else "other"
        route = note.route or "none"
        self.book.add(metrics.REQUESTS, route, method, answer.status[:3])
        if answer.turned_away:
            self._tell_now_and_then()
        else:
            self.book.observe(metrics.DURATION, route, amount=took_s)
            logs.REQUESTS.info("request", extra=_line(note, answer, took_s))
        if (now := time.monotonic()) - self._weighed_at >= _WEIGHED_EVERY_S:
            self._weighed_at = now
            self.weigh()

    def weigh(self) -> None:
        """Write down what this process holds in memory, and how often that answered."""
        for cache, use in self._memory.items():
            self.book.put(metrics.HITS, cache, amount=use.hits)
            self.book.put(metrics.MISSES, cache, amount=use.misses)
            self.book.put(metrics.HELD, cache, amount=use.held_bytes)

    def _tell_now_and_then(self) -> None:
        """Note a flood by its size: a line for each would be a flood of its own."""
        self._turned_away += 1
        if (now := time.monotonic()) - self._told_at >= _TURNED_AWAY_EVERY_S:
            count, self._turned_away, self._told_at = self._turned_away, 0, now
            logs.REQUESTS.warning("turned away", extra={"count": count})


def _line(note: Note, answer: Answer, took_s: float) -> dict[str, Any]:
    return {
        "request_id": note.request_id,
        "method": note.method,
        "route": note.route,
        "status": answer.code,
        "ms": round(took_s * 1_000, 2),
        "bytes": len(answer.body),
        "role": note.role,
        "account": note.account,
        "revision": note.revision,
    }


def _called(inner: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    parts: list[bytes] = []

    def start(
        status: str, headers: list[tuple[str, str]], _fault: object = None
    ) -> Callable[[bytes], object]:
        begun.append((status, headers))
        return parts.append

    said = inner(environ, cast("StartResponse", start))
    try:
        parts.extend(said)
    finally:
        getattr(said, "close", lambda: None)()
    return Answer(*begun[-1], b"".join(parts))


def refused(fault: RegistryError, status: int, environ: WSGIEnvironment, request_id: str) -> Answer:
    """Make the answer to a request that is not let through, without an application's help.

    Parameters
    ----------
    fault
        Why.
    status
        HTTP status.
    environ
        The request.
    request_id
        Its id, shown on a page.
    """
    seen = "text/html" in environ.get("HTTP_ACCEPT", "")
    as_page = seen and has_pages(environ["PATH_INFO"], environ["REQUEST_METHOD"])
    lang = _language(environ.get("HTTP_ACCEPT_LANGUAGE", "")[:200])
    write = _page if as_page else _document
    body = write(fault.code, lang, fault.details, status=status, request_id=request_id).encode()
    headers = [
        *ALWAYS.items(),
        ("Content-Type", f"{'text/html' if as_page else 'application/json'}; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Date", http_date()),
    ]
    if "seconds" in fault.details:
        headers.append(("Retry-After", str(fault.details["seconds"])))
    return Answer(f"{status} Refused", headers, body, turned_away=isinstance(fault, Overloaded))


def has_pages(path: str, method: str) -> bool:
    """Tell whether a refusal at an address may be a page.

    Parameters
    ----------
    path, method
        Of the request.

    Examples
    --------
    >>> has_pages("/api/export", "GET"), has_pages("/api/imports", "POST"), has_pages("/static/x", "GET")
    (True, False, False)
    """
    return not FOR_PROGRAMS.match(path) and (method in {"GET", "HEAD"} or not FILES.match(path))


@lru_cache(256)
def _sentence(code: str, lang: Language, details: tuple[tuple[str, object], ...]) -> str:
    return explain(code, lang, dict(details))


@lru_cache(256)
def _language(accepted: str) -> Language:
    wanted = parse_accept_header(accepted, LanguageAccept)
    return cast("Language", wanted.best_match(LANGUAGES, default="zh"))


def _document(code: str, lang: Language, details: Mapping[str, object], **_: object) -> str:
    content = {"code": code, "message": _sentence(code, lang, tuple(details.items())), "details": details}
    return json.dumps(content, ensure_ascii=False) + "\n"


def _page(code: str, lang: Language, details: Mapping[str, object], *, status: int, request_id: str) -> str:
    title, message = say("web.error_title", lang), explain(code, lang, details)
    told = f"{say('web.error_code', lang, code=code, status=status)} · {_asked(lang, request_id)}"
    again = (
        f'<p class="actions"><a class="button strong" href="">{escape(say("web.way_again", lang))}</a></p>'
    )
    texts = f'<h1>{escape(title)}</h1><p class="message">{escape(message)}</p>{again}'
    head = f'<meta charset="utf-8">{_HEAD}<title>{escape(title)}</title>'
    body = f'<body class="plain"><main class="page">{texts}<p class="quiet">{escape(told)}</p></main></body>'
    return f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head>{body}</html>\n'


def _asked(lang: Language, request_id: str) -> str:
    return say("web.error_request", lang, request_id=request_id)


def register(
    app: Flask, registry: Registry, settings: Settings, status_of: Callable[[RegistryError], int]
) -> None:
    """Put the way in before an application; to be done before who asks is looked at.

    Parameters
    ----------
    app
        The application.
    registry, settings, status_of
        As `Entry`.
    """
    way_in = Entry(app.wsgi_app, registry, settings, status_of)
    app.wsgi_app = way_in  # type: ignore[method-assign]  # as Flask's documents have it
    app.extensions[NOTE] = way_in
    app.before_request(_check_name)
    app.after_request(_remember)


def limit(app: Flask) -> None:
    """Count how often each asks; to be done after who asks is known."""
    app.before_request(_count)


def of_this() -> Entry:
    """Give the way in of the application at hand."""
    return cast("Entry", current_app.extensions[NOTE])


def request_id() -> str:
    """Give the id of the request at hand, empty where it has none."""
    note = request.environ.get(NOTE)
    return note.request_id if note else ""


def _check_name() -> None:
    if not request.path.startswith(("/healthz", "/readyz")):
        of_this().peers.check_name(request.environ.get("HTTP_HOST", ""))


def _count() -> None:
    sort = gates.sort_of(request.path, request.query_string.decode("latin-1"))
    wanted = gates.limit_of(request.path, request.method, sort)
    if wanted is None:
        return
    viewer = g.viewer
    asker = request.remote_addr or "" if viewer.role == "public" else f"account {viewer.name}"
    try:
        of_this().gates.count(wanted, asker)
    except TooMany:
        of_this().book.add(metrics.LIMITED, wanted)
        raise


def _remember(response: Response) -> Response:
    note = cast("Note | None", request.environ.get(NOTE))
    if note is None:
        return response
    note.route = request.url_rule.rule if request.url_rule else ""
    viewer = g.get("viewer")
    if viewer is not None:
        note.role, note.account = viewer.role, "" if viewer.role == "public" else viewer.name
    note.revision = g.get("revision")
    if outcome := g.get("import_outcome"):
        of_this().book.add(metrics.IMPORTS, outcome)
    return response
