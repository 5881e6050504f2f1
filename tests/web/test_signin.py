from __future__ import annotations

import logging
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.registry.people import Grant
from geo_registry.registry.people.sessions import IDLE_S
from geo_registry.settings import Serving, Settings
from geo_registry.web import create_app
from geo_registry.wording import LANGUAGES, texts
from tests.people.making import CHEAP, PASSWORD, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from geo_registry.core.kinds import Language
    from geo_registry.registry import Registry

OWN = {"Origin": "http://localhost"}
PAGE = {"Accept": "text/html", "Accept-Language": "en"}
ABROAD = (
    "https://else.where",
    "//else.where",
    "/\\else.where",
    "\\\\else.where",
    "javascript:alert(1)",
    "/ok\r\nSet-Cookie: a=b",
    "stations",
    "http:/stations",
    "///else.where",
    "/\t/else.where",
    "",
)


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Name a store, and hash cheaply."""
    return Settings(store_url=f"sqlite:///{tmp_path / 'people.db'}", password_cost=CHEAP)


@pytest.fixture
def registry(settings: Settings, clock: Clock) -> Iterator[Registry]:
    """Open a store that has accounts."""
    gr.init(settings.store_url, by="tester", clock=clock)
    opened = gr.open(chosen=settings, clock=clock)
    opened.people.add("li", Grant("city"), PASSWORD)
    opened.people.add("wang", Grant("warden", ("郾城区/城关镇/东街村",)), PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings, registry: Registry) -> Flask:
    """Make the application on that store."""
    return create_app(settings, registry)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser without cookies."""
    return app.test_client()


@pytest.fixture
def empty(tmp_path: Path) -> str:
    """Make a store without accounts."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    gr.init(url, by="tester")
    return url


def token_of(page: TestResponse) -> str:
    """Read the token of a page's first form."""
    found = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])


def sign_in(client: FlaskClient, name: str = "li", password: str = PASSWORD, **fields: str) -> TestResponse:
    """Fill in the form of signing in and send it."""
    form = {"csrf": token_of(client.get("/login", headers=PAGE)), "name": name, "password": password}
    return client.post("/login", data={**form, **fields}, headers={**PAGE, **OWN})


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send a form of the own account's page."""
    token = token_of(client.get("/account", headers=PAGE))
    return client.post(path, data={"csrf": token, **fields}, headers={**PAGE, **OWN})


def test_one_signs_in_and_out(client: FlaskClient) -> None:
    """Name and password lead to where one wanted to go, the page says who one is, and signing out ends it."""
    answer = sign_in(client, next="/stations?lang=en")
    assert (answer.status_code, answer.location) == (303, "/stations?lang=en")
    page = client.get(answer.location)
    assert page.status_code == 200
    assert re.search(r'<a class="who"[^>]*>li</a>', page.text)
    secret = client.get_cookie("session")
    assert secret is not None
    left = send(client, "/logout")
    assert (left.status_code, left.location) == (303, "/login")
    assert client.get_cookie("session") is None
    client.set_cookie("session", secret.value)
    assert client.get("/api/catalog").status_code == 401


@pytest.mark.parametrize("path", ABROAD)
def test_nobody_is_sent_elsewhere(client: FlaskClient, path: str) -> None:
    """After signing in one stays on this server, whatever the address said."""
    assert sign_in(client, next=path).location == "/"
    assert client.get("/login", query_string={"next": path}, headers=PAGE).location == "/"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_wrong_names_and_wrong_passwords_look_the_same(
    client: FlaskClient, registry: Registry, lang: Language
) -> None:
    """The page after a wrong password is, but for the name that was typed, that after an unknown name."""
    registry.people.disable("wang")
    token = token_of(client.get("/login"))
    pages = []
    for name, password in (("li", "a wrong password"), ("xx", PASSWORD), ("wang", PASSWORD)):
        form = {"csrf": token, "name": name, "password": password}
        answer = client.post(f"/login?lang={lang}", data=form, headers={**PAGE, **OWN})
        assert answer.status_code == 401
        assert texts(lang)["errors.SIGN_IN_WRONG"] in answer.text
        assert password not in answer.text
        pages.append(answer.text.replace(f'value="{name}"', ""))
    assert pages[0] == pages[1] == pages[2]


