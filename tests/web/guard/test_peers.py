from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from geo_registry.errors import ValueRefused
from geo_registry.settings import Serving, Settings
from geo_registry.web import create_app
from geo_registry.web.guard.entry.peers import Peers

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

BEHIND = Settings(serving=Serving(proxies=("10.0.0.0/8", "127.0.0.1")))


def traced(settings: Settings, peer: str, **headers: str) -> tuple[str, str]:
    """Give the address and scheme that a request is taken to have."""
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **headers}
    Peers(settings).trace(environ)
    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("settings", "peer", "told", "expected"),
    [
        (Settings(), "127.0.0.1", "198.51.100.7", "127.0.0.1"),
        (BEHIND, "198.51.100.9", "198.51.100.7", "198.51.100.9"),
        (BEHIND, "127.0.0.1", "198.51.100.7", "198.51.100.7"),
        (BEHIND, "127.0.0.1", "203.0.113.5, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        (BEHIND, "127.0.0.1", "not an address", "127.0.0.1"),
        (BEHIND, "127.0.0.1", "", "127.0.0.1"),
        (BEHIND, "::ffff:10.0.0.1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_only_named_proxies_are_believed(settings: Settings, peer: str, told: str, expected: str) -> None:
    """The client's address is the peer's own, unless that is a named proxy: then the last one named by it."""
    assert traced(settings, peer, HTTP_X_FORWARDED_FOR=told)[0] == expected


def test_the_scheme_is_a_named_proxys_word() -> None:
    """HTTPS before a named proxy is HTTPS; anybody else's word, or another scheme, counts for nothing."""
    assert traced(BEHIND, "127.0.0.1", HTTP_X_FORWARDED_PROTO="https")[1] == "https"
    assert traced(BEHIND, "127.0.0.1", HTTP_X_FORWARDED_PROTO="gopher")[1] == "http"
    assert traced(Settings(), "127.0.0.1", HTTP_X_FORWARDED_PROTO="https")[1] == "http"


def test_a_proxy_must_be_an_address() -> None:
    """A proxy that is no address or network is refused by name when the server starts."""
    with pytest.raises(ValueRefused, match="PROXY_INVALID"):
        Peers(Settings(serving=Serving(proxies=("proxy.example",))))


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_a_server_of_this_machine_answers_to_its_names(client: FlaskClient, host: str) -> None:
    """Who asks for this machine by its own names is answered, at any port."""
    assert client.get("/stations", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "192.0.2.1", ""]
)
@pytest.mark.parametrize("path", ["/stations", "/metrics", "/api/catalog"])
def test_a_foreign_name_for_this_machine_is_refused(client: FlaskClient, host: str, path: str) -> None:
    """A page elsewhere that lets its own name point at this machine reads nothing here."""
    answer = client.get(path, headers={"Host": host, "Accept-Language": "en"})
    assert answer.status_code == 400
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_names_that_are_set_are_answered(registry: Registry) -> None:
    """The names of the setting are answered beside this machine's, and no other."""
    serving = Serving(hosts=("map.example",))
    client = create_app(replace(registry.settings, serving=serving), registry).test_client()
    asked = ("Map.Example", "localhost", "other.example")
    assert [client.get("/login", headers={"Host": host}).status_code for host in asked] == [200, 200, 400]


def test_a_server_for_all_answers_to_any_name_unless_they_are_set(registry: Registry) -> None:
    """Where other machines reach the server its names are not known, so any will do until they are set."""
    settings = replace(registry.settings, host="0.0.0.0")  # noqa: S104 (named, not bound)
    assert (
        create_app(settings, registry).test_client().get("/login", headers={"Host": "a.example"}).status_code
        == 200
    )
