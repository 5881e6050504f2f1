"""What a new ledger means for the records already known: which row is which record, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_registry.core.ledger.duplicates import normal_name
from geo_registry.core.space.geodesy import distance_azimuth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


SAME_PLACE_M = 100.0
"""A row without code and USCC is a known record of the same name and township within this distance, in metres
(contract, "one row again")."""

SAME_POSITION_DEG = 2e-7
"""Two positions that differ by less in longitude and latitude (2 cm) are one: what 7 decimals can tell."""


def match(new: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> pd.Series[str]:
    """Find the record each row speaks of.

    By (kind, code, order among equal codes), first among those of the district that the row names: two
    districts may have given one code. A row without a code by (kind, USCC); a row with neither by kind,
    normalised name and township within `SAME_PLACE_M`. A record is taken once. A record that has a code is
    only found by it, unless the row has none.

    Parameters
    ----------
    new
        Canonical frame of the rows, WGS 84.
    known
        Canonical frame of today's records of the same kinds, WGS 84.

    Returns
    -------
    pandas.Series
        ``id`` of the record for each row, missing for a new thing; index as `new`.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> known = conform(pd.DataFrame({"id": ["r1"], "kind": ["kiln"], "code": ["K-1"]}))
    >>> new = conform(pd.DataFrame({"kind": ["kiln"] * 2, "code": ["K-2", "K-1"]}))
    >>> match(new, known).tolist()
    [nan, 'r1']
    """
    found = pd.Series([None] * len(new), index=new.index, dtype="str")
    for keys_of in (_district_keys, _code_keys, _uscc_keys):
        found = found.fillna(_matched_by(keys_of, new[found.isna()], _free(known, found)))
    return found.fillna(_matched_by_name(new[found.isna()], _free(known, found)))


def _free(known: gpd.GeoDataFrame, found: pd.Series[str]) -> gpd.GeoDataFrame:
    return known[~known["id"].isin(found.dropna())]


def _district_keys(frame: gpd.GeoDataFrame) -> pd.Series[str]:
    own = frame[frame["code"].notna() & frame["district"].notna()].sort_values("code_no", kind="stable")
    keys = own["kind"] + "\x1f" + own["code"] + "\x1f" + own["district"]
    return (keys + "\x1f" + keys.groupby(keys).cumcount().astype("str")).reindex(frame.index)


def _code_keys(frame: gpd.GeoDataFrame) -> pd.Series[str]:
    keys = frame["kind"] + "\x1f" + frame["code"] + "\x1f" + frame["code_no"].astype("str")
    return keys.where(frame["code"].notna())


def _uscc_keys(frame: gpd.GeoDataFrame) -> pd.Series[str]:
    keys = frame["kind"] + "\x1f" + frame["uscc"]
    return keys.where(frame["uscc"].notna() & ~keys.duplicated(keep=False))


def _matched_by(
    keys_of: Callable[[gpd.GeoDataFrame], pd.Series[str]], new: gpd.GeoDataFrame, known: gpd.GeoDataFrame
) -> pd.Series[str]:
    theirs, ours = keys_of(new).dropna(), keys_of(known).dropna()
    theirs, ours = theirs[~theirs.duplicated()], ours[~ours.duplicated()]
    place = pd.Series(ours.index, index=ours.to_numpy())
    hits = theirs[theirs.isin(place.index)]
    rows = known.loc[place.loc[hits].to_numpy()]
    if keys_of is _uscc_keys:
        codeless = new.loc[hits.index, "code"].isna().to_numpy() | rows["code"].isna().to_numpy()
        hits, rows = hits[codeless], rows[codeless]
    return pd.Series(rows["id"].to_numpy(), index=hits.index, dtype="str")


def _matched_by_name(new: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> pd.Series[str]:
    nameless = new[new["code"].isna() & new["uscc"].isna()]
    candidates: dict[str, list[int]] = {}
    for at, key in zip(known.index, _name_keys(known) if len(nameless) else (), strict=False):
        candidates.setdefault(key, []).append(at)
    found: dict[int, str] = {}
    for row, key in zip(nameless.index, _name_keys(nameless), strict=True):
        free = candidates.get(key, [])
        hit = next((at for at in free if _same_place(new.geometry[row], known.geometry[at])), None)
        if hit is not None:
            found[row] = str(known.loc[hit, "id"])
            free.remove(hit)
    return pd.Series(found, dtype="str")


def _name_keys(frame: gpd.GeoDataFrame) -> pd.Series[str]:
    names = frame["name"].fillna("").map(normal_name)
    return frame["kind"] + "\x1f" + names + "\x1f" + frame["township"].fillna("")


def _same_place(one: shapely.Geometry | None, other: shapely.Geometry | None) -> bool:
    if one is None or other is None:
        return one is None and other is None
    a, b = shapely.centroid(one), shapely.centroid(other)
    distance_m, _ = distance_azimuth(a.x, a.y, b.x, b.y)
    return bool(np.all(distance_m <= SAME_PLACE_M))


def carry_over(new: gpd.GeoDataFrame, old: gpd.GeoDataFrame, given: Iterable[str]) -> gpd.GeoDataFrame:
    """Keep what is known of a record where the new ledger has no such column.

    Parameters
    ----------
    new
        Rows of the ledger, canonical.
    old
        The records they speak of, row for row, canonical.
    given
        Columns the ledger has.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows with every other column taken from `old`.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> old = conform(pd.DataFrame({"id": ["r1"], "name": ["甲"], "owner": ["某公司"]}))
    >>> new = conform(pd.DataFrame({"name": ["乙"]}))
    >>> carry_over(new, old, ["name"])[["name", "owner"]].values.tolist()
    [['乙', '某公司']]
    """
    kept = [
        name for name in old.columns if name not in set(given) | {"id", "version", "kind", "batch", "row"}
    ]
    merged = new.copy()
    for name in kept:
        merged[name] = old[name].to_numpy() if name == "geometry" else old[name].array
    return merged


def keep_places(new: gpd.GeoDataFrame, old: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the known position, and how it was first sent, where a ledger says nothing new of it.

    Nothing new is a blank, or the same place to `SAME_POSITION_DEG`: a rounded copy of what is known.

    Parameters
    ----------
    new
        Rows of the ledger, canonical.
    old
        The records they speak of, row for row, canonical.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows with position, datum and numbers as sent taken from `old` where they are no news.

    Examples
    --------
    >>> from geo_registry.core.frame import conform
    >>> place = {"geometry": [shapely.Point(114, 33.5)], "datum": ["gcj02"], "x_given": ["114.006"]}
    >>> again = {"geometry": [shapely.Point(114, 33.50000001)], "datum": ["wgs84"]}
    >>> kept = keep_places(conform(pd.DataFrame(again)), conform(pd.DataFrame(place)))
    >>> kept["datum"].item(), kept.geometry.item().y
    ('gcj02', 33.5)
    """
    here, there = np.asarray(new.geometry.array, dtype=object), np.asarray(old.geometry.array, dtype=object)
    same = shapely.equals_exact(here, there, SAME_POSITION_DEG, normalize=True) | shapely.is_missing(here)
    kept = new.copy()
    for name in ("datum", "x_given", "y_given"):
        kept[name] = new[name].where(~same, old[name].to_numpy())
    shapes = gpd.GeoSeries(np.where(same, there, here), index=new.index, crs=new.crs)
    return kept.set_geometry(shapes)