def test_guessing_is_told_to_wait(client: FlaskClient, clock: Clock) -> None:
    """After five failures the page is 429 and says for how long; then the right password is let in."""
    assert [sign_in(client, password="wrong").status_code for _ in range(5)] == [401] * 5  # noqa: S106
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "1 seconds" in answer.text
    form = {"csrf": token_of(answer), "name": "li", "password": PASSWORD}
    told = client.post("/login", data=form, headers=OWN).json
    assert told is not None
    assert (told["code"], told["details"]) == ("TOO_MANY_REQUESTS", {"seconds": 1})
    clock.move(1)
    assert sign_in(client).status_code == 303


def test_the_cookie_is_for_this_browser_and_server_alone(client: FlaskClient, app: Flask) -> None:
    """The cookie is HttpOnly and SameSite; by https it is Secure too, and bound to the host by its name."""
    plain = next(one for one in sign_in(client).headers.getlist("Set-Cookie") if one.startswith("session="))
    assert re.fullmatch(r"session=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax", plain)
    safe = app.test_client()
    token = token_of(safe.get("/login", base_url="https://localhost"))
    answer = safe.post(
        "/login",
        data={"csrf": token, "name": "li", "password": PASSWORD},
        headers={"Origin": "https://localhost"},
        base_url="https://localhost",
    )
    assert answer.status_code == 303
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if "-session=" in one)
    assert re.fullmatch(r"__Host-session=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)


def test_a_cookie_that_another_host_may_have_set_is_not_read_by_https(client: FlaskClient) -> None:
    """By https a session under the plain name, which a page by http could plant, is nobody's."""
    sign_in(client)
    assert client.get("/api/catalog").status_code == 200
    assert client.get("/api/catalog", base_url="https://localhost").status_code == 401


def test_https_may_be_set(settings: Settings, registry: Registry) -> None:
    """Behind a proxy that speaks https the setting makes cookies Secure and https the own origin."""
    chosen = Settings(settings.store_url, password_cost=CHEAP, serving=Serving(https=True))
    client = create_app(chosen, registry).test_client()
    page = client.get("/login")
    assert "Secure" in page.headers["Set-Cookie"]
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    form = {"csrf": token_of(page), "name": "li", "password": PASSWORD}
    headers = {"Origin": "https://localhost", "Cookie": cookie}
    assert client.post("/login", data=form, headers={**headers, **OWN}).status_code == 403
    assert client.post("/login", data=form, headers=headers).status_code == 303


def test_a_session_number_cannot_be_planted(client: FlaskClient, app: Flask) -> None:
    """Signing in gives a new number whatever the browser had, and ends the session it had."""
    client.set_cookie("session", "planted")
    sign_in(client)
    first = client.get_cookie("session")
    assert first is not None
    assert first.value != "planted"
    token = client.get_cookie("entrance")
    assert token is not None
    form = {"csrf": token.value, "name": "wang", "password": PASSWORD}
    client.post("/login", data=form, headers=OWN)
    second = client.get_cookie("session")
    assert second is not None
    assert second.value != first.value
    other = app.test_client()
    other.set_cookie("session", first.value)
    assert other.get("/api/catalog").status_code == 401


FOREIGN: dict[str, dict[str, str]] = {
    "another origin": {"Origin": "https://else.where"},
    "another port": {"Origin": "http://localhost:8001"},
    "another scheme": {"Origin": "https://localhost"},
    "no origin at all": {},
    "a hidden origin": {"Origin": "null"},
    "another referrer": {"Referer": "http://else.where/http://localhost/"},
    "a broken referrer": {"Referer": "http://[localhost"},
    "another site, says the browser": {**OWN, "Sec-Fetch-Site": "cross-site"},
    "a neighbour, says the browser": {**OWN, "Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_forms_come_from_our_own_pages(
    client: FlaskClient, registry: Registry, headers: dict[str, str]
) -> None:
    """With the right token, yet not from here, nobody is signed in or out and nothing is changed."""
    form = {"csrf": token_of(client.get("/login")), "name": "li", "password": PASSWORD}
    assert client.post("/login", data=form, headers=headers).status_code == 403
    sign_in(client)
    token = token_of(client.get("/account"))
    before = registry.revision
    for path in ("/logout", "/account", "/account/tokens", "/account/tokens/000000000000/revoke"):
        answer = client.post(path, data={"csrf": token, "scope": "read", "days": "1"}, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "ORIGIN_FOREIGN")  # type: ignore[index]
    assert registry.revision == before
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "wangs", "entrance"])
def test_forms_carry_the_token_of_the_session(
    client: FlaskClient, app: Flask, registry: Registry, token: str
) -> None:
    """Without the session's own token, or with that of another, nothing is done."""
    other = app.test_client()
    sign_in(other, "wang")
    sign_in(client)
    entrance = client.get_cookie("entrance")
    assert entrance is not None
    sent = {"wangs": token_of(other.get("/account")), "entrance": entrance.value}.get(token, token)
    before = registry.revision
    for path in ("/logout", "/account", "/account/tokens", "/account/tokens/000000000000/revoke"):
        answer = client.post(path, data={"csrf": sent, "scope": "read", "days": "1"}, headers=OWN)
        assert (answer.status_code, answer.json["code"]) == (403, "FORM_TOKEN_WRONG")  # type: ignore[index]
    assert client.delete("/account/tokens/000000000000", headers=OWN).status_code == 403
    assert registry.revision == before
    assert client.get("/account").status_code == 200


