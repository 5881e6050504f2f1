"""Where the rows of a layer lie: in which datum, by which columns, and what a missing place means."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo_registry.core.findings import Finding
from geo_registry.core.kinds import Kind
from geo_registry.core.ledger.headings import Heading
from geo_registry.core.ledger.reading.columns import without_blanks
from geo_registry.core.ledger.reading.positions import Placed, place_geometries, place_points
from geo_registry.core.ledger.tidy import flags
from geo_registry.core.ledger.validate.rules import Rules
from geo_registry.core.ledger.validate.written import WKT, merged, wkb_of
from geo_registry.core.raw import GEOMETRY, RawLayer
from geo_registry.core.space.crs import is_projected, parse_crs
from geo_registry.errors import CRSError, DatumError, FileRefused

CRS_CHARS = 65_536
"""No reference system takes more text; what is longer was never written by a program that knows them."""
_NO_PLACE = ("COORD_MISSING", "GEOM_MISSING")


def has_shapes(body: pa.Table) -> bool:
    """Tell whether rows carry geometries of their own, beside which columns of coordinates count for nothing.

    Parameters
    ----------
    body
        Rows of a raw table.

    Examples
    --------
    >>> has_shapes(pa.table({"c0": ["甲"]}))
    False
    """
    return GEOMETRY in body.column_names and body[GEOMETRY].null_count < body.num_rows


def own_crs(layer: RawLayer) -> str | None:
    """Give the reference system a file states, None where it states none.

    Parameters
    ----------
    layer
        The layer.

    Raises
    ------
    CRSError
        ``CRS_INVALID`` if what the file says is none, ``CRS_UNSUPPORTED``.

    Examples
    --------
    >>> own_crs(RawLayer("表1", ("名称",), pa.table({"c0": ["甲"]}), "EPSG:4490"))
    'cgcs2000'
    """
    if not layer.crs:
        return None
    if len(layer.crs) > CRS_CHARS:
        raise CRSError("CRS_INVALID", value=layer.crs[:100])
    try:
        return parse_crs(layer.crs)
    except CRSError:
        raise
    except DatumError as unknown:
        raise CRSError("CRS_INVALID", value=layer.crs[:100]) from unknown


def datum_of(layer: RawLayer, rules: Rules, *, shapes: bool) -> str:
    """Decide the datum of a layer's coordinates: what was said, else what the file says.

    Parameters
    ----------
    layer
        The layer with its own reference system, or none.
    rules
        What was said. A plane system said wins over the file's; ``wgs84`` or ``cgcs2000`` said of a file
        with a plane system of its own leaves that as it is, ``gcj02`` or ``bd09`` contradicts it.
    shapes
        True where the layer has geometries.

    Raises
    ------
    FileRefused
        ``DATUM_MISSING`` where nobody says; ``CRS_MISSING`` for geometries of a format that could say.
    CRSError
        ``CRS_UNSUPPORTED`` for a plane system said to be GCJ-02 or BD-09.

    Examples
    --------
    >>> from datetime import date
    >>> layer = RawLayer("表1", ("名称",), pa.table({"c0": ["甲"]}), "EPSG:4326")
    >>> datum_of(layer, Rules(date(2026, 1, 1), "GCJ-02"), shapes=True)
    'gcj02'
    """
    own = own_crs(layer)
    if rules.datum is None:
        if own is None:
            code = "CRS_MISSING" if shapes and rules.carries_crs else "DATUM_MISSING"
            raise FileRefused(code, layer=layer.name)
        return own
    said = parse_crs(rules.datum)
    if own is None or is_projected(said) or not is_projected(own):
        return said
    if said in {"gcj02", "bd09"}:
        raise CRSError("CRS_UNSUPPORTED", value=own, name=said)
    return own


def place_rows(
    layer: RawLayer, heading: Heading, kind: Kind, rules: Rules, *, draw: bool = True
) -> tuple[str | None, Placed | None]:
    """Find where the rows of a layer lie.

    Parameters
    ----------
    layer
        The layer with its own reference system, or none.
    heading
        Its columns and rows of data.
    kind
        Kind of the rows: the geometries it may have.
    rules
        Datum and region.
    draw
        False to leave the geometries of points out.

    Returns
    -------
    tuple
        The datum and the places; None and None where the kind or the ledger knows no place.

    Raises
    ------
    FileRefused
        ``DATUM_MISSING`` or ``CRS_MISSING``.

    Examples
    --------
    >>> from datetime import date
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> symbol = Symbol("circle", "#000000")
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), symbol, ("point",), "required", ())
    >>> body = pa.table({"c0": ["114.02"], "c1": ["33.58"]})
    >>> heading = Heading({0: "lon", 1: "lat"}, {}, (1,), (), 2, body)
    >>> rules = Rules(date(2026, 1, 1), "WGS84")
    >>> datum, placed = place_rows(RawLayer("表1", None, body), heading, kind, rules)
    >>> datum, placed.geometry.tolist()
    ('wgs84', [<POINT (114.02 33.58)>])
    """
    if kind.position == "none":
        return None, None
    if has_shapes(heading.body):
        datum = datum_of(layer, rules, shapes=True)
        wkb = heading.body[GEOMETRY].combine_chunks()
        return datum, place_geometries(wkb, datum, rules.region, kind.geometry)
    x, y, texts = (_said(heading, name) for name in ("lon", "lat", WKT))
    if texts.null_count == len(texts) and None in {heading.column("lon"), heading.column("lat")}:
        return None, None
    if x.null_count == y.null_count == texts.null_count == len(texts):
        return None, None
    datum = datum_of(layer, rules, shapes=False)
    written = texts.null_count < len(texts)
    placed = place_points(x, y, datum, rules.region, draw=draw or written)
    if "point" not in kind.geometry:
        placed.codes[placed.codes == ""] = "GEOM_TYPE"
    if not written:
        return datum, placed
    drawn = place_geometries(wkb_of(texts), datum, rules.region, kind.geometry)
    return datum, merged(drawn, placed, flags(pc.is_valid(texts)))


def _said(heading: Heading, name: str) -> pa.StringArray:
    """Give the cells of an input that say something."""
    at = heading.column(name)
    if at is None:
        return pa.nulls(heading.body.num_rows, pa.string())
    return without_blanks(heading.body[f"c{at}"].combine_chunks(), {})


def judge_places(
    placed: Placed | None, rows: NDArray[np.int64], kind: Kind, *, needed: bool
) -> list[Finding]:
    """Say what is wrong with the places of rows.

    Parameters
    ----------
    placed
        Where they lie, or None where the ledger says nothing of it.
    rows
        Row numbers as the sender sees them.
    kind
        Kind of the rows.
    needed
        True where a row without a position is refused; else it is warned, unless the kind has none.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> symbol = Symbol("circle", "#000000")
    >>> kind = Kind("case", "event", Label("案件", "Case"), symbol, ("point",), "optional", ())
    >>> [found.code for found in judge_places(None, np.array([2]), kind, needed=False)]
    ['POSITION_MISSING']
    """
    if placed is None:
        code = "COORD_MISSING" if needed else "POSITION_MISSING"
        return [] if kind.position == "none" else [Finding(code, int(row)) for row in rows]
    found = []
    for at in np.flatnonzero(placed.codes != ""):
        code, details = str(placed.codes[at]), placed.details.get(int(at), {})
        if code in _NO_PLACE and not needed:
            code = "POSITION_MISSING"
        shown = _given(placed, int(at)) or details.get("reason")
        value = None if shown is None else str(shown)
        found.append(Finding(code, int(rows[at]), str(placed.fields[at]), value, details))
    coarse = np.flatnonzero(placed.coarse)
    return found + [
        Finding("COORD_LOW_PRECISION", int(rows[at]), "lon", _given(placed, int(at))) for at in coarse
    ]


def _given(placed: Placed, at: int) -> str | None:
    return (
        ", ".join(text for text in (placed.x_given[at], placed.y_given[at]) if isinstance(text, str)) or None
    )
