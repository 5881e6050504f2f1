"""Exports: the same rows as the map and the audit, as files."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_registry.core.bounds import EVERYTHING, Bounds
from geo_registry.core.census import hexed, numbered
from geo_registry.core.frame import CRS
from geo_registry.errors import ValueRefused
from geo_registry.publish import export as exports
from geo_registry.publish import pmtiles
from geo_registry.publish.export import Exported, ExportRequest, Stamp
from geo_registry.publish.scope import scope_of
from geo_registry.registry import audits, records, seeing, tiling
from geo_registry.registry.audits import DEFAULT_RINGS_M, Question
from geo_registry.registry.choosing import ALL as ANY
from geo_registry.registry.choosing import SOURCES, Choice, chosen_ids
from geo_registry.registry.seeing import many

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Language
    from geo_registry.registry.house import House

PMTILES = "pmtiles"
FORMS = (*exports.FORMATS, PMTILES)
"""Formats of an export; the last one holds the map's tiles in one file."""
WHOLE = ("crs", "datum", "station", "ring")
"""What of an order does not go with tiles."""
RINGS, UNLOCATED, ALL = "rings", "unlocated", "all"
"""Words that may stand for a kind in an export."""


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is asked of an export.

    Attributes
    ----------
    kind
        Kinds, comma-separated, ``sources``, ``all``, ``rings`` or ``unlocated``.
    form
        ``shp | gpkg | geojson | parquet | csv | xlsx | pmtiles``.
    crs, datum, encoding, names
        See `publish.export.ExportRequest`.
    status, priorities, flagged, overdue, districts, townships, text, bbox, near, within
        Only such records, as `Choice` has them.
    station, ring
        Only sources in the ring of that radius in metres round that station.
    rings_m
        Radii in metres for ``rings``.
    on
        Valid at; None for today.
    as_of
        Revision, or the day at whose end it was the newest; None for the newest of all.
    lang
        Language of labels.
    """

    kind: str = ALL
    form: str = "gpkg"
    crs: str | None = None
    datum: str | None = None
    encoding: str = "utf-8"
    names: str = "ascii"
    status: str = ANY
    priorities: tuple[str, ...] = ()
    flagged: bool = False
    overdue: bool = False
    districts: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    text: str = ""
    bbox: tuple[float, float, float, float] | None = None
    near: tuple[float, float, float] | None = None
    within: tuple[float, ...] | None = None
    station: str | None = None
    ring: float | None = None
    rings_m: tuple[float, ...] = DEFAULT_RINGS_M
    on: date | None = None
    as_of: int | date | None = None
    lang: Language = "zh"

    @property
    def choice(self) -> Choice:
        """What is chosen, whatever its kind."""
        return Choice(**{name: getattr(self, name) for name in _CHOSEN})

    def choosing(self, choice: Choice) -> ExportOrder:
        """Give the order for what a choice leaves; of its kinds, if it names any."""
        said = {name: getattr(choice, name) for name in _CHOSEN}
        return replace(self, kind=",".join(choice.kinds) or self.kind, **said)


_CHOSEN = tuple(one.name for one in fields(Choice) if one.name != "kinds")


def export(house: House, viewer: Viewer, order: ExportOrder) -> Exported:
    """Write the rows that were asked for as a file.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    order
        What is asked.

    Raises
    ------
    ValueRefused
        If a kind, format, datum, box, ring or word of the choice is not one.
    NotFound
        If the station is unknown.
    NotAllowed
        If a past revision is asked for without a right to the history.
    SignInNeeded
        ``COUNTS_ONLY`` for sources and assets where only counts are shown.
    """
    if (order.station is None) != (order.ring is None) and order.kind != RINGS:
        raise ValueRefused("STATION_AND_RING", value=order.station or order.ring)
    if order.form not in FORMS:
        raise ValueRefused("FORMAT_UNKNOWN", value=order.form, expected=", ".join(FORMS))
    revision = seeing.at(house, viewer, order.as_of)
    dated = replace(order.choice, on=order.on or house.today, as_of=revision)
    settled = order.choosing(dated.settled(house, viewer))
    if order.form == PMTILES:
        return _snapshot(house, viewer, settled, revision)
    frames = _rings(house, viewer, settled) if order.kind == RINGS else _frames(house, viewer, settled)
    if not frames:
        raise ValueRefused("EXPORT_EMPTY", value=order.kind)
    bounds = viewer.bounds if _closed(house, frames) else EVERYTHING
    return exports.export(frames, house.catalog, _request(settled, frames, revision, bounds=bounds))


def _snapshot(house: House, viewer: Viewer, order: ExportOrder, revision: int) -> Exported:
    """Write the tiles of the layer that a kind is drawn in, or of all layers, as one file."""
    for option in WHOLE:
        if getattr(order, option) is not None:
            raise ValueRefused("TILES_WHOLE", option=option)
    kinds = () if order.kind in {ALL, RINGS, UNLOCATED} else _kinds(house, order.kind)
    if _closed(house, kinds):
        seeing.must_see_each(viewer)
    layers = {ALL: tuple(tiling.LAYERS), RINGS: (RINGS,)}.get(order.kind) or tiling.layers_of(house, kinds)
    wanted = replace(order.choice, kinds=kinds)
    said = {"revision": revision, "catalog": house.catalog.digest, "on": str(order.on)}
    said |= {
        "synthetic": records.any_synthetic(house, viewer, revision),
        **scope_of(viewer.bounds, order.lang),
    }
    content = tiling.snapshot(house, viewer, layers, wanted=wanted, said=said)
    name = kinds[0] if len(kinds) == 1 else {ALL: "registry"}.get(order.kind, order.kind)
    return Exported(f"{name}_r{revision}.{PMTILES}", pmtiles.MEDIA_TYPE, content)


def _closed(house: House, layers: Iterable[str]) -> bool:
    """Tell whether a layer holds what not everyone sees."""
    return any(name == UNLOCATED or name in house.catalog.of_role("source", "asset") for name in layers)


def _request(
    order: ExportOrder, frames: dict[str, gpd.GeoDataFrame], revision: int, *, bounds: Bounds
) -> ExportRequest:
    synthetic = any("synthetic" in rows and bool(rows["synthetic"].any()) for rows in frames.values())
    asked = {name: getattr(order, name) for name in ("kind", "station", "ring")}
    parameters = {name: str(value) for name, value in asked.items() if value is not None}
    parameters |= dict(replace(order.choice, as_of=None).query) | scope_of(bounds, order.lang)
    stamp = Stamp(revision, synthetic, parameters)
    return ExportRequest(order.form, stamp, order.crs, order.datum, order.encoding, order.names, order.lang)


def _rings(house: House, viewer: Viewer, order: ExportOrder) -> dict[str, gpd.GeoDataFrame]:
    revision, on = house.revision(order.as_of), order.on or house.today
    codes = (order.station,) if order.station else ()
    radii = order.rings_m if order.ring is None else (order.ring,)
    found = records.stations(house, viewer, revision, on=on, wanted=(codes, audits.NATIONAL))
    made = audits.rings(found, radii)
    synthetic = found.set_index("id")["synthetic"].reindex(made["station_id"]).fillna(value=False)
    return {RINGS: made.assign(synthetic=synthetic.to_numpy(dtype=bool))}


def _frames(house: House, viewer: Viewer, order: ExportOrder) -> dict[str, gpd.GeoDataFrame]:
    kinds = _kinds(house, order.kind)
    if order.kind != ALL and _closed(house, kinds):
        seeing.must_see_each(viewer)
    chosen = _chosen(house, viewer, kinds, order)
    if order.kind == UNLOCATED:
        missing = [rows[rows.geometry.isna()] for rows in chosen.values()]
        joined = pd.concat([rows for rows in missing if len(rows)] or missing[:1], ignore_index=True)
        return {UNLOCATED: gpd.GeoDataFrame(joined, geometry="geometry", crs=CRS)}
    # one kind that was named is written with its columns though it be empty
    return {name: rows for name, rows in chosen.items() if len(rows) or len(chosen) == 1}


def _kinds(house: House, kind: str) -> tuple[str, ...]:
    if kind in {ALL, UNLOCATED}:
        return house.catalog.of_role("source", "station", "asset", "zone")
    named = [part.strip() for part in kind.split(",")]
    every = [
        house.catalog.of_role("source") if one == SOURCES else (records.of_kind(house, one).name,)
        for one in named
    ]
    return tuple(dict.fromkeys(name for names in every for name in names))


def _chosen(
    house: House, viewer: Viewer, kinds: tuple[str, ...], order: ExportOrder
) -> dict[str, gpd.GeoDataFrame]:
    """Give by kind the rows that are chosen and, where a ring is asked for, lie in it."""
    on, revision = order.on or house.today, house.revision(order.as_of)
    ids = _wanted_ids(house, viewer, kinds, order)
    if ids is not None and len(ids) <= many.AT_ONCE and not many.is_whole(house, viewer.bounds, revision):
        known = many.of_each(house, viewer.bounds, kinds, revision=revision, ids=ids)
    else:
        known = {name: records.frame(house, viewer, name, revision) for name in kinds}
    chosen = {name: records.valid_on(rows, on) for name, rows in known.items()}
    if ids is not None:
        wanted = hexed(ids)
        chosen = {name: rows[rows["id"].isin(wanted)] for name, rows in chosen.items()}
    dropped = ["known_from", "known_to"]
    return {
        name: rows.drop(columns=dropped, errors="ignore").reset_index(drop=True)
        for name, rows in chosen.items()
    }


def _wanted_ids(
    house: House, viewer: Viewer, kinds: tuple[str, ...], order: ExportOrder
) -> NDArray[np.uint64] | None:
    """Name the records that an order leaves, by the numbers that ids write; None where it leaves all."""
    ids = None
    if order.choice != Choice(on=order.on, as_of=order.as_of):
        ids = chosen_ids(house, viewer, kinds, replace(order.choice, kinds=kinds))
    if order.station is not None:
        inside = numbered(_ids_in_ring(house, viewer, order))
        ids = inside if ids is None else np.intersect1d(ids, inside)
    return ids


def _ids_in_ring(house: House, viewer: Viewer, order: ExportOrder) -> pd.Series[str]:
    question = Question(
        (str(order.station),), status="all", rings_m=(float(order.ring or 0),), on=order.on, as_of=order.as_of
    )
    return audits.answered(house, viewer, audits.filled(house, question)).pairs["source_id"]
