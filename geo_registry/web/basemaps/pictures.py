"""A tile of a basemap: a picture, known by its first bytes, whoever sent it and whatever they called it."""

from __future__ import annotations

from dataclasses import dataclass

from geo_registry.errors import NotFound, NotReady

MOST_BYTES = 2_000_000
"""Largest tile that is handed on; an uncompressed picture of 512 pixels a side weighs half of it."""
_BEGINS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_BRANDS = {b"WEBP": "image/webp", b"avif": "image/avif"}
_BRAND = slice(8, 12)


@dataclass(frozen=True, slots=True)
class Picture:
    """One tile.

    Attributes
    ----------
    content
        The picture as it was found.
    media_type
        What it is.
    fresh_s
        Seconds for which a browser need not ask again.
    packed
        Whether it is packed with gzip.
    """

    content: bytes
    media_type: str
    fresh_s: int
    packed: bool = False


def picture(name: str, content: bytes, fresh_s: int) -> Picture:
    r"""Make a tile of bytes that must be a picture.

    Parameters
    ----------
    name
        Of the basemap.
    content
        What was found.
    fresh_s
        Seconds for which it is fresh.

    Raises
    ------
    NotReady
        ``BASEMAP_FAILED`` if it is none that browsers draw and nothing but draw.

    Examples
    --------
    >>> picture("osm", b"\xff\xd8\xff\xe0...", 60).media_type
    'image/jpeg'
    """
    media_type = next((sort for begin, sort in _BEGINS.items() if content.startswith(begin)), None)
    if content[:4] == b"RIFF" or content[4:8] == b"ftyp":
        media_type = _BRANDS.get(content[_BRAND])
    if media_type is None:
        raise failed(name, "no picture")
    return Picture(content, media_type, fresh_s)


def failed(name: str, reason: str) -> NotReady:
    """Make the fault of a basemap that does not give its pictures; no address stands in it.

    Parameters
    ----------
    name
        Of the basemap.
    reason
        In a word or two.
    """
    return NotReady("BASEMAP_FAILED", value=name, reason=reason)


def missing(name: str, layer: int, place: tuple[int, int, int]) -> NotFound:
    """Make the fault of a tile that is not there.

    Parameters
    ----------
    name, layer
        Of the basemap, and which of its layers.
    place
        Zoom, column and row.
    """
    return NotFound("TILE_UNKNOWN", value="/".join(map(str, (name, layer, *place))))