def test_the_form_of_signing_in_is_tied_to_its_browser(client: FlaskClient, app: Flask) -> None:
    """Another browser's token, an empty one or none lets nobody in: nobody is signed in as somebody else."""
    other = token_of(app.test_client().get("/login"))
    client.get("/login")
    for token in (other, "", "x"):
        form = {"csrf": token, "name": "li", "password": PASSWORD}
        assert client.post("/login", data=form, headers=OWN).status_code == 403
    fresh = app.test_client().post(
        "/login", data={"csrf": "", "name": "li", "password": PASSWORD}, headers=OWN
    )
    assert (fresh.status_code, fresh.json["code"]) == (403, "FORM_TOKEN_WRONG")  # type: ignore[index]


def test_a_script_of_ours_sends_the_token_in_a_header(client: FlaskClient) -> None:
    """X-CSRF-Token does for a script what the field does for a form."""
    sign_in(client)
    headers = {**OWN, "X-CSRF-Token": token_of(client.get("/account"))}
    made = client.post("/account/tokens", data={"scope": "edit", "days": "7"}, headers=headers)
    assert made.status_code == 201
    assert made.json is not None
    assert made.headers["Cache-Control"] == "no-store, private"
    bearer = {"Authorization": f"Bearer {made.json['token']}"}
    assert client.get("/api/catalog", headers=bearer).status_code == 200
    ended = client.delete(f"/account/tokens/{made.json['id']}", headers=headers)
    assert ended.json == {"revoked": made.json["id"]}
    assert client.get("/api/catalog", headers=bearer).status_code == 401


@pytest.mark.parametrize("path", ["/", "/stations", "/sources?flagged=1", "/account", "/nowhere"])
def test_strangers_are_shown_the_way_in(client: FlaskClient, path: str) -> None:
    """Once there are accounts a page leads to signing in, and from there back; a program is answered 401."""
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 302
    entrance = client.get(answer.location, headers=PAGE)
    assert f'name="next" value="{path}"' in entrance.text
    assert client.get(path).status_code == 401
    assert client.get(path).headers["WWW-Authenticate"] == "Bearer"
    assert sign_in(client, next=path).location == path


