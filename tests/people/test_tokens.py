from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo_registry.errors import NotFound, SignInNeeded, ValueRefused
from geo_registry.registry.people import Grant
from tests.people.making import PASSWORD

if TYPE_CHECKING:
    from geo_registry.registry import Registry
    from tests.people.making import Clock

DAY_S = 86_400


def holds(registry: Registry, text: str) -> bool:
    """Tell whether a token lets anybody in."""
    try:
        registry.people.entrance.by_token(text)
    except SignInNeeded as fault:
        assert (fault.code, fault.details) == ("TOKEN_INVALID", {})  # noqa: PT017 (raised or not is the answer)
        return False
    return True


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("read", {"history", "contacts"}),
        ("edit", {"history", "contacts", "edit"}),
        ("import", {"history", "contacts", "edit", "import", "undo", "decide"}),
    ],
)
def test_a_token_has_what_its_scope_leaves(registry: Registry, scope: str, left: set[str]) -> None:
    """A scope holds those before it, and none reaches people or the keeping of the store."""
    registry.people.give("li", Grant("admin"))
    viewer = registry.people.entrance.by_token(registry.people.make_token("li", scope, 1).text)
    assert set(viewer.rights) == left


def test_a_token_never_has_more_than_its_account(registry: Registry) -> None:
    """A token for imports of one who may not import imports nothing: the account's role of today holds."""
    text = registry.people.make_token("li", "import", 1).text
    assert registry.people.entrance.by_token(text).may("import")
    registry.people.give("li", Grant("auditor"))
    viewer = registry.people.entrance.by_token(text)
    assert set(viewer.rights) == {"history", "contacts"}
    wardens = registry.people.make_token("wang", "import", 1).text
    assert registry.people.entrance.by_token(wardens).areas is not None


def test_a_token_ends(registry: Registry, clock: Clock) -> None:
    """A token holds until its day, not when it is revoked, nor while its account is disabled."""
    text = registry.people.make_token("li", "read", 2).text
    clock.move(2 * DAY_S - 1)
    assert holds(registry, text)
    clock.move(1)
    assert not holds(registry, text)
    other = registry.people.make_token("li", "read", 2)
    registry.people.disable("li")
    assert not holds(registry, other.text)
    registry.people.disable("li", disabled=False)
    assert holds(registry, other.text)
    registry.people.revoke(other.text)
    assert not holds(registry, other.text)


def test_a_clock_set_back_prolongs_no_token(registry: Registry, clock: Clock) -> None:
    """A year's jump back does not make a token hold a year longer."""
    text = registry.people.make_token("li", "read", 2).text
    clock.move(-365 * DAY_S)
    assert not holds(registry, text)
    clock.move(365 * DAY_S)
    assert holds(registry, text)


def test_a_token_that_is_not_quite_right_is_wrong(registry: Registry) -> None:
    """Another's id, another secret, a cut or a longer one: nobody."""
    mine, others = (registry.people.make_token(name, "read", 1).text for name in ("li", "wang"))
    tried = {
        "",
        "gr_",
        mine[:-1],
        mine + "x",
        mine.upper(),
        mine.replace("gr_", ""),
        mine[:16] + others[16:],
        "gr_" + "0" * 12 + mine[15:],
        mine[:-1] + ("A" if mine[-1] != "A" else "B"),
        f" {mine}",
        "\x00",
        "令牌",
    }
    assert [text for text in tried if holds(registry, text)] == []
    assert holds(registry, mine)


@pytest.mark.parametrize("days", [0, -1, 367, 10**12])
def test_a_token_holds_for_a_year_at_most(registry: Registry, days: int) -> None:
    """No token is made that never ends, or that has ended already."""
    with pytest.raises(ValueRefused) as refused:
        registry.people.make_token("li", "read", days)
    assert refused.value.code == "TOKEN_DAYS"


def test_one_revokes_only_the_own_tokens(registry: Registry) -> None:
    """Another's token is, to whoever has signed in, no token at all."""
    entry = registry.people.entrance.sign_in("wang", PASSWORD, "127.0.0.1")
    others = registry.people.make_token("li", "read", 1)
    own = registry.people.own(entry.session)
    with pytest.raises(NotFound) as unknown:
        own.revoke("0" * 12)
    with pytest.raises(NotFound) as foreign:
        own.revoke(others.token.id)
    assert foreign.value.code == unknown.value.code == "TOKEN_UNKNOWN"
    assert holds(registry, others.text)
    mine = own.make_token("read", 1)
    own.revoke(mine.token.id)
    assert [token.revoked for token in own.tokens()] == [True]


def test_a_token_for_nobody_or_for_nothing_is_refused(registry: Registry) -> None:
    """Tokens are made for accounts there are, with scopes there are."""
    with pytest.raises(NotFound):
        registry.people.make_token("nobody", "read", 1)
    with pytest.raises(ValueRefused):
        registry.people.make_token("li", "everything", 1)
