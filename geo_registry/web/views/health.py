"""How the server is: alive, ready, and what it has counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from geo_registry.errors import NotAllowed, SignInNeeded
from geo_registry.web import answers
from geo_registry.web.context import kept, viewer
from geo_registry.web.guard import entry, metrics
from geo_registry.web.guard.entry.peers import LOCAL

if TYPE_CHECKING:
    from flask import Flask

blueprint = Blueprint("health", __name__)


def register(app: Flask) -> None:
    """Let an application answer these first, whoever asks; to be done before that is looked at."""
    app.before_request(_at_once)


def _at_once() -> Response | None:
    if request.endpoint == "health.alive":
        return alive()
    if request.endpoint == "health.ready":
        return ready()
    is_own_count = request.endpoint == "health.count" and request.environ.get(LOCAL)
    return _counted() if is_own_count else None


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that a process answers; nothing is looked at."""
    return answers.document({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether all is there that answers and imports need; 503 with the code of what is not."""
    found = kept().registry.condition.ready()
    return answers.document({"status": "ready", "revision": found.revision, "free_mb": found.free_mb})


@blueprint.get("/metrics")
def count() -> Response:
    """Give what was counted to an administrator; programs of this machine are not even asked who they are."""
    if viewer().role == "public":
        raise SignInNeeded
    if viewer().role != "admin":
        raise NotAllowed(value="keep")
    return _counted()


def _counted() -> Response:
    entry.of_this().weigh()
    book = entry.of_this().book
    book.put(metrics.REVISION, amount=kept().registry.revision)
    book.put(metrics.CHILDREN, amount=book.sandboxes())
    return Response(book.read(), content_type=metrics.MEDIA_TYPE)
