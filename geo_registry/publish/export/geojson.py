"""GeoJSON (RFC 7946) and, for tables without places, plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import shapely

from geo_registry.publish.columns import headings
from geo_registry.publish.export.layers import Layer, Shapes

DECIMALS = 7
"""Digits of coordinates: one centimetre on the ground. RFC 7946, 11.2 asks for no more than are meant."""

STAMP = "geo_registry"
"""Foreign member (RFC 7946, 6.1) in which the stamp stands."""


def write_geojson(layers: Sequence[Layer], stamp: Mapping[str, object], names: str) -> bytes:
    """Write layers as one collection of features, a line a feature.

    Parameters
    ----------
    layers
        Rows to write; those without a place have the geometry null.
    stamp
        Where the rows come from.
    names
        ``ascii`` for field names as property names, ``zh`` for labels.

    Returns
    -------
    bytes
        UTF-8. A row's id is the feature's id, not a property; outer rings run counter-clockwise.
    """
    features = ",\n".join(line for layer in layers for line in _features(layer, names))
    return f'{{"type":"FeatureCollection","{STAMP}":{_json(stamp)},"features":[\n{features}\n]}}\n'.encode()


def _features(layer: Layer, names: str) -> Iterator[str]:
    ids = layer.table["id"].to_pylist() if "id" in layer.table.column_names else None
    rows = _rows(layer, names, without=("id",))
    for place, (shape, properties) in enumerate(zip(_shape_texts(layer), rows, strict=True)):
        own = f'"id":{_json(ids[place])},' if ids else ""
        yield f'{{"type":"Feature",{own}"geometry":{shape},"properties":{_json(properties)}}}'


def _rows(layer: Layer, names: str, without: Sequence[str] = ()) -> Iterator[dict[str, object]]:
    kept = [field for field in layer.fields if field.name not in without]
    columns = [_values(layer.table[field.name]) for field in kept]
    given = headings(kept, names)
    for row in range(layer.table.num_rows):
        yield {heading: column[row] for heading, column in zip(given, columns, strict=True)}


def _values(column: pa.ChunkedArray) -> list[object]:
    """Give a column as JSON can say it: dates as texts."""
    return list((column.cast(pa.string()) if pa.types.is_date(column.type) else column).to_pylist())


def _shape_texts(layer: Layer) -> list[str]:
    rounded: Shapes = shapely.transform(layer.shapes, lambda points: np.round(points, DECIMALS))
    texts = shapely.to_geojson(shapely.orient_polygons(rounded, exterior_cw=False))
    return ["null" if not family else str(text) for family, text in zip(layer.families, texts, strict=True)]


def write_json(layer: Layer, stamp: Mapping[str, object], names: str) -> bytes:
    """Write a table as one JSON document: the stamp and the list ``rows``.

    Parameters
    ----------
    layer
        Rows to write; places are left out.
    stamp
        Where the rows come from.
    names
        ``ascii`` for field names as keys, ``zh`` for labels.
    """
    rows = ",\n".join(_json(row) for row in _rows(layer, names))
    return f'{{"name":"{layer.name}","{STAMP}":{_json(stamp)},"rows":[\n{rows}\n]}}\n'.encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
