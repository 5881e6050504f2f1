from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

import geo_registry as gr
from geo_registry.cli.group import Verbs, translate
from geo_registry.errors import SignInNeeded
from tests.people.making import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

CREDIT_CODE = "91411100MA3X00000X"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Make a store without accounts."""
    made = f"sqlite:///{tmp_path / 'people.db'}"
    gr.init(made, by="tester")
    return made


def run(url: str, *words: str, said: str = "", code: int = 0) -> Result:
    """Run `user` and look at its exit code."""
    given = ["--store", url, "--lang", "en", "user", *words]
    result = CliRunner().invoke(translate(Verbs("en"), "en"), given, input=said)
    assert result.exit_code == code, result.output
    return result


def document(url: str, *words: str, said: str = "") -> Any:  # noqa: ANN401 (a JSON document)
    """Read the document a command prints."""
    return json.loads(run(url, *words, "--json", said=said).stdout)


def lets_in(url: str, name: str, password: str) -> bool:
    """Tell whether a password is an account's."""
    registry = gr.open(url)
    try:
        registry.people.entrance.sign_in(name, password, "127.0.0.1")
    except SignInNeeded:
        return False
    finally:
        registry.close()
    return True


def test_a_password_that_was_made_is_shown_once_and_lets_in(url: str) -> None:
    """`user add` and `user password` make a password nobody can guess, and show it."""
    first = document(url, "add", "Li", "--role", "city", "--by", "boss")
    assert lets_in(url, "li", first["password"])
    second = document(url, "password", "li")
    assert first["password"] != second["password"]
    assert (lets_in(url, "li", first["password"]), lets_in(url, "li", second["password"])) == (False, True)
    shown = run(url, "add", "zhao", "--role", "auditor").stdout.split()[-1]
    assert lets_in(url, "zhao", shown)
    registry = gr.open(url)
    assert [commit.by for commit in registry.commits()][1] == "boss"
    assert not any(secret in repr(registry.commits()) for secret in (first["password"], shown))
    registry.close()


def test_a_password_comes_by_standard_input(url: str) -> None:
    """With --password-stdin the line that comes in is the password, and is not repeated."""
    result = run(url, "add", "li", "--role", "city", "--password-stdin", said=PASSWORD + "\n")
    assert PASSWORD not in result.output
    assert lets_in(url, "li", PASSWORD)
    refused = run(url, "password", "li", "--password-stdin", said="short\n", code=2)
    assert "PASSWORD_LENGTH" in refused.stderr
    assert "short" not in refused.output
    run(url, "password", "li", "--password-stdin", said="", code=2)


def test_no_option_takes_a_password(url: str) -> None:
    """A password on the command line, which every user of the machine can read, is not understood."""
    for option in ("--password", "-p"):
        refused = run(url, "add", "li", "--role", "city", option, PASSWORD, code=2)
        assert PASSWORD not in refused.output


def test_accounts_are_listed_with_what_they_may(url: str) -> None:
    """`user list` names role, areas, units, state and tokens, and neither hash nor secret."""
    run(
        url,
        "add",
        "li",
        "--role",
        "warden",
        "--area",
        "郾城区/城关镇/东街村",
        "--area",
        "郾城区/城关镇/西街村",
    )
    run(url, "add", "mill", "--role", "unit", "--unit", CREDIT_CODE)
    run(url, "disable", "mill")
    made = document(url, "token", "li", "--scope", "read", "--days", "9")
    listed = {one["name"]: one for one in document(url, "list")}
    assert listed["li"]["areas"] == ["郾城区/城关镇/东街村", "郾城区/城关镇/西街村"]
    assert (listed["mill"]["units"], listed["mill"]["disabled"]) == ([CREDIT_CODE], True)
    assert [token["id"] for token in listed["li"]["tokens"]] == [made["id"]]
    assert made["token"] not in run(url, "list", "--json").stdout
    assert "argon2" not in run(url, "list", "--json").stdout
    shown = run(url, "list").stdout
    assert "disabled" in shown
    assert made["id"] in shown
    run(url, "enable", "mill")
    assert document(url, "role", "mill", "--role", "auditor")["role"] == "auditor"


def test_a_token_is_made_and_revoked(url: str) -> None:
    """`user token` shows a token that works until `user revoke`, by its id or its whole text."""
    run(url, "add", "li", "--role", "city")
    made = [document(url, "token", "li", "--scope", "edit", "--days", "1")["token"] for _ in range(2)]
    registry = gr.open(url)
    assert registry.people.entrance.by_token(made[0]).may("edit")
    run(url, "revoke", made[0])
    run(url, "revoke", made[1][3:15])
    for text in made:
        with pytest.raises(SignInNeeded):
            registry.people.entrance.by_token(text)
    registry.close()


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("add", "x", "--role", "emperor"), "ROLE_UNKNOWN", 2),
        (("add", "x", "--role", "warden", "--area", "a"), "AREA_LEVELS", 2),
        (("add", "a/b", "--role", "city"), "ACCOUNT_NAME_INVALID", 2),
        (("add", "x"), "PARAMETER_MISSING", 2),
        (("add", "LI", "--role", "city"), "ACCOUNT_EXISTS", 4),
        (("role", "x", "--role", "city"), "ACCOUNT_UNKNOWN", 2),
        (("password", "x"), "ACCOUNT_UNKNOWN", 2),
        (("disable", "x"), "ACCOUNT_UNKNOWN", 2),
        (("token", "x", "--scope", "read", "--days", "1"), "ACCOUNT_UNKNOWN", 2),
        (("token", "li", "--scope", "all", "--days", "1"), "CHOICE_UNKNOWN", 2),
        (("token", "li", "--scope", "read", "--days", "0"), "TOKEN_DAYS", 2),
        (("revoke", "x"), "TOKEN_UNKNOWN", 2),
        (("frobnicate",), "USAGE_WRONG", 2),
    ],
)
def test_what_cannot_be_is_refused(url: str, words: tuple[str, ...], code: str, status: int) -> None:
    """One code, one line, an exit code, and the chain as it was."""
    run(url, "add", "li", "--role", "city")
    registry = gr.open(url)
    before = registry.revision
    assert code in run(url, *words, code=status).stderr
    assert registry.revision == before
    registry.close()
