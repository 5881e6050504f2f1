"""Viewers and what they may read."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal

from geo_registry.catalog import load
from geo_registry.core.access import Viewer, owner, visible
from geo_registry.core.frame import conform
from geo_registry.core.kinds import Catalog


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


@pytest.fixture
def rows() -> gpd.GeoDataFrame:
    """Return two sources with a contact each."""
    known = {"kind": ["coal_sales_point", "brick_kiln"], "name": ["a", "b"], "contact": ["0395-1", "0395-2"]}
    return conform(gpd.GeoDataFrame(known))


def test_the_owner_sees_everything(rows: gpd.GeoDataFrame, catalog: Catalog) -> None:
    """Nothing is hidden from the store's owner."""
    assert_geodataframe_equal(visible(owner("bureau"), rows, catalog), rows)


def test_restricted_fields_are_emptied(rows: gpd.GeoDataFrame, catalog: Catalog) -> None:
    """A viewer without the right finds contacts empty, all else in place and the frame unchanged."""
    shown = visible(Viewer("guest"), rows, catalog)
    assert shown["contact"].isna().all()
    assert rows["contact"].notna().all()
    assert_geodataframe_equal(shown.drop(columns="contact"), rows.drop(columns="contact"))
    assert shown["contact"].dtype == rows["contact"].dtype


def test_a_named_field_is_open(rows: gpd.GeoDataFrame, catalog: Catalog) -> None:
    """A restricted field that a viewer is allowed is shown."""
    shown = visible(Viewer("clerk", allowed=frozenset({"contact"})), rows, catalog)
    assert shown["contact"].tolist() == ["0395-1", "0395-2"]
