from __future__ import annotations

import logging
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

import geo_registry as gr
from geo_registry.errors import ValueRefused
from geo_registry.registry.people import Grant
from geo_registry.settings import Provider, Settings, from_env
from geo_registry.web import create_app
from tests.people.provider import CLIENT, SECRET, TinyProvider, provided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from geo_registry.registry import Registry
    from tests.people.making import Clock


@pytest.fixture
def provider(clock: Clock) -> Iterator[TinyProvider]:
    """Run a provider for one test."""
    with provided(clock) as running:
        yield running


@pytest.fixture
def chosen(settings: Settings, provider: TinyProvider, tmp_path: Path) -> Settings:
    """Set the provider, its secret in a file."""
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    return replace(settings, provider=Provider(provider.issuer, CLIENT, secret))


@pytest.fixture
def client(chosen: Settings, registry: Registry) -> FlaskClient:
    """Give a browser at a registry that believes the provider."""
    return create_app(chosen, gr.open(chosen=chosen, clock=registry.people.entrance.clock)).test_client()


def go(client: FlaskClient, provider: TinyProvider, **answer: str) -> TestResponse:
    """Go to the provider and come back, with another answer where it is said."""
    away = client.get("/login/oidc?next=/stations")
    assert away.status_code == 302, away.text
    back = urlsplit(provider.authorize(away.location))
    if answer:
        said = {"code": "the-code", "state": provider.asked["state"], "iss": provider.issuer, **answer}
        return client.get(f"{back.path}?{urlencode({key: text for key, text in said.items() if text})}")
    return client.get(f"{back.path}?{back.query}")


def test_the_provider_lets_in_an_account_there_is(client: FlaskClient, provider: TinyProvider) -> None:
    """Code, PKCE, state and nonce go round, and who has an account is in and where it wanted to go."""
    assert "/login/oidc?next=" in client.get("/login", headers={"Accept": "text/html"}).text
    answer = go(client, provider)
    assert (answer.status_code, answer.location) == (303, "/stations")
    assert re.search(r'<a class="who"[^>]*>li</a>', client.get("/stations").text)
    assert provider.asked["response_type"] == "code"
    assert provider.asked["code_challenge_method"] == "S256"
    assert len(provider.asked["nonce"]) == len(provider.asked["state"]) == 43
    assert "openid" in provider.asked["scope"].split()
    assert provider.exchanged == ["the-code"]


WRONG_CLAIMS: dict[str, dict[str, object]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://else.where"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another"},
    "two audiences, meant for the other": {"aud": [CLIENT, "another"], "azp": "another"},
    "no audience": {"aud": None},
    "expired": {"exp": 1},
    "no expiry": {"exp": None},
    "not yet valid": {"nbf": 32_503_680_000},
    "nobody": {"sub": None},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "no name": {"preferred_username": None},
    "a name that is no text": {"preferred_username": ["li"]},
    "an empty name": {"preferred_username": ""},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_a_token_that_does_not_hold_lets_nobody_in(
    client: FlaskClient, provider: TinyProvider, claims: dict[str, object]
) -> None:
    """Where nonce, issuer, audience, time, subject or name do not hold, nobody is in."""
    provider.claims = claims
    refused(client, go(client, provider))


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"kid": "k2"}, {"alg": "PS512"}])
def test_only_signatures_by_the_providers_key_are_believed(
    client: FlaskClient, provider: TinyProvider, header: dict[str, object]
) -> None:
    """Unsigned, or signed by the public key as a shared secret, a key or a way unknown: nobody is in."""
    provider.header = header
    refused(client, go(client, provider))


def test_another_key_signs_for_nobody(client: FlaskClient, provider: TinyProvider) -> None:
    """A token signed by a key that only says it is the provider's lets nobody in."""
    provider.fault = "another key"
    refused(client, go(client, provider))


@pytest.mark.parametrize(
    "answer",
    [
        {"state": "another"},
        {"state": ""},
        {"code": ""},
        {"code": "another"},
        {"iss": "https://else.where"},
        {"code": "", "error": "access_denied"},
    ],
)
def test_an_answer_to_another_question_lets_nobody_in(
    client: FlaskClient, provider: TinyProvider, answer: dict[str, str]
) -> None:
    """State, code and issuer of the answer are those of this browser's question."""
    refused(client, go(client, provider, **answer))


def test_an_answer_without_a_question_lets_nobody_in(client: FlaskClient, provider: TinyProvider) -> None:
    """Another browser's way back, or one's own a second time, leads nowhere: no code is even exchanged."""
    away = client.get("/login/oidc")
    path = "/login/oidc/callback?" + urlsplit(provider.authorize(away.location)).query
    client.delete_cookie("away")
    refused(client, client.get(path))
    assert provider.exchanged == []
    assert go(client, provider).status_code == 303
    client.delete_cookie("session")
    refused(client, client.get(path))
    assert len(provider.exchanged) == 1


def refused(client: FlaskClient, answer: TestResponse) -> None:
    """Hold that nobody was let in."""
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "VOUCHED_REFUSED")
    assert client.get_cookie("session") is None
    assert client.get("/api/catalog").status_code == 401


