"""Audits that several processes or machines work on: today's sources as files, and what was found of each."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo_registry.core import audit as core
from geo_registry.core.audit.rows import located
from geo_registry.core.census import joined, of_kinds, seen
from geo_registry.core.frame import empty
from geo_registry.errors import StoreError, ValueRefused
from geo_registry.registry import audits
from geo_registry.registry.seeing import many
from geo_registry.registry.seeing.numbers import standing
from geo_registry.scale import parts, work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import geopandas as gpd

    from geo_registry.core.access import Viewer
    from geo_registry.core.bounds import Bounds
    from geo_registry.registry.audits import Question
    from geo_registry.registry.house import House
    from geo_registry.scale.work import Table

_EXTRA = ("dask", "distributed", "cryptography")
_FOLDER = "parts"


@dataclass(frozen=True, slots=True)
class Engine:
    """Where an audit is worked on.

    Attributes
    ----------
    scheduler
        Address of a Dask scheduler; None for processes of this machine.
    workers
        How many processes, None for one a core; with a scheduler how many must be there, None for one.
    parts
        Folder for the sources as files, which every worker sees under this path; None for one beside the
        store, or one that is gone afterwards where there is no such place.
    """

    scheduler: str | None = None
    workers: int | None = None
    parts: Path | None = None


def scaled(
    house: House,
    viewer: Viewer,
    settled: Question,
    *,
    engine: Engine,
    into: tuple[Path, Table] | None = None,
) -> core.Audit:
    """Audit on an engine.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    settled
        What is asked, as `audits.settle` let it through.
    engine
        Where it is worked on.
    into
        A folder for the pairs, and what brings them into the columns of its files; None for counts alone.

    Returns
    -------
    Audit
        Without the pairs; without siting and near misses too where only counts are asked.

    Raises
    ------
    StoreError
        ``EXTRA_MISSING``, ``PARTS_UNWRITABLE``, ``PART_CORRUPT``, or as from `scale.cluster.gathered`.
    ValueRefused
        ``ENGINE_TODAY`` for a question about the past; else as from `audits.audit`.
    """
    cluster, revision = _cluster(), house.revision(settled.as_of)
    if revision != house.revision() or viewer.bounds.units:
        raise ValueRefused("ENGINE_TODAY", value=revision)
    stations, request = audits.sited(house, viewer, settled), audits.request_of(house, settled)
    nothing = core.audit(empty(), stations, catalog=house.catalog, request=request)
    placed, zones = located(stations), audits.zones(house, viewer, settled)
    lon, lat = shapely.get_coordinates(placed.geometry.to_numpy()).T
    reach_m = max(request.rings_m[-1], request.rules.siting_m)
    with _folder(house, engine) as folder:
        files = _files(house, viewer.bounds, folder, revision)
        tasks = parts.reached(files, lon, lat, reach_m)
        job = work.Job(placed, zones, house.catalog, request, into)
        found = cluster.gathered(
            work.audit_part, tasks, job, scheduler=engine.scheduler, workers=engine.workers
        )
        made = core.added(nothing, found)
    on: date = settled.on or house.today
    considered = many.totals(house, viewer.bounds, settled.kinds, revision=revision, on=on)
    return made.bounded(viewer.bounds).resting_on(*considered)


def _cluster() -> Any:  # noqa: ANN401 (a module that needs an extra)
    try:
        return import_module("geo_registry.scale.cluster")
    except ImportError as fault:
        if (fault.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise StoreError("EXTRA_MISSING", value="scale") from fault


@contextmanager
def _folder(house: House, engine: Engine) -> Iterator[Path]:
    if engine.parts is not None:
        yield engine.parts.resolve()
    elif house.store.beside is not None:
        yield house.store.beside.resolve() / _FOLDER
    else:
        with TemporaryDirectory() as folder:
            yield Path(folder)


def _files(house: House, bounds: Bounds, folder: Path, revision: int) -> Sequence[parts.Part]:
    """Give today's sources as files; written once for all who see the same."""
    state = [house.store.commit_at(revision).hash, house.catalog.digest, bounds.as_document()]
    key = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]
    known = parts.kept(folder, key)
    if known is not None:
        return known
    now = standing(house, revision)
    kept = np.setdiff1d(np.arange(len(now.base)), now.gone, assume_unique=True)
    census = joined([now.base.at(kept), now.fresh]) if len(now.gone) + len(now.fresh) else now.base
    shown = seen(census, bounds, house.catalog) & of_kinds(census, house.catalog.of_role("source"))

    def titled(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return many.titled(house, rows, revision)

    try:
        return parts.write(census, folder, key, shown=shown, titled=titled, rows=parts.ROWS)
    except OSError as fault:
        raise StoreError("PARTS_UNWRITABLE", value=str(folder), reason=fault.strerror) from fault
