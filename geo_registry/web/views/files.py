"""The browser's own files, and the few named files of packages that the pages use."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort

from geo_registry.web import answers
from geo_registry.web.context import kept

blueprint = Blueprint("files", __name__)

OURS = re.compile(r"(icons/)?[a-z0-9-]+\.(css|js|svg)", re.ASCII)
"""Names of our own files in the folder of static files."""
FONTS = "node_modules/@expo-google-fonts/noto-sans-sc"
FONT_FOLDERS = (f"{FONTS}/400Regular", f"{FONTS}/700Bold")
"""Where the typeface lies; a folder of this public package holds one cut of it, a picture of that
and a few lines of script, and `web.serving` hands out all of it."""
THEIRS = frozenset(
    {
        "node_modules/maplibre-gl/dist/maplibre-gl.css",
        "node_modules/maplibre-gl/dist/maplibre-gl.mjs",
        "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs",
        "node_modules/topojson-client/src/feature.js",
        "node_modules/topojson-client/src/identity.js",
        "node_modules/topojson-client/src/reverse.js",
        "node_modules/topojson-client/src/transform.js",
        "node_modules/world-atlas/land-50m.json",
        *(f"{folder}/NotoSansSC_{folder.rpartition('/')[2]}.ttf" for folder in FONT_FOLDERS),
    }
)
"""Files of installed packages that are handed out; nothing else below node_modules is."""
IMPORTED = re.compile(r'^import [^;]+ from "\./([a-z0-9-]+\.js)";$', re.ASCII | re.MULTILINE)
"""How a module of ours names another one."""
MEDIA_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
}
"""Media types by ending; a browser runs no module of another type, and the system's own table varies."""
PACKABLE = frozenset({"text/css", "text/javascript", "application/json", "image/svg+xml"})
"""Media types of texts: packed once and kept so."""


@blueprint.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Hand out one file, from memory where it can be packed."""
    if not (OURS.fullmatch(name) or name in THEIRS):
        abort(404)
    path = kept().settings.static / name
    try:
        changed_ns = path.stat().st_mtime_ns
    except FileNotFoundError:
        abort(404)
    media_type, tag = MEDIA_TYPES[name.rpartition(".")[2]], f"{changed_ns:x}"
    if answers.known(tag):
        return answers.unchanged(tag)
    response = _handed_out(path, changed_ns, media_type)
    response.set_etag(tag, weak=True)
    return response


def _handed_out(path: Path, changed_ns: int, media_type: str) -> Response:
    if media_type not in PACKABLE:
        return Response(path.read_bytes(), mimetype=media_type)
    if answers.takes_gzip():
        return answers.packed(_packed(path, changed_ns), media_type)
    return Response(gzip.decompress(_packed(path, changed_ns)), mimetype=media_type)


@lru_cache(256)
def _packed(path: Path, _changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


@lru_cache(8)
def modules_of(static: Path, first: str) -> tuple[str, ...]:
    """Name the modules of ours that one needs, at any depth: a page that tells them waits for one round trip.

    Parameters
    ----------
    static
        Folder of the browser's files.
    first
        Name of the module that a page begins with; it is left out.
    """
    found = [first]
    for name in found:
        imported = dict.fromkeys(IMPORTED.findall((static / name).read_text("utf-8")))
        found += [one for one in imported if one not in found]
    return tuple(found[1:])
