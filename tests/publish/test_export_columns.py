from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.kinds import Catalog
from geo_registry.publish.columns import (
    SHP_NAME_BYTES,
    columns_of,
    cut,
    dictionary,
    distinct,
    headings,
    short_headings,
)
from tests.publish.export_world import real_catalog, records

WORDS = st.lists(st.text(st.characters(codec="gbk", categories=["L", "N"]), max_size=12), max_size=30)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Return the real catalog."""
    return real_catalog()


@given(words=WORDS, encoding=st.sampled_from(["utf-8", "gbk"]), limit=st.integers(4, 12))
def test_names_are_unique_and_short(words: list[str], encoding: str, limit: int) -> None:
    """Any names become as many different ones that fit their length in bytes and split no character."""
    found = distinct(words, limit_bytes=limit, encoding=encoding)
    assert len(found) == len(words)
    assert len({name.casefold() for name in found}) == len(words)
    assert all(0 < len(name.encode(encoding)) <= limit for name in found)


@given(text=st.text(max_size=200), limit=st.integers(0, 300))
def test_a_cut_text_is_the_longest_start_that_fits(text: str, limit: int) -> None:
    """What is cut is a start of the text, and one more character would be too long."""
    found = cut(text, limit, "utf-8")
    assert text.startswith(found)
    assert len(found.encode()) <= limit
    assert found == text or len(text[: len(found) + 1].encode()) > limit


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("names", ["ascii", "zh"])
def test_every_kind_has_safe_shapefile_names(catalog: Catalog, names: str, encoding: str) -> None:
    """For every kind of the layer files the shapefile's names are unique and at most ten bytes."""
    for kind in catalog.kinds.values():
        fields = columns_of(records(kind).columns.drop("geometry"), catalog, kind.name)
        found = short_headings(fields, names, encoding)
        assert len({name.casefold() for name in found}) == len(fields)
        assert all(0 < len(name.encode(encoding)) <= SHP_NAME_BYTES for name in found)


def test_declared_short_names_are_kept(catalog: Catalog) -> None:
    """The short names of a layer file are the ones in the shapefile, so that an import finds them."""
    for kind in catalog.kinds.values():
        fields = columns_of((field.name for field in kind.all_fields), catalog, kind.name)
        assert list(short_headings(fields, "ascii", "utf-8")) == [field.shp for field in fields]


def test_records_begin_with_what_they_are(catalog: Catalog) -> None:
    """A kind's table begins with id, kind and the synthetic mark, then follows the layer file."""
    kind = catalog.kinds["construction_site"]
    found = [field.name for field in columns_of(records(kind).columns.drop("geometry"), catalog, kind.name)]
    assert found[:3] == ["id", "kind", "synthetic"]
    own = [field.name for field in kind.all_fields]
    assert found[3 : 3 + len(own)] == own


def test_other_tables_keep_their_order(catalog: Catalog) -> None:
    """A table that is no kind, such as an audit's pairs, keeps the order of its columns."""
    given_order = ["station_id", "kind", "id", "distance_m", "stranger"]
    fields = columns_of(given_order, catalog)
    assert [field.name for field in fields] == given_order
    assert headings(fields, "zh")[3:] == ("距离", "stranger")


def test_the_dictionary_explains_fixed_values(catalog: Catalog) -> None:
    """The dictionary gives each column's labels, unit and fixed values with their words."""
    fields = columns_of(["status", "area_m2"], catalog, "construction_site")
    status, area = dictionary("sites.shp", ("status", "area"), fields)
    assert status[:5] == ("sites.shp", "status", "status", "状态", "Status")
    assert "rectifying=整改中" in status[6]
    assert area[5] == "m²"


def test_a_table_of_several_kinds_knows_the_values_of_all(catalog: Catalog) -> None:
    """Where kinds stand together, a column's fixed values are those of every kind that has it."""
    (fuel,) = columns_of(["fuel"], catalog)
    every = {c.value for kind in catalog.kinds.values() if (own := kind.field("fuel")) for c in own.choices}
    assert {choice.value for choice in fuel.choices} == every
