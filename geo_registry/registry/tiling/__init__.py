"""Vector tiles of today's records, packed once, each under the tag of what it was drawn from."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.errors import NotFound
from geo_registry.registry.choosing import Choice
from geo_registry.registry.tiling.drawing import Drawn, encode
from geo_registry.registry.tiling.rows import LAYERS, ROLES, bounds, draw, layers_of, narrowed
from geo_registry.registry.tiling.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

__all__ = [
    "DEEPEST",
    "EVERYTHING",
    "LAYERS",
    "Asked",
    "Layers",
    "Packed",
    "bounds",
    "layers_of",
    "snapshot",
    "tag",
    "tile",
]

EVERYTHING = Choice()
"""All of today's records of a layer."""
DEEPEST = 18
"""Deepest zoom that is served."""
MOST_DRAWN = 1_000
"""Drawings whose predecessor is remembered; beyond, all of them are forgotten, and who is pressed waits."""
WORTH_PACKING = 1_000
"""Bytes below which packing gains nothing: an answer fits one network packet anyway."""
PACKING_LEVEL = 1
"""gzip's quickest: a third of the default's time for a twentieth more bytes, until the next commit."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A tile as it goes over the wire.

    Attributes
    ----------
    content
        Bytes, packed with gzip where that gains anything; empty where nothing lies in the tile.
    is_packed
        Whether it did.
    """

    content: bytes
    is_packed: bool

    @property
    def plain(self) -> bytes:
        """The tile for who cannot unpack."""
        return gzip.decompress(self.content) if self.is_packed else self.content


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a tile.

    Attributes
    ----------
    tag
        Tag of the newest commit, the day, the catalog, the viewer's scope and what is wanted.
    wanted
        What is wanted, as it was settled for the tag.
    is_pressed
        Tells whether so much else waits that an older drawing will do.
    """

    tag: str
    wanted: Choice = EVERYTHING
    is_pressed: Callable[[], bool] = lambda: False


def tag(
    house: House,
    viewer: Viewer,
    layer: str,
    address: tuple[int, int, int],
    *,
    wanted: Choice = EVERYTHING,
) -> tuple[int, Asked]:
    """Give the newest revision, and a tile's tag with what was settled for it.

    Parameters
    ----------
    house
        Where records are; the store is looked at once, more often where a revision is asked for.
    viewer
        Who asks.
    layer
        One of `LAYERS`.
    address
        ``(z, x, y)``.
    wanted
        What of the layer is wanted.

    Raises
    ------
    NotFound
        If there is no such layer, or no such tile; the store is not asked.
    ValueRefused, NotAllowed
        As from `Choice.settled`.
    """
    z, x, y = address
    if layer not in LAYERS or not 0 <= z <= DEEPEST or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("TILE_UNKNOWN", value=f"{layer}/{z}/{x}/{y}")
    settled = wanted if wanted == EVERYTHING else wanted.settled(house, viewer)
    revision, sealed_by = house.store.tip()
    scope = hashlib.sha256(viewer.bounds.of_role(ROLES[layer]).key.encode()).hexdigest()
    parts = (sealed_by[:16], house.today, house.catalog.digest[:12], scope[:12], settled.key)
    return revision, Asked("-".join(str(part) for part in parts if part), settled)


def tile(
    house: House, viewer: Viewer, layer: str, address: tuple[int, int, int], *, asked: Asked
) -> tuple[Packed, str]:
    """Give one vector tile and its tag: the one asked for, or that of an older drawing.

    An older drawing is used where the new one is being made and whoever asks is pressed: a map that is a
    few seconds old is better than none, and its tag says what it is.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    layer
        One of `LAYERS`.
    address
        ``(z, x, y)``.
    asked
        Its tag, what is wanted, and how pressed we are.
    """
    kept: Packed | None = house.tiles.find((layer, address, asked.tag))
    if kept is not None:
        return kept, asked.tag
    tagged, drawn = _drawn(house, viewer, layer, asked)
    if asked.wanted.by_row or asked.wanted.districts:
        drawn = _narrowed(house, viewer, layer, (tagged, drawn), wanted=asked.wanted)
    known_as = "-".join(filter(None, (tagged, asked.wanted.key)))
    key = (layer, address, known_as)
    return house.tiles.get(key, lambda: _packed(encode(layer, drawn, address, asked.wanted))), known_as


def _narrowed(house: House, viewer: Viewer, layer: str, whole: tuple[str, Drawn], *, wanted: Choice) -> Drawn:
    """Give what is chosen of a drawing, sorted out of the whole one once."""
    tagged, drawn = whole
    # switches of a legend that points are counted by are no reason to sort anew
    chosen = wanted if wanted.by_row else Choice(on=wanted.on, as_of=wanted.as_of, districts=wanted.districts)
    question = ("narrowed", layer, tagged, chosen)
    return house.recent.get(question, lambda: narrowed(house, viewer, layer, drawn, wanted=chosen))


def _drawn(house: House, viewer: Viewer, layer: str, asked: Asked) -> tuple[str, Drawn]:
    """Give the newest drawing of a layer and its tag; under pressure the one before, while that lasts.

    It is the same for all that is wanted of it but another day or revision.
    """
    tagged = asked.tag.removesuffix(f"-{asked.wanted.key}") if asked.wanted.key else asked.tag
    scope, dated = tagged.rpartition("-")[2], asked.wanted.dated
    question, before = ("drawn", layer, tagged, dated), house.drawn.get((layer, scope, dated))

    def make() -> tuple[str, Drawn]:
        made = tagged, draw(house, viewer, layer, asked.wanted)
        if len(house.drawn) > MOST_DRAWN:
            house.drawn.clear()
        house.drawn[layer, scope, dated] = question
        return made

    def instead() -> tuple[str, Drawn] | None:
        return house.recent.find(before) if before is not None and asked.is_pressed() else None

    return house.recent.get(question, make, instead)


def _packed(content: bytes) -> Packed:
    if len(content) < WORTH_PACKING:
        return Packed(content, is_packed=False)
    return Packed(gzip.compress(content, PACKING_LEVEL, mtime=0), is_packed=True)


@dataclass(frozen=True, slots=True)
class Layers:
    """The map's layers as one viewer sees them.

    Attributes
    ----------
    house
        Where records are.
    viewer
        Who looks.
    """

    house: House
    viewer: Viewer

    def tag(
        self, layer: str, address: tuple[int, int, int], wanted: Choice = EVERYTHING
    ) -> tuple[int, Asked]:
        """Give the newest revision and a tile's tag, at one look at the store; errors as `tag`."""
        return tag(self.house, self.viewer, layer, address, wanted=wanted)

    def tile(self, layer: str, address: tuple[int, int, int], asked: Asked) -> tuple[Packed, str]:
        """Give a tile and its tag; that there is such a tile was proven when its tag was asked for."""
        return tile(self.house, self.viewer, layer, address, asked=asked)

    def warm(self) -> None:
        """Draw every layer, so that the first who looks does not wait for it."""
        for layer in LAYERS:
            _, asked = self.tag(layer, (0, 0, 0))
            self.tile(layer, (0, 0, 0), asked)
