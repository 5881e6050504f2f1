"""The narrow view told as rows again: what an audit needs of each record, as it can leave the process."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_registry.core.census.columns import OPEN_DAY, Census, Codes, hexed
from geo_registry.core.frame import CRS


def frame_of(census: Census) -> gpd.GeoDataFrame:
    """Give records as rows that an audit can be made of, and of which `census_of` makes the same census.

    Parameters
    ----------
    census
        Records.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, the columns of `Census.states` and `Census.areas`, ``accuracy_m``, ``valid_from``,
        ``valid_to``, ``synthetic`` and ``geometry`` (WGS 84), in the census's order; codes and names are not
        in it.

    Examples
    --------
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> from geo_registry.core.kinds import Catalog
    >>> kilns = pd.DataFrame({"id": [f"{n:016x}" for n in (7, 8)], "kind": "kiln"})
    >>> rows = conform(kilns.assign(valid_to=["2026-01-01", None]))
    >>> told = frame_of(census_of(rows, Catalog({}, (), (), (), (), {}, "")))
    >>> told[["id", "kind"]].to_dict("records")[0], told["valid_to"].dt.year.tolist()
    ({'id': '0000000000000007', 'kind': 'kiln'}, [2026.0, nan])
    """
    rows = census.rows
    shapes = np.full(len(census), None, dtype=object)
    count = len(census.grid.key)
    shapes[:count] = shapely.points(rows.lon[:count], rows.lat[:count])
    shapes[census.shaped] = census.shapes
    own = {
        "accuracy_m": rows.accuracy_m,
        "valid_from": _dates(rows.first_day, -OPEN_DAY),
        "valid_to": _dates(rows.last_day, OPEN_DAY),
        "synthetic": rows.synthetic,
    }
    ids = pd.DataFrame({"id": pd.array(hexed(rows.ids), dtype="str"), **own})
    told = [_taken(census.states, rows.state), _taken(census.areas, rows.area)]
    return gpd.GeoDataFrame(pd.concat([ids, *told], axis="columns"), geometry=shapes, crs=CRS)


def _taken(table: pd.DataFrame, places: Codes) -> pd.DataFrame:
    return table.take(places).reset_index(drop=True)


def _dates(days: Codes, otherwise: int) -> NDArray[np.datetime64]:
    """Give days since 1970 as dates; none for what has no bound."""
    dates = days.astype(np.int64).astype("datetime64[D]").astype("datetime64[s]")
    dates[days == otherwise] = np.datetime64("NaT")
    return dates
