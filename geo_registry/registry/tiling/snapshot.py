"""All tiles of some layers as one file, for a map that is shown where no registry runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.errors import ValueRefused
from geo_registry.live.points.morton import BITS
from geo_registry.publish import pmtiles
from geo_registry.registry.choosing import Choice
from geo_registry.registry.tiling.drawing import Drawn, box, encode
from geo_registry.registry.tiling.rows import LAYERS, bounds, draw, narrowed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House

DEEPEST = 14
"""Deepest zoom of a snapshot; maps enlarge its tiles beyond, as ours does."""


def snapshot(
    house: House,
    viewer: Viewer,
    layers: Sequence[str],
    *,
    wanted: Choice,
    said: Mapping[str, object],
) -> bytes:
    """Write the tiles of some layers, zoom 0 to `DEEPEST`, as a PMTiles archive.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks; what is not seen is in no tile.
    layers
        Some of `LAYERS`; a tile holds all of them.
    wanted
        What of them is wanted, settled.
    said
        What the archive says of itself beside its layers.

    Raises
    ------
    ValueRefused
        ``EXPORT_EMPTY`` where not one tile holds anything.
    """
    whole = {layer: draw(house, viewer, layer, wanted) for layer in layers}
    drawn = {layer: narrowed(house, viewer, layer, one, wanted=wanted) for layer, one in whole.items()}
    made = list(_tiles(drawn, wanted))
    if not made:
        raise ValueRefused("EXPORT_EMPTY", value=", ".join(wanted.kinds or layers))
    described = [
        {"id": layer, "fields": dict.fromkeys(LAYERS[layer], ""), "minzoom": 0, "maxzoom": DEEPEST}
        for layer in layers
    ]
    metadata = {"name": "-".join(layers), "format": "pbf", "vector_layers": described, **said}
    around = bounds(house, viewer)
    return pmtiles.archive(made, pmtiles.Described(around, (0, DEEPEST), metadata))


def _tiles(drawn: Mapping[str, Drawn], wanted: Choice) -> Iterator[tuple[int, bytes]]:
    """Give the number and content of each tile that is not empty, in ascending order."""
    every = zip(*(_addresses(one) for one in drawn.values()), strict=True)
    for z, parts in enumerate(every):
        columns, rows = np.unique(np.concatenate(parts, axis=1), axis=1)
        numbers = pmtiles.tile_ids(z, columns, rows)
        for at in np.argsort(numbers):
            address = z, int(columns[at]), int(rows[at])
            content = b"".join(encode(layer, one, address, wanted) for layer, one in drawn.items())
            if content:
                yield int(numbers[at]), content


def _addresses(drawn: Drawn) -> Iterator[NDArray[np.int64]]:
    """Give columns and rows, shape ``(2, tiles)``, of the tiles of each zoom in which something may lie."""
    points = drawn.points.now()
    outlined = np.zeros((2, 1), dtype=np.int64)
    for z in range(DEEPEST + 1):
        outlined = _meeting(drawn, z, outlined)
        prefix = points.codes >> np.uint64(2 * (BITS - z)) if z else points.codes * 0
        first = np.flatnonzero(np.diff(prefix, prepend=~prefix[:1]))
        corner = [axis[first].astype(np.int64) >> (BITS - z) for axis in (points.x, points.y)]
        yield np.concatenate([np.stack(corner), outlined], axis=1)
        outlined = np.repeat(outlined * 2, 4, axis=1) + np.tile(
            [[0, 0, 1, 1], [0, 1, 0, 1]], outlined.shape[1]
        )


def _meeting(drawn: Drawn, z: int, tiles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep the tiles that the box of a line or polygon meets."""
    if drawn.outlines is None:
        return tiles[:, :0]
    found = drawn.outlines.by_box.meeting
    kept = [len(found(box((z, int(x), int(y))))) > 0 for x, y in tiles.T]
    return tiles[:, np.array(kept, dtype=bool)]
