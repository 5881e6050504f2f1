"""Vector tiles, and the document that tells a map where they are."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for

from geo_registry.errors import NotFound
from geo_registry.registry.tiling import DEEPEST, LAYERS, Asked
from geo_registry.web import answers
from geo_registry.web.context import registry
from geo_registry.web.guard import entry
from geo_registry.web.params import Query

blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


@blueprint.get("/<layer>/<int:z>/<int:x>/<int:y>.mvt")
def tile(layer: str, z: int, x: int, y: int) -> Response:
    """Give one tile; the registry's own tag says whether it changed."""
    Query()
    layers, address = registry().layers, (z, x, y)
    g.revision, tag = layers.tag(layer, address)
    if answers.known(tag):
        return answers.unchanged(tag)
    tile, tag = layers.tile(layer, address, Asked(tag, entry.of_this().gates.is_pressed))
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
    Query()
    if layer not in LAYERS:
        raise NotFound("TILE_UNKNOWN", value=layer)
    first = url_for("tiles.tile", layer=layer, z=0, x=0, y=0)
    pattern = first.removesuffix("0/0/0.mvt") + "{z}/{x}/{y}.mvt"
    described = {
        "tilejson": "3.0.0",
        "tiles": [request.host_url.rstrip("/") + pattern],
        "vector_layers": [{"id": layer, "fields": dict.fromkeys(LAYERS[layer], "")}],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "bounds": list(registry().bounds()),
    }
    return answers.document(described)
