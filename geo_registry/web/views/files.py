"""The browser's own files, and the few named files of packages that the pages use."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, send_from_directory

from geo_registry.web.context import kept

blueprint = Blueprint("files", __name__)

OURS = re.compile(r"(icons/)?[a-z0-9-]+\.(css|js|svg)", re.ASCII)
"""Names of our own files in the folder of static files."""
FONTS = "node_modules/@expo-google-fonts/noto-sans-sc"
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
        f"{FONTS}/400Regular/NotoSansSC_400Regular.ttf",
        f"{FONTS}/700Bold/NotoSansSC_700Bold.ttf",
    }
)
"""Files of installed packages that are handed out; nothing else below node_modules is."""
MEDIA_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
}
"""Media types by ending; a browser runs no module of another type, and the system's own table varies."""


@blueprint.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Hand out one file."""
    if not (OURS.fullmatch(name) or name in THEIRS):
        abort(404)
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return send_from_directory(kept().settings.static, name, mimetype=media_type)