def test_a_file_is_fetched_after_signing_in(client: FlaskClient) -> None:
    """A report opened after the session ended leads to signing in, and from there to the file and back."""
    file = "/api/stations/S1/report.pdf?rings=500"
    entrance = client.get(client.get(file, headers=PAGE).location, headers=PAGE)
    assert f'name="next" value="{file}"' in entrance.text
    page = client.get(sign_in(client, next=file).location, headers=PAGE)
    assert page.status_code == 200
    assert f'content="0;url={file}"' in page.text
    assert f'class="button strong" href="{file}"' in page.text


def test_who_lacks_a_right_reads_who_has_it(client: FlaskClient) -> None:
    """The page of a missing right names the act in words, and the roles that may do it."""
    sign_in(client, "wang")
    page = client.get("/imports?lang=en", headers=PAGE)
    assert page.status_code == 403
    assert "Your account has no right to import ledgers." in page.text
    assert "district, city, administrator" in page.text
    assert 'href="/account"' in page.text


@pytest.mark.parametrize(
    "path", ["/api/catalog", "/api/search?q=k", "/tiles/sources/10/836/411.mvt", "/api/export?format=csv"]
)
def test_strangers_are_told_nothing(client: FlaskClient, path: str) -> None:
    """Every read is 401 in the one shape, and the page of signing in shows nothing of the store."""
    answer = client.get(path)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "SIGN_IN_NEEDED")
    assert "ETag" not in answer.headers
    page = client.get("/login?lang=en").text
    assert "Revision" not in page
    assert "synthetic" not in page


def test_what_needs_no_viewer_is_open(client: FlaskClient) -> None:
    """Styles and the sign of life are there for everybody, whatever else is closed."""
    with client.get("/static/site.css") as answer:
        assert answer.status_code == 200
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("public", "host", "status"),
    [
        ("auto", "127.0.0.1", 200),
        ("auto", "::1", 200),
        ("auto", "localhost", 200),
        ("auto", "0.0.0.0", 401),  # noqa: S104 (named, not bound)
        ("auto", "192.0.2.1", 401),
        ("auto", "map.example", 401),
        ("closed", "127.0.0.1", 401),
        ("read", "0.0.0.0", 200),  # noqa: S104 (named, not bound)
        ("counts", "192.0.2.1", 200),
    ],
)
def test_what_is_public_is_set(empty: str, public: str, host: str, status: int) -> None:
    """Without accounts the map is open to this machine alone, unless it is set otherwise."""
    client = create_app(Settings(empty, host=host, public=public)).test_client()
    assert client.get("/api/stations").status_code == status


@pytest.mark.parametrize(
    ("public", "status"), [("auto", 401), ("closed", 401), ("read", 200), ("counts", 200)]
)
def test_with_accounts_what_is_public_is_set(
    settings: Settings, registry: Registry, public: str, status: int
) -> None:
    """Once there is an account strangers see nothing, this machine's too, unless it is set otherwise."""
    client = create_app(Settings(settings.store_url, public=public), registry).test_client()
    assert client.get("/api/stations").status_code == status


@pytest.mark.parametrize("public", ["auto", "read", "counts", "closed"])
def test_strangers_change_nothing(empty: str, public: str) -> None:
    """Whatever is public, what changes something is 401 for strangers; unknown addresses stay 404 or 405."""
    client = create_app(Settings(empty, public=public)).test_client()
    for path in ("/logout", "/account", "/account/tokens", "/account/tokens/x/revoke"):
        assert client.post(path, headers=OWN).status_code == 401
    assert client.delete("/account/tokens/x", headers=OWN).status_code == 401
    if public != "closed":
        assert client.post("/api/catalog", headers=OWN).status_code == 405
        assert client.post("/nowhere", headers=OWN).status_code == 404


