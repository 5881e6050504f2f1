"""Who is at the other end, and by which name this server was asked."""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from _typeshed.wsgi import WSGIEnvironment

    from geo_registry.settings import Settings

LOCAL = "geo_registry.local"
"""Where a request's environment says whether a program of this machine asks, by no proxy."""
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")
"""Headers by which a proxy gives itself away."""
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names of this very machine."""
SCHEMES = frozenset({"http", "https"})


class Peers:
    """Whom one server believes.

    Parameters
    ----------
    settings
        Where it listens, its names, and its proxies.

    Raises
    ------
    ValueRefused
        If a proxy is no address or network.
    """

    def __init__(self, settings: Settings) -> None:
        self._listens = settings.host
        self._names = frozenset(name.lower() for name in settings.serving.hosts)
        self._proxies = [_network(text) for text in settings.serving.proxies]

    @cached_property
    def _known(self) -> frozenset[str]:
        """Names the server answers to; none where it answers to any."""
        if not self._names and not is_loopback(self._listens):
            return frozenset()
        own = f"[{self._listens}]" if ":" in self._listens else self._listens
        return self._names | OWN_NAMES | {own.lower()}

    def trace(self, environ: WSGIEnvironment) -> None:
        """Put the client's own address and scheme in place of a proxy's, where that proxy is believed.

        Parameters
        ----------
        environ
            The request.
        """
        # asked before the address is replaced: a proxy on this machine must not pass its clients off as ours
        forwarded = any(name in environ for name in FORWARDED)
        environ[LOCAL] = is_loopback(_peer(environ)) and not forwarded
        if not self._proxies or not self._believed(_peer(environ)):
            return
        hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        client = next((hop for hop in reversed(hops) if not self._believed(hop)), None)
        if client and _address(client):
            environ["REMOTE_ADDR"] = client
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        if scheme in SCHEMES:
            environ["wsgi.url_scheme"] = scheme

    def _believed(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._proxies)

    def check_name(self, host: str) -> None:
        """Refuse a name that is not the server's: a page elsewhere may have made its own name point here.

        Parameters
        ----------
        host
            The header ``Host``.

        Raises
        ------
        ValueRefused
            ``HOST_UNKNOWN``.
        """
        if self._known and _bare(host) not in self._known:
            raise ValueRefused("HOST_UNKNOWN", value=host[:100])


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine and can be reached from it alone.

    Parameters
    ----------
    host
        Address or name.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _bare(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


def _peer(environ: WSGIEnvironment) -> str:
    return str(environ.get("REMOTE_ADDR", ""))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as fault:
        raise ValueRefused("PROXY_INVALID", value=text) from fault
