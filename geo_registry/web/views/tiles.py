"""Vector tiles, and the document that tells a map where they are."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, g, request, url_for

from geo_registry.errors import NotFound
from geo_registry.registry.choosing import NAMES
from geo_registry.registry.tiling import DEEPEST, LAYERS
from geo_registry.web import answers
from geo_registry.web.context import registry
from geo_registry.web.guard import entry
from geo_registry.web.params import Query

blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


@blueprint.get("/<layer>/<int:z>/<int:x>/<int:y>.mvt")
def tile(layer: str, z: int, x: int, y: int) -> Response:
    """Give one tile; the registry's own tag says whether it changed."""
    layers, address, wanted = registry().layers, (z, x, y), Query(*NAMES).choice()
    g.revision, asked = layers.tag(layer, address, wanted)
    if answers.known(asked.tag):
        return answers.unchanged(asked.tag)
    tile, tag = layers.tile(layer, address, replace(asked, is_pressed=entry.of_this().gates.is_pressed))
    if tile.is_packed and answers.takes_gzip():
        response = answers.packed(tile.content, MEDIA_TYPE)
    else:
        response = Response(tile.plain, mimetype=MEDIA_TYPE)
    response.set_etag(tag, weak=True)
    return response


@blueprint.get("/<layer>/tilejson.json")
@answers.tagged
def tilejson(layer: str) -> Response:
    """Describe a layer's tiles (TileJSON 3.0.0)."""
    Query(*NAMES).choice()
    if layer not in LAYERS:
        raise NotFound("TILE_UNKNOWN", value=layer)
    first = url_for("tiles.tile", layer=layer, z=0, x=0, y=0)
    pattern = first.removesuffix("0/0/0.mvt") + "{z}/{x}/{y}.mvt"
    asked = request.query_string.decode()
    described = {
        "tilejson": "3.0.0",
        "tiles": [request.host_url.rstrip("/") + pattern + (f"?{asked}" if asked else "")],
        "vector_layers": [{"id": layer, "fields": dict.fromkeys(LAYERS[layer], "")}],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "bounds": list(registry().bounds()),
    }
    return answers.document(described)
