"""Ours: a store opened for the first time, when nothing is kept beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geo_registry import catalog
from geo_registry.core.census import Census
from geo_registry.live import kept
from geo_registry.registry.house import House, wall_clock
from geo_registry.registry.seeing import numbers
from geo_registry.settings import Settings
from geo_registry.store import connect
from tests.bench.child import Ready


def first(folder: str, size: int, url: str) -> Ready:
    """Read all records of a store in numbers; what was read is then kept for the other subjects.

    Parameters
    ----------
    folder
        Where it is kept, under ``kept-<size>`` its path.
    size
        Sources.
    url
        The store; what is kept beside it goes.
    """
    store, settings = connect(url), Settings()
    house = House(store, catalog.load(settings.layers), settings, wall_clock, store.commit_at(0))
    if store.beside is not None:
        for path in sorted(store.beside.glob("**/*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    def judge(found: Census) -> dict[str, Any]:
        mark = kept.Mark(store.revision(), store.head().hash, house.catalog.digest)
        path = kept.keep(found, Path(folder) / f"live-{size}", mark)
        (Path(folder) / f"kept-{size}").write_text(str(path), encoding="utf-8")
        return {"records": len(found), "kept_mb": sum(file.stat().st_size for file in path.iterdir()) / 1e6}

    return Ready(lambda: numbers.standing(house, store.revision()).base, judge, store.close)
