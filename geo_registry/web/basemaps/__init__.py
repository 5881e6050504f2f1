"""Basemaps: other people's pictures under the registry's own data, handed on by this server alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from geo_registry.errors import NotFound
from geo_registry.settings import read_basemaps
from geo_registry.web.basemaps.archive import Archive
from geo_registry.web.basemaps.pictures import Picture, missing
from geo_registry.web.basemaps.remote import Remote

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language

Opened: TypeAlias = Mapping[str, Remote | Archive]
"""Basemaps by name, in the order of their file."""

__all__ = ["Opened", "Picture", "described", "digest", "opened", "picture"]


def opened(path: Path | None) -> Opened:
    """Open the basemaps that a file names.

    Parameters
    ----------
    path
        The file; None for none.

    Raises
    ------
    ValueRefused
        As `geo_registry.settings.read_basemaps`, and if a PMTiles file cannot be used.
    """
    told = read_basemaps(path)
    return {one.name: Archive(one) if one.archive else Remote(one) for one in told}


def picture(basemaps: Opened, name: str, layer: int, place: tuple[int, int, int]) -> Picture:
    """Give one tile.

    Parameters
    ----------
    basemaps
        Those there are.
    name, layer
        Which basemap, and which of its layers, the ground first.
    place
        Zoom, column and row.

    Raises
    ------
    NotFound
        ``BASEMAP_UNKNOWN``, or ``TILE_UNKNOWN`` if there is no such layer or place, or no picture of it.
    NotReady
        ``BASEMAP_FAILED`` if the picture cannot be had.
    """
    if name not in basemaps:
        raise NotFound("BASEMAP_UNKNOWN", value=name, known=", ".join(basemaps) or "land")
    basemap, (z, x, y) = basemaps[name], place
    least, most = basemap.zooms
    # compared by shifting: a power of two of a zoom somebody made up could fill the memory
    if not (layer < basemap.layers and least <= z <= most and x >> z == 0 and y >> z == 0):
        raise missing(name, layer, place)
    return basemap.picture(layer, z, x, y)


def described(basemaps: Opened, lang: Language) -> list[dict[str, Any]]:
    """Say what a map needs to know of each basemap: no address but our own, and no key.

    Parameters
    ----------
    basemaps
        Those there are.
    lang
        Language of their names.
    """
    return [
        {
            "name": name,
            "label": basemap.told.labels[lang],
            "attribution": basemap.told.attribution,
            "layers": basemap.layers,
            "zooms": basemap.zooms,
            "vector": basemap.vector,
            **({"bounds": basemap.bounds} if basemap.bounds else {}),
        }
        for name, basemap in basemaps.items()
    ]


def digest(basemaps: Opened) -> str:
    """Tell two settings of basemaps apart, as far as a page shows them."""
    shown = repr([described(basemaps, lang) for lang in ("zh", "en")])
    return hashlib.sha256(shown.encode()).hexdigest()[:12]
