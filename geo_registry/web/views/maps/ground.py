"""The pictures under the map, from wherever the settings say they come."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response

from geo_registry.web import answers, basemaps
from geo_registry.web.context import kept

blueprint = Blueprint("ground", __name__)


@blueprint.get("/basemap/<basemap>/<int:part>/<int:z>/<int:x>/<int:y>")
def tile(basemap: str, part: int, **place: int) -> Response:
    """Hand on one picture; nothing of the request goes on, and of the answer the picture alone comes back."""
    found = basemaps.picture(kept().basemaps, basemap, part, (place["z"], place["x"], place["y"]))
    if found.packed and answers.takes_gzip():
        response = answers.packed(found.content, found.media_type)
    else:
        content = gzip.decompress(found.content) if found.packed else found.content
        response = Response(content, mimetype=found.media_type)
    response.cache_control.max_age = found.fresh_s
    return response
