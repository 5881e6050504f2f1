from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo_registry.core import access
from geo_registry.errors import Conflict, NotAllowed, NotFound, ValueRefused
from geo_registry.registry.people import Grant
from geo_registry.settings import PasswordCost, Settings
from geo_registry.store import connect
from tests.people.making import PASSWORD

if TYPE_CHECKING:
    from geo_registry.registry import Registry

CREDIT_CODE = "91411100MA3X00000X"


def test_every_change_of_an_account_is_a_commit(registry: Registry) -> None:
    """Who made, changed, disabled or enabled which account stands in the chain, and the chain holds."""
    people = registry.seen_by(access.owner("boss")).people
    people.give("wang", Grant("township", ("郾城区/城关镇",)))
    people.set_password("wang", PASSWORD + "!")
    people.disable("wang")
    people.disable("wang", disabled=False)
    made = people.make_token("wang", "read", 1)
    people.revoke(made.token.id)
    told = [commit for commit in registry.commits() if commit.action == "user" and commit.by == "boss"]
    acts = ["role", "password", "disabled", "enabled", "token", "revoked"]
    assert [commit.details["what"] for commit in told] == acts
    assert {commit.details["name"] for commit in told} == {"wang"}
    assert told[0].details["areas"] == ["郾城区/城关镇"]
    store = connect(registry.settings.store_url)
    assert store.verify().broken is None
    store.close()


def test_an_account_that_is_disabled_already_makes_no_commit(registry: Registry) -> None:
    """Disabling twice is one change."""
    assert registry.people.disable("wang") is not None
    before = registry.revision
    assert registry.people.disable("wang") is None
    assert registry.revision == before


@pytest.mark.parametrize("act", ["add", "give", "set_password", "disable", "make_token", "revoke", "listed"])
def test_only_who_has_the_right_looks_after_people(registry: Registry, act: str) -> None:
    """Without the right `people` no account is made, changed or listed, and none is told to exist."""
    given = {
        "add": ("x", Grant("city"), PASSWORD),
        "give": ("wang", Grant("admin")),
        "set_password": ("wang", PASSWORD),
        "disable": ("wang",),
        "make_token": ("wang", "read", 1),
        "revoke": ("000000000000",),
        "listed": (),
    }
    for role in ("public", "auditor", "district", "city"):
        seen = registry.seen_by(access.Viewer("somebody", role, areas=None))
        before = registry.revision
        with pytest.raises(NotAllowed) as refused:
            getattr(seen.people, act)(*given[act])
        assert refused.value.details == {"value": "people"}
        assert registry.revision == before


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        (Grant("emperor"), "ROLE_UNKNOWN"),
        (Grant("public"), "ROLE_UNKNOWN"),
        (Grant("district"), "AREA_MISSING"),
        (Grant("district", ("郾城区/城关镇",)), "AREA_LEVELS"),
        (Grant("township", ("郾城区",)), "AREA_LEVELS"),
        (Grant("warden", ("郾城区/城关镇/",)), "AREA_LEVELS"),
        (Grant("warden", ("//",)), "AREA_LEVELS"),
        (Grant("city", ("郾城区",)), "GRANT_UNBOUND"),
        (Grant("auditor", units=(CREDIT_CODE,)), "GRANT_UNBOUND"),
        (Grant("unit", ("郾城区",), (CREDIT_CODE,)), "GRANT_UNBOUND"),
        (Grant("unit"), "UNIT_MISSING"),
        (Grant("unit", units=("12",)), "UNIT_INVALID"),
    ],
)
def test_a_grant_whose_parts_do_not_fit_is_refused(registry: Registry, grant: Grant, code: str) -> None:
    """A role has the bounds it needs, of its own form, and no others."""
    with pytest.raises(ValueRefused) as refused:
        registry.people.add("zhao", grant, PASSWORD)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["", " ", "public", "PUBLIC", "a/b", "a:b", "x" * 65, "a\nb\x00", "<b>"])
def test_a_name_that_could_mislead_is_refused(registry: Registry, name: str) -> None:
    """An account's name is letters, digits and a few marks, and nobody is called as strangers are."""
    with pytest.raises(ValueRefused) as refused:
        registry.people.add(name, Grant("city"), PASSWORD)
    assert refused.value.code == "ACCOUNT_NAME_INVALID"


def test_a_name_has_one_spelling(registry: Registry) -> None:
    """Wide letters, capitals and spaces make no second account, and the same one signs in by them."""
    with pytest.raises(Conflict):
        registry.people.add(" ＷＡＮＧ ", Grant("city"), PASSWORD)
    assert registry.people.entrance.sign_in("Wang ", PASSWORD, "127.0.0.1").session.account == "wang"
    with pytest.raises(NotFound):
        registry.people.disable("nobody")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "PASSWORD_LENGTH"),
        ("eleven char", "PASSWORD_LENGTH"),
        ("x" * 257, "PASSWORD_LENGTH"),
        ("ffi" * 3 + "ﬀ", "PASSWORD_LENGTH"),
        ("Password1234", "PASSWORD_COMMON"),
        ("１２３４５６７８９０１２", "PASSWORD_COMMON"),
        ("aaaaaaaaaaaaaaaa", "PASSWORD_COMMON"),
        ("zhaozhaozhao", "PASSWORD_COMMON"),
        ("zhao2026zhao", "PASSWORD_COMMON"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(registry: Registry, password: str, code: str) -> None:
    """Too short, too long, on every list, little but the account's name: refused without repeating it."""
    with pytest.raises(ValueRefused) as refused:
        registry.people.add("zhao", Grant("city"), password)
    assert refused.value.code == code
    assert not password or password not in str(refused.value)


def test_a_password_is_any_twelve_characters(registry: Registry) -> None:
    """No digit, capital or mark is asked for, spaces count, and wide letters are the same as narrow ones."""
    registry.people.add("zhao", Grant("city"), "ｆour  ﬁne 鹭鸶鸳鸯")
    assert (
        registry.people.entrance.sign_in("zhao", "four  fine 鹭鸶鸳鸯", "127.0.0.1").session.account == "zhao"
    )


def test_a_costlier_hash_takes_the_place_of_a_cheap_one(registry: Registry, settings: Settings) -> None:
    """When hashing is set to cost more, the next sign-in hashes anew, and the password still fits."""
    house = registry._house  # noqa: SLF001 (the stored hash is nobody's business but this test's)
    before = house.store.people.account("li")
    costlier = PasswordCost(passes=2, memory_kib=16, lanes=1)
    object.__setattr__(house, "settings", Settings(settings.store_url, password_cost=costlier))
    for _ in range(2):
        registry.people.entrance.sign_in("li", PASSWORD, "127.0.0.1")
    after = house.store.people.account("li")
    assert before is not None
    assert after is not None
    assert "m=8,t=1" in str(before.password)
    assert "m=16,t=2" in str(after.password)
    assert (before.epoch, before.role) == (after.epoch, after.role)


def test_two_who_change_an_account_at_once_do_not_undo_each_other(registry: Registry) -> None:
    """A change that stands on an account as it no longer is changes nothing."""
    people = registry._house.store.people  # noqa: SLF001
    held = people.account("wang")
    registry.people.disable("wang")
    commit = registry.commits()[-1]
    with pytest.raises(Conflict):
        people.save(held, held, commit)  # type: ignore[arg-type]
    assert registry.commits()[-1] == commit
