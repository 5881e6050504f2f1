"""Viewers and what they may read."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal

from geo_registry.catalog import load
from geo_registry.core.access import Viewer, area, owner, public, published, visible
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
    shown = visible(public(), rows, catalog)
    assert shown["contact"].isna().all()
    assert rows["contact"].notna().all()
    assert_geodataframe_equal(shown.drop(columns="contact"), rows.drop(columns="contact"))
    assert shown["contact"].dtype == rows["contact"].dtype


def test_a_column_no_layer_declares_is_closed(rows: gpd.GeoDataFrame, catalog: Catalog) -> None:
    """A field that was taken out of a layer file is restricted, whatever it was before."""
    shown = visible(public(), rows.assign(informant="someone"), catalog)
    assert shown["informant"].isna().all()


def test_an_area_sees_its_own_rows_and_the_network(catalog: Catalog) -> None:
    """A district sees its own sources and every station, and nothing of others or of no district."""
    rows = conform(
        gpd.GeoDataFrame(
            {
                "kind": ["brick_kiln"] * 3 + ["monitoring_station"],
                "name": ["own", "other", "nowhere", "station"],
                "district": ["甲区", "乙区", None, "乙区"],
            }
        )
    )
    clerk = Viewer("clerk", "district", areas=frozenset({area(["甲区"])}))
    assert visible(clerk, rows, catalog)["name"].tolist() == ["own", "station"]
    assert visible(public(counts_only=True), rows, catalog)["name"].tolist() == ["station"]


def test_viewers_who_see_the_same_share_answers() -> None:
    """The name is no part of what is seen: equal scope is an equal key."""
    one, other = (Viewer(name, "district", areas=frozenset({area(["甲区"])})) for name in ("a", "b"))
    assert one == other
    assert one.scope == other.scope
    assert one.scope != public().scope


def test_what_is_published_has_no_restricted_column(rows: gpd.GeoDataFrame, catalog: Catalog) -> None:
    """Contacts, cells no field took and columns no layer declares any more leave with no frame."""
    kind = catalog.kinds["brick_kiln"]
    gone = published(rows.assign(informant="someone", extra="{}"), kind)
    assert set(rows.columns) - set(gone.columns) == {"contact", "extra"}
    assert "informant" not in gone


def test_a_kind_without_a_layer_file_is_closed_altogether(rows: gpd.GeoDataFrame, catalog: Catalog) -> None:
    """Of records whose layer file is gone only what the registry itself wrote is read without a right."""
    strange = rows.assign(kind="smelter", owner="someone", id=["r1", "r2"])
    shown = visible(public(), strange, catalog)
    assert shown[["contact", "owner", "name"]].isna().all(axis=None)
    assert shown["id"].tolist() == ["r1", "r2"]


def test_a_token_takes_rights_away_and_adds_none() -> None:
    """A viewer with a narrower scope has the rights that both its role and its scope give."""
    clerk = Viewer("clerk", "warden", frozenset(), within_rights=frozenset({"contacts", "import"}))
    assert clerk.rights == {"contacts"}
    assert clerk.scope != Viewer("clerk", "warden", frozenset()).scope
