"""Pictures from another server: this one asks, so that no browser goes there and no key leaves."""

from __future__ import annotations

import logging
import re
import time
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from geo_registry.web.basemaps.pictures import MOST_BYTES, Picture, failed, missing, picture

if TYPE_CHECKING:
    from geo_registry.settings import Basemap

AT_ONCE = 8
"""Connections kept to one server."""
REST_S = 10.0
"""Seconds for which a server that did not answer is left alone; after them one request tries it."""
HOUR_S, WEEK_S = 3_600, 604_800
"""Seconds a picture is fresh where its server says nothing, and at most."""
HEADERS = {"User-Agent": "geo-registry", "Accept": "image/*", "Accept-Encoding": "identity"}
"""What the other server is told; nothing of the reader's request goes on."""
_LOG = logging.getLogger(__name__)
_PART = 65_536
_FOUND, _MISSING = 200, frozenset({204, 404, 410})
_MAX_AGE = re.compile(r"max-age=(\d{1,9})")


class Remote:
    """A basemap on another server.

    Parameters
    ----------
    told
        The basemap as it is set.
    """

    bounds, vector = None, False

    def __init__(self, told: Basemap) -> None:
        # its warnings may hold whole addresses, and so the key
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        self.told, self.zooms, self.layers = told, told.zooms, len(told.urls)
        patience = Timeout(total=told.patience_s)
        self._pool = PoolManager(maxsize=AT_ONCE, headers=HEADERS, timeout=patience, retries=False)
        self._rests_until, self._failed, self._lock = 0.0, False, Lock()

    def picture(self, layer: int, z: int, x: int, y: int) -> Picture:
        """Fetch one tile.

        Parameters
        ----------
        layer
            Which of the basemap's layers.
        z, x, y
            Zoom, column and row, of a tile that there may be.

        Raises
        ------
        NotReady
            ``BASEMAP_FAILED`` if the server does not answer in time, or with anything but a picture.
        NotFound
            ``TILE_UNKNOWN`` if it has none there.
        """
        name = self.told.name
        self._take_turn()
        try:
            with self._pool.request(
                "GET", self._address(layer, z, x, y), redirect=False, preload_content=False
            ) as answer:
                self._failed = False
                if answer.status in _MISSING:
                    raise missing(name, layer, (z, x, y))
                if answer.status != _FOUND:
                    raise failed(name, str(answer.status))
                return picture(name, self._content(answer), fresh_s(answer.headers.get("Cache-Control", "")))
        except (HTTPError, OSError) as fault:
            self._failed, self._rests_until = True, time.monotonic() + REST_S
            reason = type(fault).__name__
            _LOG.warning(
                "a basemap's server does not answer",
                extra={"code": "BASEMAP_FAILED", "error": f"{name}: {reason}"},
            )
            raise failed(name, reason) from None

    def _take_turn(self) -> None:
        """Let a server that failed rest, and then only one request try it."""
        with self._lock:
            now = time.monotonic()
            if self._failed and now < self._rests_until:
                raise failed(self.told.name, "rests")
            self._rests_until = now + REST_S

    def _address(self, layer: int, z: int, x: int, y: int) -> str:
        places = {"{z}": str(z), "{x}": str(x), "{y}": str(y), "{key}": quote(self.told.key, safe="")}
        address = self.told.urls[layer]
        for place, value in places.items():
            address = address.replace(place, value)
        return address

    def _content(self, answer: BaseHTTPResponse) -> bytes:
        """Read what comes, no more than a tile may weigh, no longer than is waited."""
        until, content = time.monotonic() + self.told.patience_s, bytearray()
        while part := answer.read1(_PART, decode_content=False):
            content += part
            if len(content) > MOST_BYTES:
                raise failed(self.told.name, "too large")
            if time.monotonic() > until:
                raise failed(self.told.name, "too slow")
        return bytes(content)


def fresh_s(said: str) -> int:
    """Tell for how many seconds a picture is fresh.

    Parameters
    ----------
    said
        What its server says in ``Cache-Control``.

    Examples
    --------
    >>> fresh_s("public, max-age=86400"), fresh_s(""), fresh_s("no-store"), fresh_s("max-age=999999999")
    (86400, 3600, 0, 604800)
    """
    if "no-store" in said or "no-cache" in said:
        return 0
    found = _MAX_AGE.search(said)
    return min(int(found[1]), WEEK_S) if found else HOUR_S
