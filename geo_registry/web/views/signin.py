"""Signing in and out, and the own account: password and API tokens."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from geo_registry.errors import RegistryError, SignInNeeded, ValueRefused
from geo_registry.registry.people.grants import Grant, judged
from geo_registry.web import answers
from geo_registry.web.context import kept, language, registry, safe_language, session
from geo_registry.web.errors import status_of, wants_page
from geo_registry.web.guard import forms, identity
from geo_registry.web.params import Query
from geo_registry.wording import explain, say

if TYPE_CHECKING:
    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

    from geo_registry.registry.people import Own
    from geo_registry.registry.people.sessions import Entry
    from geo_registry.settings import Settings

blueprint = Blueprint("signin", __name__, template_folder="../templates")
SEE_OTHER = 303
DAYS = (1, 7, 30, 90, 366)
"""For how many days a token may be made on the page."""
_DAYS = re.compile(r"\d{1,9}", re.ASCII)


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """Give templates what is said about people, and where one comes back to after signing in."""
    lang = safe_language()
    here = request.full_path.rstrip("?")
    return {
        "people_say": lambda key, **values: say(f"people.{key}", lang, **values),
        "next_path": here if request.method == "GET" and request.blueprint != "signin" else None,
    }


def register_provider(app: Flask, settings: Settings) -> None:
    """Let an application sign people in by a provider, where one is set.

    Parameters
    ----------
    app
        The application.
    settings
        Name the provider, or none.

    Raises
    ------
    ValueRefused
        ``EXTRA_MISSING`` where what this needs is not installed; else if the role of new accounts is none,
        or is bound to an area.
    """
    if settings.provider is None:
        return
    if find_spec("authlib") is None:
        raise ValueRefused("EXTRA_MISSING", value="oidc")
    if settings.provider.new_role:
        judged(Grant(settings.provider.new_role))
    app.register_blueprint(import_module("geo_registry.web.views.vouching").blueprint)


def local(path: str) -> str:
    """Give a path on this very server, or the map where it is none: nobody is sent elsewhere.

    Parameters
    ----------
    path
        What the address or the form says.

    Examples
    --------
    >>> local("/stations?lang=en"), local("//else.where"), local("https://else.where")
    ('/stations?lang=en', '/', '/')
    """
    plain = path.startswith("/") and path.isprintable() and "\\" not in path
    return path if plain and not path.startswith(("//", "/login", "/logout")) else "/"


def entered(entry: Entry, path: str) -> Response:
    """Begin a session in this browser, and show where it wanted to go.

    Parameters
    ----------
    entry
        The session that began; one that this browser had before ends.
    path
        Where to.
    """
    before = session()
    if before is not None:
        kept().registry.people.entrance.sign_out(before)
    where = local(path)
    if where.startswith("/api/"):
        where = url_for("signin.login", next=where)
    response = make_response(redirect(where, SEE_OTHER))
    identity.remember(response, entry)
    return response


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    """Show the form of signing in; who has signed in goes on, by a page of its own to a file."""
    Query("next")
    language()
    if session() is not None:
        where = local(request.args.get("next", ""))
        if where.startswith("/api/"):
            return render_template("fetch.html", file=where)
        return redirect(where, SEE_OTHER)
    return _entrance(None)


@blueprint.post("/login")
def enter() -> ResponseReturnValue:
    """Sign in by name and password."""
    forms.check_entrance()
    sent = request.form
    try:
        entry = kept().registry.people.entrance.sign_in(
            sent.get("name", ""), sent.get("password", ""), request.remote_addr or ""
        )
    except RegistryError as fault:
        if not wants_page():
            raise
        return _entrance(fault)
    return entered(entry, sent.get("next", ""))


def _entrance(fault: RegistryError | None) -> Response:
    token = forms.entrance_token()
    chosen = kept().settings.provider
    page = render_template(
        "login.html",
        token=token,
        next=local(request.values.get("next", "")),
        name=request.form.get("name", ""),
        message=_sentence(fault),
        provider=chosen is not None,
    )
    response = _private(page, fault)
    forms.show_entrance(response, token)
    return response


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session of this browser."""
    own = _own()
    kept().registry.people.entrance.sign_out(own.session)
    response = make_response(redirect(url_for("signin.login"), SEE_OTHER))
    identity.forget(response)
    return response


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """Show the own account."""
    query = Query("done")
    done = query.chosen("done", ("", "password", "revoked"), "")
    return _account(None, done=done)


@blueprint.post("/account")
def change_password() -> ResponseReturnValue:
    """Change the own password."""
    own, sent = _own(), request.form
    try:
        if sent.get("new", "") != sent.get("again", ""):
            raise ValueRefused("PASSWORDS_DIFFER")
        entry = own.change_password(sent.get("old", ""), sent.get("new", ""), request.remote_addr or "")
    except RegistryError as fault:
        if not wants_page():
            raise
        return _account(fault)
    response = make_response(redirect(url_for("signin.account", done="password"), SEE_OTHER))
    identity.remember(response, entry)
    return response


@blueprint.post("/account/tokens")
def make_token() -> ResponseReturnValue:
    """Make an API token; its text is shown this once."""
    own, days = _own(), request.form.get("days", "")
    try:
        made = own.make_token(request.form.get("scope", ""), int(days) if _DAYS.fullmatch(days) else 0)
    except RegistryError as fault:
        if not wants_page():
            raise
        return _account(fault)
    if wants_page():
        return _account(None, made=made.text)
    told = {"id": made.token.id, "token": made.text, "scope": made.token.scope}
    return _unkept(answers.document({**told, "expires_at": made.token.expires_at}, 201))


@blueprint.post("/account/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> ResponseReturnValue:
    """End one of the own tokens, from the page."""
    _own().revoke(token_id)
    return redirect(url_for("signin.account", done="revoked"), SEE_OTHER)


@blueprint.delete("/account/tokens/<token_id>")
def delete_token(token_id: str) -> ResponseReturnValue:
    """End one of the own tokens."""
    _own().revoke(token_id)
    return answers.document({"revoked": token_id})


def _own() -> Own:
    signed_in = session()
    if signed_in is None:
        raise SignInNeeded
    return registry().people.own(signed_in)


def _account(fault: RegistryError | None, **told: object) -> Response:
    own = _own()
    page = render_template(
        "account.html",
        account=own.account,
        tokens=[token for token in own.tokens() if not token.revoked],
        scopes=("read", "edit", "import"),
        days=DAYS,
        message=_sentence(fault),
        **told,
    )
    return _private(page, fault)


def _sentence(fault: RegistryError | None) -> str:
    return explain(fault.code, safe_language(), fault.details) if fault else ""


def _private(page: str, fault: RegistryError | None) -> Response:
    """Answer with a page that nobody keeps."""
    response = make_response(page, status_of(fault) if fault else 200)
    if fault and "seconds" in fault.details:
        response.headers["Retry-After"] = str(fault.details["seconds"])
    return _unkept(response)


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
