"""Lines and polygons written out as text in a cell, as tables spell them (OGC 06-103r4, 7)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo_registry.core.ledger.reading.positions import Placed

WKT = "wkt"
"""Input heading of a column of well-known text."""
_SRID = r"(?i)^\s*SRID=\d+;"
_FLAT_TEXT = r"(?is)^\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*(?:Z|M|ZM)?\s*(?:EMPTY|\(.*\))\s*$"
"""The types a kind may have; GEOS follows collections within collections until its stack ends."""
_UNREADABLE = b"\0"


def wkb_of(texts: pa.StringArray) -> pa.BinaryArray:
    r"""Bring well-known text to well-known binary; what cannot be read becomes bytes that are none.

    Parameters
    ----------
    texts
        Cells, null where there is nothing.

    Examples
    --------
    >>> wkb_of(pa.array(["POINT (114 33)", "north of the gate", None])).to_pylist()[1:]
    [b'\x00', None]
    """
    plain = pc.replace_substring_regex(texts, _SRID, "")
    flat = pc.match_substring_regex(plain, _FLAT_TEXT)
    readable = np.array(pc.if_else(flat, plain, None).to_pylist(), dtype=object)
    shapes = shapely.from_wkt(readable, on_invalid="ignore")
    written = [_UNREADABLE if wkb is None else wkb for wkb in shapely.to_wkb(shapes)]
    return pc.if_else(pc.is_valid(texts), pa.array(written, pa.binary()), None)


def merged(drawn: Placed, pointed: Placed, written: NDArray[np.bool_]) -> Placed:
    """Take each row's place from its text where it has one, else from its coordinates.

    Parameters
    ----------
    drawn, pointed
        Places by text and by coordinates, row for row.
    written
        True where a row has a text.

    Examples
    --------
    >>> from geo_registry.core.ledger.reading.positions import place_geometries, place_points
    >>> region = (73, 3, 136, 54)
    >>> texts = pa.array(["LINESTRING (114 33, 115 33)", None])
    >>> drawn = place_geometries(wkb_of(texts), "wgs84", region, ("line",))
    >>> pointed = place_points(pa.array([None, "114.02"]), pa.array([None, "33.58"]), "wgs84", region)
    >>> merged(drawn, pointed, np.array([True, False])).geometry.tolist()
    [<LINESTRING (114 33, 115 33)>, <POINT (114.02 33.58)>]
    """
    details: dict[int, Mapping[str, object]] = {at: said for at, said in drawn.details.items() if written[at]}
    details |= {at: said for at, said in pointed.details.items() if not written[at]}
    return Placed(
        np.where(written, drawn.geometry, pointed.geometry),
        drawn.x_given.where(written, pointed.x_given),
        drawn.y_given.where(written, pointed.y_given),
        np.where(written, drawn.codes, pointed.codes),
        np.where(written, drawn.fields, pointed.fields),
        np.where(written, drawn.coarse, pointed.coarse),
        details,
    )