def test_a_token_is_a_sign_in_of_its_own(client: FlaskClient, registry: Registry) -> None:
    """A bearer of a token is who it was made for, whatever cookie comes along, and has no session."""
    text = registry.people.make_token("wang", "read", 1).text
    sign_in(client)
    bearer = {"Authorization": f"bearer  {text} "}
    page = client.get("/stations", headers={**PAGE, **bearer})
    assert page.status_code == 200
    assert ">li</a>" not in page.text
    assert client.get("/account", headers=bearer).status_code == 401
    assert client.post("/account/tokens", headers=bearer).status_code == 401


@pytest.mark.parametrize("public", ["auto", "read"])
def test_a_wrong_token_never_falls_back(settings: Settings, registry: Registry, public: str) -> None:
    """A token that does not hold is 401, also where everybody may read and where a session comes along."""
    chosen = Settings(settings.store_url, public=public, password_cost=CHEAP)
    client = create_app(chosen, registry).test_client()
    sign_in(client)
    longer = registry.people.make_token("li", "read", 1).text + "x"
    for given in ("Bearer x", "Bearer ", "Bearer", "", "Basic bGk6bGk=", "令牌", f"Bearer {longer}"):
        header = given.encode().decode("latin-1")
        answer = client.get("/api/catalog", headers={"Authorization": header})
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (401, "TOKEN_INVALID"), given


def test_answers_to_who_signed_in_are_theirs_alone(client: FlaskClient) -> None:
    """Nothing that is answered to somebody may be kept for others; the own account is kept by nobody."""
    sign_in(client)
    for path in ("/", "/stations", "/sources", "/api/catalog", "/tiles/sources/10/836/411.mvt", "/nowhere"):
        answer = client.get(path)
        assert "private" in answer.headers["Cache-Control"], path
        assert {"Cookie", "Authorization"} <= set(answer.vary)
    assert "no-store" in client.get("/account").headers["Cache-Control"]
    assert (
        "no-store" in client.get("/login").headers["Cache-Control"] or client.get("/login").status_code == 303
    )


def test_a_page_kept_for_one_is_not_shown_to_another(client: FlaskClient, app: Flask) -> None:
    """Two sessions have different tags for one page: it names who has signed in, and holds the token."""
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    tags = [each.get("/stations").headers["ETag"] for each in (client, other)]
    assert tags[0] != tags[1]
    assert client.get("/stations", headers={"If-None-Match": tags[0]}).status_code == 304
    assert client.get("/stations", headers={"If-None-Match": tags[1]}).status_code == 200


def test_a_session_that_ended_shows_the_way_in(client: FlaskClient, clock: Clock) -> None:
    """After half an hour the next page is that of signing in, and what was sent then is not done."""
    sign_in(client)
    token = token_of(client.get("/account"))
    clock.move(IDLE_S)
    assert client.post("/account/tokens", data={"csrf": token}, headers=OWN).status_code == 401
    assert client.get("/account", headers=PAGE).location == "/login?next=/account"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_own_account_is_told_in_words(client: FlaskClient, lang: Language) -> None:
    """The page says the name, the role and the area in the reader's language."""
    sign_in(client, "wang")
    page = client.get(f"/account?lang={lang}").text
    assert "郾城区 · 城关镇 · 东街村" in page
    assert texts(lang)["people.role_warden"] in page
    assert texts(lang)["people.everywhere"] not in page


def test_the_own_password_is_changed_on_the_page(client: FlaskClient, app: Flask) -> None:
    """The present password and twice the new one change it; other browsers are out, this one stays in."""
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    new = "a bicycle under the plane tree"
    refused = (
        ({"old": PASSWORD, "new": new, "again": new + "!"}, 400, "PASSWORDS_DIFFER"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, 400, "PASSWORD_LENGTH"),
        ({"old": "a wrong password", "new": new, "again": new}, 401, "SIGN_IN_WRONG"),
    )
    for fields, status, code in refused:
        answer = send(client, "/account", **fields)
        assert answer.status_code == status
        assert texts("en")[f"errors.{code}"].partition("{")[0] in unescape(answer.text)
        assert not any(f'"{value}"' in answer.text for value in fields.values())
    answer = send(client, "/account", old=PASSWORD, new=new, again=new)
    assert (answer.status_code, answer.location) == (303, "/account?done=password")
    assert texts("en")["people.done_password"] in client.get(answer.location, headers=PAGE).text
    assert other.get("/account").status_code == 401
    assert sign_in(other).status_code == 401
    assert sign_in(other, password=new).status_code == 303


