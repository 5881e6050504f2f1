"""Refused rows as the sender gets them back, and a mended sheet of them recognised when it comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from geo_registry.core.ledger.validate import has_shapes
from geo_registry.core.raw import GEOMETRY, ROW
from geo_registry.publish.refused import SHAPE
from geo_registry.store.arrivals import RefusedRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_registry.core.kinds import Catalog
    from geo_registry.core.ledger.headings import Heading
    from geo_registry.core.raw import RawLayer
    from geo_registry.registry.importing.ledgers import Ledger, Part

LEVELS = "\n"
"""Stands between the rows of a heading that are merged above each other; no cleaned cell holds it."""
THEIRS = "原表"
"""Stands before a heading of theirs that would say again what a place of ours says."""
AXES = ("lon", "lat")


def refused_rows(ledger: Ledger, catalog: Catalog) -> tuple[RefusedRow, ...]:
    """Collect the rows that were refused, cell by cell as they were sent.

    Parameters
    ----------
    ledger
        The checked file.
    catalog
        Says what the columns of positions are called.
    """
    return tuple(row for part in ledger.parts for row in _rows_of(part, catalog))


def _rows_of(part: Part, catalog: Catalog) -> Iterator[RefusedRow]:
    if not part.checked.refused:
        return
    numbers = pa.array(part.checked.refused, pa.int64())
    body = part.raw.cells.filter(pa.compute.is_in(part.raw.cells[ROW], numbers))
    columns = [*_cells(part, body), *_places(body, catalog)]
    for at, row in enumerate(body[ROW].to_pylist()):
        cells = tuple((heading, field, texts[at]) for heading, field, texts in columns)
        yield RefusedRow(part.layer, row, cells)


_Column = tuple[str, str | None, list[str | None]]


def _cells(part: Part, body: pa.Table) -> list[_Column]:
    shapes = has_shapes(body)
    found = []
    for at in range(sum(name[:1] == "c" for name in body.column_names)):
        heading, field = _said(part.raw, part.heading, at), part.heading.columns.get(at)
        texts = body[f"c{at}"].to_pylist()
        if shapes and field in AXES:
            heading, field = f"{THEIRS}{heading}", None
        if heading.strip(LEVELS) or any(texts):
            found.append((heading, field, texts))
    return found


def heading_text(layer: RawLayer, heading: Heading, at: int) -> str:
    """Give the sender's heading of a column: of merged ones the innermost.

    Parameters
    ----------
    layer
        The sheet as it was read.
    heading
        Where its headings stand.
    at
        The column.
    """
    return next((text for text in reversed(_said(layer, heading, at).split(LEVELS)) if text), "")


def _said(layer: RawLayer, heading: Heading, at: int) -> str:
    if layer.headings is not None:
        return layer.headings[at]
    rows = layer.cells.filter(pa.compute.is_in(layer.cells[ROW], pa.array(heading.rows, pa.int64())))
    return LEVELS.join(" ".join((text or "").split()) for text in rows[f"c{at}"].to_pylist())


def _places(body: pa.Table, catalog: Catalog) -> list[_Column]:
    """Write points as two columns, other shapes as text that is only to be looked at."""
    if GEOMETRY not in body.column_names:
        return []
    shapes = shapely.from_wkb(np.array(body[GEOMETRY].to_pylist(), dtype=object), on_invalid="ignore")
    point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    labels = {field.name: field.label.zh for field in catalog.inputs}
    axes: list[_Column] = [
        (labels[name], name, _texts(numbers, point))
        for name, numbers in zip(AXES, (shapely.get_x(shapes), shapely.get_y(shapes)), strict=True)
    ]
    others = ~point & ~shapely.is_missing(shapes)
    wkt = shapely.to_wkt(shapes, rounding_precision=-1)
    drawn = [str(text) if each else None for text, each in zip(wkt, others, strict=True)]
    return [*axes, (SHAPE, "geometry", drawn)] if others.any() else axes


def _texts(numbers: Any, there: Sequence[bool]) -> list[str | None]:  # noqa: ANN401 (an array of floats)
    return [repr(float(number)) if each else None for number, each in zip(numbers, there, strict=True)]
