"""Small ledgers for the tests of reading them: grids of cells, layers with geometries, the real catalog."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa

from geo_registry.catalog import load
from geo_registry.core.findings import Finding
from geo_registry.core.kinds import Catalog, Kind
from geo_registry.core.ledger.headings import Heading, locate
from geo_registry.core.ledger.validate import Checked, Rules, validate
from geo_registry.core.raw import RawLayer
from geo_registry.settings import Settings

TODAY = date(2026, 11, 23)
WORLD = (-180.0, -90.0, 180.0, 90.0)
RULES = Rules(TODAY, "wgs84")

Cells = Sequence[Sequence[str | None]]


@cache
def real_catalog() -> Catalog:
    """Load the project's own layer files once."""
    return load(Settings().layers)


def kind_named(name: str) -> Kind:
    """Give one of the project's own kinds."""
    return real_catalog().kinds[name]


def grid(rows: Cells, formulas: tuple[tuple[int, int], ...] = ()) -> RawLayer:
    """Lay rows out as intake does a sheet or a CSV file."""
    filled = [[cell or None for cell in row] for row in rows]
    count = max(len(row) for row in filled)
    columns = {
        f"c{at}": pa.array([row[at] if at < len(row) else None for row in filled], pa.string())
        for at in range(count)
    }
    widths = [max((at + 1 for at, cell in enumerate(row) if cell), default=0) for row in filled]
    columns["_row"] = pa.array(range(1, len(rows) + 1), pa.int64())
    columns["_width"] = pa.array(widths, pa.int32())
    return RawLayer("表1", None, pa.table(columns), formulas=formulas)


def shapes(
    headings: Sequence[str], rows: Cells, wkb: Sequence[bytes | None], crs: str | None = "EPSG:4326"
) -> RawLayer:
    """Lay features out as intake does a shapefile or GeoPackage."""
    columns = {f"c{at}": pa.array([row[at] for row in rows], pa.string()) for at in range(len(headings))}
    columns["_row"] = pa.array(range(1, len(rows) + 1), pa.int64())
    columns["_width"] = pa.array([len(headings)] * len(rows), pa.int32())
    columns["_wkb"] = pa.array(wkb, pa.binary())
    return RawLayer("图层1", tuple(headings), pa.table(columns), crs)


def csv_grid(path: Path) -> RawLayer:
    """Lay a UTF-8 CSV file out as intake does."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return grid(list(csv.reader(lines)))


def located(layer: RawLayer, kind: str | None, renames: Mapping[str, str] | None = None) -> Heading:
    """Locate the headings of a layer for one of the project's own kinds."""
    return locate(layer, real_catalog(), kind_named(kind) if kind else None, renames or {})


def checked(
    layer: RawLayer, kind: str, rules: Rules = RULES, renames: Mapping[str, str] | None = None
) -> Checked:
    """Take a layer through headings and validation."""
    return validate(layer, located(layer, kind, renames), kind_named(kind), rules)


def told(result: Checked) -> list[tuple[int | None, str]]:
    """List what was found as rows and codes."""
    return [(found.row, found.code) for found in result.findings]


def only(findings: Sequence[Finding]) -> Finding:
    """Give the one finding there is."""
    assert len(findings) == 1, findings
    return findings[0]