def test_tokens_are_made_and_revoked_on_the_page(client: FlaskClient) -> None:
    """A token is shown once, listed without its secret, and revoked by a button."""
    sign_in(client)
    made = send(client, "/account/tokens", scope="read", days="30")
    text = re.search(r"gr_[0-9a-f]{12}_[\w-]{43}", made.text)
    assert text is not None
    assert "no-store" in made.headers["Cache-Control"]
    listed = client.get("/account").text
    assert text[0] not in listed
    assert text[0][3:15] in listed
    assert client.get("/api/catalog", headers={"Authorization": f"Bearer {text[0]}"}).status_code == 200
    answer = send(client, f"/account/tokens/{text[0][3:15]}/revoke")
    assert answer.location == "/account?done=revoked"
    assert text[0][3:15] not in client.get("/account").text
    assert send(client, "/account/tokens", scope="all", days="1").status_code == 400
    for days in ("x", "0", "٣", "9" * 5_000):
        assert send(client, "/account/tokens", scope="read", days=days).status_code == 400
    assert send(client, "/account/tokens/unknown/revoke").status_code == 404


def test_nothing_secret_is_written_anywhere(
    client: FlaskClient, registry: Registry, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Passwords, right and wrong, session numbers and tokens stand in no file, log, commit or error."""
    caplog.set_level(logging.DEBUG)
    wrong = "a wrong but long password"
    sign_in(client, password=wrong)
    sign_in(client, name=wrong)
    sign_in(client)
    session, entrance = client.get_cookie("session"), client.get_cookie("entrance")
    assert session is not None
    assert entrance is not None
    made = send(client, "/account/tokens", scope="read", days="30")
    text = re.findall(r"gr_[0-9a-f]{12}_([\w-]{43})", made.text)[0]
    client.get("/api/catalog", headers={"Authorization": f"Bearer gr_{'0' * 12}_{text}"})
    client.get("/api/catalog", headers={"Authorization": f"Basic {PASSWORD}"})
    new = "a bicycle under the plane tree"
    send(client, "/account", old=wrong, new=new, again=new)
    send(client, "/account", old=PASSWORD, new=new, again=new)
    account = registry.people.listed()[0]
    secrets = [PASSWORD, wrong, new, session.value, entrance.value, text]
    path = Path(settings.store_url.removeprefix("sqlite:///"))
    held = b"".join(part.read_bytes() for part in path.parent.iterdir())
    told = caplog.text + repr(registry.commits()) + repr(registry.people) + repr(account)
    assert [secret for secret in secrets if secret.encode() in held or secret in told] == []
    assert str(account.password) not in told


def test_every_text_about_people_is_used() -> None:
    """No wording of signing in is left over."""
    package = Path(gr.__file__).parent
    files = [
        *(package / "web").rglob("*.py"),
        *(package / "web").rglob("*.html"),
        *(package / "cli").rglob("*.py"),
    ]
    held = "".join(path.read_text("utf-8") for path in files)
    begun = ("role_", "scope_", "done_", "right_", "short_")
    keys = {key.removeprefix("people.") for key in texts("zh") if key.startswith("people.")}
    left = {key for key in keys if f'"{key}"' not in held and f'"people.{key}"' not in held}
    assert {key for key in left if not key.startswith(begun)} == set()
    assert all(f'"{beginning}" ~' in held or f'f"people.{beginning}{{' in held for beginning in begun)
