"""Basemaps: whose pictures lie under the registry's own data, as one TOML file names them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

LAND = "land"
"""Name of the plain ground, which is always there and needs no other's pictures."""
TIANDITU = {"vec": ("vec", "cva"), "img": ("img", "cia")}
"""Layers of Tianditu, the ground and the names above it, by the word that stands for both."""
TIANDITU_URL = (
    "https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
"""Where Tianditu's tiles in web Mercator are (its page on map services, 地图API/地图服务)."""
TIANDITU_ZOOMS = (1, 18)
SHIFTED = {
    "GCJ-02": ("amap.com", "autonavi.com", "gtimg.com", "map.qq.com", "geoq.cn", "google.cn"),
    "BD-09": ("baidu.com", "bdimg.com", "bdstatic.com"),
}
"""Hosts whose pictures stand hundreds of metres from the truth, by the datum they are drawn in."""
SORTS = ("tianditu", "url", "pmtiles")
KEYS = frozenset({*SORTS, "label", "attribution", "key_file", "max_zoom", "patience_s"})
MAX_ZOOM = 22
"""Deepest zoom that may be said; pictures of 256 pixels there have some four centimetres to a pixel."""
PATIENCE_S = (0.1, 30)
"""Least and most seconds that a picture may be waited for."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_PLACE = re.compile(r"\{[^{}]*\}|[{}]")
_PLACES = {"{z}", "{x}", "{y}"}
_WMTS = {"{TileMatrix}": "{z}", "{TileRow}": "{y}", "{TileCol}": "{x}"}
_TOLD = 80


@dataclass(frozen=True, slots=True)
class Basemap:
    """One basemap: pictures in web Mercator and WGS 84, from elsewhere or from a file.

    Attributes
    ----------
    name
        What the address of the map calls it.
    labels
        What people call it, by language.
    attribution
        Whose pictures these are, as the map must say.
    urls
        Addresses of a tile, of the ground first, with the places ``{z}``, ``{x}``, ``{y}`` and ``{key}``.
    archive
        A PMTiles file, in place of addresses.
    zooms
        Least and greatest zoom there are pictures of.
    key
        Secret that stands in the place ``{key}``; nobody is ever told.
    patience_s
        Seconds a picture is waited for.
    """

    name: str
    labels: Mapping[str, str]
    attribution: str
    urls: tuple[str, ...] = ()
    archive: Path | None = None
    zooms: tuple[int, int] = (0, 18)
    key: str = field(default="", repr=False)
    patience_s: float = 4.0


def read_basemaps(path: Path | None) -> tuple[Basemap, ...]:
    """Read the file that names the basemaps.

    Parameters
    ----------
    path
        A TOML file with a table for each; files it names lie beside it. None for no basemaps.

    Raises
    ------
    ValueRefused
        ``FILE_NOT_FOUND`` if it or a file it names is missing, ``BASEMAP_INVALID`` if something in it is
        wrong, ``BASEMAP_SHIFTED`` if a host draws in a datum that would put everything beside its place.

    Examples
    --------
    >>> read_basemaps(None)
    ()
    """
    if path is None:
        return ()
    try:
        tables = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as fault:
        raise _fault(path, "", "TOML 1.0", str(fault)) from fault
    return tuple(_Table(path, name, values).basemap() for name, values in tables.items())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as fault:
        raise ValueRefused("FILE_NOT_FOUND", value=str(path)) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise ValueRefused("FILE_UNREADABLE", reason=f"{path}: {type(fault).__name__}") from fault


def _fault(file: Path, key: str, expected: str, value: object) -> ValueRefused:
    told = str(value)[:_TOLD]
    return ValueRefused("BASEMAP_INVALID", file=file.name, key=key, expected=expected, value=told)


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file."""

    file: Path
    name: str
    values: Any

    def basemap(self) -> Basemap:
        """Read it whole."""
        if not _NAME.fullmatch(self.name) or self.name == LAND:
            raise _fault(self.file, self.name, f"{_NAME.pattern}, not {LAND}", self.name)
        if not isinstance(self.values, dict):
            raise _fault(self.file, self.name, "table", self.values)
        if unknown := sorted(set(self.values) - KEYS):
            raise self.fault(unknown[0], " | ".join(sorted(KEYS)), unknown[0])
        sorts = [sort for sort in SORTS if sort in self.values]
        if len(sorts) != 1:
            raise self.fault("", " | ".join(SORTS), ", ".join(sorts))
        return Basemap(
            self.name,
            self.labels(),
            self.word("attribution"),
            urls=() if sorts == ["pmtiles"] else self.urls(),
            archive=self.file.parent / self.word("pmtiles") if sorts == ["pmtiles"] else None,
            zooms=self.zooms(),
            key=self.key(),
            patience_s=float(self.number("patience_s", PATIENCE_S, 4.0)),
        )

    def fault(self, key: str, expected: str, value: object) -> ValueRefused:
        """Make the refusal that names this table and the key."""
        return _fault(self.file, f"{self.name}.{key}".rstrip("."), expected, value)

    def word(self, key: str) -> str:
        """Read a text that must be there."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, "string", value)
        return value.strip()

    def number(self, key: str, limits: tuple[float, float], usual: float) -> float:
        """Read a number that may be absent."""
        value = self.values.get(key, usual)
        if type(value) not in (int, float) or not limits[0] <= value <= limits[1]:
            raise self.fault(key, f"{limits[0]}..{limits[1]}", value)
        return float(value)

    def zooms(self) -> tuple[int, int]:
        """Read how deep its pictures go."""
        least, most = TIANDITU_ZOOMS if "tianditu" in self.values else (0, TIANDITU_ZOOMS[1])
        return least, int(self.number("max_zoom", (least, MAX_ZOOM), most))

    def labels(self) -> dict[str, str]:
        """Read what people call it: its name where nothing is said."""
        given = self.values.get("label", {"zh": self.name, "en": self.name})
        is_label = isinstance(given, dict) and set(given) == {"zh", "en"}
        if not is_label or not all(isinstance(text, str) and text.strip() for text in given.values()):
            raise self.fault("label", '{ zh = "…", en = "…" }', given)
        return {lang: text.strip() for lang, text in given.items()}

    def key(self) -> str:
        """Read the secret from its file; there is one where an address has a place for it."""
        wanted = any("{key}" in url for url in self.urls()) if "pmtiles" not in self.values else False
        if wanted != ("key_file" in self.values):
            raise self.fault("key_file", "key_file ↔ {key}", self.values.get("key_file"))
        if not wanted:
            return ""
        secret = _text(self.file.parent / self.word("key_file")).strip()
        if not secret:
            raise self.fault("key_file", "string", "")
        return secret

    def urls(self) -> tuple[str, ...]:
        """Read the addresses of a tile."""
        if "tianditu" in self.values:
            said = self.word("tianditu")
            if said not in TIANDITU:
                raise self.fault("tianditu", " | ".join(TIANDITU), said)
            return tuple(TIANDITU_URL.replace("{layer}", layer) for layer in TIANDITU[said])
        said = self.values["url"]
        listed = said if isinstance(said, list) else [said]
        if not listed or not all(isinstance(url, str) for url in listed):
            raise self.fault("url", "string | array of strings", said)
        return tuple(map(self.url, listed))

    def url(self, given: str) -> str:
        """Read one address; what follows a question mark may be a secret and is not told."""
        for theirs, ours in _WMTS.items():
            given = given.replace(theirs, ours)
        shown, places = given.partition("?")[0], _PLACE.findall(given)
        if not _PLACES <= set(places) <= {*_PLACES, "{key}"}:
            raise self.fault("url", "{z} {x} {y} ({key})", shown)
        host = self.host(given)
        for datum, hosts in SHIFTED.items():
            if any(f".{host}".endswith(f".{one}") for one in hosts):
                told = {"file": self.file.name, "key": f"{self.name}.url", "datum": datum}
                raise ValueRefused("BASEMAP_SHIFTED", value=host, **told)
        return given

    def host(self, url: str) -> str:
        """Read the host of an address, which no place in it may change."""
        try:
            parts = urlsplit(url)
        except ValueError as fault:
            raise self.fault("url", "http(s)://host/…", str(fault)) from fault
        if parts.scheme not in {"http", "https"} or not parts.hostname or re.search("[@{}]", parts.netloc):
            raise self.fault("url", "http(s)://host/…", f"{parts.scheme}://{parts.hostname or ''}")
        return parts.hostname.rstrip(".")
