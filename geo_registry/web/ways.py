"""Ways on from a refusal: where a page that says no leads, the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from flask import current_app, g, request, url_for
from werkzeug.exceptions import HTTPException

from geo_registry.core.access import RIGHTS
from geo_registry.wording import say, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo_registry.core.kinds import Language

_LATER = frozenset({408, 429, 503})
"""Statuses of what may well be answered a little later."""
_NOT_LET_IN = frozenset({401, 403})
_MISSING = 404
_ASKED_WRONGLY = 400
_NAMED_BY = ("option", "value")
"""Details that may name the parameter that is wrong."""
_PARAMETER_OF = {
    "KIND_UNKNOWN": "kind",
    "KIND_NOT_SOURCE": "kind",
    "STATUS_UNKNOWN": "status",
    "LEVEL_UNKNOWN": "level",
    "LANGUAGE_UNKNOWN": "lang",
    "RING_NOT_NUMBER": "rings",
    "RING_NOT_POSITIVE": "rings",
    "RINGS_COUNT": "rings",
    "BBOX_INVALID": "bbox",
    "FORMAT_UNKNOWN": "format",
}
"""Parameters that a refusal is about and does not name."""
_LISTS = (("stations", "pages.stations"), ("sources", "pages.sources"), ("imports", "imports.imports"))
_FOREIGN = "HOST_UNKNOWN"
"""Refusal under a name that is not ours: no address of this server would help there."""


@dataclass(frozen=True, slots=True)
class Way:
    """A button.

    Attributes
    ----------
    key
        Its words, below ``web.way_``.
    address
        Where it leads.
    """

    key: str
    address: str


def ways(code: str, status: int, details: Mapping[str, object]) -> list[Way]:
    """Give the ways on from a refusal of the request at hand, each address once.

    Parameters
    ----------
    code, status, details
        The refusal.
    """
    if code == _FOREIGN:
        return []
    found: dict[str, Way] = {}
    for way in _all(code, status, details):
        found.setdefault(way.address, way)
    if request.method == "GET" and status not in _LATER:
        found.pop(_here(), None)
    return [*found.values()]


def holders(code: str, details: Mapping[str, object], lang: Language) -> str:
    """Tell who has the right that is missing; empty where the refusal is about something else.

    Parameters
    ----------
    code, details
        The refusal.
    lang
        Language of the sentence.
    """
    right = details.get("value")
    roles = [role for role, rights in RIGHTS.items() if right in rights] if code == "RIGHT_MISSING" else []
    names = say("people.listed_by", lang).join(say(f"people.short_{role}", lang) for role in roles)
    return say("people.right_holders", lang, roles=names) if roles else ""


def in_words(code: str, details: Mapping[str, object], lang: Language) -> Mapping[str, object]:
    """Name a right and a parameter as people call them; other details stay what they are.

    Parameters
    ----------
    code, details
        The refusal.
    lang
        Language of the words.
    """
    right, option = details.get("value"), f"choice.{details.get('option')}"
    if code == "RIGHT_MISSING" and any(right in rights for rights in RIGHTS.values()):
        return {**details, "value": say(f"people.right_{right}", lang)}
    return {**details, "option": say(option, lang)} if option in texts(lang) else details


def _all(code: str, status: int, details: Mapping[str, object]) -> Iterator[Way]:
    stranger = "viewer" not in g or g.viewer.role == "public"
    if stranger and (status in _NOT_LET_IN or code == "COUNTS_ONLY"):
        yield Way("sign_in", url_for("signin.login", next=_back() or _here()))
    if status in _LATER and request.method == "GET":
        yield Way("again", _here())
    if status == _ASKED_WRONGLY and request.method == "GET":
        yield from _asked_better(code, details)
    if request.method != "GET" and (back := _back()):
        yield Way("form", back)
    yield from _near(status)
    if status in _NOT_LET_IN and not stranger:
        yield Way("account", url_for("signin.account"))
    if status == _MISSING:
        yield Way("stations", url_for("pages.stations"))
    yield Way("map", url_for("pages.map_page"))


def _asked_better(code: str, details: Mapping[str, object]) -> Iterator[Way]:
    """Ask the same without the parameter that is wrong; else, on a page, without any."""
    named = _PARAMETER_OF.get(code) or next(
        (str(details[name]) for name in _NAMED_BY if str(details.get(name)) in request.args), ""
    )
    if named in request.args:
        left = [(name, value) for name, value in request.args.items(multi=True) if name != named]
        yield Way("without", _path() + ("?" + urlencode(left) if left else ""))
    elif request.args and not request.path.startswith("/api/"):
        yield Way("plain", _path())


def _near(status: int) -> Iterator[Way]:
    """Lead to the thing that the address is about, and to the list it stands in."""
    noun, _, rest = request.path.removeprefix("/api").strip("/").partition("/")
    name = rest.partition("/")[0]
    for listed, endpoint in _LISTS:
        if noun != listed or not _shows(listed):
            continue
        if name and status != _MISSING and listed == "stations":
            yield Way("station", url_for("neighbourhood.page", station=name))
        if name and status != _MISSING and listed == "sources":
            yield Way("source", url_for("pages.source", record_id=name))
        yield Way(listed, url_for(endpoint))
    if noun == "export":
        yield Way("sources", url_for("pages.sources"))


def _shows(listed: str) -> bool:
    if "viewer" not in g:
        return False
    return (
        g.viewer.may("import") if listed == "imports" else not (listed == "sources" and g.viewer.counts_only)
    )


def _back() -> str:
    """Give the page of the form that was sent; empty where there is none."""
    try:
        current_app.url_map.bind_to_environ(request.environ).match(method="GET")
    except HTTPException:
        return ""
    return _path()


def _here() -> str:
    return _path() + ("?" + request.query_string.decode("latin-1") if request.args else "")


def _path() -> str:
    """Write the path so that it leads to this server whatever stands in it."""
    return "/" + quote(request.path.lstrip("/"))
