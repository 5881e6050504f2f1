"""What others wrote and the file brings along: Leaflet, its style and pictures, the outline of the land."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.errors import NotReady

if TYPE_CHECKING:
    from pathlib import Path

_PICTURE = re.compile(r"url\(([^)]+\.png)\)")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Assets:
    """Texts that a portable map holds within itself.

    Attributes
    ----------
    script, style
        Leaflet; neither names another file.
    land
        TopoJSON of the land of the world (world-atlas, from Natural Earth 1:50 m).
    """

    script: str
    style: str
    land: str


def read_assets(modules: Path) -> Assets:
    """Read the assets from where npm has put them.

    Parameters
    ----------
    modules
        Folder ``node_modules``.

    Raises
    ------
    NotReady
        ``STATIC_MISSING`` if one is not installed.
    """
    leaflet, land = modules / "leaflet" / "dist", modules / "world-atlas" / "land-50m.json"
    for file in (leaflet / "leaflet.js", leaflet / "leaflet.css", land):
        if not file.is_file():
            raise NotReady("STATIC_MISSING", value=file.relative_to(modules.parent).as_posix())
    style = (leaflet / "leaflet.css").read_text("utf-8")
    return Assets(
        script=_SOURCE_MAP.sub("", (leaflet / "leaflet.js").read_text("utf-8")),
        style=_PICTURE.sub(lambda found: f"url({_inlined(leaflet / found[1])})", style),
        land=land.read_text("utf-8"),
    )


def _inlined(picture: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"
