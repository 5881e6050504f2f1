"""Values and places put together as canonical rows; what no field took goes along as it was sent."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geo_registry.core.frame import conform
from geo_registry.core.kinds import Kind
from geo_registry.core.ledger.headings import Heading, words_of_kind
from geo_registry.core.ledger.reading.cell import key_of
from geo_registry.core.ledger.reading.fields import pack_extra
from geo_registry.core.ledger.reading.positions import Placed
from geo_registry.core.ledger.validate.placing import has_shapes
from geo_registry.core.ledger.validate.written import WKT
from geo_registry.core.raw import ROW


def canonical_rows(
    heading: Heading, kind: Kind, values: Mapping[str, pd.Series], *, datum: str | None, placed: Placed | None
) -> gpd.GeoDataFrame:
    """Make a canonical frame of every row of a layer, good or not.

    Parameters
    ----------
    heading
        What the columns mean, and the rows of data.
    kind
        Kind of every row: its default status stands where none is given.
    values
        Values by field name; a blank name becomes the code.
    datum
        Datum the coordinates were sent in.
    placed
        Where the rows lie, or None where there are no places.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), Symbol("circle", "#000000"), (), "none", ())
    >>> heading = Heading({}, {0: "组别"}, (1,), (), 1, pa.table({"c0": ["三组"], "_row": [2]}))
    >>> values = {"code": pd.Series(["K1"], dtype="str")}
    >>> rows = canonical_rows(heading, kind, values, datum=None, placed=None)
    >>> rows.loc[0, ["code", "name", "status", "extra"]].tolist()
    ['K1', 'K1', 'registered', '{"组别": "三组"}']
    """
    count = heading.body.num_rows
    nothing = pd.Series(None, index=range(count), dtype="str")
    columns = dict(values)
    columns["name"] = columns.get("name", nothing).fillna(columns.get("code", nothing))
    columns["status"] = columns.get("status", nothing).fillna(kind.default_status)
    columns["extra"] = pack_extra(_untaken(heading, kind, placed), count)
    geometry = np.full(count, None, dtype=object)
    if placed:
        geometry = placed.geometry
        columns |= {"x_given": placed.x_given, "y_given": placed.y_given}
        there = ~np.isnan(placed.lon) if placed.lon is not None else ~shapely.is_missing(geometry)
        columns["datum"] = nothing.mask(there, datum)
    rows = pd.DataFrame(columns, index=range(count))
    return conform(
        rows.assign(kind=kind.name, row=heading.body[ROW].to_numpy(), geometry=geometry), kind.fields
    )


def _untaken(heading: Heading, kind: Kind, placed: Placed | None) -> dict[str, pa.StringArray]:
    """Give the cells that no field took, coordinates that count for nothing and strange categories too."""
    used = {"lon", "lat", WKT} if placed and not has_shapes(heading.body) else set()
    inputs = {
        at: name for at, name in heading.columns.items() if kind.field(name) is None and name not in used
    }
    cells = {
        name: heading.body[f"c{at}"].combine_chunks() for at, name in {**heading.extra, **inputs}.items()
    }
    if "category" in inputs.values():
        own = words_of_kind(kind)
        said = [text for text in cells["category"].unique().to_pylist() if text and key_of(text) in own]
        known = pc.is_in(cells["category"], pa.array(said, pa.string()))
        cells["category"] = pc.if_else(known, None, cells["category"])
    return cells