@dataclass(frozen=True, slots=True)
class SortedRows:
    """Rows of a ledger by what they mean: index labels of the rows."""

    new: Sequence[int]
    updated: tuple[int, ...]
    unchanged: tuple[int, ...]


def sort_rows(
    matched: pd.Series[str], contents: Sequence[tuple[object, ...]], known: dict[str, tuple[object, ...]]
) -> SortedRows:
    """Tell new, updated and unchanged rows apart.

    Parameters
    ----------
    matched
        From `match`.
    contents
        What each row says, comparable, in the order of `matched`.
    known
        What each known record says, by id.

    Examples
    --------
    >>> matched = pd.Series([None, "r1", "r2"], dtype="str")
    >>> sort_rows(matched, [("a",), ("b",), ("c",)], {"r1": ("b",), "r2": ("x",)})
    SortedRows(new=(0,), updated=(2,), unchanged=(1,))
    """
    new: list[int] = []
    updated: list[int] = []
    unchanged: list[int] = []
    for row, record_id, content in zip(matched.index, matched, contents, strict=True):
        if pd.isna(record_id):
            new.append(row)
        elif known[record_id] == content:
            unchanged.append(row)
        else:
            updated.append(row)
    return SortedRows(tuple(new), tuple(updated), tuple(unchanged))
