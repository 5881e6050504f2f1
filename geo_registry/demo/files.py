"""Rows in our own words -> files in the bureau's words: Chinese headings, labels and datums of the sender."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import shapely

from geo_registry.core.kinds import Catalog, Field
from geo_registry.core.space.datums import from_wgs84, transform_geometries

Value: TypeAlias = str | float | int | bool | date | None
Row: TypeAlias = dict[str, Value]
Feature: TypeAlias = tuple[Row, shapely.Geometry]

DEGREE_DECIMALS = 6
"""Decimals of a degree in the files: a tenth of a metre, what hand-held receivers print."""


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A written file and what its sender would tick when importing it.

    Attributes
    ----------
    path
        Where it lies.
    kind
        Kind of its rows, or None where sheets or rows say it themselves.
    datum
        Datum of its coordinates.
    assignments
        Values that hold for every row (``--set``).
    allow_unlocated, accept_partial
        Whether rows without a position are kept, and whether the rest may go when rows are refused.
    """

    path: Path
    kind: str | None
    datum: str
    assignments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({"synthetic": "true"}))
    allow_unlocated: bool = False
    accept_partial: bool = False

    @property
    def synthetic(self) -> bool:
        """Whether its rows are made up."""
        return self.assignments.get("synthetic") == "true"


@dataclass(frozen=True, slots=True)
class Speech:
    """How a Chinese ledger of one kind says what we say: its headings and its values.

    Attributes
    ----------
    catalog, kind
        Whose labels are used.
    """

    catalog: Catalog
    kind: str

    def field(self, name: str) -> Field:
        """Find a field or an input heading."""
        known = (*self.catalog.kinds[self.kind].all_fields, *self.catalog.inputs)
        return next(one for one in known if one.name == name)

    def heading(self, name: str) -> str:
        """Head a column."""
        return self.field(name).label.zh

    def say(self, name: str, value: Value) -> str | float | int | None:
        """Write a value: choices, checks and yes or no by their labels, dates in ISO form."""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool):
            value = str(value).lower()
        if not isinstance(value, str):
            return value
        return next((one.label.zh for one in self.field(name).choices if one.value == value), value)

    def line(self, names: Iterable[str], row: Row) -> list[object]:
        """Write a row's cells in the order of the columns; what it does not say stays empty."""
        return [self.say(name, row.get(name)) for name in names]

    def title(self) -> str:
        """Name the kind."""
        return self.catalog.kinds[self.kind].label.zh


def shifted(rows: Sequence[Row], datum: str) -> list[Row]:
    """Give the rows with their positions in a sender's datum, as decimal text.

    Parameters
    ----------
    rows
        With ``lon`` and ``lat`` in WGS 84 degrees.
    datum
        ``wgs84``, ``gcj02``, ``bd09`` ...
    """
    lon, lat = from_wgs84(
        np.array([row["lon"] for row in rows], dtype=np.float64),
        np.array([row["lat"] for row in rows], dtype=np.float64),
        datum,
    )
    return [
        row | {"lon": f"{x:.{DEGREE_DECIMALS}f}", "lat": f"{y:.{DEGREE_DECIMALS}f}"}
        for row, x, y in zip(rows, lon, lat, strict=True)
    ]


def write_csv(path: Path, grid: Sequence[Sequence[object]], *, encoding: str = "utf-8-sig") -> Path:
    """Write a grid of cells, as a spreadsheet program saves one.

    Parameters
    ----------
    path
        File to write.
    grid
        Heading row first.
    encoding
        ``utf-8-sig`` or what older office programs write, ``gb18030``.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows(grid)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def grid_of(speech: Speech, rows: Sequence[Row]) -> list[list[object]]:
    """Lay rows of one kind out as a grid, with a column for everything that any of them says.

    Parameters
    ----------
    speech
        Of the rows' kind.
    rows
        In our own words.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [[speech.heading(name) for name in names], *(speech.line(names, row) for row in rows)]


def write_geojson(path: Path, speech: Speech, features: Sequence[Feature], *, datum: str = "wgs84") -> Path:
    """Write features with Chinese property names.

    Parameters
    ----------
    path
        File to write.
    speech
        Of the features' kind.
    features
        Rows in our own words and their geometries in WGS 84.
    datum
        Datum to write the coordinates in.
    """
    shapes = transform_geometries(
        np.array([shape for _, shape in features], dtype=object), datum, inverse=True
    )
    rounded = shapely.transform(shapes, lambda vertices: vertices.round(DEGREE_DECIMALS))
    written = [
        {
            "type": "Feature",
            "properties": {speech.heading(name): speech.say(name, value) for name, value in row.items()},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for (row, _), shape in zip(features, rounded, strict=True)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": written}, ensure_ascii=False, indent=1)
    path.write_text(body + "\n", encoding="utf-8")
    return path