@pytest.mark.parametrize("fault", ["no description", "another issuer", "unsafe"])
def test_a_provider_that_fails_is_told(client: FlaskClient, provider: TinyProvider, fault: str) -> None:
    """One that is down, calls itself otherwise or would be talked to in the open is 503: try again."""
    provider.fault = fault
    answer = client.get("/login/oidc")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (503, "PROVIDER_FAILED")
    assert answer.headers["Retry-After"] == "30"


def test_who_has_no_account_stays_out(
    client: FlaskClient, provider: TinyProvider, registry: Registry
) -> None:
    """The provider knows them, we do not, or no longer: no account is made, and nobody is in."""
    provider.claims = {"preferred_username": "stranger"}
    answer = go(client, provider)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "VOUCHED_UNKNOWN")
    registry.people.disable("li")
    provider.claims = {}
    assert go(client, provider).json == answer.json
    assert {account.name for account in registry.people.listed()} == {"li", "wang"}


def test_accounts_are_made_where_it_is_set(
    chosen: Settings, provider: TinyProvider, registry: Registry
) -> None:
    """With a role set for new people the first sign-in makes an account, in the chain, without a password."""
    assert chosen.provider is not None
    generous = replace(chosen, provider=replace(chosen.provider, new_role="auditor"))
    opened = gr.open(chosen=generous, clock=registry.people.entrance.clock)
    client = create_app(generous, opened).test_client()
    provider.claims = {"preferred_username": "Zhao"}
    assert go(client, provider).status_code == 303
    made = registry.people.listed()[-1]
    assert (made.name, made.role, made.password) == ("zhao", "auditor", None)
    commit = registry.commits()[-1]
    assert (commit.action, commit.by, commit.details["name"]) == ("user", "openid", "zhao")
    with pytest.raises(gr.RegistryError):
        registry.people.entrance.sign_in("zhao", "", "127.0.0.1")
    assert "new-password" not in client.get("/account").text


def test_a_mail_address_counts_when_it_is_proven(
    chosen: Settings, provider: TinyProvider, registry: Registry
) -> None:
    """By mail address only those are let in whose address the provider has proven."""
    assert chosen.provider is not None
    registry.people.add("li@example.org", Grant("city"), None)
    by_mail = replace(chosen, provider=replace(chosen.provider, claim="email"))
    client = create_app(by_mail, registry).test_client()
    for verified in (False, None, "true"):
        provider.claims = {"email_verified": verified}
        refused(client, go(client, provider))
    provider.claims = {"email_verified": True}
    assert go(client, provider).status_code == 303


def test_a_role_for_new_people_is_one_without_bounds(chosen: Settings, registry: Registry) -> None:
    """A role that needs an area, or is none, is refused when the server starts, not when somebody comes."""
    assert chosen.provider is not None
    for role in ("warden", "unit", "emperor"):
        wrong = replace(chosen, provider=replace(chosen.provider, new_role=role))
        with pytest.raises(ValueRefused):
            create_app(wrong, registry)


def test_the_secret_is_written_nowhere(
    client: FlaskClient, provider: TinyProvider, chosen: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the secret nor nonce, state, verifier or tokens stand in a log, whether it goes well or not."""
    caplog.set_level(logging.DEBUG)
    assert go(client, provider).status_code == 303
    provider.fault = "refused"
    go(client, provider)
    mine = "\n".join(one.getMessage() for one in caplog.records if one.name != "werkzeug")
    assert mine
    assert [text for text in (SECRET, *map(provider.asked.get, ("state", "nonce"))) if text in mine] == []  # type: ignore[operator]
    assert SECRET not in repr(chosen)


def test_settings_name_the_provider() -> None:
    """The environment says issuer, client, secret's file, claim and role; an issuer needs a client."""
    told = {
        "GEO_REGISTRY_OIDC_ISSUER": "https://sso.example/realm/",
        "GEO_REGISTRY_OIDC_CLIENT": "registry",
        "GEO_REGISTRY_OIDC_SECRET_FILE": "secret.txt",
        "GEO_REGISTRY_OIDC_CLAIM": "email",
        "GEO_REGISTRY_OIDC_NEW_ROLE": "auditor",
    }
    expected = Provider("https://sso.example/realm/", "registry", Path("secret.txt"), "email", "auditor")
    assert from_env(told).provider == expected
    assert from_env({}).provider is None
    assert from_env({key: told[key] for key in list(told)[:2]}).provider == Provider(
        expected.issuer, "registry"
    )
    with pytest.raises(ValueRefused):
        from_env({"GEO_REGISTRY_OIDC_ISSUER": "https://sso.example"})


def test_the_extra_is_loaded_where_it_is_needed(settings: Settings, registry: Registry) -> None:
    """Without a provider nothing of Authlib is loaded, and its addresses do not exist."""
    script = (
        "import sys; from geo_registry.settings import Settings; from geo_registry.web import create_app\n"
        f"app = create_app(Settings({settings.store_url!r}))\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'authlib', 'joserfc'}],"
        " [rule.rule for rule in app.url_map.iter_rules() if 'oidc' in rule.rule])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout == "[] []\n"
    assert registry.people.any
