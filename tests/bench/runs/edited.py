"""Ours: what follows an edit, before anybody is shown what was."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
from pyproj import Geod

import geo_registry as gr
from geo_registry.publish.tiles import world
from geo_registry.registry import Registry
from geo_registry.registry.editing.orders import Edit
from geo_registry.registry.seeing import numbers
from tests.bench.child import Ready

STATION = "0000A"
ZOOM = 14
STEP_DEG = 0.0005


class _Editor:
    """Moves one of the sources round a station to and fro, by a commit each time."""

    def __init__(self, url: str, reader: Registry) -> None:
        self._registry = gr.open(url)
        pairs = reader.audit(question=gr.Question(stations=(STATION,), status="all")).pairs
        self.source = str(pairs["source_id"].iloc[0])
        self._number = count()
        found = reader.record(self.source)
        self._place = found["geometry"].x, found["geometry"].y

    @property
    def place(self) -> tuple[float, float]:
        """Where the source is now, degrees."""
        found = self._registry.record(self.source)
        return float(found["geometry"].x), float(found["geometry"].y)

    def __call__(self) -> None:
        """Move it."""
        lon, lat = self._place
        version = int(self._registry.record(self.source)["version"])
        lat += STEP_DEG * (next(self._number) % 2 + 1)
        there = Edit({"lon": lon, "lat": lat, "datum": "wgs84"}, reason="bench")
        self._registry.editing.edit(self.source, there, version=version)


def audit(url: str) -> Ready:
    """Ask another process's registry for the audit of the station, after an edit."""
    reader = gr.open(url)
    editor, question = _Editor(url, reader), gr.Question(stations=(STATION,), status="all")
    station = reader.stations().set_index("code").loc[STATION].geometry

    def judge(found: gr.Audit) -> dict[str, Any]:
        row = found.pairs.set_index("source_id").loc[editor.source]
        exact = Geod(ellps="WGS84").inv(station.x, station.y, *editor.place)[2]
        return {"pairs": len(found.pairs), "off_m": abs(float(str(row["distance_m"])) - exact)}

    return Ready(lambda: reader.audit(question=question), judge, before=editor)


def standing(url: str) -> Ready:
    """Bring the records in numbers up to date after an edit."""
    reader = gr.open(url)
    house = reader._house  # noqa: SLF001 (below any door)
    editor = _Editor(url, reader)

    def judge(found: Any) -> dict[str, Any]:  # noqa: ANN401 (what stands)
        return {"gone": len(found.gone), "fresh": len(found.fresh)}

    return Ready(lambda: numbers.standing(house, house.revision()), judge, before=editor)


def tile(url: str) -> Ready:
    """Ask for the tile that the source moved within, after an edit, until it shows the source."""
    reader = gr.open(url)
    editor, layers = _Editor(url, reader), reader.layers
    layers.warm()
    x, y = (int(axis[0] * 2.0**ZOOM) for axis in world(*(np.array([one]) for one in editor.place)))
    tags: list[str] = []

    def work() -> bytes:
        _, asked = layers.tag("sources", (ZOOM, x, y))
        packed, tag = layers.tile("sources", (ZOOM, x, y), asked)
        tags.append(tag)
        return packed.plain

    def judge(content: bytes) -> dict[str, Any]:
        return {"shows_it": editor.source.encode() in content, "each_its_tag": len(set(tags)) == len(tags)}

    return Ready(work, judge, before=editor)


def edit(url: str) -> Ready:
    """Move a source, from the order to the commit on the disk."""
    reader = gr.open(url)
    work: Callable[[], object] = _Editor(url, reader)
    return Ready(work)
